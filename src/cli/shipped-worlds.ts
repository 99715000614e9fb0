import type { CommandEntry } from './command-entry.ts';
import type { WorldKit } from '../world/index.ts';

/**
 * What a module of a world exports: the world, or a function of what a user says that makes it, and perhaps its kit.
 */
export type WorldModule = { readonly default?: unknown; readonly kit?: WorldKit };

/**
 * The worlds that ship, by name: the only place outside `envs/` that knows them. (A map: a user's text such as
 * `constructor` finds nothing in it.)
 */
export const shippedWorlds: ReadonlyMap<string, () => Promise<WorldModule>> = new Map<
  string,
  () => Promise<WorldModule>
>([
  ['locked-room', () => import('../../envs/locked-room/index.ts')],
  ['household', () => import('../../envs/household/index.ts')],
  ['household-asks', () => import('../../envs/household-asks/index.ts')],
  ['alfworld', () => import('../../envs/alfworld/index.ts')],
  ['cooking', () => import('../../envs/cooking/index.ts')],
  ['support-desk', () => import('../../envs/support-desk/index.ts')],
  ['support-desk-asks', () => import('../../envs/support-desk-asks/index.ts')],
  ['scienceworld', () => import('../../envs/scienceworld/index.ts')],
  ['laboratory', () => import('../../envs/laboratory/index.ts')],
]);

/** Commands of worlds whose data has to be fetched and verified. */
export const worldCommands: readonly CommandEntry[] = [
  {
    name: 'alfworld',
    summary: 'fetch, count and verify the official ALFWorld games',
    load: async () => (await import('../../envs/alfworld/command.ts')).alfworldCommand(),
  },
  {
    name: 'scienceworld',
    summary: 'fetch the official ScienceWorld simulator, count its tasks, record and replay walks',
    load: async () => (await import('../../envs/scienceworld/command.ts')).scienceworldCommand(),
  },
];

/** The world of `clew quickstart` if none is named. */
export const quickstartWorld = 'household';
