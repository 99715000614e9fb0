export { defineWorld, type WorldState } from './define-world.ts';
export type { Values, WorldSpec } from './world-spec.ts';
export { createWorld } from './create-world.ts';
export { callAs, calledAs } from './called-as.ts';
export { loadableFrom, loadAgain, worldSource, type WorldSource } from './source.ts';
export type { Episode, EpisodeJson, LastStep, Look, RefusalReason, Subgoal, World, WorldDefinition } from './world.ts';
export { faultOf } from './episode.ts';
export {
  allSplits,
  levelOfSplit,
  generatedTasks,
  isUnseenVariant,
  readTaskId,
  taskIdParts,
  type Split,
  type TaskRecord,
  type TaskSource,
} from './tasks.ts';
export { commandIdentity, normaliseCommand } from './command-text.ts';
export { eachTask } from './each-task.ts';
export type { CommandEvent, EventsOf, Template } from './templates.ts';
export type { UnknownWord } from './grammar.ts';
export { slot, type NumberSlot, type TextSlot } from './slots.ts';
export type { ChoiceReader, Choices } from './choices.ts';
export type { Decision, Expert } from './expert.ts';
export { goalOf, reminderOf, withGoal } from './goal-line.ts';
export { type Codec, plainCodec, versionOf } from './codec.ts';
export { sentenceCodec, type SentenceCodecOptions } from './sentence-codec.ts';
export type { SentenceSlot } from './sentence-slots.ts';
export type { Baseline, GoldPath, Mistake, MistakeMaker, Question, QuestionWriter, TaskGap, WorldKit } from './kit.ts';
export { hint, type Hint } from './hint.ts';
export { createRandom, hash, type Random } from './random.ts';
export { canonicalJson, stateHash, stateKey } from './state-key.ts';
export * from './search/index.ts';
export { check, type CheckOptions } from './check/check.ts';
export { problemKinds, type CheckReport, type Problem, type ProblemKind, type SplitReport } from './check/report.ts';
export { expertSteps } from './check/expert-steps.ts';
export type { Spread } from './spread.ts';
export { loadPanel, panelNames } from './load-panel.ts';
export { makePanel, panelTasks, readPanel, type Panel } from './panel.ts';
export { machineDiagram, statesDiagram, toMermaid, toSvg, type Diagram } from './diagram.ts';
