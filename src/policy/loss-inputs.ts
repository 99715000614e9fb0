import { ClewError } from '../errors.ts';
import type { Row } from './batch.ts';
import type { LossKind } from './graphs.ts';

/**
 * Which loss the rows are trained on. A row's weights are multiplied by 1 / `normaliser`, of the whole mini-batch.
 * Any other loss is had in two calls: `scoreVocabulary` gives the log-probabilities from which it is computed in
 * JavaScript, then `gradient` takes its gradient with respect to the logits (`given`) or, where it is a function of the
 * tokens' own log-probabilities alone, −d loss / d log p as weights (`likelihood`).
 */
export type Loss =
  /** −Σ weight · log p. */
  | { kind: 'likelihood'; normaliser: number }
  /** The same where rows bring `choices`: −Σ weight · log Σ p(right), and unlikelihood beside it (`choiceLikelihood`). */
  | { kind: 'choices'; normaliser: number }
  /**
   * The clipped surrogate of `losses.ts`; a KL term where `klCoefficient` is above 0, and then rows need a reference.
   */
  | {
      kind: 'policy';
      normaliser: number;
      clipLow: number;
      clipHigh: number;
      dualClip: number;
      entropyCoefficient?: number;
      klCoefficient?: number;
    }
  /**
   * Rows bring `derivatives`: d loss / d log p of each token. A KL term where `klCoefficient` is above 0. The loss
   * reported is that of KL and entropy.
   */
  | { kind: 'derived'; normaliser: number; entropyCoefficient?: number; klCoefficient?: number }
  /** Rows bring `logitsGradient`, used as it is; the loss reported is 0. */
  | { kind: 'given' };

/** What the graph of a loss is fed beside the rows. @throws ClewError when rows lack what the loss needs. */
export function lossInputs(
  loss: Loss,
  rows: readonly Row[],
): { kind: LossKind; scalars: Record<string, Float32Array>; scale: number } {
  if (loss.kind === 'given') {
    const missing = rows.findIndex(row => !row.logitsGradient);
    if (missing >= 0)
      throw new ClewError(`Row ${missing} has no logitsGradient, which a loss computed elsewhere needs.`);
    return { kind: 'given', scalars: {}, scale: 1 };
  }
  const scale = 1 / loss.normaliser;
  if (!(loss.normaliser > 0))
    throw new ClewError(`The loss is divided by ${loss.normaliser}; it must be above 0. Does any token have a weight?`);
  if (loss.kind === 'likelihood' || loss.kind === 'choices') return { kind: loss.kind, scalars: {}, scale };
  if (loss.kind === 'derived') {
    const { entropyCoefficient = 0, klCoefficient = 0 } = loss;
    const missing = rows.findIndex(
      row => !row.derivatives || (klCoefficient > 0 && !row.reference && !row.referenceHidden),
    );
    if (missing >= 0)
      throw new ClewError(
        `Row ${missing} has no ${rows[missing]!.derivatives ? 'reference' : 'derivatives'}, which this loss needs.`,
      );
    return {
      kind: klCoefficient > 0 ? 'derived-kl' : 'derived',
      scale,
      scalars: {
        entropyCoefficient: Float32Array.of(entropyCoefficient),
        ...(klCoefficient > 0 && { klCoefficient: Float32Array.of(klCoefficient) }),
      },
    };
  }
  const { clipLow, clipHigh, dualClip, entropyCoefficient = 0, klCoefficient = 0 } = loss;
  const missing = rows.findIndex(
    row => !row.advantages || (klCoefficient > 0 && !row.reference && !row.referenceHidden),
  );
  if (missing >= 0)
    throw new ClewError(
      `Row ${missing} has no ` +
        `${rows[missing]!.advantages ? 'reference, which a KL term needs' : 'advantages, which a policy gradient needs'}.`,
    );
  const scalars = { clipLow, clipHigh, dualClip, entropyCoefficient, ...(klCoefficient > 0 && { klCoefficient }) };
  return {
    kind: klCoefficient > 0 ? 'policy-kl' : 'policy',
    scale,
    scalars: Object.fromEntries(Object.entries(scalars).map(([name, value]) => [name, Float32Array.of(value)])),
  };
}
