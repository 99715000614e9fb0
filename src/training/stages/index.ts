export { newPolicy, policySettingsSchema, type PolicySettings } from './new-policy.ts';
export { readDemonstrations, type Demonstrations } from './demonstrations.ts';
export {
  knowsTaggedAnswers,
  pretrainingSettingsSchema,
  trainPretraining,
  type PretrainingSettings,
  type StageContext,
} from './train-pretraining.ts';
export { publishedSftSettings, sftSettingsSchema, trainSft, type SftSettings } from './train-sft.ts';
export { etoSettingsSchema, trainEto, type EtoSettings } from './train-eto.ts';
export {
  expertIterationSettingsSchema,
  publishedExpertIterationSettings,
  trainExpertIteration,
  type ExpertIterationContext,
  type ExpertIterationRound,
  type ExpertIterationSettings,
} from './train-expert-iteration.ts';
