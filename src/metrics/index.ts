export { measure, MetricsAccumulator, type MeasureOptions } from './measure.ts';
export { compare, compareEpisodes, type CompareOptions, type Comparison, type CountedEpisode } from './compare.ts';
export type { Difference, Share } from './difference.ts';
export { conclude, type Conclusion, type Finding } from './conclude.ts';
export { replicateFigures, type ReplicateComparison, type ReplicateTest } from './replicates.ts';
export {
  differenceOverSeeds,
  meanOverSeeds,
  rateOverSeeds,
  type DifferenceOverSeeds,
  type PairedSums,
  type TaskSums,
} from './over-seeds.ts';
export {
  dimensions,
  figuresSchema,
  type Dimension,
  type Figures,
  type Interval,
  type Mean,
  type Measurement,
  type Rate,
} from './figures.ts';
export { meanSchema, rateSchema } from './rate.ts';
export type { TagFigures } from './figures.ts';
export { missingFrom, missingNote, type Missing } from './missing.ts';
export { episodeDimensions, type EpisodeDimension } from './parts.ts';
export { repetitionCurves, repetitionFamily, type RepetitionCurves } from './by-step.ts';
export { drawRepetition } from './draw-repetition.ts';
export { cutNote, smallShareOfCuts, type Served } from './served.ts';
export type { Recovery } from './recovery.ts';
export { recoveryLabels, type RecoveryFigure } from './recovery-labels.ts';
export { firstError, lostEpisodes, type FirstError, type FirstErrors, type LostEpisode } from './first-error.ts';
export { firstErrorLabels, type FirstErrorKind } from './first-error-labels.ts';
export { askingLabels, type AskingShare } from './asking-labels.ts';
export { countAsking, type AskingFigures } from './asking.ts';
export { efficiency, type Effort } from './efficiency.ts';
export { excess } from './excess.ts';
export { kindsOfGoal, type Phase, phases, phasesOf } from './phases.ts';
export { earlySteps, repetitiveAction, stepMetricNames, stepMetrics, type StepMetric } from './step-metrics.ts';
export { mutualInformation, situationAt, situations, type Situation } from './tag-use.ts';
export { namesTarget, reasonAgrees } from './agreement.ts';
export { countEpisode, type EpisodeCounts, type YesKnown } from './episode-counts.ts';
export { formatComparison } from './format-comparison.ts';
export { formatMeasurement } from './format-measurement.ts';
export { mcnemar } from './statistics/mcnemar.ts';
export { signFlipTest, type Alternative, type SignFlipResult } from './statistics/sign-flip.ts';
export { studentQuantile } from './statistics/student.ts';
export { wilson } from './statistics/wilson.ts';
