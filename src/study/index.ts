export { estimateStudy, formatEstimate, type StudyEstimate } from './estimate.ts';
export {
  readStudyRecipe,
  studyRecipeSchema,
  type StudyArm,
  type StudyRecipe,
  type StudyRecipeInput,
} from './recipe.ts';
export type { StudyEvaluation, StudyPanelSettings } from './evaluation-settings.ts';
export { fileName } from './file-name.ts';
export {
  coldStartArm,
  type StudentSettings,
  type StudyBuildSettings,
  type StudyDemonstrations,
  type StudyDemonstrationsInput,
  type StudyStart,
} from './starts.ts';
export type { PublishedPolicySettings, StudyPolicyInput, StudyPolicySettings } from './study-policy.ts';
export { openStudy } from './open-study.ts';
export { runStudy, type StudyOutcome } from './run-study.ts';
export { studyResultSchema, type StudyResult } from './result.ts';
export type { StageEnd, Study, StudyOptions, StudyPanel, StudyProgress, StudyStage, StudyStartFiles } from './study.ts';
export { formatStudy } from './table.ts';
export { checkMachine, type MachineReport } from './machine.ts';
export {
  type QuickstartRecipe,
  quickstartRecipe,
  quickstartSettingsSchema,
  usualMinutes,
  usualMinutesOf,
  usualSpeed,
  type QuickstartSettings,
} from './quickstart.ts';
