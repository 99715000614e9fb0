import { existsSync } from 'node:fs';
import { UsageError } from '../errors.ts';
import {
  openLog,
  openReading,
  openStore,
  trajectoryFits,
  type LogReading,
  type Trajectory,
  type TrajectoryFilter,
} from '../trajectory/index.ts';
import { startsAsSqlite } from '../trajectory/store/starts-as-sqlite.ts';
import { readingOptions, type LogOptions } from './log-options.ts';

/** How a log is to be read, where the file is one and no database. */
export interface LoadOptions {
  readonly log?: LogOptions | undefined;
  /** Is told, at the end, what was understood of a log. */
  readonly onRead?: ((reading: LogReading) => void) | undefined;
}

/** The trajectories of a database or of a log in any format that can be imported, one by one. */
export function* loadTrajectories(
  path: string,
  filter: TrajectoryFilter = {},
  { log = {}, onRead }: LoadOptions = {},
): Generator<Trajectory, void, undefined> {
  if (!existsSync(path)) throw new UsageError(`There is no file "${path}".`);
  if (startsAsSqlite(path)) {
    const store = openStore(path, { readonly: true });
    try {
      yield* store.trajectories.select(filter);
    } finally {
      store.close();
    }
    return;
  }
  const reading = openReading(openLog(path), readingOptions(log), log.format);
  for (const trajectory of reading.trajectories) if (trajectoryFits(trajectory, filter)) yield trajectory;
  onRead?.(reading);
}
