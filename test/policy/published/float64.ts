/**
 * What a published model computes, straight from its files, written down once more in plain loops and float64: none of
 * the decoder's layers, names or reading of configurations is used, so that a fault in those is not in here as well.
 * Formulas: Llama (Touvron et al. 2023), rotary positions (Su et al. 2021, "rotate half"), LoRA (Hu et al. 2021), rank
 * stabilised (Kalajdzievski 2023); scaling "llama3" as published with Llama 3.1.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { readSafetensors } from '../../../src/policy/safetensors.ts';

type Fields = Record<string, unknown>;
type Vector = number[];

export interface Published {
  /** `config.json`, in the older spelling. */
  config: Fields;
  tensors: Record<string, ArrayLike<number>>;
  /** PEFT's `adapter_config.json` and weights. */
  adapter?: { config: Fields; tensors: Record<string, ArrayLike<number>> };
}

/** Reads a folder, and an adapter's. */
export async function readPublished(folder: string, adapter?: string): Promise<Published> {
  const json = (file: string) => JSON.parse(readFileSync(file, 'utf8')) as Fields;
  const weights = async (of: string): Promise<Published['tensors']> => {
    const tensors: Published['tensors'] = {};
    for (const file of readdirSync(of).filter(name => name.endsWith('.safetensors')))
      for (const [name, { data }] of Object.entries((await readSafetensors(path.join(of, file))).tensors))
        tensors[name] = data;
    return tensors;
  };
  return {
    config: json(path.join(folder, 'config.json')),
    tensors: await weights(folder),
    ...(adapter && {
      adapter: { config: json(path.join(adapter, 'adapter_config.json')), tensors: await weights(adapter) },
    }),
  };
}

/** The log-probability of each token after those before it; 0 for the first. */
export function logProbabilities({ config, tensors, adapter }: Published, tokens: readonly number[]): Vector {
  const number = (name: string, otherwise?: number) => (config[name] as number | null | undefined) ?? otherwise!;
  const width = number('hidden_size');
  const heads = number('num_attention_heads');
  const keyHeads = number('num_key_value_heads', heads);
  const headWidth = number('head_dim', width / heads);
  const epsilon = number('rms_norm_eps');

  /** W x + bias + scale · B A x. */
  const linear = (name: string, x: Vector): Vector => {
    const out = product(tensors[`${name}.weight`]!, x);
    const bias = tensors[`${name}.bias`];
    const down = adapter?.tensors[`base_model.model.${name}.lora_A.weight`];
    const up = adapter?.tensors[`base_model.model.${name}.lora_B.weight`];
    const rank = adapter?.config.r as number;
    const scale = (adapter?.config.lora_alpha as number) / (adapter?.config.use_rslora ? Math.sqrt(rank) : rank);
    const added = down && up ? product(up, product(down, x)) : undefined;
    return out.map((value, i) => value + (bias?.[i] ?? 0) + (added ? scale * added[i]! : 0));
  };
  const norm = (name: string, x: Vector): Vector => {
    const root = Math.sqrt(x.reduce((sum, value) => sum + value * value, 0) / x.length + epsilon);
    return x.map((value, i) => (value / root) * tensors[`${name}.weight`]![i]!);
  };
  const turns = frequencies(number('rope_theta'), headWidth, config.rope_scaling as Scaling | null | undefined);
  const rotate = (x: Vector, position: number): Vector =>
    x.map((value, i) => {
      const half = headWidth / 2;
      const angle = position * turns[i % half]!;
      return value * Math.cos(angle) + (i < half ? -x[i + half]! : x[i - half]!) * Math.sin(angle);
    });
  const inHeads = (x: Vector): Vector[] =>
    Array.from({ length: x.length / headWidth }, (_, head) => x.slice(head * headWidth, (head + 1) * headWidth));

  let x = tokens.map(token =>
    Array.from({ length: width }, (_, i) => tensors['model.embed_tokens.weight']![token * width + i]!),
  );
  for (let layer = 0; layer < number('num_hidden_layers'); layer++) {
    const name = (part: string) => `model.layers.${layer}.${part}`;
    const normed = x.map(row => norm(name('input_layernorm'), row));
    const turned = (which: string, heads: Vector[], position: number) =>
      heads.map(head =>
        rotate(
          tensors[`${name(`self_attn.${which}_norm`)}.weight`] ? norm(name(`self_attn.${which}_norm`), head) : head,
          position,
        ),
      );
    const queries = normed.map((row, t) => turned('q', inHeads(linear(name('self_attn.q_proj'), row)), t));
    const keys = normed.map((row, t) => turned('k', inHeads(linear(name('self_attn.k_proj'), row)), t));
    const values = normed.map(row => inHeads(linear(name('self_attn.v_proj'), row)));
    const window = windowOf(config, layer);
    x = x.map((row, t) => {
      const mixed = queries[t]!.flatMap((query, head) => {
        const of = Math.floor((head * keyHeads) / heads);
        const seen = keys.flatMap((_, s) => (s <= t && t - s < window ? [s] : []));
        const shares = softmax(seen.map(s => dot(query, keys[s]![of]!) / Math.sqrt(headWidth)));
        return Array.from({ length: headWidth }, (_, i) =>
          seen.reduce((sum, s, at) => sum + shares[at]! * values[s]![of]![i]!, 0),
        );
      });
      const attended = linear(name('self_attn.o_proj'), mixed).map((value, i) => value + row[i]!);
      const inner = norm(name('post_attention_layernorm'), attended);
      const gate = linear(name('mlp.gate_proj'), inner).map(value => value / (1 + Math.exp(-value)));
      const up = linear(name('mlp.up_proj'), inner);
      const down = linear(
        name('mlp.down_proj'),
        gate.map((value, i) => value * up[i]!),
      );
      return attended.map((value, i) => value + down[i]!);
    });
  }
  const head = tensors[config.tie_word_embeddings ? 'model.embed_tokens.weight' : 'lm_head.weight']!;
  return tokens.map((token, t) =>
    t === 0 ? 0 : Math.log(softmax(product(head, norm('model.norm', x[t - 1]!)))[token]!),
  );
}

