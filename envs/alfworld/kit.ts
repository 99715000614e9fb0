import type { WorldKit } from 'clew';
import { roomNames } from 'clew/worlds/household';
import { goalsOf } from '../house/other-goals.ts';
import { roomKit } from '../room-text/kit.ts';
import type { AlfworldTask } from './task.ts';

/** The split of each folder of the data set. */
const splitOf: ReadonlyMap<string, string> = new Map([
  ['train', 'train'],
  ['valid_seen', 'seen'],
  ['valid_unseen', 'unseen'],
]);

/** What ALFWorld brings along. It can be read without the games. */
export const kit: WorldKit<AlfworldTask> = {
  ...roomKit(roomNames),
  evaluationTask: ({ task }) =>
    task.game.startsWith('train/') ? undefined : `is the game ${task.game}, which is no training game`,
  otherGoals: ({ game }, commands) => goalsOf(commands).map(goal => ({ game, goal })),
  // The games are listed by name, all of one kind together.
  shuffleTasks: true,
  // RLVMR's L2.
  suggestedHeldOut: ['cool', 'two'],
  taskId(name) {
    const [folder = '', ...rest] = name
      .replace(/^json_2\.1\.1\//, '')
      .replace(/\/(game\.tw-pddl)?$/, '')
      .split('/');
    const split = splitOf.get(folder);
    return split === undefined || rest.length === 0 ? undefined : `alfworld:${split}:${rest.join('/')}`;
  },
};
