import type { ModelConfig } from './config.ts';
import { cachedAttention, type CachedStep } from './layers/cached-attention.ts';
import { causalAttention } from './layers/attention.ts';
import { chunkAttention, type ChunkStep } from './layers/chunk-attention.ts';
import { embedding } from './layers/embedding.ts';
import { gated, gelu, silu } from './layers/gated.ts';
import type { Parts } from './layers/linear.ts';
import { rmsNorm } from './layers/rms-norm.ts';
import { rotaryOf } from './layers/rotary.ts';
import type { Layer, Tape } from './layers/tape.ts';
import { type LayerWeights, layerWeights, outerNames } from './layer-weights.ts';
import type { Indices, Tensor } from './ops.ts';

/** Token ids of a batch, rows one after the other, and of the token before each (0 before the first). */
export interface TokenInputs {
  tokens: Indices;
  previous: Indices;
}

/**
 * The decoder over whole rows: [batch · length] tokens → what the head makes logits of, [m, width], at the m chosen
 * positions only, which spares the head for observations that carry no loss.
 */
export function decodeRows(
  tape: Tape,
  config: ModelConfig,
  inputs: TokenInputs,
  positions: Indices,
  batch: number,
  length: number,
): readonly [hidden: Tensor, backward: (gradient: Tensor) => void] {
  const { ops } = tape;
  const [start, backEmbedding] = embed(tape, config, inputs);
  let x = start;
  const backwards: Layer[1][] = [];
  for (let i = 0; i < config.layers; i++) {
    const [output, backward] = decoderLayer(tape, config, i, x, batch, length);
    x = output;
    backwards.push(backward);
  }
  const [hidden, backNorm] = lastNorm(tape, config, ops.gatherRows(x, positions));
  return [
    hidden,
    gradient => {
      let dx = ops.scatterRows(batch * length, positions, backNorm(gradient));
      for (const backward of backwards.toReversed()) dx = backward(dx);
      backEmbedding(dx);
    },
  ];
}

/** One layer over whole rows, [batch · length, width] → the same: attention, then the gated products, each added. */
export function decoderLayer(
  tape: Tape,
  config: ModelConfig,
  layer: number,
  x: Tensor,
  batch: number,
  length: number,
): Layer {
  const { ops } = tape;
  const weights = layerWeights(tape, config, layer);
  const added =
    (inner: (x: Tensor) => Layer) =>
    (x: Tensor): Layer => {
      const [output, backward] = inner(x);
      return [ops.add(x, output), gradient => ops.add(gradient, backward(gradient))];
    };
  return chain(
    x,
    added(x =>
      chain(
        x,
        x => norm(tape, config, x, weights.attentionNorm),
        x =>
          causalAttention(ops, attentionInputs(tape, config, x, weights), attentionShape(config, layer, batch, length)),
        x => weights.attentionOutput(x),
        ...(weights.after ? [(x: Tensor) => norm(tape, config, x, weights.after!.attention)] : []),
      ),
    ),
    added(x =>
      chain(
        x,
        x => norm(tape, config, x, weights.feedForwardNorm),
        x => gated(ops, weights.gateUp(x), weights.down, config.gemma ? gelu : silu),
        ...(weights.after ? [(x: Tensor) => norm(tape, config, x, weights.after!.feedForward)] : []),
      ),
    ),
  );
}

/**
 * The decoder for one new token of each slot, against keys and values kept from before. Returns logits
 * [slots, vocabulary] and the new keys and values of every layer, [slots, keyHeads · headWidth] each.
 */
export function decodeStep(
  tape: Tape,
  config: ModelConfig,
  inputs: TokenInputs,
  cache: readonly CachedStep[],
): { logits: Tensor; added: { key: Tensor; value: Tensor }[] } {
  const shape = { ...config, scale: scoreScale(config) };
  const { x, added } = throughLayers(tape, config, inputs, (parts, i) =>
    cachedAttention(tape.ops, shape, parts, cache[i]!),
  );
  return { logits: headOf(tape, config, x), added };
}

/**
 * The new keys and values alone, of as many new tokens of each of `rows` episodes: inputs and results are of [rows ·
 * count] tokens, episode after episode.
 */
export function decodeChunk(
  tape: Tape,
  config: ModelConfig,
  inputs: TokenInputs,
  rows: number,
  cache: readonly ChunkStep[],
): { key: Tensor; value: Tensor }[] {
  const shape = { ...config, scale: scoreScale(config) };
  return throughLayers(tape, config, inputs, (parts, i) => chunkAttention(tape.ops, shape, rows, parts, cache[i]!))
    .added;
}

