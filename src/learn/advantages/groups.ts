import { ClewError } from '../../errors.ts';
import type { EpisodeId, GroupId, TaskId } from '../../ids.ts';
import type { Trajectory } from '../../trajectory/schema.ts';

/** What has to be known of an episode to judge its group. */
export interface GroupMember {
  readonly id: EpisodeId;
  readonly group: GroupId;
  readonly task: TaskId;
  /** 1 for success, 0 for failure, or any other outcome reward. */
  readonly outcome: number;
}

/**
 * The members of each group, in the order in which groups first occur.
 * @param size how many each group must have; `any` for trainers that drop rollouts.
 * @throws ClewError when a group has not exactly `size` different episodes, or they are of more than one task: a
 *   baseline over the wrong episodes is no baseline, and nothing later would show it.
 */
export function checkedGroups<T extends GroupMember>(members: readonly T[], size: number | 'any'): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  const ids = new Set<string>();
  for (const member of members) {
    if (ids.has(member.id))
      throw new ClewError(
        `Episode ${member.id} is in the batch twice: every rollout of a group must be an episode of its own.`,
      );
    ids.add(member.id);
    const group = groups.get(member.group);
    if (group) group.push(member);
    else groups.set(member.group, [member]);
  }
  for (const [name, group] of groups) {
    if (size !== 'any' && group.length !== size)
      throw new ClewError(
        `Group ${name} has ${group.length} ${group.length === 1 ? 'rollout' : 'rollouts'} and should have ` +
          `${size}: sample the others, or leave the group out.`,
      );
    const other = group.find(({ task }) => task !== group[0]!.task);
    if (other)
      throw new ClewError(
        `Group ${name} mixes the tasks ${group[0]!.task} and ${other.task}: a group is rollouts of one task.`,
      );
  }
  return groups;
}

/** The episodes of groups with more than one outcome (DAPO's dynamic sampling, arXiv 2503.14476, equation 11). */
export function inMixedGroups<T extends GroupMember>(members: readonly T[]): T[] {
  const outcomes = new Map<string, Set<number>>();
  for (const { group, outcome } of members) outcomes.set(group, (outcomes.get(group) ?? new Set()).add(outcome));
  return members.filter(({ group }) => outcomes.get(group)!.size > 1);
}

/** What a trainer watches of the groups of an iteration. */
export interface GroupFigures {
  readonly groups: number;
  /** Share of groups with more than one outcome. */
  readonly mixedShare: number;
  /** Mean over groups of the standard deviation of the outcome (n − 1). */
  readonly outcomeStd: number;
  /** Share of groups in which all episodes gave the same commands. */
  readonly identicalShare: number;
  /** Episodes whose seed another episode of their group has too. */
  readonly equalSeeds: number;
  /** Episodes whose (run, task, group, rollout) another has too. */
  readonly duplicates: number;
  /** Groups that have not exactly `size` rollouts of one task. */
  readonly wrongGroups: number;
}

/** Figures of groups as they are, right or wrong. Unknown success counts as failure. */
export function describeGroups(trajectories: readonly Trajectory[], size: number): GroupFigures {
  const byGroup = new Map<string, Trajectory[]>();
  for (const trajectory of trajectories) {
    const group = byGroup.get(trajectory.group);
    if (group) group.push(trajectory);
    else byGroup.set(trajectory.group, [trajectory]);
  }
  const all = [...byGroup.values()];
  const share = (holds: (group: Trajectory[]) => boolean): number =>
    all.length === 0 ? 0 : all.filter(holds).length / all.length;
  return {
    groups: all.length,
    mixedShare: share(group => new Set(group.map(({ success }) => success === true)).size > 1),
    outcomeStd:
      all.length === 0
        ? 0
        : all.reduce((sum, group) => sum + deviation(group.map(({ success }) => (success ? 1 : 0))), 0) / all.length,
    identicalShare: share(
      group =>
        group.length > 1 &&
        new Set(group.map(({ steps }) => JSON.stringify(steps.map(({ command }) => command)))).size === 1,
    ),
    equalSeeds: all.reduce((sum, group) => sum + repeated(group.map(({ seed }) => seed)), 0),
    duplicates: repeated(
      trajectories.map(({ run, task, group, rollout }) => JSON.stringify([run, task.id, group, rollout])),
    ),
    wrongGroups: all.filter(
      group => group.length !== size || new Set(group.map(({ world, task }) => `${world}\n${task.id}`)).size > 1,
    ).length,
  };
}

function repeated(keys: readonly string[]): number {
  return keys.length - new Set(keys).size;
}

function deviation(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}
