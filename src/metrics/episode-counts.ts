import {
  executed,
  failed as stepFailed,
  indexEpisode,
  type IndexedEpisode,
  isMissing,
  stepTag,
  stepTags,
} from '../steps/index.ts';
import { refusals, type Trajectory } from '../trajectory/schema.ts';
import { reasonAgrees } from './agreement.ts';
import { unknown, yes } from './flags.ts';
import { earlySteps, stepMetricNames, stepMetrics } from './step-metrics.ts';
import { firstErrorOf } from './first-error.ts';
import type { FirstErrorKind } from './first-error-labels.ts';
import { countRecovery, type RecoveryCounts } from './recovery.ts';
import { type AskingCounts, countAsking } from './asking.ts';
import { phasesOf } from './phases.ts';
import { countServed, type ServedCounts } from './served.ts';
import { situationAt, situations } from './tag-use.ts';
import { detour, underthinking } from './thinking.ts';

/** Steps that are `yes` and steps that are known, of one episode. */
export interface YesKnown {
  yes: number;
  known: number;
}

/**
 * Everything that figures need of an episode, counted: figures are sums of these. Metrics are in the order of
 * `stepMetricNames`.
 */
export interface EpisodeCounts {
  readonly id: string;
  readonly world: string;
  readonly worldVersion: string;
  readonly grammar: string;
  readonly task: { readonly id: string; readonly category: string; readonly split: string | null };
  readonly agent: string;
  /** The version of the policy, or the model; null where a log does not say. */
  readonly model: string | null;
  readonly run: string;
  readonly rollout: number;
  readonly success: boolean | null;
  readonly steps: number;
  /** Steps of a shortest path; null where unknown. */
  readonly optimalSteps: number | null;
  /** Null where the task does not say what its sentence leaves out. */
  readonly asking: AskingCounts | null;
  /** What servers said of the replies. */
  readonly served: ServedCounts;
  /** What followed refused steps. */
  readonly recovery: RecoveryCounts;
  /** By what a lost episode first erred; null for one that was not lost, undefined where the log does not say. */
  readonly firstError: FirstErrorKind | null | undefined;
  readonly pooled: readonly YesKnown[];
  readonly first10: readonly YesKnown[];
  /** Counts by tag, then by metric. */
  readonly byTag: readonly (readonly YesKnown[])[];
  /** Refused steps by reason. `missing`: steps of which the log does not say whether, or why, they were refused. */
  readonly refusals: { readonly counts: readonly number[]; readonly missing: number };
  readonly inspects: boolean;
  readonly cycles: boolean | null;
  readonly tagCounts: readonly number[];
  readonly transitions: readonly (readonly number[])[];
  readonly situations: readonly (readonly number[])[];
  /** Whether the first reply is planning; null without a parsed reply. */
  readonly planningFirst: boolean | null;
  /**
   * `missing`: steps after the first without a parsed reply, or after a step of which the log does not say what it did.
   */
  readonly reflectionAfterFailure: YesKnown & { readonly missing: number };
  readonly agreement: YesKnown;
  /**
   * Commands that were executed again in the episode, and those of them that led to a state which the episode had been
   * in.
   */
  readonly again: { readonly commands: number; readonly states: number };
  readonly detour: number | null;
  readonly underthinking: number | null;
  /** Different subgoals that held after some step; null where the log has none. */
  readonly subgoals: number | null;
  /** Phases of MBT that it shows, 0 to 5; null where its replies do not tell. */
  readonly phases: number | null;
  /** The goal held after some step. */
  readonly goalHeld: boolean;
  /** What the world tells of the end beside success. */
  readonly outcomes?: Trajectory['outcomes'];
}

const cycleAt = stepMetricNames.indexOf('cycle');
const failedAt = situations.indexOf('failed');
const reflectionAt = stepTags.indexOf('reflection');

