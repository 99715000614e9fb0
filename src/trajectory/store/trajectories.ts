import type Database from 'better-sqlite3';
import type { EpisodeId, GroupId, RunId, TaskId } from '../../ids.ts';
import type { Step, Trajectory } from '../schema.ts';
import { askedFrom, type AskedRow } from './asked-rows.ts';
import { condition, type TrajectoryFilter } from './filter.ts';
import { insertInto } from './insert.ts';
import type { Packed } from './packed.ts';
import { bool, stepColumns, stepFrom, tokensFrom, type Lists, type StepRow, type TokenRow } from './step-rows.ts';
import type { Texts } from './texts.ts';
import { readFrom, written } from './written.ts';

/** How many of something a store holds. */
export interface Counts {
  readonly trajectories: number;
  readonly steps: number;
  readonly successes: number;
  /** Trajectories whose log does not say whether they succeeded. */
  readonly unknown: number;
}

/** What is known of a trajectory without reading its steps. */
export interface TrajectorySummary {
  readonly id: EpisodeId;
  readonly run: RunId;
  readonly task: TaskId;
  readonly category: string;
  readonly split: Trajectory['task']['split'];
  readonly group: GroupId;
  readonly rollout: number;
  /** Of the training that the episode was sampled for, from 1; null for every other episode. */
  readonly iteration: number | null;
  readonly agent: string;
  readonly policyVersion: string | null;
  readonly steps: number;
  readonly success: boolean | null;
}

export interface Trajectories {
  /**
   * Store a finished episode in one transaction: once this has returned, a killed process does not lose it.
   * A trajectory that is already stored, word for word, is left alone, so that an interrupted run may repeat itself.
   * @returns whether it is new.
   * @throws ClewError when it is not a valid trajectory, its run is not in the store, or its id or its place
   *   (run, task, group, rollout) is taken by a different one. Nothing of it is stored then.
   */
  add(trajectory: Trajectory): boolean;
  /** Store all of them in one transaction, or none. @returns how many are new. */
  addAll(trajectories: Iterable<Trajectory>): number;
  /**
   * Whether this rollout of a task has a finished episode; `group` tells apart the policy versions of a training run.
   */
  has(run: RunId, task: TaskId, rollout: number, group?: GroupId): boolean;
  /**
   * What a run has yet to play: every pair of a task and a rollout below `rollouts` without a finished episode, tasks
   * in the given order.
   */
  missing(
    run: RunId,
    tasks: readonly TaskId[],
    rollouts: number,
    group?: GroupId,
  ): { readonly task: TaskId; readonly rollout: number }[];
  get(id: EpisodeId): Trajectory | undefined;
  /**
   * The trajectories that fit, read one by one, ordered by run, task, iteration, group and rollout, whatever the order
   * in which they were stored. They are those that are stored when the iteration begins; the store may be written
   * meanwhile.
   */
  select(filter?: TrajectoryFilter): Generator<Trajectory, void, undefined>;
  count(filter?: TrajectoryFilter): Counts;
  /**
   * The summaries of the trajectories that fit, in the order of `select`: much faster, for lists and for choosing what
   * to read.
   */
  summaries(filter?: TrajectoryFilter): TrajectorySummary[];
}

interface HeadRow extends AskedRow {
  number: number;
  success: number | null;
  stop_reason: string | null;
  optimal_steps: number | null;
  outcomes: string | null;
  hint: string | null;
  tokens: number;
  packed: number;
}

const from = 'from trajectories t join runs on runs.number = t.run join tasks on tasks.number = t.task';
const inOrder = 'runs.id, tasks.id, t.iteration, t."group", t.rollout, t.id';

