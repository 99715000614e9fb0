import type Database from 'better-sqlite3';
import { ClewError } from '../../errors.ts';
import type { Trajectory } from '../schema.ts';
import { checkedTrajectory } from './checked.ts';
import { fingerprint } from './fingerprint.ts';
import { packedKinds, type Packed } from './packed.ts';
import type { RunKind } from './runs.ts';
import { bit, stepColumns, stepValues, tokenValues } from './step-rows.ts';
import { taskNumbers } from './task-numbers.ts';
import type { Texts } from './texts.ts';
import { wellFormed } from './well-formed.ts';

/** Who asks the store what it holds: the statements of `trajectoriesOf`. */
export interface Known {
  numberOf(id: string): number | undefined;
  read(number: number): Trajectory;
  /** The id of the trajectory in this place. */
  inGroup(run: string, task: string, group: string, rollout: number): string | undefined;
}

const marks = (count: number): string => Array.from({ length: count }, () => '?').join(', ');

/**
 * Stores a trajectory, inside a transaction of the caller's. Made when something is first written, because a reader's
 * tables may be views.
 *
 * @returns a function that gives false when the same trajectory is there already
 */
export function insertInto(
  db: Database.Database,
  path: string,
  texts: Texts,
  packed: Packed,
  known: Known,
): (given: Trajectory) => boolean {
  const findRun = db.prepare('select number, kind from runs where id = ?');
  const taskNumber = taskNumbers(db);
  const insertHead = db.prepare(
    `insert into trajectories (id, run, task, "group", rollout, iteration, seed, agent, policy_version, max_steps,
      initial_observation, steps, success, stop_reason, optimal_steps, outcomes, hint) values (${marks(17)})`,
  );
  const insertRows = insertStepRows(db, texts);

  return given => {
    const trajectory = checkedTrajectory(given);
    const { task } = trajectory;
    const run = findRun.get(trajectory.run) as { number: number; kind: RunKind } | undefined;
    if (run === undefined)
      throw new ClewError(`${path} has no run ${trajectory.run}: add the run before its trajectories.`);
    const taken = known.numberOf(trajectory.id);
    if (taken !== undefined) {
      if (fingerprint(known.read(taken)) === fingerprint(trajectory)) return false;
      throw new ClewError(
        `${path} already holds a different trajectory ${trajectory.id}. Trajectories are never changed: ` +
          'store this one under another run.',
      );
    }
    const other = known.inGroup(trajectory.run, task.id, trajectory.group, trajectory.rollout);
    if (other !== undefined) {
      throw new ClewError(
        `Trajectory ${trajectory.id} is rollout ${trajectory.rollout} of task ${task.id} in run ${trajectory.run} ` +
          `and group ${trajectory.group}, which ${other} is already in ${path}.`,
      );
    }
    const { lastInsertRowid: number } = insertHead.run(
      trajectory.id,
      run.number,
      taskNumber(trajectory),
      trajectory.group,
      trajectory.rollout,
      trajectory.iteration ?? null,
      trajectory.seed,
      trajectory.agent,
      trajectory.policyVersion,
      trajectory.maxSteps,
      texts.intern(wellFormed(trajectory.initialObservation)),
      trajectory.steps.length,
      bit(trajectory.success),
      trajectory.stopReason,
      trajectory.optimalSteps,
      trajectory.outcomes ? JSON.stringify(trajectory.outcomes) : null,
      trajectory.hint === undefined ? null : wellFormed(trajectory.hint),
    );
    if (packedKinds.includes(run.kind)) packed.insert(Number(number), run.number, trajectory.steps);
    else insertRows(number, trajectory.steps);
    return true;
  };
}

/** Stores steps as rows, with their tokens, inside a transaction of the caller's. */
export function insertStepRows(
  db: Database.Database,
  texts: Texts,
): (trajectory: number | bigint, steps: Trajectory['steps']) => void {
  const insertStep = db.prepare(
    `insert into steps (trajectory, number, ${stepColumns.join(', ')}) values (${marks(2 + stepColumns.length)})`,
  );
  const insertTokens = db.prepare(
    'insert into tokens (trajectory, step, prompt, reply, log_probabilities) values (?, ?, ?, ?, ?)',
  );
  return (trajectory, steps) => {
    for (const [index, step] of steps.entries()) {
      insertStep.run(trajectory, index, ...stepValues(step, texts));
      if (step.tokens) insertTokens.run(trajectory, index, ...tokenValues(step.tokens));
    }
  };
}
