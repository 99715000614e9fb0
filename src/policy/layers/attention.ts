import type { Ops, Tensor } from '../ops.ts';
import type { Parts } from './linear.ts';
import { type RotaryShape, rotaryTables, rotate, rotateBack } from './rotary.ts';
import type { Layer } from './tape.ts';

export interface AttentionShape {
  batch: number;
  length: number;
  heads: number;
  /** Heads of keys and values; each serves heads / keyHeads queries (grouped-query attention, Ainslie et al. 2023). */
  keyHeads: number;
  headWidth: number;
  rotary: RotaryShape;
  /** Multiplies scores. */
  scale: number;
  /** How many tokens back a query looks, itself counted; all where there is none. */
  window: number | null;
}

/** Queries of one block attend no key beyond the block's end, which spares almost half of the products. */
const blockLength = 128;
/** In a mask: this place is not to be looked at. */
export const masked = -1e9;

/**
 * Causal attention with rotary positions, from queries, keys and values [batch · length, heads · headWidth] (keys and
 * values with their own number of heads) to [batch · length, heads · headWidth].
 */
export function causalAttention(
  ops: Ops,
  [[queries, keys, values], backProjection]: Parts,
  shape: AttentionShape,
): Layer {
  const { batch, length, heads, keyHeads, headWidth, scale, window } = shape;
  const group = heads / keyHeads;
  const swap = [0, 1, 3, 2];
  const byHead = (flat: Tensor, heads: number): Tensor =>
    ops.transpose(ops.reshape(flat, [batch, length, heads, headWidth]), [0, 2, 1, 3]);
  const flat = (byHead: Tensor): Tensor =>
    ops.reshape(ops.transpose(byHead, [0, 2, 1, 3]), [batch * length, byHead.shape[1]! * headWidth]);
  const tables = rotaryTables(length, shape.rotary);
  const table = (values: Float32Array, scale = 1): Tensor =>
    ops.constant(
      values.map(value => value * scale),
      [1, 1, length, headWidth],
    );
  // Scores are scaled by turning the queries with smaller tables, for nothing.
  const queryTurn = [table(tables.cos, scale), table(tables.sin, scale)] as const;
  const keyTurn = [table(tables.cos), table(tables.sin)] as const;

  const q = rotate(ops, byHead(queries!, heads), ...queryTurn);
  const k = rotate(ops, byHead(keys!, keyHeads), ...keyTurn);
  const v = byHead(values!, keyHeads);
  const kT = ops.transpose(k, swap);

  const blocks = blocksOf(length).map(([from, to]) => {
    const rows = to - from;
    // The queries that share a key head stand one below the other, so that one product serves them all.
    const stack = (x: Tensor): Tensor =>
      ops.reshape(ops.slice(grouped(ops, x, keyHeads), 3, from, to), [batch, keyHeads, group * rows, headWidth]);
    const unstack = (x: Tensor): Tensor => ops.reshape(x, [batch, keyHeads, group, rows, headWidth]);
    const query = stack(q);
    const scores = ops.matmul(query, ops.slice(kT, 3, 0, to));
    const weights = ops.softmax(
      ops.add(scores, ops.constant(causalMask(from, to, group, window), [1, 1, group * rows, to])),
    );
    return { from, to, stack, unstack, query, weights, mixed: ops.matmul(weights, ops.slice(v, 2, 0, to)) };
  });
  const whole = (parts: readonly Tensor[]): Tensor =>
    ops.reshape(ops.concat(parts, 3), [batch, heads, length, headWidth]);
  const output = flat(whole(blocks.map(({ mixed, unstack }) => unstack(mixed))));

  const backward = (gradient: Tensor): Tensor => {
    const outer = byHead(gradient, heads);
    const vT = ops.transpose(v, swap);
    const queryGradients: Tensor[] = [];
    let keyGradient: Tensor | undefined;
    let valueGradient: Tensor | undefined;
    for (const { from, to, stack, unstack, query, weights, mixed } of blocks) {
      const dy = stack(outer);
      // Σ weight · dWeight of a row equals its output · gradient, which spares two passes over [rows, keys]
      // (Dao et al. 2022, appendix B.2).
      const rowSum = ops.sum(ops.multiply(dy, mixed), 3);
      const dScores = ops.multiply(weights, ops.subtract(ops.matmul(dy, ops.slice(vT, 3, 0, to)), rowSum));
      queryGradients.push(unstack(ops.matmul(dScores, ops.slice(k, 2, 0, to))));
      // (queryᵀ · dScores)ᵀ and not dScoresᵀ · query: transposing [rows, headWidth] is cheaper than [rows, keys].
      keyGradient = extend(
        ops,
        keyGradient,
        ops.transpose(ops.matmul(ops.transpose(query, swap), dScores), swap),
        from,
      );
      valueGradient = extend(
        ops,
        valueGradient,
        ops.transpose(ops.matmul(ops.transpose(dy, swap), weights), swap),
        from,
      );
    }
    const dq = rotateBack(ops, whole(queryGradients), ...queryTurn);
    const dk = rotateBack(ops, keyGradient!, ...keyTurn);
    return backProjection([flat(dq), flat(dk), flat(valueGradient!)]);
  };
  return [output, backward];
}

/** [batch, heads, length, w] → [batch, keyHeads, heads / keyHeads, length, w]. */
function grouped(ops: Ops, x: Tensor, keyHeads: number): Tensor {
  const [batch, heads, length, width] = x.shape as [number, number, number, number];
  return ops.reshape(x, [batch, keyHeads, heads / keyHeads, length, width]);
}

/** Adds a block's gradient of rows 0..to to what earlier blocks gave for rows 0..from. */
function extend(ops: Ops, before: Tensor | undefined, block: Tensor, from: number): Tensor {
  if (!before) return block;
  const to = block.shape[2]!;
  return ops.concat([ops.add(before, ops.slice(block, 2, 0, from)), ops.slice(block, 2, from, to)], 2);
}

function blocksOf(length: number): [from: number, to: number][] {
  const blocks: [number, number][] = [];
  for (let from = 0; from < length; from += blockLength) blocks.push([from, Math.min(length, from + blockLength)]);
  return blocks;
}

/** 0 where row's query may look at a key, very negative at later keys and at those before its window. */
export function causalMask(from: number, to: number, group: number, window: number | null): Float32Array {
  const rows = to - from;
  const mask = new Float32Array(group * rows * to);
  for (let row = 0; row < group * rows; row++) {
    const query = from + (row % rows);
    mask.fill(masked, row * to + query + 1, (row + 1) * to);
    if (window !== null && query >= window) mask.fill(masked, row * to, row * to + query - window + 1);
  }
  return mask;
}
