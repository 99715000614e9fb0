export {
  advantagesOfRecipe,
  objectiveOfRecipe,
  readRlRecipe,
  rlRecipeSchema,
  type RlRecipe,
  type RlRecipeInput,
} from './recipe.ts';
export type { EvaluationPanel, EvaluationReport, RlOptions, RlResult, RlStart } from './options.ts';
export { trainRl } from './train-rl.ts';
export { type IterationReport } from './iteration.ts';
export { currentRlRecipe } from '../former-settings.ts';
export { type ForecastReport } from './forecast-report.ts';
export { type WarmUpReport } from './warm-up-report.ts';
export {
  forecastMethods,
  forecastSettingsSchema,
  type ForecastSettings,
  type ForecastSettingsInput,
} from './forecast-settings.ts';
export { type SelfImitation, selfImitationSchema } from './self-imitation.ts';
