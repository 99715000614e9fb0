import type { WorldKit } from 'clew';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { items } from '../desk/task.ts';
import { matterOf } from './gap.ts';
import { createPlayer } from './players.ts';
import type { Task } from './task.ts';

/** The folder of the package: sources and build find the same data in it. */
const packageFolder = new URL('./', pathToFileURL(createRequire(import.meta.url).resolve('clew/package.json')));

/** What the world brings along. */
export const kit: WorldKit<Task> = {
  gap: ({ gap: { kind } }) => ({ kind, matter: matterOf[kind] }),
  permutableThings: items,
  players: {
    'always-ask': random => createPlayer({ asks: 'everything' }, random),
    'never-ask': random => createPlayer({ asks: 'nothing' }, random),
  },
  panels: new URL('envs/support-desk-asks/panels/', packageFolder),
};
