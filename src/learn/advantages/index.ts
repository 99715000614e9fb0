export { advantagesOf, type Advantages, type TermAdvantages } from './advantages.ts';
export { batchOf, checkRewards, needsBriefs, type BatchOptions, type EpisodeSignals } from './batch.ts';
export { batchSignal, tagDivergenceReward, type BatchFacts } from './batch-signals.ts';
export { describeAdvantages, type AdvantageFigures } from './figures.ts';
export { checkedGroups, describeGroups, inMixedGroups, type GroupFigures, type GroupMember } from './groups.ts';
export {
  advantageNames,
  dapo,
  drGrpo,
  gigpo,
  grpo,
  loggedAdvantageNames,
  openAdvantages,
  rebn,
  rloo,
  rlvmr,
} from './presets.ts';
export type { CommonOptions, GigpoOptions, OutcomeOptions, RlvmrOptions } from './preset-options.ts';
export { formatCost } from './preset-parts.ts';
export { g2po, graphGpo, progress, vine } from './step-credit.ts';
export { groupGraphs, type GraphSignals } from './state-graph.ts';
export {
  asking,
  type AskingAdvantageOptions,
  mar,
  type MarAdvantageOptions,
  rubric,
  type RubricAdvantageOptions,
} from './brief-presets.ts';
export {
  advantageRecipeSchema,
  cellKeys,
  signalSchema,
  termSchema,
  type AdvantageRecipe,
  type CellKey,
  type Signal,
  type Term,
} from './recipe.ts';
export { tagDivergence, type TagCounts, type TagDivergence } from './tag-divergence.ts';