export function trajectoriesOf(
  db: Database.Database,
  path: string,
  texts: Texts,
  packed: Packed,
  lists: Lists,
): Trajectories {
  const readHead = db.prepare(`select t.number, t.id, runs.id as run, tasks.world, tasks.world_version, tasks.grammar,
    tasks.id as task, tasks.category, tasks.split, tasks.goal, tasks.gap,
    t."group", t.rollout, t.iteration, t.seed, t.agent, t.policy_version, t.max_steps, t.initial_observation,
    t.success, t.stop_reason, t.optimal_steps, t.outcomes, t.hint,
    exists (select 1 from tokens where tokens.trajectory = t.number) as tokens,
    exists (select 1 from packed_steps p where p.trajectory = t.number) as packed ${from} where t.number = ?`);
  const readSteps = db.prepare(`select ${stepColumns.join(', ')} from steps where trajectory = ? order by number`);
  const readTokens = db.prepare(
    'select step, prompt, reply, log_probabilities from tokens where trajectory = ? order by step',
  );
  const numberOf = db.prepare('select number from trajectories where id = ?').pluck();
  // Subqueries rather than joins, so that SQLite looks a task up in the index and does not walk through the whole run.
  const ofTask =
    'from trajectories where run = (select number from runs where id = ?) ' +
    'and task in (select number from tasks where id = ?)';
  const inGroup = db.prepare(`select id ${ofTask} and "group" = ? and rollout = ?`).pluck();
  const inAnyGroup = db.prepare(`select id ${ofTask} and rollout = ?`).pluck();
  const rolloutsOf = db.prepare(
    `select tasks.id as task, t.rollout ${from} where runs.id = ? and (? is null or t."group" = ?)`,
  );

  function stepsOf({ number, tokens: hasTokens, packed: isPacked }: HeadRow): Step[] {
    if (isPacked) return packed.read(number);
    const tokens = new Map<number, TokenRow>();
    if (hasTokens)
      for (const row of readTokens.all(number) as (TokenRow & { step: number })[]) tokens.set(row.step, row);
    return (readSteps.all(number) as StepRow[]).map((row, index) => {
      const own = tokens.get(index);
      return stepFrom(row, own ? tokensFrom(own) : null, texts, lists);
    });
  }

  function read(number: number): Trajectory {
    const head = readHead.get(number) as HeadRow;
    return {
      ...askedFrom(head, texts),
      ...(head.hint !== null && { hint: head.hint }),
      steps: stepsOf(head),
      success: bool(head.success),
      stopReason: head.stop_reason as Trajectory['stopReason'],
      optimalSteps: head.optimal_steps,
      ...(head.outcomes !== null && { outcomes: JSON.parse(head.outcomes) as Trajectory['outcomes'] }),
    };
  }

  const known = {
    numberOf: (id: string) => numberOf.get(id) as number | undefined,
    read,
    inGroup: (run: string, task: string, group: string, rollout: number) =>
      inGroup.get(run, task, group, rollout) as string | undefined,
  };
  let insert: ReturnType<typeof insertInto> | undefined;
  const store = (trajectories: Iterable<Trajectory>): number =>
    written(
      db,
      path,
      () => {
        let added = 0;
        insert ??= insertInto(db, path, texts, packed, known);
        for (const trajectory of trajectories) if (insert(trajectory)) added += 1;
        return added;
      },
      () => {
        texts.rolledBack();
        packed.rolledBack();
      },
    );

  return {
    add: trajectory => store([trajectory]) === 1,
    addAll: store,
    has: (run, task, rollout, group) =>
      (group === undefined ? inAnyGroup.get(run, task, rollout) : inGroup.get(run, task, group, rollout)) !== undefined,
    missing(run, tasks, rollouts, group) {
      const done = new Set(
        (rolloutsOf.all(run, group ?? null, group ?? null) as { task: string; rollout: number }[]).map(
          row => `${row.rollout} ${row.task}`,
        ),
      );
      return tasks
        .flatMap(task => Array.from({ length: rollouts }, (_, rollout) => ({ task, rollout })))
        .filter(({ task, rollout }) => !done.has(`${rollout} ${task}`));
    },
    get(id) {
      const number = numberOf.get(id) as number | undefined;
      return number === undefined ? undefined : readFrom(path, () => read(number));
    },
    *select(filter = {}) {
      // The numbers are read at once and the trajectories one by one: an open cursor would forbid writing on this
      // connection.
      const { sql, values } = condition(filter);
      const all = db.prepare(`select t.number ${from} where ${sql} order by ${inOrder}`).pluck();
      for (const number of readFrom(path, () => all.all(...values) as number[]))
        yield readFrom(path, () => read(number));
    },
    count(filter = {}) {
      const { sql, values } = condition(filter);
      return db
        .prepare(`select count(*) as trajectories, coalesce(sum(t.steps), 0) as steps,
        count(nullif(t.success, 0)) as successes, count(*) - count(t.success) as unknown ${from} where ${sql}`)
        .get(...values) as Counts;
    },
    summaries(filter = {}) {
      const { sql, values } = condition(filter);
      const rows = db
        .prepare(`select t.id, runs.id as run, tasks.id as task, tasks.category, tasks.split, t."group", t.rollout,
        t.iteration, t.agent, t.policy_version as policyVersion, t.steps, t.success ${from} where ${sql} order by ${inOrder}`)
        .all(...values) as (Omit<TrajectorySummary, 'success'> & { success: number | null })[];
      return rows.map(row => ({ ...row, success: bool(row.success) }));
    },
  };
}
