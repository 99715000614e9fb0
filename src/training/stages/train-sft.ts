import { z } from 'zod';
import { needKit } from '../../demonstrations/need-kit.ts';
import { ClewError } from '../../errors.ts';
import {
  episodeLayoutOf,
  layoutOfPolicy,
  type Row,
  trajectoryRow,
  type TrajectoryRowOptions,
} from '../../policy/index.ts';
import type { Trajectory } from '../../trajectory/index.ts';
import { choicesIn } from '../token-choices.ts';
import type { Random } from '../../world/index.ts';
import { repeatThought } from '../repetitive-thoughts.ts';
import { permuteShare } from '../permute-entities.ts';
import { sft } from '../sft.ts';
import { type StageResult, trainStage } from '../stage.ts';
import { lengthenFailureChains } from '../failure-chains.ts';
import type { Demonstrations } from './demonstrations.ts';
import { fitsContext, fittingRow } from './fitting-row.ts';
import { originHash, publishedFacts, type StageContext } from './train-pretraining.ts';

/** What decides a supervised fine-tuning, beside the policy it begins with and the demonstrations. */
export const sftSettingsSchema = z.strictObject({
  epochs: z.int().positive().default(24).describe('times that each demonstration is seen'),
  tokensPerStep: z
    .int()
    .positive()
    .default(2500)
    .describe('tokens of demonstrations in one step of the optimiser, about'),
  learningRate: z.number().positive().default(1e-3).describe('highest learning rate'),
  observationWeight: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe("weight of what the world says, where the policy's own tokens weigh 1"),
  permuteThings: z
    .number()
    .min(0)
    .max(1)
    .default(0.7)
    .describe('share of demonstrations in which things have other names, drawn for each epoch'),
  permutePlaces: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe('share of those in which places have other names too, where the world allows it'),
  failureChains: z
    .number()
    .min(0)
    .max(1)
    .default(0.8)
    .describe('share of demonstrations in which chains of refused mistakes go on for longer, drawn for each epoch'),
  repetitiveThoughts: z
    .number()
    .min(0)
    .max(1)
    .default(0.15)
    .describe('share of replies whose thought goes round in circles before the action, drawn for each epoch'),
  anyChoice: z
    .boolean()
    .default(false)
    .describe(
      'where the text shows several commands to be as right, such as which unseen place to look into, any of them is right',
    ),
  refusedWeight: z
    .number()
    .min(0)
    .default(0)
    .describe(
      'weight of unlikelihood of what the text shows to be wrong: commands that were refused in the same state, places ' +
        'to go to where one stands',
    ),
  holdOut: z
    .int()
    .nonnegative()
    .default(0)
    .describe(
      'demonstrations that are kept apart to keep the model that is best on them; 0: all are trained on, and the ' +
        'last model is kept',
    ),
  patience: z
    .int()
    .positive()
    .default(6)
    .describe('epochs without a better model after which the training stops, with demonstrations held out'),
  seed: z.int().nonnegative().default(0).describe('random seed'),
});
export type SftSettings = z.infer<typeof sftSettingsSchema>;

/** What fits a published model instead of the defaults, which fit one that begins with nothing. */
export const publishedSftSettings = {
  epochs: 3,
  tokensPerStep: 8000,
  learningRate: 2e-4,
  permuteThings: 0,
  permutePlaces: 0,
  failureChains: 0,
  repetitiveThoughts: 0,
} as const satisfies Partial<SftSettings>;

/**
 * Fine-tunes a policy on demonstrations, resumably: see `trainStage`.
 *
 * @example
 * import { openStore } from 'clew';
 * import { loadPolicy } from 'clew/policy';
 * import { readDemonstrations, sftSettingsSchema, trainSft } from 'clew/train';
 * import world from 'clew/worlds/household';
 *
 * const start = await loadPolicy('pretrained.safetensors', world);
 * const demonstrations = readDemonstrations(openStore('demonstrations.sqlite', { readonly: true }), world);
 * await trainSft({ world, start, out: 'cold-start.safetensors' }, demonstrations, sftSettingsSchema.parse({ epochs: 24 }));
 *
 * @throws ClewError when a demonstration does not fit into the policy's context, or none is left to train on.
 */
