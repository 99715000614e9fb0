import { adapted } from './adapter.ts';
import type { ModelConfig } from '../config.ts';
import { sizeOf } from '../ops.ts';
import { openPublishedFolder } from './folder.ts';
import { namedModel } from './named.ts';
import { adapterParameters } from './parameters.ts';
import { weightBytes } from './weights.ts';

/** What is known of a folder without computing anything. */
export interface FolderSummary {
  readonly folder: string;
  readonly family: string;
  readonly config: ModelConfig;
  readonly parameters: number;
  readonly bytes: number;
  readonly types: readonly string[];
  readonly files: number;
  readonly tokens: number;
  readonly chat: boolean;
  /** The texts of the tokens that end a reply. */
  readonly ends: readonly string[];
  readonly generation: Readonly<Record<string, unknown>>;
  readonly adapter?: { readonly base: string; readonly parameters: number };
}

/**
 * Reads a folder of a model or of an adapter, or both as MODEL+ADAPTER, and says what is in it. @throws ClewError as
 * reading does
 */
export async function describeFolder(folder: string): Promise<FolderSummary> {
  const { model: base, adapter } = await namedModel(folder);
  const { published, config, tensors, tokenizer, template, ends, generation } = await openPublishedFolder(base);
  const all = Object.values(tensors);
  const whole = adapter ? adapted(config, adapter) : config;
  const count = (parameters: readonly { shape: readonly number[] }[]): number =>
    parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  return {
    folder,
    family: published.family,
    config: whole,
    parameters: count(all),
    bytes: weightBytes(all),
    types: [...new Set(all.map(({ type }) => type))],
    files: new Set(all.map(({ file }) => file)).size,
    tokens: tokenizer.size,
    chat: template !== undefined,
    ends: ends.map(id => tokenizer.decode([id])),
    generation,
    ...(adapter && { adapter: { base, parameters: count(adapterParameters(whole)) } }),
  };
}
