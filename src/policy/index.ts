/** The built-in policy: a decoder, the engines that compute it, the tokenizer, the sampler and checkpoints. */
export { type ModelConfig, type Preset, configHash, modelConfig, parseModelConfig, presets } from './config.ts';
export { copyModel, createModel, emptyModel, type Model, parameterCount, parameterLayout } from './parameters.ts';
export type { EngineDescription, Provider } from './engines/engine.ts';
export { librarySentence } from './engines/onnx/libraries.ts';
export type { EngineOptions } from './engines/open.ts';
export type { Row, TokenChoice } from './batch.ts';
export { type GradientResult, Learner, type LearnerOptions, type Loss } from './learner.ts';
export { ResidentOptimiser } from './resident/optimiser.ts';
export type { UpdateScalars } from './resident/update-graphs.ts';
export type { Reply, ReplyOptions } from './reply.ts';
export type { SlotUse } from './decoding-loop.ts';
export { type Slot, Sampler, type SamplerOptions } from './sampler.ts';
export type { Sampling } from './draw.ts';
export {
  buildWordTokenizer,
  huggingFaceTokenizer,
  type Tokenizer,
  type TokenizerData,
  tokenizerFromData,
  type WordTokenizerOptions,
} from './tokenizer/index.ts';
export {
  type Checkpoint,
  type CheckpointExpectation,
  type CheckpointSummary,
  type Origin,
  inspectCheckpoint,
  loadCheckpoint,
  saveCheckpoint,
} from './checkpoint.ts';
export { describeEngines } from './engines/describe.ts';
export type { EngineReport, EnginesReport, ProviderReport } from './engines/report.ts';
export { codecOf, newOrigin } from './origin.ts';
export { withWords } from './extend-vocabulary.ts';
export { forecastWords, type ForecastLayout } from './forecast-layout.ts';
export { type Layout, layoutOf } from './layout.ts';
export {
  type EpisodeLayout,
  type EpisodeStart,
  episodeSpans,
  type Span,
  type SpanOptions,
  trajectoryRow,
  type TrajectoryRowOptions,
} from './episode-layout.ts';
export {
  earlierCodecNote,
  episodeLayoutOf,
  faultOfPolicy,
  layoutOfPolicy,
  loadPolicy,
  policyExists,
  type TrainedPolicy,
} from './origin.ts';
export { publishedPaths } from './published/named.ts';
export { inspectOrigin, policyFile, savePolicy } from './save-policy.ts';
export { type Trainable, trainable, trainedLike } from './published/trainable.ts';
