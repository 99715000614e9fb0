import type { NamedGoal } from '../house/other-goals.ts';

/** A task is a game file; `game` is its path in the data set, `SPLIT/TASK/TRIAL`. */
export interface AlfworldTask {
  readonly game: string;
  /** Another goal than the file's: hindsight asks whether an episode has reached it. No list of tasks has any. */
  readonly goal?: NamedGoal;
}
