import { isRecord, taskIdNames, type JsonRecord } from './facts.ts';
import { type FieldMap, valueAt } from './field-map.ts';
import type { LogRecord } from './records.ts';

/** A row that is part of an episode. */
export interface EpisodeRow {
  readonly value: JsonRecord;
  readonly place: string;
}

/** Names under which a row names its episode, and its place in it. */
const episodeKeys = [
  'traj_uid',
  'trajectory_id',
  'traj_id',
  'episode_id',
  'episode',
  'rollout_id',
  'conversation_id',
  'session_id',
] as const;
const stepKeys = ['rollout_step', 'step', 'step_id', 'step_idx', 'step_index', 'turn', 't', 'timestep'] as const;

/** What the rows of an episode have in common. Who numbers episodes anew for each of these has several of one number. */
const common = [['task'], ['run', 'run_id', 'run_name', 'experiment'], ['seed'], ['rollout', 'trial']] as const;

export function episodeKeyOf(row: JsonRecord, mapped?: string): string | undefined {
  return scalarOf(row, mapped === undefined ? episodeKeys : [mapped]);
}

/**
 * The rows of each episode, in the order in which they stand. Rows of several episodes may alternate, as where many are
 * played at once: `records` is asked twice, first to count the rows of each episode, so that an episode is given out
 * with its last row and only those that are going on are kept.
 */
export function* grouped(
  records: () => Iterable<LogRecord>,
  map: FieldMap = {},
): Generator<readonly EpisodeRow[], void, undefined> {
  const keyOf = (row: JsonRecord) => episodeKeyOf(row, map.episode);
  let counts: Map<string, number> | undefined;
  const open = new Map<string, EpisodeRow[]>();
  for (const { value, place } of records()) {
    if (!isRecord(value)) continue;
    const key = keyOf(value);
    if (key === undefined) {
      yield [{ value, place }];
      continue;
    }
    counts ??= countsOf(records(), keyOf);
    const rows = open.get(key) ?? [];
    rows.push({ value, place });
    open.set(key, rows);
    if (rows.length < (counts.get(key) ?? 0)) continue;
    open.delete(key);
    yield* toldApart(rows, map);
  }
}

function countsOf(records: Iterable<LogRecord>, keyOf: (row: JsonRecord) => string | undefined): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { value } of records) {
    const key = isRecord(value) ? keyOf(value) : undefined;
    if (key !== undefined) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

/**
 * The episodes in rows that name theirs alike. They are several where rows are of different tasks, or where a step comes
 * twice and what episodes have in common tells the two apart, as far as every row says it.
 */
function toldApart(rows: readonly EpisodeRow[], map: FieldMap): readonly (readonly EpisodeRow[])[] {
  const ofTask = map.task === undefined ? taskIdNames : [map.task];
  const parted = (by: readonly (readonly string[])[]): readonly (readonly EpisodeRow[])[] => {
    const said = by.filter(names => rows.every(({ value }) => scalarOf(value, names) !== undefined));
    const parts = new Map<string, EpisodeRow[]>();
    for (const row of rows) {
      const name = JSON.stringify(said.map(names => scalarOf(row.value, names)));
      const part = parts.get(name);
      if (part) part.push(row);
      else parts.set(name, [row]);
    }
    return [...parts.values()];
  };
  return parted(repeatedStep(rows, map) === undefined ? [ofTask] : [ofTask, ...common]);
}

/** Rows in the order of their steps; as they stand where one of them has no number. */
export function inOrderOfSteps(rows: readonly EpisodeRow[], map: FieldMap = {}): readonly EpisodeRow[] {
  const numbered = rows.map(row => ({ row, step: numberOfStep(row.value, map.step) }));
  if (numbered.some(({ step }) => step === undefined)) return rows;
  return numbered.toSorted((a, b) => a.step! - b.step!).map(({ row }) => row);
}

/** Two rows with one number of a step; undefined where there are none. */
export function repeatedStep(
  rows: readonly EpisodeRow[],
  map: FieldMap = {},
): readonly [EpisodeRow, EpisodeRow] | undefined {
  const first = new Map<number, EpisodeRow>();
  for (const row of rows) {
    const step = numberOfStep(row.value, map.step);
    if (step === undefined) continue;
    const before = first.get(step);
    if (before) return [before, row];
    first.set(step, row);
  }
  return undefined;
}

/** Tables that went through CSV have texts for numbers. */
export function numberOfStep(row: JsonRecord, mapped?: string): number | undefined {
  const values = mapped === undefined ? stepKeys.map(key => row[key]) : [valueAt(row, mapped)];
  return values
    .map(value => (typeof value === 'string' && /^\d+(?:\.\d+)?$/.test(value) ? Number(value) : value))
    .find(value => typeof value === 'number');
}

function scalarOf(row: JsonRecord, paths: readonly string[]): string | undefined {
  const value = paths
    .map(path => valueAt(row, path))
    .find(found => typeof found === 'string' || typeof found === 'number');
  return value === undefined ? undefined : String(value);
}
