import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { ClewError } from '../../errors.ts';
import { readSafetensors, type Safetensors } from '../safetensors.ts';

const ids = z.array(z.int().nonnegative());

/** What a reference implementation computed with a model: the layout of `golden.json`. */
const goldenSchema = z.looseObject({
  /** An adapter's model, a folder beside it. */
  base: z.string().optional(),
  rows: z.array(z.looseObject({ tokens: ids, weights: z.array(z.number()) })).min(1),
  normaliser: z.number().positive(),
  /** −Σ weight · log p(token | tokens before) / normaliser over all rows. */
  loss: z.number(),
  /** Where its own rounding is larger than what is allowed otherwise. */
  tolerances: z.strictObject({ logProbabilities: z.number().positive(), loss: z.number().positive() }).optional(),
  logProbabilities: z.array(z.array(z.number())),
  greedy: z.array(z.looseObject({ prompt: ids.min(1), tokens: ids, leastMargin: z.number() })).default([]),
  stops: ids.default([]),
  size: z.int().optional(),
  texts: z
    .array(
      z.looseObject({
        text: z.string(),
        ids,
        withSpecial: ids,
        decoded: z.string(),
        decodedWithoutSpecial: z.string(),
      }),
    )
    .default([]),
  chats: z
    .array(
      z.looseObject({
        arguments: z.looseObject({ messages: z.array(z.looseObject({})) }),
        text: z.string().optional(),
        ids: ids.optional(),
        error: z.string().optional(),
      }),
    )
    .default([]),
});
export type Golden = z.infer<typeof goldenSchema> & { readonly tensors: Safetensors['tensors'] };

/** The file that the reference's figures are in; logits and gradients, if it gave them, are in the other one. */
export const goldenFiles = { figures: 'golden.json', tensors: 'golden.safetensors' } as const;

/** The reference's figures in a folder. @throws ClewError when they are missing or of another form */
export async function readGolden(folder: string): Promise<Golden> {
  const file = path.join(folder, goldenFiles.figures);
  const tensors = path.join(folder, goldenFiles.tensors);
  if (!existsSync(file))
    throw new ClewError(
      `There is no ${file}. A folder is compared with ${goldenFiles.figures}, and ${goldenFiles.tensors} where it is ` +
        `there: they hold what a reference implementation computed with it.`,
    );
  try {
    return {
      ...goldenSchema.parse(JSON.parse(await readFile(file, 'utf8'))),
      tensors: existsSync(tensors) ? (await readSafetensors(tensors)).tensors : {},
    };
  } catch (error) {
    if (error instanceof ClewError) throw error;
    throw new ClewError(
      `${file} cannot be read: ${error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message}`,
      { cause: error },
    );
  }
}
