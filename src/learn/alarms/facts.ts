import type { StepTag } from '../../steps/index.ts';

/**
 * What happened in one iteration, as far as it was measured: a rule whose facts are missing or null is silent. Shares
 * and rates are in [0, 1].
 */
export interface IterationFacts {
  readonly iteration: number;
  /** Whether every loss and every gradient was finite, and so were the parameters that they were computed from. */
  readonly finite?: boolean | null;
  /** Of groups: `describeGroups`. */
  readonly groups?: number | null;
  readonly mixedShare?: number | null;
  readonly outcomeStd?: number | null;
  readonly identicalShare?: number | null;
  readonly wrongGroups?: number | null;
  readonly duplicates?: number | null;
  readonly equalSeeds?: number | null;
  /** |log-probability when sampled − when trained on|, over tokens. */
  readonly mismatchMean?: number | null;
  readonly mismatchMax?: number | null;
  /** Updates that were applied, and those that were skipped because their gradient was out of all proportion. */
  readonly updates?: number | null;
  readonly skippedUpdates?: number | null;
  /** Entropy in nats of action tokens. */
  readonly actionEntropy?: number | null;
  readonly gradientNorm?: number | null;
  /** Nats a token: policy against the reference, and before against after the update. */
  readonly klToReference?: number | null;
  readonly approxKl?: number | null;
  readonly clipFraction?: number | null;
  readonly formatValid?: number | null;
  readonly tokensPerStep?: number | null;
  readonly tagShares?: Readonly<Partial<Record<StepTag, number>>> | null;
  /** Share of steps that were refused or malformed. */
  readonly failedSteps?: number | null;
  /** Share of episodes that begin with planning. */
  readonly planningFirst?: number | null;
  readonly processReward?: number | null;
  readonly success?: number | null;
  /** Repetitive-action rate of the steps with that tag. */
  readonly repetitionMonitor?: number | null;
  readonly repetitionExplore?: number | null;
  /** Mutual information of tag and situation, bits. */
  readonly tagInformation?: number | null;
  /** Success on the unseen panel, in iterations that evaluated. */
  readonly unseenSuccess?: number | null;
  /** Whether the panels still have the hash that the run began with, and no held-out task was trained on. */
  readonly panelsIntact?: boolean | null;
  /** Share of the forecasts without a fault, and standard deviation over tasks of the mean foretold share. */
  readonly forecastsWellFormed?: number | null;
  readonly forecastSpread?: number | null;
  /** Share of the tasks that the gate decided against; of those that were played all the same, all and with both outcomes. */
  readonly gatedShare?: number | null;
  readonly gateProbes?: number | null;
  readonly gateFalseProbes?: number | null;
}

/** The cold start's own figures, measured before the first update. */
export interface ColdStartFacts {
  readonly actionEntropy?: number | null;
  readonly tokensPerStep?: number | null;
  readonly monitorShare?: number | null;
  readonly tagInformation?: number | null;
}

export interface Alarm {
  readonly rule: string;
  /** `stop`: end the run and keep the last checkpoint from before the alarm's cause. */
  readonly level: 'warn' | 'stop';
  readonly iteration: number;
  /** What was seen. */
  readonly message: string;
  /** What to do about it. */
  readonly remedy: string;
}
