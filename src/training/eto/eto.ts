import { ClewError } from '../../errors.ts';
import type { Learner, Row } from '../../policy/index.ts';
import { createRandom, hash } from '../../world/index.ts';
import { type LikelihoodOptions, train, type TrainResult } from '../train.ts';

/** A pair as rows whose weights are 1 on what the policy wrote and 0 elsewhere. */
export interface RowPair {
  readonly winner: Row;
  readonly loser: Row;
}

export interface EtoOptions extends LikelihoodOptions {
  readonly pairs: readonly RowPair[];
  /**
   * The policy that the pairs are measured against, which is read before the first step; the learner's own, as it is
   * then, if left out.
   */
  readonly reference?: Learner;
  /** How far the policy may go from the reference; smaller is further. Default 0.1. */
  readonly beta?: number;
  /** Default 3. */
  readonly epochs?: number;
  /** Pairs in a step. Default 16. */
  readonly pairsPerStep?: number;
  readonly seed?: string | number;
}

/**
 * Trajectory-level DPO on pairs, the training of ETO (arXiv 2403.02502, equation 5): the mean over pairs of
 * −log σ(β · [Σ log π/π_ref over the winner's tokens − the same over the loser's]). Offline: nothing is sampled.
 * Default learning rate 2e-5.
 */
export async function eto({
  pairs,
  reference,
  beta = 0.1,
  epochs = 3,
  pairsPerStep = 16,
  seed = 0,
  ...options
}: EtoOptions): Promise<TrainResult> {
  if (pairs.length === 0)
    throw new ClewError(
      'There is no pair of a success and a failure of one task: play more rollouts of each task, or other tasks.',
    );
  if (!(beta > 0)) throw new ClewError(`beta is ${beta}; it must be above 0.`);
  const { learner } = options;
  const base = await sums(
    reference ?? learner,
    pairs.flatMap(({ winner, loser }) => [winner, loser]),
  );
  const stepsPerEpoch = Math.ceil(pairs.length / pairsPerStep);
  return train({
    learningRate: 2e-5,
    ...options,
    steps: epochs * stepsPerEpoch,
    settings: {
      kind: 'eto',
      beta,
      epochs,
      pairsPerStep,
      seed,
      pairs: hash(
        JSON.stringify(pairs.map(({ winner, loser }) => [Array.from(winner.tokens), Array.from(loser.tokens)])),
      ),
    },
    gradient: async (step, steps) => {
      const order = createRandom('eto order', seed, Math.floor(step / stepsPerEpoch)).shuffle(pairs.map((_, i) => i));
      const at = (step % stepsPerEpoch) * pairsPerStep;
      const chosen = order.slice(at, at + pairsPerStep);
      const rows = chosen.flatMap(i => [pairs[i]!.winner, pairs[i]!.loser]);
      const now = await sums(learner, rows);
      let loss = 0;
      const weighted = rows.map((row, r) => {
        const pair = r >> 1;
        const i = chosen[pair]!;
        const margin = beta * (now[2 * pair]! - base[2 * i]! - (now[2 * pair + 1]! - base[2 * i + 1]!));
        if (r % 2 === 0) loss += Math.log1p(Math.exp(-Math.abs(margin))) + Math.max(0, -margin);
        // dL / d log p = −β σ(−margin) on the winner's tokens and + on the loser's.
        const pull = (r % 2 === 0 ? beta : -beta) / (1 + Math.exp(margin));
        return { tokens: row.tokens, weights: Array.from(row.weights, weight => weight * pull) };
      });
      const { tokens } = await steps.add(weighted, { kind: 'likelihood', normaliser: chosen.length });
      return { loss: loss / chosen.length, tokens };
    },
  });
}

/** Σ weight · log p of each row. */
async function sums(learner: Learner, rows: readonly Row[]): Promise<number[]> {
  const scores = await learner.score(rows);
  return rows.map((row, r) => Array.from(row.weights).reduce((sum, weight, i) => sum + weight * scores[r]![i]!, 0));
}
