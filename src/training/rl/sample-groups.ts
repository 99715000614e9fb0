import type { Agent, RolloutOptions } from '../../agents/index.ts';
import type { EpisodeId } from '../../ids.ts';
import { firstError } from '../../metrics/index.ts';
import { playWhole } from '../../runs/index.ts';
import type { Trajectory } from '../../trajectory/schema.ts';
import type { TaskRecord } from '../../world/index.ts';
import { inMixedGroups } from '../../learn/index.ts';
import { type BranchCost, type BranchPoint, momentOf } from './branch.ts';
import { type LeftOut, leftOutOf } from './left-out.ts';
import type { RlOptions } from './options.ts';
import { policyTokens } from './policy-tokens.ts';

/** What was sampled in an iteration. */
export interface Sampled {
  /** Groups of rollouts of one task each; the groups of a round are ordered by task, their rollouts by number. */
  readonly trajectories: Trajectory[];
  /** Rounds of sampling it took. */
  readonly rounds: number;
  /** For episodes that were branched: the step with which they begin to be their own. */
  readonly begun: ReadonlyMap<EpisodeId, number>;
  /** What dynamic sampling played beside them; undefined without it. */
  readonly leftOut?: LeftOut;
  /** What was played to find where to branch; undefined where nothing is branched. */
  readonly scouts?: BranchCost;
}

/**
 * Samples the groups of an iteration. With several rounds, tasks are drawn until there are enough groups with both
 * outcomes, or the iteration has had the whole pool; where there are not enough, other groups of the last round take
 * their places.
 *
 * With `branchAt` every task is played once beforehand, and its group begins before the first error of that episode: the
 * rollouts then differ in what they do where the policy errs. Where there was no error, or the first step was it, they
 * begin at the start.
 *
 * @param drawRound the tasks of the next round: no task twice
 * @param guidance what episodes are told besides, and where they are cut short
 * @throws ClewError when an episode could not be played.
 */
export async function sampleGroups(
  { world, recipe, seed, run }: RlOptions,
  agent: Agent,
  drawRound: () => readonly TaskRecord<unknown>[],
  number: number,
  guidance: Pick<RolloutOptions, 'hint' | 'cutoff'> = {},
): Promise<Sampled> {
  const wanted = recipe.tasks * recipe.rollouts;
  const begun = new Map<EpisodeId, number>();
  const cost = { episodes: 0, steps: 0, sampled: 0, read: 0, seconds: 0 };
  if (recipe.dynamicRounds === 1) return told(await play(drawRound(), 0), 1);
  const mixed: Trajectory[] = [];
  const all: Trajectory[] = [];
  let last: Trajectory[] = [];
  let rounds = 0;
  while (rounds < recipe.dynamicRounds && mixed.length < wanted) {
    const tasks = drawRound();
    if (tasks.length === 0) break;
    last = await play(tasks, rounds++);
    all.push(...last);
    mixed.push(...mixedOf(last));
  }
  const chosen = new Set(mixed);
  const others = last.filter(trajectory => !chosen.has(trajectory));
  const kept = [...mixed, ...others].slice(0, wanted);
  return told(kept, rounds, leftOutOf(all, kept));

  function told(trajectories: Trajectory[], took: number, leftOut?: LeftOut): Sampled {
    const { sampled, read, ...rest } = cost;
    return {
      trajectories,
      rounds: took,
      begun,
      ...(leftOut && { leftOut }),
      ...(recipe.branchAt && { scouts: { ...rest, tokens: { sampled, read } } }),
    };
  }

  /** Where the group of each task begins, if not at the start. */
  async function branchPoints(tasks: readonly TaskRecord<unknown>[], round: number): Promise<Map<string, BranchPoint>> {
    const points = new Map<string, BranchPoint>();
    if (!recipe.branchAt) return points;
    const from = performance.now();
    const scouts = await playWhole(`the scouts of iteration ${number}`, {
      world,
      agent,
      run,
      iteration: number,
      tasks,
      seed: `${seed}/${number}/${round}/scouts`,
      parallelEpisodes: wanted,
      ...(recipe.maxSteps !== undefined && { maxSteps: recipe.maxSteps }),
    });
    for (const trajectory of scouts) {
      cost.episodes++;
      cost.steps += trajectory.steps.length;
      cost.sampled += policyTokens(trajectory.steps);
      cost.read += policyTokens(trajectory.steps, 'prompt');
      const step = firstError(trajectory)?.step ?? 0;
      if (step > 0) points.set(trajectory.task.id, { trajectory, step });
    }
    cost.seconds += Math.round(performance.now() - from) / 1000;
    return points;
  }

  async function play(tasks: readonly TaskRecord<unknown>[], round: number): Promise<Trajectory[]> {
    const points = await branchPoints(tasks, round);
    const played = await playWhole(`iteration ${number}`, {
      begin(record) {
        const point = points.get(record.id);
        return point && momentOf(world, record, point);
      },
      world,
      agent,
      run,
      iteration: number,
      tasks,
      rollouts: recipe.rollouts,
      seed: `${seed}/${number}/${round}`,
      parallelEpisodes: wanted,
      ...(recipe.maxSteps !== undefined && { maxSteps: recipe.maxSteps }),
      ...(guidance.hint && { hint: guidance.hint }),
      ...(guidance.cutoff && { cutoff: guidance.cutoff }),
      optimalSteps: ({ task }) => world.optimalSteps(task) ?? null,
    });
    for (const { id, task } of played) {
      const step = points.get(task.id)?.step;
      if (step !== undefined) begun.set(id, step);
    }
    return played;
  }
}

/** The groups with both outcomes. */
function mixedOf(trajectories: readonly Trajectory[]): Trajectory[] {
  return inMixedGroups(
    trajectories.map(trajectory => ({
      trajectory,
      id: trajectory.id,
      group: trajectory.group,
      task: trajectory.task.id,
      outcome: trajectory.success ? 1 : 0,
    })),
  ).map(({ trajectory }) => trajectory);
}
