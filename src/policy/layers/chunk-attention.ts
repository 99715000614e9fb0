import type { Ops, Tensor } from '../ops.ts';
import { rotate } from './rotary.ts';

/** What `count` new tokens of each of `rows` episodes need beside queries, keys and values, of which `n` are kept. */
export interface ChunkStep {
  /** Cosines and sines at each token's own position, [rows · count, 1, headWidth]. */
  cos: Tensor;
  sin: Tensor;
  /** 0 where a query may look, very negative elsewhere; new keys before kept: [rows, 1, group · count, count + n]. */
  mask: Tensor;
  /** Kept keys and values of these episodes as in `CachedStep`; none where nothing is kept. */
  kept: { keys: Tensor; values: Tensor } | undefined;
}

/**
 * Attention of several new tokens of each of `rows` episodes over each other and the episode's kept ones: queries, keys
 * and values [rows · count, heads · headWidth]. Returns the new keys and values beside it, [rows · count, keyHeads ·
 * headWidth].
 */
export function chunkAttention(
  ops: Ops,
  config: { heads: number; keyHeads: number; headWidth: number; scale: number },
  rows: number,
  [queries, keys, values]: readonly Tensor[],
  { cos, sin, mask, kept }: ChunkStep,
): { output: Tensor; key: Tensor; value: Tensor } {
  const { heads, keyHeads, headWidth } = config;
  const tokens = queries!.shape[0]!;
  const count = tokens / rows;
  const turned = (x: Tensor, heads: number): Tensor =>
    rotate(ops, ops.reshape(x, [tokens, heads, headWidth]), cos, sin);
  const byHead = (x: Tensor, heads: number): Tensor =>
    ops.transpose(ops.reshape(x, [rows, count, heads, headWidth]), [0, 2, 1, 3]);
  // The queries that share a key head stand one below the other, so that one product serves them all.
  const stacked = [rows, keyHeads, (heads / keyHeads) * count, headWidth];
  const scaled = ops.multiply(turned(queries!, heads), ops.constant([config.scale], [1, 1, 1]));
  const q = ops.reshape(byHead(scaled, heads), stacked);
  const key = turned(keys!, keyHeads);
  const k = ops.transpose(ops.reshape(key, [rows, count, keyHeads, headWidth]), [0, 2, 3, 1]);
  const v = byHead(values!, keyHeads);

  // New and kept ones side by side: joining them is cheaper than joining scores, of which each query has its own.
  const scores = ops.matmul(q, kept ? ops.concat([k, kept.keys], 3) : k);
  const weights = ops.softmax(ops.add(scores, mask));
  const mixed = ops.matmul(weights, kept ? ops.concat([v, kept.values], 2) : v);
  const output = ops.transpose(ops.reshape(mixed, [rows, heads, count, headWidth]), [0, 2, 1, 3]);
  return {
    output: ops.reshape(output, [tokens, heads * headWidth]),
    key: ops.reshape(key, [tokens, keyHeads * headWidth]),
    value: values!,
  };
}