export async function trainSft(
  { world, start, onStep, ...stage }: StageContext,
  { trajectories, content }: Demonstrations,
  settings: SftSettings,
): Promise<StageResult> {
  const {
    epochs,
    tokensPerStep,
    learningRate,
    seed,
    permuteThings,
    permutePlaces,
    observationWeight,
    failureChains,
    repetitiveThoughts,
    anyChoice,
    refusedWeight,
    holdOut,
    patience,
  } = settings;
  const layout = episodeLayoutOf(start);
  const words = start.published ? undefined : layoutOfPolicy(start);
  if (!words && permuteThings + permutePlaces + repetitiveThoughts > 0)
    throw new ClewError(
      'The words of a published model cannot be exchanged one for one: set permuteThings, permutePlaces and ' +
        'repetitiveThoughts to 0.',
    );
  if (!words && (anyChoice || refusedWeight > 0))
    throw new ClewError(
      "Choices are known for policies of Clew's own words: with a published model set anyChoice to false and " +
        'refusedWeight to 0.',
    );
  needKit(world, { anyChoice });
  const { context } = start.model.config;
  const told = (trajectory: Trajectory): TrajectoryRowOptions => ({
    observationWeight,
    ...(words && (anyChoice || refusedWeight > 0) && choicesIn(trajectory, words, world, { anyChoice, refusedWeight })),
  });
  const demonstrations = trajectories.map(trajectory => ({
    trajectory,
    row: fittingRow(trajectory, trajectoryRow(trajectory, layout, told(trajectory)), context),
  }));
  if (holdOut >= demonstrations.length)
    throw new ClewError(
      `With ${holdOut} held out nothing is left to train on: there are ${demonstrations.length} demonstrations.`,
    );
  // Held out are those at even distances, so that each category is among them.
  const apart = new Set(
    Array.from({ length: holdOut }, (_, i) => Math.floor(((i + 0.5) * demonstrations.length) / holdOut)),
  );
  const trained = demonstrations.filter((_, i) => !apart.has(i));
  const heldOut = demonstrations.filter((_, i) => apart.has(i));
  const rename = words
    ? permuteShare(words.tokenizer, world.kit, { share: permuteThings, places: permutePlaces })
    : (row: Row) => row;
  const stepsAnEpoch = Math.max(
    1,
    Math.ceil(trained.reduce((sum, { row }) => sum + row.tokens.length, 0) / tokensPerStep),
  );
  const variant = (row: Row, random: Random, n: number): Row => {
    const { trajectory } = trained[n]!;
    const longer = random() < failureChains ? lengthenFailureChains(trajectory, random) : trajectory;
    const lost = trajectoryRow(longer, layout, {
      ...told(longer),
      rewrite: reply => (words && random() < repetitiveThoughts ? repeatThought(reply, words, random) : undefined),
    });
    return rename(fitsContext(lost, context) ? lost : row, random);
  };
  return trainStage({
    ...stage,
    start,
    settings: {
      stage: 'sft',
      world: world.name,
      worldVersion: world.version,
      grammar: world.grammar,
      demonstrations: content,
      count: trained.length,
      from: originHash(start),
      ...publishedFacts(start),
      seed,
      epochs,
      tokensPerStep,
      learningRate,
      observationWeight,
      permuteThings,
      ...(permutePlaces > 0 && { permutePlaces }),
      failureChains,
      repetitiveThoughts,
      ...(anyChoice && { anyChoice }),
      ...(refusedWeight > 0 && { refusedWeight }),
      holdOut,
      ...(holdOut > 0 && { patience }),
    },
    train: common =>
      sft({
        ...common,
        ...(onStep && { onStep }),
        demonstrations: trained.map(({ row }) => row),
        epochs,
        tokensPerStep,
        learningRate,
        seed,
        augment: {
          // The names of before: they name states that are kept.
          name:
            `renamed ${permuteThings}${permutePlaces > 0 ? `, places ${permutePlaces}` : ''}, stuck ` +
            `${failureChains}, circles ${repetitiveThoughts}` +
            (anyChoice || refusedWeight > 0 ? `, any choice ${anyChoice}, refused ${refusedWeight}` : ''),
          apply: variant,
        },
        ...(holdOut > 0 && { validation: { rows: heldOut.map(({ row }) => row), every: stepsAnEpoch, patience } }),
      }),
  });
}
