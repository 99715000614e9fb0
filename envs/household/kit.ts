import { isUnseenVariant, type WorldKit } from 'clew';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { roomKit, type RoomNames } from '../room-text/kit.ts';
import { otherGoals } from '../house/other-goals.ts';
import { fixtures, objectKinds, receptacleKinds } from '../house/kinds.ts';
import { type Task, tools } from '../house/task.ts';

const usedForGoals: readonly string[] = Object.values(tools);

/** The names of the household, which are ALFWorld's. */
export const roomNames: RoomNames = {
  objects: objectKinds,
  things: objectKinds.filter(kind => !fixtures.has(kind)),
  // All but those that clean, heat and cool. Which of them have doors the text tells.
  places: receptacleKinds.filter(kind => !usedForGoals.includes(kind)),
  tools,
};

/** The folder of the package: sources and build find the same data in it. */
const packageFolder = new URL('./', pathToFileURL(createRequire(import.meta.url).resolve('clew/package.json')));

/** What the household brings along. */
export const kit: WorldKit<Task> = {
  ...roomKit(roomNames),
  evaluationTask: ({ task }) =>
    isUnseenVariant(task.house) ? `is set in ${task.house}, a house of the evaluation` : undefined,
  otherGoals,
  panels: new URL('envs/household/panels/', packageFolder),
  demonstrations: new URL('cold-start/household.sqlite', packageFolder),
};
