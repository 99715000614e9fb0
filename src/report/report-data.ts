import path from 'node:path';
import { ClewError, UsageError } from '../errors.ts';
import { missingFrom, missingNote } from '../metrics/index.ts';
import { failuresOf, missingOf, noteOnRun } from '../runs/index.ts';
import type { Run, Store } from '../trajectory/store/index.ts';
import { armCautions } from './arm-cautions.ts';
import { settingsApart } from './arm-settings.ts';
import { chooseByTask, chooseGroups } from './choose.ts';
import { commandOf } from './command-of.ts';
import { comparisonsOf } from './comparisons.ts';
import { curvesOf } from './curves.ts';
import type { ReportData, ReportRun } from './data.ts';
import type { TrajectoryView } from './trajectory-data.ts';
import { forecastsOf } from './forecasts.ts';
import { readEpisodes, type Placed } from './episodes.ts';
import { placing, settingsOf, sortArms, sortLevels, superseded } from './places.ts';
import { resultRows } from './results.ts';
import { speedUpsOf } from './speed-ups.ts';
import { trainingsOf } from './trainings.ts';
import { trajectoryView } from './trajectory-view.ts';
import { clewVersion } from './version.ts';

export interface ReportOptions {
  /** Left out: the names of the worlds. */
  readonly title?: string;
  /** Trajectories to read, for each arm on each level; default 40. `Infinity` for all of them, as the studio has. */
  readonly sample?: number;
  /**
   * Episodes of training that are listed, for each arm; default 2,000. They are whole groups, spread over the
   * iterations.
   */
  readonly trainingEpisodes?: number;
  /** Arms in the order of tables and comparisons; those that are not named come last. */
  readonly arms?: readonly string[];
  /** Command lines that made the database, to be printed with it. */
  readonly commands?: readonly string[];
}

/**
 * Everything that a report shows, from the runs, trajectories, scores, metrics and checkpoints of a store. Trajectories
 * are read one by one and not kept.
 * @throws ClewError when the store has neither an episode nor a training run, UsageError for an arm that it has not.
 */
export function reportData(store: Store, options: ReportOptions = {}): ReportData {
  const runs = store.runs.list();
  const notes: string[] = [];
  const { trainings, replaced: retrained } = trainingsOf(runs);
  const curves = curvesOf(store, trainings, notes);
  const placeOf = placing(runs);
  const placed = store.trajectories.summaries().map((head): Placed => ({ head, place: placeOf(head) }));
  if (placed.length === 0 && curves.length === 0) {
    throw new ClewError(
      `${store.path} has nothing to report: no episode was played and no policy was trained. Play with \`clew ` +
        `rollout\` or \`clew eval\`, or train with \`clew train rl\`.`,
    );
  }

  const byRun = grouped(placed, ({ head }) => head.run);
  const replaced = superseded(runs, new Map([...byRun].map(([run, own]) => [run, own[0]!.place])));
  notes.push(...notesOn(store, runs, replaced, retrained));
  const known = sortArms(runs, run => [
    ...(byRun.get(run.id) ?? []).map(({ place }) => place.arm),
    ...curves.filter(curve => curve.run === run.id).map(({ arm }) => arm),
  ]);
  const stranger = options.arms?.find(arm => !known.includes(arm));
  if (stranger !== undefined)
    throw new UsageError(`${store.path} has no arm ${stranger}: its arms are ${known.join(', ')}.`);
  const arms = [...new Set([...(options.arms ?? []), ...known])];
  const levels = sortLevels(placed.map(({ place }) => place.level));
  const { listed, readable } = chooseEpisodes(placed, options, notes);
  const { cells, tasks, episodes } = readEpisodes(store, listed, {
    arms,
    levels: levels.map(({ name }) => name),
    runs: runs.map(({ id }) => id),
    replaced,
    readable,
  });
  const comparisons = comparisonsOf(cells, (a, b) => settingsApart(trainings, a.arm, b.arm, a.world));
  const ended = new Set(runs.filter(({ status }) => status === 'done').map(({ id }) => id));

  return {
    format: 'clew-report/1',
    title:
      options.title ??
      ([...new Set(runs.map(({ world }) => world).filter(world => world !== ''))].join(', ') || 'Clew'),
    created: new Date().toISOString(),
    clew: clewVersion(),
    database: path.basename(store.path),
    arms,
    levels,
    results: resultRows(cells, ({ arm, world }) => armCautions(trainings, arm, world)),
    comparisons,
    curves,
    speedUps: speedUpsOf(curves, { arms, ended, comparisons }),
    forecasts: forecastsOf(store, runs),
    runs: runs.map(run => reportRun(store, run, byRun.get(run.id) ?? [])),
    commands: [...(options.commands ?? [])],
    tasks,
    episodes,
    notes,
  };
}

