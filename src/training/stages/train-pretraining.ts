import { z } from 'zod';
import { policyVersion } from '../../agents/policy.ts';
import { type Checkpoint, layoutOfPolicy, type TrainedPolicy } from '../../policy/index.ts';
import { hash, type World } from '../../world/index.ts';
import { pretrain } from '../pretrain.ts';
import { nameOfDocuments, pretrainingText, usualQuestions } from '../pretraining-text.ts';
import { type StageOptions, type StageResult, trainStage } from '../stage.ts';
import { textThreads } from '../text-threads.ts';
import type { StepReport } from '../train.ts';

/** What decides a pretraining, beside the policy it begins with. */
export const pretrainingSettingsSchema = z.strictObject({
  tokens: z.int().positive().default(2_500_000).describe('tokens to train on, about'),
  tokensPerStep: z.int().positive().default(2500).describe('tokens in one step of the optimiser, about'),
  learningRate: z.number().positive().default(3e-3).describe('highest learning rate'),
  steps: z.int().positive().default(14).describe('commands in a document; every fourth has twice as many'),
  goals: z.number().min(0).max(1).default(0.2).describe('share of documents that show a goal without commands'),
  permuteThings: z.number().min(0).max(1).default(0.7).describe('share of documents in which things have other names'),
  questions: z
    .number()
    .min(0)
    .max(1)
    .default(0.5)
    .describe('probability of each of up to three questions after a command, where the world has questions'),
  manual: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe(
      "probability of an entry of the world's manual after a command, where it has one: what verbs and things are for, " +
        'without any goal; to be disclosed with every figure',
    ),
  lookUps: z
    .boolean()
    .optional()
    .describe('also ask for what demonstrations with look-ups say before a command, where the world tells it'),
  seed: z.int().nonnegative().default(0).describe('random seed'),
});
export type PretrainingSettings = z.infer<typeof pretrainingSettingsSchema>;

/** What every stage is told beside its settings. */
export interface StageContext extends Pick<StageOptions, 'out' | 'learner' | 'every' | 'signal' | 'onLearner'> {
  readonly world: World;
  readonly start: TrainedPolicy;
  readonly onStep?: (report: StepReport) => void;
}

/** Documents that are measured to see how many make a step, and that name the text. */
const measured = 64;

/**
 * Trains a policy on world text, resumably: see `trainStage`.
 *
 * @example
 * import { newPolicy, pretrainingSettingsSchema, trainPretraining } from 'clew/train';
 * import world from 'clew/worlds/household';
 *
 * const start = await newPolicy(world, { preset: 'nano', context: 1024, seed: 0 });
 * await trainPretraining({ world, start, out: 'pretrained.safetensors' }, pretrainingSettingsSchema.parse({}));
 */
export function trainPretraining(
  { world, start, onStep, ...stage }: StageContext,
  settings: PretrainingSettings,
): Promise<StageResult> {
  const {
    tokens,
    tokensPerStep,
    learningRate,
    seed,
    goals,
    permuteThings,
    questions,
    manual,
    lookUps,
    steps: commands,
  } = settings;
  const options = {
    seed,
    goals,
    permuteThings,
    questions,
    ...(manual !== undefined && { manual }),
    ...(lookUps && { lookUps }),
    steps: commands,
  };
  const text = pretrainingText({ ...options, world, layout: layoutOfPolicy(start) });
  const { stream, document } = text;
  // Documents differ in length: so many of them make a step of about the size that was asked for.
  const first = Array.from({ length: measured }, (_, n) => document(n));
  const mean = first.reduce((sum, { tokens }) => sum + tokens.length, 0) / measured;
  const documentsPerStep = Math.max(1, Math.round(tokensPerStep / mean));
  const steps = Math.max(1, Math.round(tokens / mean / documentsPerStep));
  return trainStage({
    ...stage,
    start,
    settings: {
      stage: 'pretrain',
      world: world.name,
      worldVersion: world.version,
      grammar: world.grammar,
      stream,
      // The stream is named by its settings; what a kit makes of them, only its documents tell.
      text: nameOfDocuments(first),
      seed,
      from: start.origin.stages.length === 0 ? null : originHash(start),
      steps,
      documentsPerStep,
      learningRate,
      commands,
      goals,
      permuteThings,
      ...(questions !== usualQuestions && { questions }),
      ...(manual !== undefined && manual > 0 && { manual }),
      ...(lookUps && { lookUps }),
      tagged: true,
    },
    train: async common => {
      // One thread makes text faster than four train on it.
      const threads = Math.ceil(common.learner.workers / 4);
      const ahead = textThreads(text, { world, tokenizer: start.tokenizer, options, threads });
      const { document } = ahead;
      try {
        return await pretrain({
          ...common,
          ...(onStep && { onStep }),
          document,
          stream,
          documentsPerStep,
          steps,
          learningRate,
        });
      } finally {
        await ahead.close();
      }
    },
  });
}

/** Whether the answers it knows begin with tags: those of every pretraining but the first ones. */
export function knowsTaggedAnswers({ origin }: Pick<Checkpoint, 'origin'>): boolean {
  return origin?.stages.every(({ stage, tagged }) => stage !== 'pretrain' || tagged === true) ?? true;
}

/** Names what a policy was trained with. */
export function originHash({ origin }: TrainedPolicy): string {
  return hash(JSON.stringify(origin));
}

/**
 * What names the weights of a published model that a training stands on, and what of it is trained; nothing for other
 * policies.
 */
export function publishedFacts({ model }: TrainedPolicy): Readonly<Record<string, unknown>> {
  const { published, adapter } = model.config;
  if (!published) return {};
  return { parameters: policyVersion({ model }), ...(adapter && { adapter }) };
}
