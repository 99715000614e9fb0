import type { Briefs } from '../../briefs/index.ts';
import type { BranchCost } from './branch.ts';
import { measure, repetitiveAction, type Rate } from '../../metrics/index.ts';
import { briefsFor, openReward, type Reward, RewardAccumulator } from '../../rewards/index.ts';
import { failed, isMissing, type Fact } from '../../steps/index.ts';
import type { ForecastReport } from './forecast-report.ts';
import type { LeftOut } from './left-out.ts';
import { episodeTokens } from './policy-tokens.ts';
import type { Trajectory } from '../../trajectory/schema.ts';
import {
  type AdvantageFigures,
  type AdvantageRecipe,
  type Alarm,
  batchSignal,
  type ColdStartFacts,
  describeGroups,
  type IterationFacts,
  type TagCounts,
  type UpdateFigures,
} from '../../learn/index.ts';

/** What was played in an iteration, measured. Shares and rates are in [0, 1]; null where nothing is known. */
export interface PlayFigures {
  readonly tasks: number;
  readonly episodes: number;
  readonly steps: number;
  readonly tokens: { readonly sampled: number; readonly read: number };
  readonly success: number | null;
  readonly meanReturn: number | null;
  readonly meanSteps: number | null;
  readonly wellFormed: number | null;
  readonly inadmissible: number | null;
  /** The repetitive-action rate in its three views. */
  readonly repetition: {
    readonly all: number | null;
    readonly firstTen: number | null;
    readonly perEpisode: number | null;
  };
  readonly tags: Readonly<Record<string, number | null>>;
  readonly situations: TagCounts;
  /** Mean sum over an episode, by `REWARD/PART`. */
  readonly rewards: Readonly<Record<string, number>>;
  readonly facts: Omit<MeasuredFacts, 'iteration' | keyof UpdateFacts | keyof ForecastFacts | 'unseenSuccess'>;
}

/**
 * Every fact that an alarm looks at, known or null: the compiler sees to it that no rule waits for one that is never
 * measured.
 */
type MeasuredFacts = { readonly [Fact in keyof Required<IterationFacts>]: Exclude<IterationFacts[Fact], undefined> };
type UpdateFacts = Pick<
  MeasuredFacts,
  | 'finite'
  | 'updates'
  | 'skippedUpdates'
  | 'mismatchMean'
  | 'mismatchMax'
  | 'actionEntropy'
  | 'gradientNorm'
  | 'klToReference'
  | 'approxKl'
  | 'clipFraction'
>;
type ForecastFacts = Pick<
  MeasuredFacts,
  'forecastsWellFormed' | 'forecastSpread' | 'gatedShare' | 'gateProbes' | 'gateFalseProbes'
>;

/** The reward that every run logs, whatever it learns from, so that arms can be compared by it. */
const watched = 'rlvmr:fixed';

/** Measures the episodes of an iteration. Pure: the same trajectories give the same figures. */
export function playFigures(
  trajectories: readonly Trajectory[],
  recipe: AdvantageRecipe,
  groupSize: number,
  own: readonly Reward[] = [],
  briefs?: Briefs,
): PlayFigures {
  const measured = measure(trajectories, { by: ['tag'] });
  const { formatInvalid, inadmissible } = measured.rates;
  const repeats = measured.rates[repetitiveAction];
  const shares = Object.fromEntries(Object.entries(measured.tags.shares).map(([tag, { value }]) => [tag, value]));
  const malformed = valueOf(formatInvalid.pooled);
  const { rewards, process } = rewardMeans(trajectories, recipe, own, briefs);
  const groups = describeGroups(trajectories, groupSize);
  const sampled = episodeTokens(trajectories);
  const byTag = measured.by.tag;
  const steps = trajectories.flatMap(({ steps }) => steps);
  return {
    tasks: measured.tasks,
    episodes: measured.episodes,
    steps: measured.stepCount,
    tokens: { sampled, read: episodeTokens(trajectories, 'prompt') },
    success: measured.success.value,
    meanReturn: rewards['outcome/outcome'] ?? measured.success.value,
    meanSteps: measured.steps.all.value,
    wellFormed: malformed === null ? null : 1 - malformed,
    inadmissible: valueOf(inadmissible.pooled),
    repetition: { all: valueOf(repeats.pooled), firstTen: valueOf(repeats.first10), perEpisode: repeats.pooled.macro },
    tags: shares,
    situations: measured.tags.situations,
    rewards,
    facts: {
      ...groups,
      formatValid: malformed === null ? null : 1 - malformed,
      tokensPerStep: steps.length === 0 ? null : sampled / steps.length,
      tagShares: Object.fromEntries(Object.entries(shares).filter(([, share]) => share !== null)) as NonNullable<
        IterationFacts['tagShares']
      >,
      failedSteps: shareOf(steps.map(failed)),
      planningFirst: measured.tags.planningFirst.value,
      processReward: process,
      success: measured.success.value,
      repetitionMonitor: byTag?.monitor?.[repetitiveAction]?.value ?? null,
      repetitionExplore: byTag?.explore?.[repetitiveAction]?.value ?? null,
      tagInformation: measured.tags.information,
      panelsIntact: trajectories.every(({ task }) => task.split === 'train'),
    },
  };
}

