import type { RunId } from '../ids.ts';
import type { Trajectory } from '../trajectory/index.ts';

/** What decides which of two won episodes of a task is learnt from. */
export interface Won extends Pick<Trajectory, 'run' | 'iteration' | 'group' | 'rollout'> {
  readonly steps: { readonly length: number };
}

/**
 * Whether `a` is rather learnt from than `b`: it is shorter, or as short and was sampled earlier (by run, iteration,
 * group and rollout). So the choice is the same in whatever order episodes are given, as they are played or as a store
 * lists them.
 */
export function isBetter(a: Won, b: Won): boolean {
  if (a.steps.length !== b.steps.length) return a.steps.length < b.steps.length;
  if (a.run !== b.run) return a.run < b.run;
  const [iterationOfA, iterationOfB] = [a.iteration ?? 0, b.iteration ?? 0];
  if (iterationOfA !== iterationOfB) return iterationOfA < iterationOfB;
  if (a.group !== b.group) return a.group < b.group;
  return a.rollout < b.rollout;
}

/**
 * What a policy can learn from its own play without any reward but the outcome (rejection sampling, as in STaR, arXiv
 * 2203.14465): the shortest of its won episodes of each task (of equally short ones the first: see `isBetter`), in
 * which every step that was refused or ill-formed counts as a mistake, so that it is read and not imitated. An episode
 * that is more than half mistakes is left out.
 *
 * @returns trajectories of the run `run`, in the order of their tasks' ids, one a task, without sampled tokens
 */
export function wonDemonstrations(played: Iterable<Trajectory>, run: RunId): Trajectory[] {
  const shortest = new Map<string, Trajectory>();
  for (const trajectory of played) {
    const known = shortest.get(trajectory.task.id);
    if (trajectory.success && (!known || isBetter(trajectory, known))) shortest.set(trajectory.task.id, trajectory);
  }
  return [...shortest.values()]
    .toSorted((a, b) => (a.task.id < b.task.id ? -1 : 1))
    .flatMap(trajectory => learnable(trajectory, run) ?? []);
}

/**
 * A won episode as a demonstration of the run `run`, without sampled tokens: steps that were refused or ill-formed count
 * as mistakes. Undefined where they are more than half.
 */
export function learnable(trajectory: Trajectory, run: RunId): Trajectory | undefined {
  const steps = trajectory.steps.map(step => ({
    ...step,
    mistake: step.accepted !== true || step.parsed === null || step.parsed.violations.length > 0,
    tokens: null,
  }));
  if (2 * steps.filter(({ mistake }) => mistake).length > steps.length) return undefined;
  const { id } = trajectory.task;
  return { ...trajectory, id: `${run}/${id}`, run, group: `${id}`, rollout: 0, iteration: undefined, steps };
}
