import type { Learner, Row } from '../policy/index.ts';
import type { GradientSteps } from './gradient-steps.ts';
import { cispo, clippedSurrogate, klEstimate, type Objective, sequenceRatio, tokenRatio } from './losses/index.ts';
import type { MiniBatch } from './mini-batch.ts';
import { type TokenFigures, TokenSums } from './token-figures.ts';

/** What an objective gave over a mini-batch, beside its gradient. */
export interface ObjectiveLoss {
  readonly loss: number;
  readonly figures: TokenFigures;
  /** What the figures are means of. */
  readonly sums: TokenSums;
}

/**
 * Adds the gradient of any objective, whatever its surrogate, ratio and KL, without the whole vocabulary of a token
 * ever leaving the engine: from the log-probabilities of the tokens alone the derivative with respect to each is
 * computed here, and the engine carries it on, beside the exact KL and the entropy. What is computed equals
 * `policyLoss`.
 */
export async function byDerivatives(
  steps: Pick<GradientSteps, 'learner' | 'add'>,
  batch: MiniBatch,
  objective: Objective,
  reference: Learner | undefined,
): Promise<ObjectiveLoss> {
  const { klCoefficient, entropyCoefficient, kl } = objective;
  const rows = batch.map(({ tokens }) => tokens);
  const logs = await steps.learner.score(rows);
  const exact = reference !== undefined && kl === 'exact';
  const estimated = reference && !exact ? await reference.score(rows) : undefined;
  const inputs = exact ? await referenceInputs(reference, rows) : undefined;
  const sums = new TokenSums();
  let loss = 0;
  const derivatives = batch.map((episode, e) => {
    const ratios = ratiosOf(episode, logs[e]!, objective);
    return episode.row.step.map((step, i) => {
      if (step < 0) return 0;
      const weight = rows[e]!.weights[i]!;
      const advantage = episode.advantages[step]!;
      const surrogate =
        objective.surrogate === 'cispo'
          ? cispo(ratios[i]!, advantage, logs[e]![i]!, objective.ratioMax)
          : clippedSurrogate(ratios[i]!, advantage, objective);
      let { derivative } = surrogate;
      loss += weight * surrogate.loss;
      if (surrogate.stopped) sums.clipped++;
      if (estimated && kl !== 'exact') {
        const estimate = klEstimate(kl, logs[e]![i]!, estimated[e]![i]!);
        derivative += klCoefficient * estimate.derivative;
        loss += weight * klCoefficient * estimate.value;
        sums.kl += estimate.value;
      }
      return derivative;
    });
  });
  const result = await steps.add(
    rows.map((row, e) => ({
      tokens: row.tokens,
      weights: row.weights,
      derivatives: derivatives[e]!,
      ...inputs?.[e],
    })),
    { kind: 'derived', normaliser: 1, entropyCoefficient, ...(exact && { klCoefficient }) },
  );
  batch.forEach(({ row }, e) =>
    row.step.forEach((step, i) => {
      if (step < 0) return;
      const now = result.logProbabilities[e]![i]!;
      sums.add(now - row.oldLogProbabilities[i]!, result.figures.entropy![e]![i]!, row.command[i]!);
      if (exact) sums.kl += result.figures.kl![e]![i]!;
    }),
  );
  sums.withReference = reference !== undefined;
  return { loss: loss + result.loss, figures: sums.figures(), sums };
}

/**
 * What the engine needs of a reference for an exact KL: the log-probabilities of the whole vocabulary, or where the
 * head is frozen, and so the reference's too, only what it makes them of.
 */
export async function referenceInputs(
  reference: Learner,
  rows: readonly Row[],
): Promise<Pick<Row, 'reference' | 'referenceHidden'>[]> {
  return reference.model.config.frozen
    ? (await reference.scoreHidden(rows)).map(referenceHidden => ({ referenceHidden }))
    : (await reference.scoreVocabulary(rows)).map(reference => ({ reference }));
}

/** The importance ratio of each policy token of an episode: its own, or that of its step or of the whole episode. */
function ratiosOf({ row }: MiniBatch[number], logs: Float32Array, { ratioLevel }: Objective): number[] {
  const tokens = row.step.map((step, i) => ({
    step,
    logProbability: logs[i]!,
    oldLogProbability: row.oldLogProbabilities[i]!,
  }));
  const written = tokens.filter(({ step }) => step >= 0);
  const whole = ratioLevel === 'episode' ? sequenceRatio(written) : 1;
  const ofSteps =
    ratioLevel === 'step'
      ? row.stepTokens.map((_, step) => sequenceRatio(written.filter(token => token.step === step)))
      : [];
  return tokens.map(({ step, logProbability, oldLogProbability }) => {
    if (step < 0) return 1;
    if (ratioLevel === 'token') return tokenRatio(logProbability, oldLogProbability);
    return ratioLevel === 'step' ? ofSteps[step]! : whole;
  });
}
