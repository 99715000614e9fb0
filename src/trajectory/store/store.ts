import type { Checkpoints } from './checkpoints.ts';
import type { Forecasts } from './forecasts.ts';
import type { Metrics } from './metrics.ts';
import type { Runs } from './runs.ts';
import type { Scores } from './scores.ts';
import type { Tables } from './tables.ts';
import type { Trajectories } from './trajectories.ts';

/** A database of runs, their tasks and trajectories, and what was measured on them. */
export interface Store {
  readonly path: string;
  readonly readonly: boolean;
  readonly runs: Runs;
  readonly trajectories: Trajectories;
  readonly scores: Scores;
  /** What policies said of tasks before they played them. */
  readonly forecasts: Forecasts;
  readonly metrics: Metrics;
  readonly checkpoints: Checkpoints;
  /** Rows of the views for analysts (`viewColumns`), one by one. */
  readonly tables: Tables;
  /** Do several things in one transaction: all of them are stored, or, when `work` throws, none. */
  transaction<T>(work: () => T): T;
  /**
   * Make the file as small as it can be, to hand it out: the steps of training episodes that older versions stored, or
   * `unpack` wrote, as rows are packed too. What is read stays the same.
   */
  pack(): void;
  /**
   * Write the steps of training episodes as rows, for programs that ask the database in SQL. Episodes that are added
   * afterwards are packed again.
   */
  unpack(): void;
  /** Close it. What a writer leaves is one file, unless a reader still has it open. */
  close(): void;
}