interface Scaling {
  rope_type: 'llama3' | 'linear';
  factor: number;
  low_freq_factor: number;
  high_freq_factor: number;
  original_max_position_embeddings: number;
}

function frequencies(theta: number, headWidth: number, scaling: Scaling | null | undefined): Vector {
  return Array.from({ length: headWidth / 2 }, (_, i) => {
    const plain = theta ** ((-2 * i) / headWidth);
    if (!scaling) return plain;
    if (scaling.rope_type === 'linear') return plain / scaling.factor;
    const wavelength = (2 * Math.PI) / plain;
    const {
      factor,
      low_freq_factor: low,
      high_freq_factor: high,
      original_max_position_embeddings: original,
    } = scaling;
    if (wavelength < original / high) return plain;
    if (wavelength > original / low) return plain / factor;
    const share = (original / wavelength - low) / (high - low);
    return ((1 - share) * plain) / factor + share * plain;
  });
}

/** Infinity where a layer looks back to the beginning. */
function windowOf(config: Fields, layer: number): number {
  const window = config.sliding_window as number | undefined;
  if (window === undefined) return Infinity;
  if (config.layer_types) return (config.layer_types as string[])[layer] === 'sliding_attention' ? window : Infinity;
  if (config.model_type === 'mistral') return window;
  return config.use_sliding_window && layer >= (config.max_window_layers as number) ? window : Infinity;
}

function product(matrix: ArrayLike<number>, x: Vector): Vector {
  return Array.from({ length: matrix.length / x.length }, (_, row) => {
    let sum = 0;
    for (let i = 0; i < x.length; i++) sum += matrix[row * x.length + i]! * x[i]!;
    return sum;
  });
}

function dot(a: Vector, b: Vector): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}

function softmax(x: Vector): Vector {
  const most = Math.max(...x);
  const powers = x.map(value => Math.exp(value - most));
  const sum = powers.reduce((total, value) => total + value, 0);
  return powers.map(value => value / sum);
}
