import type { Ops, Tensor } from '../ops.ts';
import { rotate } from './rotary.ts';

/** What one decoding step needs beside the new token's queries, keys and values. `n` is the cache's length. */
export interface CachedStep {
  /** Cosines and sines at each slot's own position, [slots, 1, headWidth]. */
  cos: Tensor;
  sin: Tensor;
  /** 0 where a slot has a kept token, very negative elsewhere, [slots, 1, 1, n]. */
  mask: Tensor;
  /** Kept keys, [slots, keyHeads, headWidth, n], and values, [slots, keyHeads, n, headWidth]; both turned in `turnedCaches`. */
  keys: Tensor;
  values: Tensor;
}

/**
 * Whether caches hold keys [n, headWidth] and values [headWidth, n] of each head, and not the other way round.
 * onnxruntime lays the right side of a product out anew, unless the left one is a single row: where several queries
 * share a key head, the cache is better on the left.
 */
export function turnedCaches({ heads, keyHeads }: { heads: number; keyHeads: number }): boolean {
  return heads > keyHeads;
}

/**
 * Attention of one new token per slot over the kept ones and itself. The cache is only read: the new key and value are
 * returned, [slots, keyHeads · headWidth], and the caller writes them. Returning the whole cache would copy it each
 * step.
 */
export function cachedAttention(
  ops: Ops,
  config: { heads: number; keyHeads: number; headWidth: number; scale: number },
  [queries, keys, values]: readonly Tensor[],
  step: CachedStep,
): { output: Tensor; key: Tensor; value: Tensor } {
  const { heads, keyHeads, headWidth } = config;
  const slots = queries!.shape[0]!;
  const atPlace = (x: Tensor, count: number): Tensor =>
    rotate(ops, ops.reshape(x, [slots, count, headWidth]), step.cos, step.sin);
  const scaled = ops.multiply(atPlace(queries!, heads), ops.constant([config.scale], [1, 1, 1]));
  const q = ops.reshape(scaled, [slots, keyHeads, heads / keyHeads, headWidth]);
  const key = ops.reshape(atPlace(keys!, keyHeads), [slots, keyHeads, 1, headWidth]);
  const value = ops.reshape(values!, [slots, keyHeads, 1, headWidth]);

  const own = ops.sum(ops.multiply(q, key), 3);
  const turned = turnedCaches(config);
  const swap = (x: Tensor): Tensor => ops.transpose(x, [0, 1, 3, 2]);
  const scores = turned ? swap(ops.matmul(step.keys, swap(q))) : ops.matmul(q, step.keys);
  const kept = ops.add(scores, step.mask);
  // The new token comes first, so that where a slot's tokens stand does not depend on how long the cache is.
  const length = kept.shape[3]!;
  const weights = ops.softmax(ops.concat([own, kept], 3));
  const keptWeights = ops.slice(weights, 3, 1, length + 1);
  const mixed = ops.add(
    ops.multiply(ops.slice(weights, 3, 0, 1), value),
    turned ? swap(ops.matmul(step.values, swap(keptWeights))) : ops.matmul(keptWeights, step.values),
  );
  return {
    output: ops.reshape(mixed, [slots, heads * headWidth]),
    key: ops.reshape(key, [slots, keyHeads * headWidth]),
    value: ops.reshape(value, [slots, keyHeads * headWidth]),
  };
}
