export { buildSettingsSchema, type BuildSettings } from './build-settings.ts';
export { commandOf, objection, replyText, type Annotator, type Refused, type ToldEpisode } from './annotator.ts';
export {
  buildDemonstrations,
  checkCategories,
  trainedCategories,
  type BuildOptions,
  type BuildResult,
} from './build.ts';
export {
  demonstrate,
  type DemonstratedStep,
  type Demonstration,
  type DemonstrateOptions,
  type MistakeOptions,
} from './demonstrate.ts';
export { annotateLogged, type AnnotatedLog } from './annotate-logged.ts';
export { foresight } from './foresight.ts';
export { hindsightEpisode } from './hindsight.ts';
export { inspectDemonstrations, type Inspection as DemonstrationInspection } from './inspect.ts';
export { generalLeakRules, refuseLeaks, taskLeaks, textLeaks, trajectoryLeaks, type LeakRules } from './leaks.ts';
export { mbtPhases, mbtRulesAnnotator, phaseOf, type MbtPhase } from './mbt/thoughts.ts';
export { type Cut, cuts, rewriteEpisode, type RewriteOptions } from './mbt/rewrite.ts';
export { marRulesAnnotator } from './mar-thoughts.ts';
export { marMethod, mbtRMethod, mbtSMethod, methods, rlvmrMethod, type Method, type MethodOptions } from './methods.ts';
export { generalMistakes } from './mistakes.ts';
export { isBetter, wonDemonstrations, type Won } from './won-demonstrations.ts';
export { completeKit, textLeakRules, type CompleteKit } from './complete-kit.ts';
export { replayFaults } from './replay.ts';
export { annotateStep, rulesAnnotator } from './rules.ts';
export { answerLogInMemory, openAnswerLog, type AnswerLog, type LoggedAnswer } from './teacher/answer-log.ts';
export { teacherStyles, type TeacherStyle } from './teacher/prompts.ts';
export { teacherAnnotator, type Teacher, type TeacherOptions } from './teacher/teacher.ts';
export { trajectoryOf } from './trajectory-of.ts';
export {
  segmentKinds,
  textWeights,
  type Segment,
  type SegmentKind,
  type WorldDocument,
} from './world-text/document.ts';
export { goalDocuments } from './world-text/goal-text.ts';
export {
  documentLeaks,
  withoutGoal,
  worldDocuments,
  worldText,
  type WorldTextOptions,
} from './world-text/world-text.ts';
