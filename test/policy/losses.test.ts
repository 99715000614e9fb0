import { describe, expect, it } from 'vitest';
import { evaluate } from '../../src/policy/engines/reference.ts';
import { choiceLikelihood, likelihood, policyGradient } from '../../src/policy/losses.ts';

/** One token with probability p under the policy and pOld when it was sampled; two words in the vocabulary. */
function lossOf({
  p,
  pOld,
  advantage,
  entropyCoefficient = 0,
  klCoefficient = 0,
  pReference,
}: {
  p: number;
  pOld: number;
  advantage: number;
  entropyCoefficient?: number;
  klCoefficient?: number;
  pReference?: number;
}) {
  const one = { type: 'float32', shape: [1, 1] } as const;
  const row = { type: 'float32', shape: [1, 2] } as const;
  const result = evaluate(
    {
      inputs: {
        logits: row,
        reference: row,
        targets: { type: 'int32', shape: [1] },
        advantages: one,
        old: one,
        weights: one,
        clipLow: one,
        clipHigh: one,
        dualClip: one,
        entropyCoefficient: one,
        klCoefficient: one,
      },
      build(ops, { floats, indices }) {
        const { loss, gradient, figures } = policyGradient(ops, floats.logits!, indices.targets!, {
          weights: floats.weights!,
          advantages: floats.advantages!,
          oldLogProbabilities: floats.old!,
          clipLow: floats.clipLow!,
          clipHigh: floats.clipHigh!,
          dualClip: floats.dualClip!,
          entropyCoefficient: floats.entropyCoefficient!,
          klCoefficient: floats.klCoefficient!,
          ...(pReference !== undefined && { reference: floats.reference! }),
        });
        return { loss, gradient, ...figures };
      },
    },
    {
      logits: [Math.log(p), Math.log(1 - p)],
      reference: [Math.log(pReference ?? 0.5), Math.log(1 - (pReference ?? 0.5))],
      targets: [0],
      weights: [1],
      advantages: [advantage],
      old: [Math.log(pOld)],
      clipLow: [0.2],
      clipHigh: [0.28],
      dualClip: [3],
      entropyCoefficient: [entropyCoefficient],
      klCoefficient: [klCoefficient],
    },
  );
  return Object.fromEntries(Object.entries(result).map(([name, values]) => [name, values[0]!])) as Record<
    string,
    number
  >;
}

describe('the clipped surrogate (clip 0.2 / 0.28, dual clip 3)', () => {
  it.each([
    ['inside the clip', { p: 0.44, pOld: 0.4, advantage: 2 }, -2.2, 0],
    ['a good token that grew too likely is held at 1.28', { p: 0.6, pOld: 0.4, advantage: 2 }, -2.56, 1],
    ['a good token that grew unlikely is not', { p: 0.2, pOld: 0.4, advantage: 2 }, -1, 0],
    ['a bad token that grew too unlikely is held at 0.8', { p: 0.2, pOld: 0.4, advantage: -2 }, 1.6, 1],
    [
      'a bad token that grew likely is not, up to three times the advantage',
      { p: 0.8, pOld: 0.4, advantage: -2 },
      4,
      0,
    ],
    ['beyond which it is held too', { p: 0.8, pOld: 0.2, advantage: -2 }, 6, 1],
  ])('%s', (_, token, loss, clipped) => {
    const result = lossOf(token);
    expect(result.loss).toBeCloseTo(loss, 10);
    expect(result.clipped).toBe(clipped);
    expect(result.ratio).toBeCloseTo(token.p / token.pOld, 10);
    // d loss / d logit of the token itself = −advantage · ratio · (1 − p), or nothing where the clip holds.
    expect(result.gradient).toBeCloseTo(clipped ? 0 : -token.advantage * (token.p / token.pOld) * (1 - token.p), 10);
  });
});

describe('the other terms', () => {
  const [p, q] = [0.7, 0.4];
  it('subtract the entropy of the whole distribution', () => {
    const entropy = -(p * Math.log(p) + (1 - p) * Math.log(1 - p));
    const result = lossOf({ p, pOld: p, advantage: 0, entropyCoefficient: 0.1 });
    expect(result.entropy).toBeCloseTo(entropy, 10);
    expect(result.loss).toBeCloseTo(-0.1 * entropy, 10);
  });

  it('add the divergence of the policy from the reference, not the other way round', () => {
    const kl = p * Math.log(p / q) + (1 - p) * Math.log((1 - p) / (1 - q));
    const result = lossOf({ p, pOld: p, advantage: 0, klCoefficient: 0.1, pReference: q });
    expect(result.kl).toBeCloseTo(kl, 10);
    expect(result.loss).toBeCloseTo(0.1 * kl, 10);
  });
});

