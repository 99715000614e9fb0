import { isUnseenVariant, type WorldKit } from 'clew';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { roomNames } from 'clew/worlds/household';
import { roomKit } from '../room-text/kit.ts';
import { asksCodec } from './codec.ts';
import { goalPatterns } from './goals.ts';
import { matterOf } from './gap.ts';
import { createPlayer } from './players.ts';
import { asksQuestions } from './questions.ts';
import type { Task } from './task.ts';

/** The folder of the package: sources and build find the same data in it. */
const packageFolder = new URL('./', pathToFileURL(createRequire(import.meta.url).resolve('clew/package.json')));

/** Without the room's look-ups: there `where?` asks where one stands, and here what the user has said. */
const { lookUpQuestions: _, ...room } = roomKit(roomNames);

/** What the world brings along. */
export const kit: WorldKit<Task> = {
  ...room,
  codec: asksCodec,
  goalPatterns,
  questions: () => asksQuestions(roomNames.objects),
  evaluationTask: ({ task: { house } }) =>
    isUnseenVariant(house.house) ? `is set in ${house.house}, a house of the evaluation` : undefined,
  gap: ({ gap: { kind } }) => ({ kind, matter: matterOf[kind] }),
  players: {
    'always-ask': random => createPlayer({ asks: 'everything' }, random),
    'never-ask': random => createPlayer({ asks: 'nothing' }, random),
  },
  panels: new URL('envs/household-asks/panels/', packageFolder),
};