/** All layers forward, with an attention that gives the keys and values to keep. */
function throughLayers(
  tape: Tape,
  config: ModelConfig,
  inputs: TokenInputs,
  attend: (parts: readonly Tensor[], layer: number) => { output: Tensor; key: Tensor; value: Tensor },
): { x: Tensor; added: { key: Tensor; value: Tensor }[] } {
  const { ops } = tape;
  let [x] = embed(tape, config, inputs);
  const normed = (x: Tensor, gain: string | undefined): Tensor => (gain ? norm(tape, config, x, gain)[0] : x);
  const added = Array.from({ length: config.layers }, (_, i) => {
    const weights = layerWeights(tape, config, i);
    const [parts] = attentionInputs(tape, config, normed(x, weights.attentionNorm), weights);
    const { output, key, value } = attend(parts, i);
    x = ops.add(x, normed(weights.attentionOutput(output)[0], weights.after?.attention));
    const inner = normed(x, weights.feedForwardNorm);
    const [outer] = gated(ops, weights.gateUp(inner), weights.down, config.gemma ? gelu : silu);
    x = ops.add(x, normed(outer, weights.after?.feedForward));
    return { key, value };
  });
  return { x, added };
}

function headOf(tape: Tape, config: ModelConfig, x: Tensor): Tensor {
  return head(tape, config, lastNorm(tape, config, x)[0])[0];
}

function norm(tape: Tape, config: ModelConfig, x: Tensor, gain: string): Layer {
  return rmsNorm(tape, x, gain, config.epsilon, config.gemma ? 1 : 0);
}

/** The norm before the head. */
export function lastNorm(tape: Tape, config: ModelConfig, x: Tensor): Layer {
  return norm(tape, config, x, outerNames(config).norm);
}

function scoreScale({ scoreWidth, headWidth }: ModelConfig): number {
  return (scoreWidth ?? headWidth) ** -0.5;
}

/** What of a layer's attention is no weight: layers that have it alike are computed by the same graph. */
export function attentionShape(config: ModelConfig, layer: number, batch: number, length: number) {
  const { heads, keyHeads, headWidth, windows } = config;
  const rotary = rotaryOf(config, layer);
  return {
    batch,
    length,
    heads,
    keyHeads,
    headWidth,
    rotary,
    scale: scoreScale(config),
    window: windows?.[layer] ?? null,
  };
}

/** Queries, keys and values; the first two normed over each head, where the model does so. */
function attentionInputs(tape: Tape, config: ModelConfig, x: Tensor, weights: LayerWeights): Parts {
  const parts = weights.queriesKeysValues(x);
  const { headNorms } = weights;
  if (!headNorms) return parts;
  const [[queries, keys, values], backward] = parts;
  const [q, backQueries] = perHead(tape, config, queries!, headNorms.queries);
  const [k, backKeys] = perHead(tape, config, keys!, headNorms.keys);
  return [[q, k, values!], ([dq, dk, dv]) => backward([backQueries(dq!), backKeys(dk!), dv!])];
}

/** A norm over each head's width: x [n, heads · headWidth]. */
function perHead(tape: Tape, config: ModelConfig, x: Tensor, gain: string): Layer {
  const { ops } = tape;
  const rows = [(x.shape[0]! * x.shape[1]!) / config.headWidth, config.headWidth];
  const [output, backward] = norm(tape, config, ops.reshape(x, rows), gain);
  return [ops.reshape(output, x.shape), gradient => ops.reshape(backward(ops.reshape(gradient, rows)), x.shape)];
}

/** Embeddings of tokens, [n, width]. */
export function embed(
  tape: Tape,
  config: ModelConfig,
  inputs: TokenInputs,
): readonly [Tensor, (gradient: Tensor) => void] {
  const { ops } = tape;
  const [own, backOwn] = embedding(tape, inputs.tokens, outerNames(config).embedding);
  if (config.gemma) {
    // Gemma rounds this factor to bfloat16 where it computes in bfloat16; in float32 it does not.
    const factor = ops.constant([Math.sqrt(config.width)], [1, 1]);
    return [ops.multiply(own, factor), gradient => backOwn(ops.multiply(gradient, factor))];
  }
  if (!config.tokenShift) return [own, backOwn];
  const [shift, backShift] = embedding(tape, inputs.previous, 'shift');
  return [
    ops.add(own, shift),
    gradient => {
      backOwn(gradient);
      backShift(gradient);
    },
  ];
}

/** Logits x · tableᵀ: the table [vocabulary, width] is the embedding itself when the two are tied. */
export function head(tape: Tape, config: ModelConfig, x: Tensor): Layer {
  const name = outerNames(config).head;
  const table = tape.parameter(name);
  return [
    tape.ops.gemm(x, table, { b: true }),
    gradient => {
      tape.accumulate(name, () => tape.ops.gemm(gradient, x, { a: true }));
      return tape.ops.gemm(gradient, table);
    },
  ];
}

/** Layers one after the other, and their backward functions in reverse. */
function chain(x: Tensor, ...layers: ((x: Tensor) => Layer)[]): Layer {
  const backwards: Layer[1][] = [];
  for (const layer of layers) {
    const [output, backward] = layer(x);
    x = output;
    backwards.unshift(backward);
  }
  return [x, gradient => backwards.reduce((dy, backward) => backward(dy), gradient)];
}
