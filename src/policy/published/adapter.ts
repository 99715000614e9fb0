import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { ClewError } from '../../errors.ts';
import { type Adaptable, type AdapterConfig, type ModelConfig, parseModelConfig } from '../config.ts';
import { readAdapterName } from './names.ts';
import { adapterParameters } from './parameters.ts';
import { placeParameters, type PublishedTensor, readTensors } from './weights.ts';

export const adapterFiles = { config: 'adapter_config.json', weights: 'adapter_model.safetensors' } as const;

const adapterConfigSchema = z.looseObject({
  peft_type: z.string(),
  base_model_name_or_path: z.string().nullish(),
  r: z.int().positive(),
  lora_alpha: z.number().positive(),
  use_rslora: z.boolean().default(false),
});

/** Fields of PEFT's that change what is computed unless they have one of these values. */
const only: Readonly<Record<string, readonly unknown[]>> = {
  peft_type: ['LORA'],
  bias: ['none'],
  use_dora: [false],
  use_qalora: [false],
  use_bdlora: [false, null],
  fan_in_fan_out: [false],
  lora_bias: [false],
  modules_to_save: [null],
  layer_replication: [null],
  trainable_token_indices: [null],
  target_parameters: [null],
  alora_invocation_tokens: [null],
};

/** PEFT's adapter in a folder. */
export interface PublishedAdapter {
  readonly folder: string;
  /** What it says it was trained on: a folder seen from its own, or a name. */
  readonly base: string | undefined;
  readonly config: AdapterConfig;
  readonly tensors: ReadonlyMap<string, PublishedTensor>;
}

export function isAdapterFolder(folder: string): boolean {
  return existsSync(path.join(folder, adapterFiles.config));
}

/**
 * Reads a LoRA adapter as PEFT writes it. Which matrices it changes is read off its weights.
 * @throws ClewError that names what is wrong or not known
 */
export async function readAdapter(folder: string): Promise<PublishedAdapter> {
  const file = path.join(folder, adapterFiles.config);
  const weights = path.join(folder, adapterFiles.weights);
  if (!existsSync(file)) throw new ClewError(`${folder} is no adapter: there is no ${adapterFiles.config}.`);
  let fields: Record<string, unknown>;
  try {
    fields = z.record(z.string(), z.unknown()).parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    throw new ClewError(`${file} cannot be read: it is not a JSON object.`, { cause: error });
  }
  const faults = Object.entries(only)
    .filter(([name, allowed]) => name in fields && !allowed.includes(fields[name]))
    .map(
      ([name, allowed]) => `${name} is ${JSON.stringify(fields[name])}; Clew computes ${JSON.stringify(allowed[0])}`,
    );
  for (const name of ['rank_pattern', 'alpha_pattern'])
    if (Object.keys((fields[name] as object | null | undefined) ?? {}).length > 0)
      faults.push(`${name} is ${JSON.stringify(fields[name])}; Clew computes one rank and one alpha for all matrices`);
  const read = adapterConfigSchema.safeParse(fields);
  if (!read.success) for (const { path, message } of read.error.issues) faults.push(`${path.join('.')}: ${message}`);
  if (faults.length > 0)
    throw new ClewError(`${file} describes an adapter that Clew cannot compute rightly:\n- ${faults.join('\n- ')}`);
  const { r: rank, lora_alpha: alpha, use_rslora: rankStabilised, base_model_name_or_path: base } = read.data!;
  if (!existsSync(weights))
    throw new ClewError(`The adapter ${folder} has no weights: there is no ${adapterFiles.weights}.`);
  const tensors = await readTensors([weights]);
  const changed = changedMatrices(folder, [...tensors.keys()]);
  return { folder, base: base ?? undefined, config: { rank, alpha, rankStabilised, ...changed }, tensors };
}

/** Which matrices have an adapter, and in which layers. */
function changedMatrices(folder: string, names: readonly string[]): Pick<AdapterConfig, 'targets' | 'layers'> {
  const byLayer = new Map<number, Set<Adaptable>>();
  for (const name of names) {
    const known = readAdapterName(name);
    if (!known)
      throw new ClewError(
        `${folder} adapts "${name}"; Clew knows adapters of the matrices of attention and feed-forward layers only.`,
      );
    byLayer.set(known.layer, (byLayer.get(known.layer) ?? new Set()).add(known.target));
  }
  const layers = [...byLayer.keys()].toSorted((a, b) => a - b);
  const targets = [...(byLayer.get(layers[0]!) ?? [])].toSorted();
  if (targets.length === 0) throw new ClewError(`${folder} adapts nothing: its weights are empty.`);
  for (const [layer, own] of byLayer)
    if ([...own].toSorted().join() !== targets.join())
      throw new ClewError(
        `${folder} adapts ${[...own].toSorted().join(', ')} in layer ${layer} and ${targets.join(', ')} in layer ` +
          `${layers[0]}; Clew computes adapters that are alike in all their layers.`,
      );
  return { targets, layers };
}

/** A model's configuration with an adapter on it. @throws ClewError when the adapter does not fit the model. */
export function adapted(
  config: ModelConfig,
  { folder, config: adapter, tensors, base }: PublishedAdapter,
): ModelConfig {
  const { layers, ...rest } = adapter;
  const beyond = layers!.find(layer => layer >= config.layers);
  const whole = layers!.length === config.layers;
  const fits = parseModelConfig({
    ...config,
    frozen: true,
    adapter: { ...rest, ...(!whole && { layers }) },
  });
  try {
    if (beyond !== undefined) throw new ClewError(`It adapts layer ${beyond}; the model has ${config.layers}.`);
    placeParameters(folder, tensors, adapterParameters(fits));
  } catch (error) {
    throw new ClewError(
      `The adapter ${folder} is damaged, or was made for another model${base === undefined ? '' : ` ("${base}")`}: ` +
        `${(error as Error).message}`,
      { cause: error },
    );
  }
  return fits;
}