/** The facts that alarms look at, of an iteration whose update is done. */
export function factsOf(
  iteration: number,
  play: PlayFigures,
  update: UpdateFigures,
  unseenSuccess: number | null,
  forecasts?: ForecastReport,
): MeasuredFacts {
  return {
    iteration,
    ...play.facts,
    finite: update.finite,
    updates: update.updates,
    skippedUpdates: update.skipped,
    mismatchMean: update.mismatchMean,
    mismatchMax: update.mismatchMax,
    actionEntropy: update.commandEntropy,
    gradientNorm: update.gradientNorm,
    klToReference: update.klToReference,
    approxKl: update.approxKl,
    clipFraction: update.clipFraction,
    unseenSuccess,
    ...forecastFacts(forecasts),
  };
}

function forecastFacts(report: ForecastReport | undefined): ForecastFacts {
  const gate = report?.gate.acts ? report.gate : null;
  const tasks = gate ? gate.gated + gate.played : 0;
  return {
    forecastsWellFormed: report?.figures.wellFormed ?? null,
    forecastSpread: report?.spreadOverTasks ?? null,
    gatedShare: gate && tasks > 0 ? gate.gated / tasks : null,
    gateProbes: gate?.probes ?? null,
    gateFalseProbes: gate && gate.probes - gate.uniformProbes,
  };
}

/**
 * The cold start is what played the first iteration, before any update. The entropy of an iteration that had no episode
 * to learn from is not known: it is then that of the next, which was played by the same policy.
 */
export function coldStartFacts(history: readonly IterationFacts[]): ColdStartFacts {
  const [first] = history;
  if (!first) return {};
  const { tokensPerStep = null, tagShares, tagInformation = null } = first;
  const actionEntropy = history.find(facts => facts.actionEntropy != null)?.actionEntropy ?? null;
  return { actionEntropy, tokensPerStep, tagInformation, monitorShare: tagShares?.monitor ?? null };
}

/** What the line of an iteration and its row in the store say. */
export interface IterationReport extends Omit<PlayFigures, 'facts' | 'tokens'>, Omit<UpdateFigures, 'tokens' | 'norm'> {
  readonly iteration: number;
  readonly iterations: number;
  /** Rounds of sampling: more than 1 with dynamic sampling only. Rows of older runs lack it. */
  readonly rounds?: number;
  /** What they played that is in no other figure, where the recipe has `dynamicRounds`. */
  readonly leftOut?: LeftOut;
  readonly tokens: { readonly sampled: number; readonly read: number; readonly trained: number };
  /** What branching took, where the recipe has `vine`; its seconds are among those of the rollouts. */
  readonly branches?: BranchCost;
  /** What was played to find where to branch, where the recipe has `branchAt`. */
  readonly scouts?: BranchCost;
  readonly seconds: {
    readonly rollout: number;
    readonly score: number;
    readonly update: number;
    readonly store: number;
    readonly total: number;
  };
  /** Absent in runs that foretell nothing. */
  readonly forecasts?: ForecastReport;
  readonly advantages: AdvantageFigures;
  readonly learningRate: number;
  readonly facts: IterationFacts;
  readonly alarms: readonly Alarm[];
}

function valueOf({ value }: Rate): number | null {
  return value;
}

/** Share of the known facts that hold; null where none is known. */
function shareOf(facts: readonly Fact[]): number | null {
  const known = facts.filter(fact => !isMissing(fact));
  return known.length === 0 ? null : known.filter(Boolean).length / known.length;
}

/**
 * Means over episodes of what every part of the recipe's rewards, and of the watched one, paid; and of the watched
 * process parts a step.
 */
function rewardMeans(
  trajectories: readonly Trajectory[],
  recipe: AdvantageRecipe,
  own: readonly Reward[],
  briefs: Briefs | undefined,
): { rewards: Record<string, number>; process: number | null } {
  const rewards: Record<string, number> = {};
  let process: number | null = null;
  const known = recipe.terms
    .flatMap(({ signal }) => signal.map(({ reward }) => reward))
    .filter(name => !batchSignal(name));
  for (const name of new Set([...known, watched])) {
    const reward = openReward(name, recipe.rewardOptions[name], own);
    const tally = new RewardAccumulator(reward, briefsFor(reward, trajectories, briefs));
    for (const trajectory of trajectories) tally.add(trajectory);
    const { parts } = tally.summary();
    for (const [part, { perEpisode }] of Object.entries(parts)) rewards[`${name}/${part}`] = perEpisode ?? 0;
    if (name === watched && trajectories.some(({ steps }) => steps.length > 0))
      process = reward.processParts.reduce((sum, part) => sum + (parts[part]!.mean ?? 0), 0);
  }
  return { rewards, process };
}
