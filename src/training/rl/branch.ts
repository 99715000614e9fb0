import { type Agent, type Moment, rollout } from '../../agents/index.ts';
import { ClewError } from '../../errors.ts';
import type { Trajectory } from '../../trajectory/schema.ts';
import type { TaskRecord, World } from '../../world/index.ts';
import { policyTokens } from './policy-tokens.ts';

/** An episode before one of its steps, counted from 0. */
export interface BranchPoint {
  readonly trajectory: Trajectory;
  readonly step: number;
}

/** What branching took, beside the episodes that it branched from. */
export interface BranchCost {
  readonly episodes: number;
  /** Steps that were played, those before the branches not counted. */
  readonly steps: number;
  readonly tokens: { readonly sampled: number; readonly read: number };
  readonly seconds: number;
}

/**
 * The state of an episode before a step: its commands, given again.
 * @throws ClewError when the world answers something else than it did.
 */
export function momentOf(world: World, record: TaskRecord<unknown>, { trajectory, step }: BranchPoint): Moment {
  const steps = trajectory.steps.slice(0, step);
  let episode = world.start(record);
  for (const { command, observation } of steps) {
    episode = episode.step(command ?? '');
    if (episode.observation !== observation)
      throw new ClewError(
        `${trajectory.id} cannot be branched: ${world.name} does not answer again as it did. The same commands must ` +
          `always lead to the same texts; clew check finds where they do not.`,
      );
  }
  return { episode, initialObservation: trajectory.initialObservation, steps };
}

/** What the agent makes of moments: the share of `branches` rollouts from each that were won, in their order. */
export async function branchValues(
  points: readonly BranchPoint[],
  options: {
    readonly world: World;
    readonly agent: Agent;
    readonly branches: number;
    readonly run: string;
    readonly iteration: number;
    /** With task, branch and step it decides every draw. */
    readonly seed: string;
    readonly maxSteps?: number | undefined;
    readonly parallelEpisodes?: number;
  },
): Promise<{ readonly values: readonly number[]; readonly cost: BranchCost }> {
  const { world, branches, maxSteps, ...rest } = options;
  const from = performance.now();
  const byTask = new Map<string, number[]>();
  points.forEach(({ trajectory: { task } }, i) => byTask.set(task.id, [...(byTask.get(task.id) ?? []), i]));
  const records = [...byTask.keys()].map(id => world.task(id));
  const moments = new Map<number, Moment>();
  const wins = points.map(() => 0);
  const cost = { episodes: 0, steps: 0, sampled: 0, read: 0 };
  const place = (task: string, k: number): number | undefined => byTask.get(task)![Math.floor(k / branches)];
  await rollout({
    ...rest,
    ...(maxSteps !== undefined && { maxSteps }),
    world,
    tasks: records,
    rollouts: branches * Math.max(0, ...[...byTask.values()].map(({ length }) => length)),
    skip: (task, k) => place(task, k) === undefined,
    begin(record, k) {
      const i = place(record.id, k)!;
      const moment = moments.get(i) ?? momentOf(world, record, points[i]!);
      moments.set(i, moment);
      return moment;
    },
    onTrajectory({ task, rollout: k, success, steps }) {
      const i = place(task.id, k)!;
      const played = steps.slice(points[i]!.step);
      if (success) wins[i]!++;
      cost.episodes++;
      cost.steps += played.length;
      cost.sampled += policyTokens(played);
      cost.read += policyTokens(played, 'prompt');
    },
  });
  const { episodes, steps, sampled, read } = cost;
  return {
    values: wins.map(won => won / branches),
    cost: {
      episodes,
      steps,
      tokens: { sampled, read },
      seconds: Math.round(performance.now() - from) / 1000,
    },
  };
}
