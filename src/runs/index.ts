export { beginRun, knownRun, type RunIdentity } from './begin.ts';
export { endRun, endRunByError, failuresOf, noteOnRun, type Failures } from './ending.ts';
export { changesBetween, refuseChanges, type Change, type Identity, type Settings } from './identity.ts';
export {
  playSettingsSchema,
  samplingSettingsSchema,
  type PlaySettings,
  type SamplingSettings,
} from './play-settings.ts';
export { levelsOf, type Level, type LevelOptions } from './levels.ts';
export { playWhole } from './play-whole.ts';
export {
  planRun,
  playRun,
  refuseLosses,
  type PlannedRun,
  type Played,
  type PlayedRun,
  type PlayOptions,
} from './play-run.ts';
export { foretell, foretells, saysNothing, type ForetellOptions } from './foretell.ts';
export { bestFile, refuseOtherState, stateFile } from './state-file.ts';
export { LogReplay, refuseStrangers, type ReplayDifference, type ReplaySummary } from './replay-log.ts';
export { missingOf } from './missing.ts';
export { missingEpisodes, playMissing, type MissingEpisodes, type PlayMissingOptions } from './play-missing.ts';
