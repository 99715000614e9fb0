import { z } from 'zod';
import { ClewError } from '../../errors.ts';
import { layoutOfCheckpoint, trajectoryRow } from '../../policy/index.ts';
import { priorOf } from '../prior.ts';
import { shareRenamed } from '../rename-tokens.ts';
import { sft } from '../sft.ts';
import { type StageResult, trainStage } from '../stage.ts';
import type { Demonstrations } from './demonstrations.ts';
import { fittingRow } from './fitting-row.ts';
import { originHash, type StageContext } from './train-prior.ts';

/** What decides a supervised fine-tuning, beside the policy it begins with and the demonstrations. */
export const sftSettingsSchema = z.strictObject({
  epochs: z.int().positive().default(24).describe('times that each demonstration is seen'),
  tokensPerStep: z.int().positive().default(2500).describe('tokens of demonstrations in one step of the optimiser, about'),
  learningRate: z.number().positive().default(1e-3).describe('highest learning rate'),
  observationWeight: z.number().min(0).max(1).default(0.1).describe('weight of what the world says, where the policy\'s own tokens weigh 1'),
  renamed: z.number().min(0).max(1).default(0.7).describe('share of demonstrations in which things have other names, drawn for each epoch'),
  renamedPlaces: z.number().min(0).max(1).default(0).describe('share of those in which places have other names too, where the world allows it'),
  replay: z.number().min(0).max(0.9).default(0.1).describe('share of tokens of the world text, so that it is not forgotten; 0 for a policy without a prior'),
  holdOut: z.int().nonnegative().default(0).describe('demonstrations that are kept apart to keep the model that is best on them; 0: all are trained on, and the last model is kept'),
  patience: z.int().positive().default(6).describe('epochs without a better model after which the training stops, with demonstrations held out'),
  seed: z.int().nonnegative().default(0).describe('keys every draw'),
});
export type SftSettings = z.infer<typeof sftSettingsSchema>;

/** Documents of the prior that are replayed. */
const replayed = 512;

/**
 * Fine-tunes a policy on demonstrations, resumably: see `trainStage`.
 * @throws ClewError when a demonstration does not fit into the policy's context, or none is left to train on.
 */
export async function trainSft({ world, recipe, start, onStep, ...stage }: StageContext, { trajectories, content }: Demonstrations, settings: SftSettings): Promise<StageResult> {
  const { epochs, tokensPerStep, learningRate, seed, renamed, renamedPlaces, observationWeight, holdOut, patience } = settings;
  const layout = layoutOfCheckpoint(start);
  const rows = trajectories.map(trajectory => fittingRow(trajectory, trajectoryRow(trajectory, layout, { observationWeight }), start.model.config.context));
  if (holdOut >= rows.length) throw new ClewError(`With ${holdOut} held out nothing is left to train on: there are ${rows.length} demonstrations.`);
  // Held out are those at even distances, so that each category is among them.
  const apart = new Set(Array.from({ length: holdOut }, (_, i) => Math.floor((i + 0.5) * rows.length / holdOut)));
  const trained = rows.filter((_, i) => !apart.has(i)), heldOut = rows.filter((_, i) => apart.has(i));
  const prior = start.origin.stages.length > 0 && settings.replay > 0 ? priorOf({ world, recipe, layout, seed }) : undefined;
  const rename = shareRenamed(layout.tokenizer, recipe, { share: renamed, places: renamedPlaces });
  const stepsAnEpoch = Math.max(1, Math.ceil(trained.reduce((sum, row) => sum + row.tokens.length, 0) / tokensPerStep));
  return trainStage({
    ...stage, start,
    settings: {
      stage: 'sft', world: world.name, worldVersion: world.version, grammar: world.grammar, demonstrations: content, count: trained.length, from: originHash(start),
      seed, epochs, tokensPerStep, learningRate, observationWeight, renamed, ...(renamedPlaces > 0 && { renamedPlaces }), replay: prior ? settings.replay : 0, holdOut, ...(holdOut > 0 && { patience }),
    },
    train: common => sft({
      ...common, ...(onStep && { onStep }), demonstrations: trained, epochs, tokensPerStep, learningRate, seed,
      augment: { name: `renamed ${renamed}${renamedPlaces > 0 ? `, places ${renamedPlaces}` : ''}`, apply: rename },
      ...(prior && { replay: { stream: prior.stream, share: settings.replay, document: number => prior.document(number % replayed) } }),
      ...(holdOut > 0 && { validation: { rows: heldOut, every: stepsAnEpoch, patience } }),
    }),
  });
}
