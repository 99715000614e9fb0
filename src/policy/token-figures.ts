import { NotFiniteError } from '../errors.ts';
import { type MicroBatch, type Row, selectedTokens } from './batch.ts';

/** What a loss over rows gave, beside its gradient. */
export interface LossResult {
  loss: number;
  /** For each row, the log-probability of each of its tokens; 0 where the token has no weight. */
  logProbabilities: Float32Array[];
  /** For a policy gradient, laid out likewise: ratio, entropy, clipped, and kl where there is a reference. */
  figures: Record<string, Float32Array[]>;
  /** Tokens in the rows without padding. */
  tokens: number;
}

/** The result of no micro-batch yet. */
export function emptyResult(rows: readonly Row[]): LossResult {
  return {
    loss: 0,
    logProbabilities: emptyLike(rows),
    figures: {},
    tokens: rows.reduce((sum, row) => sum + row.tokens.length, 0),
  };
}

/**
 * Adds what a graph gave for a micro-batch: its loss, and what it said of each selected token.
 * @throws NotFiniteError where the loss is not finite
 */
export function addResult(
  result: LossResult,
  { loss, ...perToken }: Readonly<Record<string, Float32Array>>,
  batch: MicroBatch,
  rows: readonly Row[],
): void {
  if (!Number.isFinite(loss![0]))
    throw new NotFiniteError(
      `The loss of rows ${batch.rows.join(', ')} is ${loss![0]}: the model's parameters have gone astray. ` +
        `Lower the learning rate, and start again from the last checkpoint.`,
    );
  result.loss += loss![0]!;
  for (const [name, values] of Object.entries(perToken))
    distribute(
      values,
      batch,
      rows,
      name === 'logProbabilities' ? result.logProbabilities : (result.figures[name] ??= emptyLike(rows)),
    );
}

export function emptyLike(rows: readonly Row[]): Float32Array[] {
  return rows.map(row => new Float32Array(row.tokens.length));
}

/** Moves what a graph said of each selected token to that token's place in its row. */
export function distribute(
  values: Float32Array,
  batch: MicroBatch,
  rows: readonly Row[],
  into: readonly Float32Array[],
): void {
  let at = 0;
  for (const number of batch.rows) for (const i of selectedTokens(rows[number]!)) into[number]![i] = values[at++]!;
}
