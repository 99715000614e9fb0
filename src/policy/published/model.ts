import { ClewError } from '../../errors.ts';
import { type Adaptable, type AdapterConfig, parseModelConfig } from '../config.ts';
import { needMemory } from '../memory.ts';
import { createModel, emptyModel, type Model, parameterCount, parameterLayout } from '../parameters.ts';
import { readTensor } from '../safetensors.ts';
import { adapted, type PublishedAdapter } from './adapter.ts';
import type { PublishedFolder } from './folder.ts';
import type { PublishedTensor } from './weights.ts';

type Weights = Pick<PublishedFolder, 'config' | 'tensors' | 'hash'>;

/** A published model that is played as it is: all its parameters stay in their file. */
export function frozenModel({ config, tensors, hash }: Weights): Model {
  return { ...emptyModel(parseModelConfig({ ...config, frozen: true })), frozen: tensors, frozenHash: hash };
}

/**
 * A published model all of whose parameters are trained, read into memory.
 * @param limit bytes of memory that there can be; the machine's if left out
 * @throws ClewError when weights, gradient and the optimiser's two moments cannot be in it
 */
export async function wholeModel({ config, tensors }: Weights, limit?: number): Promise<Model> {
  needMemory(
    16 * parameterCount(config),
    `Training all ${parameterCount(config).toLocaleString('en')} weights`,
    'Train an adapter instead (--lora 16), or a smaller model.',
    limit,
  );
  const model = emptyModel(config);
  await readParameters(model, tensors);
  return model;
}

/**
 * A published model with an adapter, which is all that is trained of it. @throws ClewError when the adapter is another
 * model's.
 */
export async function adaptedModel({ config, tensors, hash }: Weights, adapter: PublishedAdapter): Promise<Model> {
  const model = { ...emptyModel(adapted(config, adapter)), frozen: tensors, frozenHash: hash };
  await readParameters(model, Object.fromEntries(adapter.tensors));
  return model;
}

/** A published model with a fresh adapter, which changes nothing before it is trained. */
export function newAdapter(
  { config, tensors, hash }: Weights,
  adapter: Readonly<Omit<AdapterConfig, 'targets'>> & { readonly targets: readonly Adaptable[] },
  seed: string | number,
): Model {
  const parsed = parseModelConfig({ ...config, frozen: true, adapter });
  return { ...createModel(parsed, seed), frozen: tensors, frozenHash: hash };
}

/** Reads the trained parameters of a model from where they lie, tensor by tensor. @throws ClewError for what is not finite */
async function readParameters(model: Model, tensors: Readonly<Record<string, PublishedTensor>>): Promise<void> {
  for (const { name, offset, size } of parameterLayout(model.config)) {
    const { file, type, offset: from } = tensors[name]!;
    const numbers = model.parameters.subarray(offset, offset + size);
    await readTensor(file, type, from, numbers);
    const stray = numbers.findIndex(number => !Number.isFinite(number));
    if (stray >= 0) throw new ClewError(`${file} is damaged: "${name}" holds ${numbers[stray]}.`);
  }
}
