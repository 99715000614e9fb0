import { z } from 'zod';
import { ClewError } from '../../errors.ts';
import { playSettingsSchema, samplingSettingsSchema } from '../../runs/index.ts';
import { faults } from '../../trajectory/store/checked.ts';
import {
  advantageNames,
  type AdvantageRecipe,
  advantageRecipeSchema,
  type Objective,
  objectiveNames,
  openAdvantages,
  openObjective,
} from '../../learn/index.ts';
import { currentRlRecipe } from '../former-settings.ts';
import { forecastMethods, forecastSettingsSchema } from './forecast-settings.ts';
import { replaySchema } from './replay-buffer.ts';
import { selfImitationSchema } from './self-imitation.ts';
import { vineSchema } from './vine-settings.ts';

/** A preset by name, or by name with options. */
const presetOf = (names: readonly string[]) =>
  z.union([
    z.enum(names as [string, ...string[]]),
    z.strictObject({
      preset: z.enum(names as [string, ...string[]]),
      options: z.record(z.string(), z.unknown()).default({}),
    }),
  ]);

/**
 * A reinforcement-learning run as data: everything that decides its numbers, but the policy it starts from, the seed
 * and the engine. The descriptions are what `clew train rl --explain` prints.
 */
export const rlRecipeSchema = z
  .strictObject({
    advantages: z
      .union([presetOf(advantageNames), advantageRecipeSchema])
      .default('grpo')
      .describe(`what is learnt from: ${advantageNames.join(', ')}, with options, or terms of your own`),
    objective: presetOf(objectiveNames)
      .default('clew')
      .describe(
        `how it is learnt: ${objectiveNames.join(', ')}; options change single settings, such as klCoefficient`,
      ),
    selfImitation: selfImitationSchema
      .optional()
      .describe('learn from the won episodes of the run again; nothing but the objective if left out'),
    replay: replaySchema
      .optional()
      .describe(
        'learn from better episodes of the last iterations once more, at what they are worth now (SPEAR); none if ' +
          'left out',
      ),
    branchAt: z
      .enum(['first-error'])
      .optional()
      .describe(
        'where the rollouts of a group begin: before the first error of an episode that is played first; at the ' +
          'start of the task if left out',
      ),
    vine: vineSchema
      .optional()
      .describe('moments from which the policy is branched, for advantages with a term on vine; none if left out'),
    forecasts: forecastSettingsSchema
      .optional()
      .describe(
        `learn to say beforehand how a task will go: ${forecastMethods.join(', ')}, or settings of your own; nothing ` +
          'is foretold if left out',
      ),
    iterations: z.int().positive().default(100).describe('iterations of sampling and updating'),
    tasks: z.int().positive().default(16).describe('tasks in an iteration'),
    rollouts: z.int().min(2).default(8).describe('rollouts of each task: the size of a group'),
    pool: z
      .int()
      .positive()
      .default(4096)
      .describe('training tasks that are drawn from, each once before any comes again'),
    categories: z
      .array(z.string())
      .min(1)
      .optional()
      .describe('only tasks of these categories; all that training may use if left out'),
    maxSteps: playSettingsSchema.shape.maxSteps,
    temperature: z
      .number()
      .positive()
      .default(1)
      .describe('of the sampling; the policy is trained as it is sampled, its logits divided by this'),
    replyTokens: samplingSettingsSchema.shape.replyTokens,
    dynamicRounds: z
      .int()
      .positive()
      .default(1)
      .describe('rounds of sampling in search of groups with both outcomes (dynamic sampling); 1: take what comes'),
    miniBatches: z.int().positive().default(4).describe('updates in one pass over the episodes of an iteration'),
    epochs: z.int().positive().default(1).describe('passes over the episodes of an iteration'),
    learningRate: z
      .number()
      .positive()
      .default(1.5e-4)
      .describe('of AdamW after the warm-up; about 1.5e-4 for nano, 1e-4 for micro, 5e-5 for base'),
    warmUp: z.int().nonnegative().default(5).describe('iterations in which the learning rate rises'),
    minLearningRateRatio: z
      .number()
      .min(0)
      .max(1)
      .default(1)
      .describe(
        'what is left of the learning rate in the last iteration, to which it falls in a straight line; 1: it stays',
      ),
    weightDecay: z.number().nonnegative().default(0).describe('of AdamW'),
    maxGradNorm: z.number().positive().default(1).describe('highest norm of a gradient'),
    gradientSpikeThreshold: z
      .number()
      .gt(1)
      .default(10)
      .describe('an update is skipped when its norm is over this many times the running mean of those before'),
    alarms: z
      .enum(['stop', 'warn'])
      .default('stop')
      .describe('whether an alarm that says stop ends the run; warn only tells'),
  })
  .superRefine((recipe, context) => {
    const issue = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    const advantages = advantagesIn(recipe, message => issue('advantages', message));
    objectiveIn(recipe, message => issue('objective', message));
    const valued = advantages?.terms.some(({ signal }) => signal.some(({ reward }) => reward === 'vine'));
    if (valued === true && !recipe.vine)
      issue('vine', 'the advantages have a term on vine: say how many moments are branched, as in { moments: 16 }');
    if (valued === false && recipe.vine)
      issue('vine', 'no term of these advantages is on vine, and branches would be played for nothing');
    if (recipe.dynamicRounds > 1 && advantages && advantages.keep !== 'mixed groups')
      issue(
        'dynamicRounds',
        'samples again in search of mixed groups, but these advantages keep all groups: use advantages dapo, or ' +
          'the option mixedOnly',
      );
    for (const name of ['vine', 'branchAt'] as const)
      if (recipe[name] && recipe.forecasts)
        issue(name, 'branches episodes, which is not joined with forecasts: leave one out');
    if (recipe.replay && recipe.branchAt)
      issue('replay', 'counts all steps of an episode as its own, which those before a branch are not: leave one out');
    if (recipe.replay && recipe.forecasts)
      issue('replay', 'learns from earlier episodes, which is not joined with forecasts: leave one out');
    if (recipe.dynamicRounds > 1 && recipe.forecasts)
      issue(
        'dynamicRounds',
        'samples again in search of mixed groups, which is not joined with forecasts: leave one out',
      );
    if (recipe.miniBatches > recipe.tasks * recipe.rollouts)
      issue(
        'miniBatches',
        `there are only ${recipe.tasks * recipe.rollouts} episodes to part into ${recipe.miniBatches}`,
      );
    if (recipe.tasks > recipe.pool)
      issue('pool', `an iteration needs ${recipe.tasks} different tasks, the pool has ${recipe.pool}`);
  });

