import type { Ops, Tensor } from '../ops.ts';
import { rotaryTables, rotate, rotateBack } from './rotary.ts';
import type { Layer } from './tape.ts';

export interface AttentionShape {
  batch: number;
  length: number;
  heads: number;
  /** Heads of keys and values; each serves heads / keyHeads queries (grouped-query attention, Ainslie et al. 2023). */
  keyHeads: number;
  headWidth: number;
  theta: number;
}

/** Queries of one block attend no key beyond the block's end, which spares almost half of the products. */
const blockLength = 128;
const masked = -1e9;

/**
 * Causal attention with rotary positions over rows laid out [batch · length, (heads + 2 keyHeads) · headWidth]:
 * queries, keys and values side by side. Output [batch · length, heads · headWidth].
 */
export function causalAttention(ops: Ops, qkv: Tensor, shape: AttentionShape): Layer {
  const { batch, length, heads, keyHeads, headWidth } = shape;
  const group = heads / keyHeads;
  const all = heads + 2 * keyHeads;
  const tables = rotaryTables(length, headWidth, shape.theta);
  const cos = ops.constant(tables.cos, [1, 1, length, headWidth]);
  const sin = ops.constant(tables.sin, [1, 1, length, headWidth]);
  const scale = ops.constant([headWidth ** -0.5], [1, 1, 1, 1]);

  const byHead = ops.transpose(ops.reshape(qkv, [batch, length, all, headWidth]), [0, 2, 1, 3]);
  const turned = rotate(ops, ops.slice(byHead, 1, 0, heads + keyHeads), cos, sin);
  const q = ops.multiply(ops.slice(turned, 1, 0, heads), scale);
  const k = ops.slice(turned, 1, heads, heads + keyHeads);
  const v = ops.slice(byHead, 1, heads + keyHeads, all);
  const kT = ops.transpose(k, [0, 1, 3, 2]);

  const blocks = blocksOf(length).map(([from, to]) => {
    const rows = to - from;
    // The queries that share a key head stand one below the other, so that one product serves them all.
    const query = ops.reshape(ops.slice(grouped(ops, q, keyHeads), 3, from, to), [batch, keyHeads, group * rows, headWidth]);
    const scores = ops.matmul(query, ops.slice(kT, 3, 0, to));
    const weights = ops.softmax(ops.add(scores, ops.constant(causalMask(from, to, group), [1, 1, group * rows, to])));
    return { from, to, rows, query, weights };
  });

  const attended = blocks.map(({ to, rows, weights }) =>
    ops.reshape(ops.matmul(weights, ops.slice(v, 2, 0, to)), [batch, keyHeads, group, rows, headWidth]));
  const output = ops.reshape(
    ops.transpose(ops.reshape(ops.concat(attended, 3), [batch, heads, length, headWidth]), [0, 2, 1, 3]),
    [batch * length, heads * headWidth]);

  const backward = (gradient: Tensor): Tensor => {
    const outer = ops.transpose(ops.reshape(gradient, [batch, length, heads, headWidth]), [0, 2, 1, 3]);
    const vT = ops.transpose(v, [0, 1, 3, 2]);
    const queryGradients: Tensor[] = [];
    let keyGradient: Tensor | undefined;
    let valueGradient: Tensor | undefined;
    for (const { from, to, rows, query, weights } of blocks) {
      const dy = ops.reshape(ops.slice(grouped(ops, outer, keyHeads), 3, from, to), [batch, keyHeads, group * rows, headWidth]);
      const dWeights = ops.matmul(dy, ops.slice(vT, 3, 0, to));
      const weighted = ops.multiply(dWeights, weights);
      const dScores = ops.subtract(weighted, ops.multiply(weights, ops.sum(weighted, 3)));
      queryGradients.push(ops.reshape(ops.matmul(dScores, ops.slice(k, 2, 0, to)), [batch, keyHeads, group, rows, headWidth]));
      const swap = [0, 1, 3, 2];
      // (queryᵀ · dScores)ᵀ and not dScoresᵀ · query: transposing [rows, headWidth] is cheaper than [rows, rows].
      keyGradient = extend(ops, keyGradient, ops.transpose(ops.matmul(ops.transpose(query, swap), dScores), swap), from);
      valueGradient = extend(ops, valueGradient, ops.transpose(ops.matmul(ops.transpose(dy, swap), weights), swap), from);
    }
    const dq = ops.multiply(ops.reshape(ops.concat(queryGradients, 3), [batch, heads, length, headWidth]), scale);
    const dTurned = rotateBack(ops, ops.concat([dq, keyGradient!], 1), cos, sin);
    const dByHead = ops.concat([dTurned, valueGradient!], 1);
    return ops.reshape(ops.transpose(dByHead, [0, 2, 1, 3]), [batch * length, all * headWidth]);
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

function causalMask(from: number, to: number, group: number): Float32Array {
  const rows = to - from;
  const mask = new Float32Array(group * rows * to);
  for (let row = 0; row < group * rows; row++) mask.fill(masked, row * to + from + (row % rows) + 1, (row + 1) * to);
  return mask;
}
