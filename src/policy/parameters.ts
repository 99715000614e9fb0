import { createRandom } from '../world/random.ts';
import type { ModelConfig } from './config.ts';
import type { TensorSource } from './engines/engine.ts';
import { sharedFloats } from './memory.ts';
import { sizeOf } from './ops.ts';
import { adapterParameters, publishedParameters, type UnplacedParameter } from './published/parameters.ts';

/** One parameter tensor: where it lies in the flat array, and how it starts. */
export interface ParameterSpec {
  name: string;
  shape: readonly number[];
  offset: number;
  size: number;
  /** Standard deviation of the initial values; gains start at 1, biases at 0. */
  start: 'ones' | 'zeros' | number;
  /** Weight decay pulls matrices only, never gains, biases or embeddings. */
  decays: boolean;
}

/**
 * Every trained parameter of a config in its one order: [embedding, shift?, layers…, norm, head?], or where those are
 * frozen the adapter's.
 */
export function parameterLayout(config: ModelConfig): ParameterSpec[] {
  if (config.frozen) return placed(adapterParameters(config));
  return config.published ? placed(publishedParameters(config)) : ownParameters(config);
}

/** The parameters that a config has and does not train. */
export function frozenLayout(config: ModelConfig): Pick<ParameterSpec, 'name' | 'shape'>[] {
  return config.frozen ? publishedParameters(config) : [];
}

function placed(parameters: readonly UnplacedParameter[]): ParameterSpec[] {
  let end = 0;
  return parameters.map(parameter => {
    const size = sizeOf(parameter.shape);
    const offset = end;
    end += size;
    return { ...parameter, offset, size };
  });
}

function ownParameters(config: ModelConfig): ParameterSpec[] {
  const { vocabulary, width, layers, heads, keyHeads, headWidth, feedForward } = config;
  const specs: ParameterSpec[] = [];
  let offset = 0;
  const add = (name: string, shape: readonly number[], start: ParameterSpec['start'], decays = false): void => {
    const size = sizeOf(shape);
    specs.push({ name, shape, offset, size, start, decays });
    offset += size;
  };
  const table = 0.02;
  // Outputs that are added to the residual stream start smaller the deeper the model is (GPT-2, section 2.3).
  const residual = (fanIn: number): number => fanIn ** -0.5 / Math.sqrt(2 * layers);
  const projected = (heads + 2 * keyHeads) * headWidth;
  add('embedding', [vocabulary, width], table);
  if (config.tokenShift) add('shift', [vocabulary, width], table);
  for (let i = 0; i < layers; i++) {
    const layer = `layers.${i}`;
    add(`${layer}.attention.norm`, [1, width], 'ones');
    add(`${layer}.attention.qkv`, [width, projected], width ** -0.5, true);
    if (config.attentionBias) add(`${layer}.attention.bias`, [1, projected], 'zeros');
    add(`${layer}.attention.output`, [heads * headWidth, width], residual(heads * headWidth), true);
    add(`${layer}.feedForward.norm`, [1, width], 'ones');
    add(`${layer}.feedForward.gateUp`, [width, 2 * feedForward], width ** -0.5, true);
    add(`${layer}.feedForward.down`, [feedForward, width], residual(feedForward), true);
  }
  add('norm', [1, width], 'ones');
  if (!config.tied) add('head', [vocabulary, width], table, true);
  return specs;
}

/** The number of parameters of a config. */
export function parameterCount(config: ModelConfig): number {
  const last = parameterLayout(config).at(-1);
  return last ? last.offset + last.size : 0;
}

/**
 * A model: its config and its parameters, one flat float32 array in the order of `parameterLayout`. The array stands
 * on shared memory, so that every thread reads what the optimiser wrote without a copy.
 */
export interface Model {
  readonly config: ModelConfig;
  readonly parameters: Float32Array<SharedArrayBuffer>;
  /** Goes up by one whenever the parameters change, which tells the threads to read them again. */
  version: number;
  /** Where the parameters lie that are not trained, by name. Engines read them there by themselves. */
  readonly frozen?: FrozenParameters;
  /** Names them by their content. */
  readonly frozenHash?: string;
}

export type FrozenParameters = Readonly<Record<string, TensorSource>>;

/** A model with all parameters 0, to be filled from a file. */
export function emptyModel(config: ModelConfig): Model {
  return { config, parameters: sharedFloats(parameterCount(config), "the model's parameters"), version: 0 };
}

/** The same model with parameters of its own, so that one can be trained while the other stays what it is. */
export function copyModel(model: Model): Model {
  const copy = { ...model, ...emptyModel(model.config) };
  copy.parameters.set(model.parameters);
  return copy;
}

/** A fresh model; the same config and seed give the same parameters on every machine. */
export function createModel(config: ModelConfig, seed: string | number = 0): Model {
  const model = emptyModel(config);
  const { parameters } = model;
  for (const { name, offset, size, start } of parameterLayout(config)) {
    const values = parameters.subarray(offset, offset + size);
    if (start === 'ones') values.fill(1);
    else if (start !== 'zeros') fillNormal(values, start, createRandom('parameters', seed, name));
  }
  return model;
}

/** One parameter as a view into the model's flat array; throws for a name that the model has not. */
export function parameterView(config: ModelConfig, flat: Float32Array, name: string): Float32Array {
  const spec = parameterLayout(config).find(spec => spec.name === name);
  if (!spec) throw new RangeError(`The model has no parameter "${name}".`);
  return flat.subarray(spec.offset, spec.offset + spec.size);
}

/** Normal draws by Box and Muller. */
function fillNormal(values: Float32Array, deviation: number, random: () => number): void {
  for (let i = 0; i < values.length; i += 2) {
    const radius = deviation * Math.sqrt(-2 * Math.log(1 - random()));
    const angle = 2 * Math.PI * random();
    values[i] = radius * Math.cos(angle);
    if (i + 1 < values.length) values[i + 1] = radius * Math.sin(angle);
  }
}
