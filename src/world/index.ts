export { defineWorld, type Values, type WorldSpec } from './define-world.ts';
export { createWorld, type Look, type Subgoal, type World, type WorldDefinition } from './world.ts';
export { Episode, type EpisodeJson, type LastStep, type RefusalReason } from './episode.ts';
export { allSplits, generatedTasks, type Split, type TaskRecord, type TaskSource } from './tasks.ts';
export type { CommandEvent, EventsOf, Template } from './grammar.ts';
export type { Decision, Player } from './player.ts';
export { createRandom, hash, type Random } from './random.ts';
export { canonicalJson, stateHash, stateKey } from './state-key.ts';