/** Counts one episode. A pure function of the trajectory. */
export function countEpisode(trajectory: Trajectory): EpisodeCounts {
  const { steps } = trajectory;
  const episode = indexEpisode(trajectory);
  const tags = steps.map(step => {
    const tag = stepTag(step);
    return tag === null ? -1 : stepTags.indexOf(tag);
  });

  const pooled: YesKnown[] = [];
  const first10: YesKnown[] = [];
  const byTag = stepTags.map((): YesKnown[] => stepMetricNames.map(() => ({ yes: 0, known: 0 })));
  stepMetricNames.forEach((name, metric) => {
    const flags = stepMetrics[name].flags(episode);
    const all = { yes: 0, known: 0 };
    let early = all;
    for (let t = 0; t < flags.length; t++) {
      if (t === earlySteps) early = { ...all };
      const flag = flags[t]!;
      if (flag === unknown) continue;
      all.known++;
      if (flag === yes) all.yes++;
      const tag = tags[t]!;
      if (tag < 0) continue;
      const cell = byTag[tag]![metric]!;
      cell.known++;
      if (flag === yes) cell.yes++;
    }
    pooled.push(all);
    first10.push(early);
  });

  const tagCounts = stepTags.map(() => 0);
  const transitions = stepTags.map(() => stepTags.map(() => 0));
  const table = situations.map(() => stepTags.map(() => 0));
  const refusalCounts = refusals.map(() => 0);
  let refusalsMissing = 0;
  let afterUnknown = 0;
  const agreement = { yes: 0, known: 0 };
  const seenSubgoals = new Set<string>();
  let hasSubgoals = false;
  let goalHeld = false;
  let inspects = false;
  for (let t = 0; t < steps.length; t++) {
    const step = steps[t]!;
    const tag = tags[t]!;
    if (tag >= 0) {
      tagCounts[tag]!++;
      table[situations.indexOf(situationAt(steps, t))]![tag]!++;
      if (t > 0 && isMissing(stepFailed(steps[t - 1]!))) afterUnknown++;
      if (t > 0 && tags[t - 1]! >= 0) transitions[tags[t - 1]!]![tag]!++;
    } else if (t > 0) {
      afterUnknown++;
    }
    if (step.refusal !== null) refusalCounts[refusals.indexOf(step.refusal)]!++;
    else if (executed(step) !== true) refusalsMissing++;
    const agrees = reasonAgrees(step);
    if (agrees !== null) {
      agreement.known++;
      if (agrees) agreement.yes++;
    }
    if (step.subgoals !== null) {
      hasSubgoals = true;
      for (const subgoal of step.subgoals) seenSubgoals.add(subgoal);
    }
    if (step.success === true) goalHeld = true;
    if (step.inspection !== null) inspects = true;
  }
  const failed = table[failedAt]!;
  return {
    id: trajectory.id,
    world: trajectory.world,
    worldVersion: trajectory.worldVersion,
    grammar: trajectory.grammar,
    task: { id: trajectory.task.id, category: trajectory.task.category, split: trajectory.task.split },
    agent: trajectory.agent,
    model: trajectory.policyVersion,
    run: trajectory.run,
    rollout: trajectory.rollout,
    success: trajectory.success,
    steps: steps.length,
    optimalSteps: trajectory.optimalSteps,
    asking: countAsking(trajectory),
    served: countServed(steps),
    recovery: countRecovery(episode, trajectory.success),
    firstError: firstErrorOf(trajectory),
    pooled,
    first10,
    byTag,
    refusals: { counts: refusalCounts, missing: refusalsMissing },
    inspects,
    cycles: pooled[cycleAt]!.known === 0 ? null : pooled[cycleAt]!.yes > 0,
    tagCounts,
    transitions,
    situations: table,
    planningFirst: steps.length === 0 || tags[0]! < 0 ? null : stepTags[tags[0]!] === 'planning',
    reflectionAfterFailure: {
      yes: failed[reflectionAt]!,
      known: failed.reduce((sum, count) => sum + count, 0),
      missing: afterUnknown,
    },
    agreement,
    again: commandsAgain(episode),
    detour: trajectory.success === true ? detour(episode) : null,
    underthinking: trajectory.success === false ? underthinking(episode) : null,
    subgoals: hasSubgoals ? seenSubgoals.size : null,
    phases: phasesOf(trajectory)?.length ?? null,
    goalHeld,
    ...(trajectory.outcomes && { outcomes: trajectory.outcomes }),
  };
}

function commandsAgain({ steps, commands, states }: IndexedEpisode): EpisodeCounts['again'] {
  const again = { commands: 0, states: 0 };
  if (!states) return again;
  const given = new Set<number>();
  const been = new Set<number>([states[0]!]);
  for (let t = 0; t < steps.length; t++) {
    if (executed(steps[t]!) !== true) continue;
    if (given.has(commands[t]!)) {
      again.commands++;
      if (been.has(states[t + 1]!)) again.states++;
    }
    given.add(commands[t]!);
    been.add(states[t + 1]!);
  }
  return again;
}
