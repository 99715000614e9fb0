export { advantagesOfRecipe, objectiveOfRecipe, readRlRecipe, rlRecipeSchema, type RlRecipe, type RlRecipeInput } from './recipe.ts';
export { trainRl, type EvaluationPanel, type EvaluationReport, type RlOptions, type RlResult, type RlStart } from './train-rl.ts';
export { type IterationReport } from './iteration.ts';