export type RlRecipe = z.infer<typeof rlRecipeSchema>;
export type RlRecipeInput = z.input<typeof rlRecipeSchema>;

/**
 * A recipe with its defaults.
 *
 * @example
 * import { readRlRecipe } from 'clew/train';
 *
 * const recipe = readRlRecipe({ advantages: { preset: 'grpo', options: { format: 0.5 } }, rollouts: 8, maxGradNorm: 1 });
 *
 * @throws ClewError that names each wrong setting, what is wrong with it, and for an unknown one those that there are.
 */
export function readRlRecipe(input: unknown, name = 'The recipe'): RlRecipe {
  const read = rlRecipeSchema.safeParse(currentRlRecipe(input));
  if (read.success) return read.data;
  throw new ClewError(
    `${name} does not fit: ${faults(read.error)}. The settings are ${Object.keys(rlRecipeSchema.shape).join(', ')}.`,
  );
}

/** The advantages that a recipe names. */
export function advantagesOfRecipe(recipe: Pick<RlRecipe, 'advantages'>): AdvantageRecipe {
  return advantagesIn(recipe, message => {
    throw new ClewError(message);
  })!;
}

/** The objective that a recipe names. */
export function objectiveOfRecipe(recipe: Pick<RlRecipe, 'objective'>): Objective {
  return objectiveIn(recipe, message => {
    throw new ClewError(message);
  })!;
}

function advantagesIn(
  { advantages }: Pick<RlRecipe, 'advantages'>,
  fault: (message: string) => void,
): AdvantageRecipe | undefined {
  if (typeof advantages !== 'string' && 'terms' in advantages) return advantages;
  const { preset, options } = named(advantages);
  return tried(() => openAdvantages(preset, options), fault);
}

function objectiveIn(
  { objective }: Pick<RlRecipe, 'objective'>,
  fault: (message: string) => void,
): Objective | undefined {
  const { preset, options } = named(objective);
  return tried(() => openObjective(preset, options), fault);
}

function named(preset: string | { preset: string; options: Record<string, unknown> }): {
  preset: string;
  options: Record<string, unknown>;
} {
  return typeof preset === 'string' ? { preset, options: {} } : preset;
}

function tried<T>(open: () => T, fault: (message: string) => void): T | undefined {
  try {
    return open();
  } catch (error) {
    if (!(error instanceof ClewError)) throw error;
    fault(error.message);
    return undefined;
  }
}