describe('the loss in which several words are right and some are wrong', () => {
  /** One token; the vocabulary has as many words as there are probabilities, and the first is the target. */
  function lossOfWords(
    probabilities: readonly number[],
    {
      right,
      wrong,
      weight = 1,
      unlikelihood = 0,
    }: { right: number[]; wrong: number[]; weight?: number; unlikelihood?: number },
  ) {
    const words = { type: 'float32', shape: [1, probabilities.length] } as const;
    const one = { type: 'float32', shape: [1, 1] } as const;
    const hot = (ids: readonly number[]) => probabilities.map((_, word) => (ids.includes(word) ? 1 : 0));
    return evaluate(
      {
        inputs: {
          logits: words,
          right: words,
          wrong: words,
          weights: one,
          unlikelihood: one,
          targets: { type: 'int32', shape: [1] },
        },
        build(ops, { floats, indices }) {
          const { weights, right: r, wrong: w, unlikelihood: u } = floats;
          const targets = indices.targets!;
          const { loss, gradient } = choiceLikelihood(ops, floats.logits!, targets, {
            weights: weights!,
            right: r!,
            wrong: w!,
            unlikelihood: u!,
          });
          return { loss, gradient, plain: likelihood(ops, floats.logits!, targets, weights!).gradient };
        },
      },
      {
        logits: probabilities.map(p => Math.log(p)),
        right: hot(right),
        wrong: hot(wrong),
        targets: [0],
        weights: [weight],
        unlikelihood: [unlikelihood],
      },
    );
  }

  it('is −log of what the right words have together, and leaves to the model which of them it is', () => {
    const { loss, gradient } = lossOfWords([0.1, 0.3, 0.2, 0.4], { right: [0, 1], wrong: [] });
    expect(loss![0]).toBeCloseTo(-Math.log(0.4), 12);
    // p − p(· | right): the right ones rise in proportion to what they have.
    [0.1 - 0.25, 0.3 - 0.75, 0.2, 0.4].forEach((value, word) => expect(gradient![word]).toBeCloseTo(value, 12));
  });

  it('adds −log of what is left of the probability without the wrong words', () => {
    const { loss, gradient } = lossOfWords([0.1, 0.3, 0.2, 0.4], { right: [0], wrong: [2, 3], unlikelihood: 0.5 });
    expect(loss![0]).toBeCloseTo(-Math.log(0.1) - 0.5 * Math.log(0.4), 12);
    const expected = [0.1 - 1 + 0.5 * (0.1 - 0.25), 0.3 + 0.5 * (0.3 - 0.75), 0.2 + 0.5 * 0.2, 0.4 + 0.5 * 0.4];
    expected.forEach((value, word) => expect(gradient![word]).toBeCloseTo(value, 12));
  });

  it('is all that is learnt of a wrong reply: its own word has no weight and becomes less likely', () => {
    const { loss, gradient } = lossOfWords([0.6, 0.3, 0.1], { right: [], wrong: [0], weight: 0, unlikelihood: 1 });
    expect(loss![0]).toBeCloseTo(-Math.log(0.4), 12);
    [0.6, 0.3 - 0.75, 0.1 - 0.25].forEach((value, word) => expect(gradient![word]).toBeCloseTo(value, 12));
  });

  it('is the likelihood where the target alone is right and nothing is wrong', () => {
    const { loss, gradient, plain } = lossOfWords([0.1, 0.3, 0.6], { right: [0], wrong: [] });
    expect(loss![0]).toBeCloseTo(-Math.log(0.1), 12);
    gradient!.forEach((value, word) => expect(value).toBeCloseTo(plain![word]!, 12));
  });

  it('stays finite where the right words have next to nothing and the wrong ones nearly all', () => {
    const { loss, gradient } = lossOfWords([1e-60, 1 - 1e-15, 1e-50], { right: [0], wrong: [1], unlikelihood: 1 });
    expect(loss![0]).toBeCloseTo(60 * Math.log(10) + 50 * Math.log(10), 6);
    expect(gradient!.every(Number.isFinite)).toBe(true);
  });
});
