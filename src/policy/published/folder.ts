import { existsSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { ClewError } from '../../errors.ts';
import type { ModelConfig } from '../config.ts';
import { huggingFaceTokenizer, type PublishedTokenizer } from '../tokenizer/hugging-face.ts';
import { type ChatTemplate, readChatTemplate } from './chat-template.ts';
import { modelConfigOf, type PublishedConfig, readPublishedConfig } from './config.ts';
import { publishedParameters } from './parameters.ts';
import { placeParameters, type PublishedTensor, readTensors, weightFiles, weightsHash } from './weights.ts';

/** A published model as it lies in a folder; of its weights only the places are known. */
export interface PublishedFolder {
  readonly folder: string;
  readonly published: PublishedConfig;
  readonly config: ModelConfig;
  readonly tokenizer: PublishedTokenizer;
  /** Undefined for a model that was not trained to chat. */
  readonly template: ChatTemplate | undefined;
  /** Token ids that end a text. */
  readonly ends: readonly number[];
  /** How its makers sample from it. */
  readonly generation: Readonly<Record<string, unknown>>;
  readonly tensors: Readonly<Record<string, PublishedTensor>>;
  /** Names the weights: see `weightsHash`. */
  readonly hash: string;
}

const idsSchema = z
  .union([z.int().transform(id => [id]), z.array(z.int())], 'it must be a token id, or a list of them')
  .nullish();
const generationSchema = z.record(z.string(), z.unknown());

/** Whether a path is the folder of a published model. */
export function isPublishedFolder(folder: string): boolean {
  return existsSync(path.join(folder, 'config.json')) && statSync(folder).isDirectory();
}

/**
 * Reads what a folder holds: configuration, tokenizer, chat template, generation settings, and where the weights lie.
 * @throws ClewError that says what is missing, damaged or not known
 */
export async function openPublishedFolder(folder: string): Promise<PublishedFolder> {
  if (!existsSync(folder)) throw new ClewError(`There is no folder ${folder}.`);
  const text = async (name: string): Promise<string | undefined> => {
    const file = path.join(folder, name);
    if (!existsSync(file)) return undefined;
    try {
      return await readFile(file, 'utf8');
    } catch (error) {
      throw new ClewError(`${file} cannot be read: ${(error as Error).message}`, { cause: error });
    }
  };
  const need = async (name: string): Promise<string> => {
    const found = await text(name);
    if (found === undefined) throw new ClewError(`${folder} is no folder of a published model: it has no ${name}.`);
    return found;
  };
  const published = readPublishedConfig(await need('config.json'), path.join(folder, 'config.json'));
  const tokenizerConfig = (await text('tokenizer_config.json')) ?? '{}';
  const tokenizer = huggingFaceTokenizer(await need('tokenizer.json'), tokenizerConfig, folder);
  if (tokenizer.size > published.vocab_size)
    throw new ClewError(
      `${folder} has the tokenizer of another model: it has ${tokenizer.size} tokens, and config.json says ` +
        `vocab_size ${published.vocab_size}.`,
    );
  const { generation, ids } = readGeneration(folder, (await text('generation_config.json')) ?? '{}');
  const config = modelConfigOf(published, { drawable: tokenizer.size });
  const named = ids ?? idsSchema.parse(published.eos_token_id) ?? [];
  const ends = [...new Set([...named, tokenizer.end])];
  const stray = ends.find(id => id >= tokenizer.size);
  if (stray !== undefined)
    throw new ClewError(
      `${folder} has the tokenizer of another model: its texts end with the token ${stray}, and the tokenizer has ` +
        `${tokenizer.size}.`,
    );
  if (named.length > 0 && !named.some(id => tokenizer.isAdded(id)))
    throw new ClewError(
      `${folder} has the tokenizer of another model: texts end with the token ${named[0]}, which is an ordinary word of ` +
        `it (${JSON.stringify(tokenizer.decode([named[0]!]))}).`,
    );
  const tensors = placeParameters(
    folder,
    await readTensors(await weightFiles(folder)),
    publishedParameters(config),
    // A tied head may be published all the same, and old checkpoints hold what follows from the configuration.
    name => (config.tied && name === 'lm_head.weight') || name.endsWith('rotary_emb.inv_freq'),
  );
  return {
    folder,
    published,
    config,
    tokenizer,
    template: readChatTemplate(tokenizerConfig, await text('chat_template.jinja'), folder),
    ends,
    generation,
    tensors,
    hash: await weightsHash(tensors),
  };
}

/** How its makers sample from a model, and which ids they say end a text. */
function readGeneration(
  folder: string,
  text: string,
): { generation: PublishedFolder['generation']; ids: readonly number[] | null | undefined } {
  try {
    const generation = generationSchema.parse(JSON.parse(text));
    return { generation, ids: z.object({ eos_token_id: idsSchema }).parse(generation).eos_token_id };
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : 'it is not a JSON object.';
    throw new ClewError(`${path.join(folder, 'generation_config.json')} cannot be read: ${why}`, { cause: error });
  }
}
