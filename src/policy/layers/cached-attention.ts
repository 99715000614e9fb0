import type { Ops, Tensor } from '../ops.ts';
import { rotate } from './rotary.ts';

/** What one decoding step needs beside the new token's queries, keys and values. `n` is the cache's length. */
export interface CachedStep {
  /** Cosines and sines at each slot's own position, [slots, 1, headWidth]. */
  cos: Tensor;
  sin: Tensor;
  /** 0 where a slot has a kept token, very negative elsewhere, [slots, 1, 1, n]. */
  mask: Tensor;
  /** Kept keys, transposed so that no step has to: [slots, keyHeads, headWidth, n]. */
  keys: Tensor;
  /** Kept values, [slots, keyHeads, n, headWidth]. */
  values: Tensor;
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
  const turned = (x: Tensor, count: number): Tensor =>
    rotate(ops, ops.reshape(x, [slots, count, headWidth]), step.cos, step.sin);
  const scaled = ops.multiply(turned(queries!, heads), ops.constant([config.scale], [1, 1, 1]));
  const q = ops.reshape(scaled, [slots, keyHeads, heads / keyHeads, headWidth]);
  const key = ops.reshape(turned(keys!, keyHeads), [slots, keyHeads, 1, headWidth]);
  const value = ops.reshape(values!, [slots, keyHeads, 1, headWidth]);

  const own = ops.sum(ops.multiply(q, key), 3);
  const kept = ops.add(ops.matmul(q, step.keys), step.mask);
  // The new token comes first, so that where a slot's tokens stand does not depend on how long the cache is.
  const length = kept.shape[3]!;
  const weights = ops.softmax(ops.concat([own, kept], 3));
  const mixed = ops.add(
    ops.multiply(ops.slice(weights, 3, 0, 1), value),
    ops.matmul(ops.slice(weights, 3, 1, length + 1), step.values),
  );
  return {
    output: ops.reshape(mixed, [slots, heads * headWidth]),
    key: ops.reshape(key, [slots, keyHeads * headWidth]),
    value: ops.reshape(value, [slots, keyHeads * headWidth]),
  };
}
