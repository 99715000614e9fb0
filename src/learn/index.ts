/** The arithmetic of training: what episodes are worth, what a policy loses by them, and what an update does. */
export * from './advantages/index.ts';
export * from './alarms/index.ts';
export { cosineOf } from './cosine.ts';
export { halvesOf } from './half-batches.ts';
export { type AddedGradient, type GradientSteps, openGradientSteps } from './gradient-steps.ts';
export { episodeRow, type EpisodeRow } from './episode-row.ts';
export {
  forecastAdvantages,
  type ForecastPay,
  forecastRecipe,
  type PaidForecast,
  type PaidGroup,
  payForecasts,
  weighedForecasts,
} from './forecast-rows.ts';
export { type Imitated, totalWeight } from './imitation.ts';
export { type IterationOptions, type Learnt, learnFrom, updatePolicy, type UpdateOptions } from './iteration.ts';
export * from './losses/index.ts';
export { AdamW, type AdamWOptions, clipGradient, type OptimiserState, refuseNotFinite } from './optimiser.ts';
export type { WeighedEpisode } from './mini-batch.ts';
export type { Replayed } from './replay.ts';
export { cosineSchedule, type ScheduleOptions } from './optimiser-schedule.ts';
export { foldTemperature } from './temperature.ts';
export { decideUpdate, type UpdateDecision, type UpdateOutcome } from './update-decision.ts';
export { type ImitationFigures, type UpdateFigures } from './update-figures.ts';
