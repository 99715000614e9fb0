import type { Row } from '../policy/index.ts';
import type { GradientSteps } from './gradient-steps.ts';

/** Rows that are learnt by their likelihood, beside the objective. */
export interface Imitated {
  /** Of their likelihood beside the objective. */
  readonly weight: number;
  /** That of the sampling. What is imitated is imitated at temperature 1, as in supervised fine-tuning. */
  readonly temperature: number;
  /** Those of each update. */
  readonly parts: readonly (readonly Row[])[];
}

/**
 * Adds `weight` times the gradient of the mean negative log-likelihood of rows.
 * @returns the likelihood's loss alone, nats a token
 */
export async function addLikelihood(
  steps: GradientSteps,
  rows: readonly Row[],
  { weight, temperature }: Pick<Imitated, 'weight' | 'temperature'>,
): Promise<{ loss: number }> {
  return steps.add(rows, { kind: 'likelihood', normaliser: totalWeight(rows) }, { weight, temperature });
}

/** Sum of the weights of all tokens. */
export function totalWeight(rows: readonly Row[]): number {
  let sum = 0;
  for (const row of rows) for (let i = 0; i < row.weights.length; i++) sum += row.weights[i]!;
  return sum;
}
