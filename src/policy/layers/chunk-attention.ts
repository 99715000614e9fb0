import type { Ops, Tensor } from '../ops.ts';
import { rotate } from './rotary.ts';

/** What several new tokens of one episode need beside their queries, keys and values, of which `n` are kept. */
export interface ChunkStep {
  /** Cosines and sines at each token's own position, [count, 1, headWidth]. */
  cos: Tensor;
  sin: Tensor;
  /** 0 where a query may look, very negative elsewhere; new keys before kept ones: [1, 1, group · count, count + n]. */
  mask: Tensor;
  /** Kept keys and values of one slot as in `CachedStep`; none where nothing is kept. */
  kept: { keys: Tensor; values: Tensor } | undefined;
}

/**
 * Attention of several new tokens of one episode over each other and the kept ones: queries, keys and values [count,
 * heads · headWidth]. Returns the new keys and values beside it, [count, keyHeads · headWidth].
 */
export function chunkAttention(
  ops: Ops,
  config: { heads: number; keyHeads: number; headWidth: number; scale: number },
  [queries, keys, values]: readonly Tensor[],
  { cos, sin, mask, kept }: ChunkStep,
): { output: Tensor; key: Tensor; value: Tensor } {
  const { heads, keyHeads, headWidth } = config;
  const count = queries!.shape[0]!;
  const turned = (x: Tensor, heads: number): Tensor => rotate(ops, ops.reshape(x, [count, heads, headWidth]), cos, sin);
  const byHead = (x: Tensor, heads: number): Tensor =>
    ops.transpose(ops.reshape(x, [count, heads, headWidth]), [1, 0, 2]);
  // The queries that share a key head stand one below the other, so that one product serves them all.
  const stacked = [1, keyHeads, (heads / keyHeads) * count, headWidth];
  const scaled = ops.multiply(turned(queries!, heads), ops.constant([config.scale], [1, 1, 1]));
  const q = ops.reshape(byHead(scaled, heads), stacked);
  const key = turned(keys!, keyHeads);
  const k = ops.reshape(ops.transpose(key, [1, 2, 0]), [1, keyHeads, headWidth, count]);
  const v = ops.reshape(byHead(values!, keyHeads), [1, keyHeads, count, headWidth]);

  // New and kept ones side by side: joining them is cheaper than joining scores, of which each query has its own.
  const scores = ops.matmul(q, kept ? ops.concat([k, kept.keys], 3) : k);
  const weights = ops.softmax(ops.add(scores, mask));
  const mixed = ops.matmul(weights, kept ? ops.concat([v, kept.values], 2) : v);
  const output = ops.transpose(ops.reshape(mixed, [heads, count, headWidth]), [1, 0, 2]);
  return {
    output: ops.reshape(output, [count, heads * headWidth]),
    key: ops.reshape(key, [count, keyHeads * headWidth]),
    value: values!,
  };
}
