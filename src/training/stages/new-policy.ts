import { z } from 'zod';
import type { Annotator } from '../../demonstrations/index.ts';
import {
  codecOf,
  createModel,
  layoutOf,
  modelConfig,
  newOrigin,
  presets,
  type Preset,
  type TrainedPolicy,
} from '../../policy/index.ts';
import type { Trajectory } from '../../trajectory/index.ts';
import type { World } from '../../world/index.ts';
import { neededContext } from '../needed-context.ts';
import type { PretrainingSettings } from './train-pretraining.ts';
import { worldTokenizer } from '../vocabulary.ts';

/** What decides a policy before it is trained. */
export const policySettingsSchema = z.strictObject({
  preset: z
    .enum(Object.keys(presets) as [Preset, ...Preset[]])
    .default('nano')
    .describe('the size of the decoder'),
  context: z
    .int()
    .min(32)
    .optional()
    .describe('tokens that an episode may have; what episodes of the world need if left out, at least 1280'),
  seed: z.int().nonnegative().default(0).describe('random seed of the first parameters'),
});
export type PolicySettings = z.infer<typeof policySettingsSchema>;

/**
 * A policy that knows the words of a world's training texts and nothing else.
 * @param demonstrations what it is to be trained on, if that is known: a context that is left out is made to hold them
 * @param annotators who else writes the thoughts that it is to learn, beside the rules: their words are tokens too
 * @param text what its pretraining is to have beside the usual: these words are tokens too
 */
export async function newPolicy(
  world: World,
  { preset, context: asked, seed }: PolicySettings,
  demonstrations?: readonly Trajectory[],
  annotators: readonly Annotator[] = [],
  { manual = 0, lookUps = false }: Partial<Pick<PretrainingSettings, 'manual' | 'lookUps'>> = {},
): Promise<TrainedPolicy> {
  const tokenizer = await worldTokenizer(world, { annotators, manual: manual > 0, lookUps });
  const codec = codecOf(world);
  const context = asked ?? (await neededContext(world, layoutOf(tokenizer, codec), demonstrations));
  const model = createModel(modelConfig(preset, { vocabulary: tokenizer.size, context }), seed);
  return { model, tokenizer, codec, origin: newOrigin(world, codec) };
}