/** One trajectory to read, or undefined when the store has none of that id. `placeOf` may be shared by many calls. */
export function readTrajectory(
  store: Store,
  id: string,
  placeOf: ReturnType<typeof placing> = placing(store.runs.list()),
): TrajectoryView | undefined {
  const trajectory = store.trajectories.get(id);
  if (!trajectory) return undefined;
  return trajectoryView(
    trajectory,
    placeOf({ run: trajectory.run, split: trajectory.task.split, agent: trajectory.agent }),
    store.scores.of(id),
  );
}

/**
 * Which episodes are listed, in the order of the store, and which of those can be read. Everything that is measured is
 * listed.
 */
function chooseEpisodes(
  placed: readonly Placed[],
  { sample = 40, trainingEpisodes = 2_000 }: ReportOptions,
  notes: string[],
): { listed: Placed[]; readable: Set<string> } {
  const heads = (own: readonly Placed[]) => own.map(({ head }) => head);
  const shown = new Set<string>();
  const readable = new Set<string>();
  for (const own of grouped(placed, ({ place }) => JSON.stringify([place.arm, place.level])).values()) {
    const { arm, measured } = own[0]!.place;
    const listed = measured ? heads(own) : chooseGroups(heads(own), trainingEpisodes);
    if (listed.length < own.length)
      notes.push(
        `Of ${own.length.toLocaleString('en')} training episodes of ${arm}, ${listed.length.toLocaleString('en')} ` +
          `are listed: whole groups, spread over the iterations. Curves are of all of them.`,
      );
    for (const { id } of listed) shown.add(id);
    for (const { id } of measured ? chooseByTask(listed, sample) : chooseGroups(listed, sample)) readable.add(id);
  }
  return { listed: placed.filter(({ head }) => shown.has(head.id)), readable };
}

function notesOn(
  store: Store,
  runs: readonly Run[],
  replaced: ReadonlyMap<string, string>,
  retrained: ReadonlyMap<string, string>,
): string[] {
  return [
    ...[...replaced].map(
      ([run, by]) =>
        `The episodes of ${run} are listed but not measured: ${by} played the same tasks for the same arm and seed ` +
        `later.`,
    ),
    ...[...retrained].map(
      ([run, by]) =>
        `The curves of ${run} are left out: ${by} trained the same arm with the same seed later. Give arms names of ` +
        `their own (--arm) to see both.`,
    ),
    ...runs.flatMap(run => noteOnRun(store, run) ?? []),
    ...runs.flatMap(run => {
      const missing = missingOf(store, run);
      if (missing === 0) return [];
      const { trajectories, successes, unknown } = store.trajectories.count({ run: run.id });
      const success = { numerator: successes, denominator: trajectories - unknown };
      return [`${run.id}: ${missingNote(missingFrom(success, trajectories, missing))}`];
    }),
  ];
}

function reportRun(store: Store, run: Run, placed: readonly Placed[]): ReportRun {
  const { arm, seed } = settingsOf(run);
  const { id, kind, world, status, created, finished, engine, machine, config } = run;
  const failures = failuresOf(store, id);
  return {
    id,
    kind,
    world,
    status,
    created,
    finished,
    engine,
    machine,
    config,
    arm,
    seed,
    command: commandOf(store, run),
    episodes: placed.length,
    ...(failures.count > 0 && {
      failures: { count: failures.count, ofWorld: failures.ofWorld ?? 0, first: [...failures.first] },
    }),
    checkpoints: store.checkpoints
      .of(id)
      .map(({ iteration, path: file, sha256, bytes }) => ({ iteration, path: file, sha256, bytes })),
  };
}

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key) ?? [];
    groups.set(key, group);
    group.push(item);
  }
  return groups;
}
