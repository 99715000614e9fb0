import { ClewError } from '../../errors.ts';
import { checkpointsOf } from './checkpoints.ts';
import { forecastsOf } from './forecasts.ts';
import { metricsOf } from './metrics.ts';
import { openDatabase, writeAnew } from './open.ts';
import { packedOf } from './packed.ts';
import { packRows, unpackRows } from './repack.ts';
import { runsOf } from './runs.ts';
import { scoresOf } from './scores.ts';
import type { Lists } from './step-rows.ts';
import { tablesOf } from './tables.ts';
import { textsOf } from './texts.ts';
import { trajectoriesOf } from './trajectories.ts';
import type { Store } from './store.ts';
import { readFrom, written } from './written.ts';

export { contentHash } from './content-hash.ts';
export type { CheckpointRow } from './checkpoints.ts';
export { trajectoryFits, type TrajectoryFilter } from './filter.ts';
export type { MetricsRow } from './metrics.ts';
export { runKinds, runStatuses, thisMachine, type NewRun, type Run, type RunKind, type RunStatus } from './runs.ts';
export type { Store } from './store.ts';
export type { ViewRow } from './tables.ts';
export { viewColumns, viewNames, type ViewColumn, type ViewName } from './views.ts';
export type { Score } from './scores.ts';
export type { ForecastPaid, Forecasts } from './forecasts.ts';
export type { Counts, TrajectorySummary } from './trajectories.ts';

/**
 * Open a store. A writer creates the file when there is none, and there is one writer at a time; any number of readers
 * (`readonly`) may look on while it writes. `:memory:` is a store that is gone when it is closed.
 *
 * @example
 * import { openStore } from 'clew';
 *
 * const store = openStore('clew.db');
 * console.log(store.runs.list(), store.trajectories.count({ split: 'seen' }));
 * store.close();
 *
 * @throws ClewError when the file is not a Clew database, was written by a newer Clew, or has another writer.
 */
export function openStore(path: string, options: { readonly readonly?: boolean } = {}): Store {
  const database = openDatabase(path, options.readonly ?? false);
  const { db } = database;
  const texts = textsOf(db);
  const lists: Lists = new Map();
  const packed = packedOf(db, path, lists);
  const trajectories = trajectoriesOf(db, path, texts, packed, lists);
  const scores = scoresOf(db, path);
  const transaction = <T>(work: () => T): T =>
    written(db, path, work, () => {
      texts.rolledBack();
      packed.rolledBack();
    });
  const storedAnew = (how: typeof packRows): void => {
    if (database.readonly) throw new ClewError(`${path} is open for reading only.`);
    how({ db, texts, packed, trajectories, scores, transaction });
    readFrom(path, () => writeAnew(db));
  };
  return {
    path,
    readonly: database.readonly,
    runs: runsOf(db, path),
    trajectories,
    scores,
    forecasts: forecastsOf(db, path, texts),
    metrics: metricsOf(db, path),
    checkpoints: checkpointsOf(db, path),
    tables: tablesOf(db),
    transaction,
    pack: () => storedAnew(packRows),
    unpack: () => storedAnew(unpackRows),
    close: () => database.close(),
  };
}
