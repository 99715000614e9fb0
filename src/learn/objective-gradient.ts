import type { Learner, Row } from '../policy/index.ts';
import { entropy, logSoftmax, type Objective, openObjective, policyLoss, type PolicyTokens } from './losses/index.ts';
import { byDerivatives, type ObjectiveLoss, referenceInputs } from './derivative-gradient.ts';
import type { GradientSteps } from './gradient-steps.ts';

export type { ObjectiveLoss } from './derivative-gradient.ts';
import { hasGradient, type MiniBatch } from './mini-batch.ts';
import { TokenSums } from './token-figures.ts';

/** Where a gradient is added, weighed. */
type Into = Pick<GradientSteps, 'learner' | 'add'>;

/** No ceiling, for graphs that want a number. */
const noDualClip = 1e9;

/**
 * Computes an objective over a mini-batch and adds its gradient. The engine computes token ratios, clipping, exact KL and
 * entropy; what it has no graph for (sequence ratios, CISPO, estimated KL) is computed by `policyLoss` from its
 * log-probabilities, which is slower and gives the same numbers.
 *
 * @param reference needed where the objective has a KL term.
 */
export async function addObjective(
  steps: Into,
  miniBatch: MiniBatch,
  objective: Objective,
  reference?: Learner,
): Promise<ObjectiveLoss> {
  // Without a KL or an entropy term an episode whose advantages are all 0 has no gradient: it need not be computed.
  const batch = miniBatch.filter(episode => hasGradient(episode, objective));
  const rows = batch.map(({ tokens }) => tokens);
  const held = reference && objective.klCoefficient > 0 ? reference : undefined;
  if (inGraph(objective))
    return byEngine(steps.add.bind(steps), batch, objective, held && (await referenceInputs(held, rows)));
  // A published model has too many words to compute with all of them here for every token.
  if (steps.learner.model.config.published) return byDerivatives(steps, batch, objective, held);
  return byHand(steps, batch, objective, await held?.scoreVocabulary(rows));
}

/**
 * What a policy is like on episodes that it is not trained on; undefined for none. The engine computes a gradient
 * beside it, which nobody reads: it is the one graph that gives the entropy without the whole vocabulary of every
 * token.
 */
export async function measureTokens(learner: Learner, batch: MiniBatch): Promise<TokenSums | undefined> {
  return batch.length === 0
    ? undefined
    : (await byEngine(learner.gradient.bind(learner), batch, plainPolicy, undefined)).sums;
}

const plainPolicy = openObjective('clew', { klCoefficient: 0, entropyCoefficient: 0 });

function inGraph({ surrogate, ratioLevel, kl, klCoefficient }: Objective): boolean {
  return surrogate === 'clip' && ratioLevel === 'token' && (klCoefficient === 0 || kl === 'exact');
}

async function byEngine(
  add: Into['add'],
  batch: MiniBatch,
  objective: Objective,
  references: readonly Partial<Row>[] | undefined,
): Promise<ObjectiveLoss> {
  const { clipLow, clipHigh, dualClip, entropyCoefficient, klCoefficient } = objective;
  const rows = batch.map(({ tokens }) => tokens);
  const { loss, logProbabilities, figures } = await add(
    references ? rows.map((row, i) => ({ ...row, ...references[i]! })) : rows,
    {
      kind: 'policy',
      normaliser: 1,
      clipLow,
      clipHigh,
      dualClip: dualClip ?? noDualClip,
      entropyCoefficient,
      ...(references && { klCoefficient }),
    },
  );
  const sums = new TokenSums();
  batch.forEach(({ row }, e) =>
    row.step.forEach((step, i) => {
      if (step < 0) return;
      sums.add(logProbabilities[e]![i]! - row.oldLogProbabilities[i]!, figures.entropy![e]![i]!, row.command[i]!);
      sums.clipped += figures.clipped![e]![i]!;
      if (references) sums.kl += figures.kl![e]![i]!;
    }),
  );
  sums.withReference = references !== undefined;
  return { loss, figures: sums.figures(), sums };
}

async function byHand(
  steps: Into,
  batch: MiniBatch,
  objective: Objective,
  references: readonly Float32Array[] | undefined,
): Promise<ObjectiveLoss> {
  const { learner } = steps;
  const vocabulary = learner.model.config.vocabulary;
  const rows = batch.map(({ tokens }) => tokens);
  const logs = await learner.scoreVocabulary(rows);
  const sums = new TokenSums();
  const tokens: PolicyTokens = batch.map(({ row, advantages }, e) => {
    const word = (from: Float32Array, number: number) =>
      Array.from(from.subarray(number * vocabulary, (number + 1) * vocabulary));
    const steps = row.stepTokens.map((): PolicyTokens[number][number][number][] => []);
    let number = 0;
    row.step.forEach((step, i) => {
      if (step < 0) return;
      // Log-probabilities serve as logits: a softmax does not see the difference.
      const logits = word(logs[e]!, number);
      const oldLogProbability = row.oldLogProbabilities[i]!;
      const target = row.tokens[i]!;
      steps[step]!.push({
        logits,
        target,
        oldLogProbability,
        advantage: advantages[step]!,
        weight: rows[e]!.weights[i]!,
        ...(references && { reference: word(references[e]!, number) }),
      });
      const probabilities = logSoftmax(logits);
      sums.add(probabilities[target]! - oldLogProbability, entropy(probabilities), row.command[i]!);
      number++;
    });
    return steps;
  });
  const { loss, gradient, figures } = policyLoss(tokens, objective);
  sums.clipped = (figures.clippedLow + figures.clippedHigh + figures.clippedDual) * sums.tokens;
  sums.kl = figures.kl * sums.tokens;
  sums.withReference = references !== undefined;
  const given = rows.map((row, e) => ({
    tokens: row.tokens,
    weights: row.weights,
    logitsGradient: Float32Array.from(gradient[e]!.flat(2)),
  }));
  await steps.add(given, { kind: 'given' });
  return { loss, figures: sums.figures(), sums };
}
