import type { Agent } from '../../agents/index.ts';
import type { EpisodeId } from '../../ids.ts';
import type { EpisodeLayout } from '../../policy/index.ts';
import type { Trajectory } from '../../trajectory/schema.ts';
import { type BranchCost, type BranchPoint, branchValues } from './branch.ts';
import type { RlOptions } from './options.ts';
import type { VineSettings } from './vine-settings.ts';

/** For episodes that were begun for the policy (`branchAt`): the step with which they begin to be their own. */
type Begun = ReadonlyMap<EpisodeId, number>;

/**
 * How unexpected the command of a step was to the policy itself: −log of its probability, in nats. One draw's estimate
 * of how undecided the policy was. 0 for a step without a command, or without tokens.
 */
export function surprisal(
  { tokens }: Trajectory['steps'][number],
  { commandTokens }: Pick<EpisodeLayout, 'commandTokens'>,
): number {
  if (!tokens) return 0;
  const acting = commandTokens(tokens.reply);
  return tokens.logProbabilities.reduce((sum, value, i) => (acting[i] ? sum - value : sum), 0);
}

/**
 * The moments before and after the least expected step of the `moments` episodes in which that step was least expected.
 * The start of an episode and its end need no branches, so they are not among them, nor are steps that all of a group
 * have because they were begun with them.
 */
export function uncertainMoments(
  trajectories: readonly Trajectory[],
  { moments }: Pick<VineSettings, 'moments'>,
  layout: Pick<EpisodeLayout, 'commandTokens'>,
  begun: Begun = new Map(),
): BranchPoint[] {
  return trajectories
    .map(trajectory => ({ trajectory, from: begun.get(trajectory.id) ?? 0 }))
    .filter(({ trajectory: { steps }, from }) => steps.length > from + 1)
    .map(({ trajectory, from }) => {
      const surprisals = trajectory.steps.slice(from).map(step => surprisal(step, layout));
      const at = surprisals.indexOf(Math.max(...surprisals));
      return { trajectory, from, step: from + at, surprisal: surprisals[at]! };
    })
    .toSorted((a, b) => b.surprisal - a.surprisal || (a.trajectory.id < b.trajectory.id ? -1 : 1))
    .slice(0, moments)
    .flatMap(({ trajectory, from, step }) =>
      [step, step + 1]
        .filter(at => at > from && at < trajectory.steps.length)
        .map((at): BranchPoint => ({ trajectory, step: at })),
    );
}

/**
 * VinePPO's advantages (arXiv 2410.01679, section 4) with values at some moments: the steps from one valued moment to
 * the next are worth V(next) − V(this). V of a start is the mean outcome of the group, that of an end the outcome.
 * Steps before an episode was its own are worth 0.
 *
 * @param values of `points`, in their order
 * @returns for each episode one number a step
 */
export function vineAdvantages(
  trajectories: readonly Trajectory[],
  points: readonly BranchPoint[],
  values: readonly number[],
  begun: Begun = new Map(),
): Map<EpisodeId, number[]> {
  const known = new Map<EpisodeId, Map<number, number>>();
  points.forEach(({ trajectory: { id }, step }, i) => {
    known.set(id, (known.get(id) ?? new Map<number, number>()).set(step, values[i]!));
  });
  const groups = new Map<string, number[]>();
  for (const { group, success } of trajectories) groups.set(group, [...(groups.get(group) ?? []), success ? 1 : 0]);
  return new Map(
    trajectories.map(({ id, group, success, steps }) => {
      const outcomes = groups.get(group)!;
      const start = outcomes.reduce((sum, value) => sum + value, 0) / outcomes.length;
      const from = begun.get(id) ?? 0;
      const at = new Map(known.get(id)).set(from, start).set(steps.length, success ? 1 : 0);
      const bounds = [...at.keys()].toSorted((a, b) => a - b);
      const advantages = steps.map((_, t) => {
        if (t < from) return 0;
        const next = bounds.find(bound => bound > t)!;
        const last = bounds.findLast(bound => bound <= t)!;
        return at.get(next)! - at.get(last)!;
      });
      return [id, advantages];
    }),
  );
}

/** Branches an iteration's episodes as its recipe says. Undefined where it says nothing. */
export async function vineOf(
  trajectories: readonly Trajectory[],
  { world, recipe, run, seed }: Pick<RlOptions, 'world' | 'recipe' | 'run' | 'seed'>,
  agent: Agent,
  layout: Pick<EpisodeLayout, 'commandTokens'>,
  iteration: number,
  begun: Begun,
): Promise<{ readonly advantages: Map<EpisodeId, number[]>; readonly cost: BranchCost } | undefined> {
  const { vine, maxSteps, tasks, rollouts } = recipe;
  if (!vine) return undefined;
  const points = uncertainMoments(trajectories, vine, layout, begun);
  const { values, cost } = await branchValues(points, {
    world,
    agent,
    branches: vine.branches,
    run,
    iteration,
    seed: `${seed}/${iteration}/vine`,
    maxSteps,
    parallelEpisodes: tasks * rollouts,
  });
  return { advantages: vineAdvantages(trajectories, points, values, begun), cost };
}
