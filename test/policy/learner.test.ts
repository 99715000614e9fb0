import { afterAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../src/world/random.ts';
import type { Row } from '../../src/policy/batch.ts';
import { modelConfig } from '../../src/policy/config.ts';
import { Learner, type Loss } from '../../src/policy/learner.ts';
import { createModel } from '../../src/policy/parameters.ts';
import { tinyDecoder } from './tiny-decoder.ts';

const config = { ...tinyDecoder, vocabulary: 40 };
const random = createRandom('learner test');

const rows: Row[] = Array.from({ length: 11 }, (_, i) => {
  const length = 5 + 5 * i;
  return {
    tokens: Array.from({ length }, () => random.int(40)),
    weights: Array.from({ length }, (_, t) => (t > 0 && random() < 0.5 ? 1 : 0)),
    advantages: Array.from({ length }, () => random() - 0.5),
    oldLogProbabilities: Array.from({ length }, () => -3.7 + 0.4 * (random() - 0.5)),
  };
});
const normaliser = rows.reduce((sum, row) => sum + Array.from(row.weights).reduce((a, b) => a + b, 0), 0);
const likelihood: Loss = { kind: 'likelihood', normaliser };

const opened: Learner[] = [];
async function open(workers: number, seed = 1): Promise<Learner> {
  const learner = await Learner.open(createModel(config, seed), { workers });
  opened.push(learner);
  return learner;
}
afterAll(() => Promise.all(opened.map(learner => learner.close())));

describe('Learner', () => {
  it("gives the same gradient, bit for bit, in the caller's thread, on one worker and on two", async () => {
    const results = [];
    for (const workers of [0, 1, 2]) {
      const { loss, gradient, logProbabilities } = await (await open(workers)).gradient(rows, likelihood);
      results.push({ loss, gradient: gradient.slice(), logProbabilities });
    }
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
  });

  it('averages the negative log-likelihood of the weighted tokens and reports each', async () => {
    const { loss, logProbabilities } = await (await open(0)).gradient(rows, likelihood);
    const sum = logProbabilities.reduce((sum, row) => sum + row.reduce((a, b) => a + b, 0), 0);
    expect(loss).toBeCloseTo(-sum / normaliser, 5);
    rows.forEach((row, r) =>
      logProbabilities[r]!.forEach((value, i) => expect(value !== 0).toBe(row.weights[i] !== 0)),
    );
  });

  it("sees exactly the same whatever stands in masked positions' targets: they have no gradient", async () => {
    const learner = await open(0);
    const one: Row = { tokens: [1, 2, 3, 4, 5, 6], weights: [0, 1, 1, 0, 0, 0] };
    const before = (await learner.gradient([one], { kind: 'likelihood', normaliser: 2 })).gradient.slice();
    // Tokens after the last weighted one are neither read by it nor predicted.
    const other = await learner.gradient([{ ...one, tokens: [1, 2, 3, 9, 9, 9] }], {
      kind: 'likelihood',
      normaliser: 2,
    });
    expect(other.gradient).toEqual(before);
  });

  it('with weights of advantage / count is the policy gradient at ratio 1', async () => {
    const learner = await open(0);
    const old = await learner.score(rows);
    const current = rows.map((row, r) => ({ ...row, oldLogProbabilities: old[r]! }));
    const policy = await learner.gradient(current, {
      kind: 'policy',
      normaliser,
      clipLow: 0.2,
      clipHigh: 0.28,
      dualClip: 3,
    });
    const policyGradient = policy.gradient.slice();
    const weighted = rows.map(row => ({
      tokens: row.tokens,
      weights: Array.from(row.weights, (w, i) => w * row.advantages![i]!),
    }));
    const { gradient } = await learner.gradient(weighted, likelihood);
    expect(relativeDistance(policyGradient, gradient)).toBeLessThan(1e-5);
    expect(policy.figures.clipped!.every(row => row.every(clipped => clipped === 0))).toBe(true);
  });

  it('measures the KL divergence from a reference, which is 0 from itself and above 0 from another model', async () => {
    const learner = await open(0);
    const other = await open(0, 2);
    const loss: Loss = {
      kind: 'policy',
      normaliser,
      clipLow: 0.2,
      clipHigh: 0.28,
      dualClip: 3,
      klCoefficient: 0.1,
      entropyCoefficient: 0.01,
    };
    const klTo = async (reference: Float32Array[]): Promise<number[]> => {
      const { figures } = await learner.gradient(
        rows.map((row, r) => ({ ...row, reference: reference[r]! })),
        loss,
      );
      return figures.kl!.flatMap((row, r) => [...row].filter((_, i) => rows[r]!.weights[i] !== 0));
    };
    expect(Math.max(...(await klTo(await learner.scoreVocabulary(rows))).map(Math.abs))).toBeLessThan(1e-6);
    expect(Math.min(...(await klTo(await other.scoreVocabulary(rows))))).toBeGreaterThan(1e-6);
  });

  it('takes the gradient of a loss that was computed elsewhere, from the log-probabilities of the vocabulary', async () => {
    const learner = await open(2);
    const whole = await learner.scoreVocabulary(rows);
    const given = rows.map((row, r) => {
      const selected = [...Array.from(row.tokens).keys()].filter(i => row.weights[i] !== 0);
      // The gradient of the mean negative log-likelihood: (p − one-hot) / count.
      const logitsGradient = whole[r]!.map(Math.exp);
      selected.forEach((at, i) => {
        logitsGradient[i * 40 + row.tokens[at]!]! -= 1;
      });
      return { ...row, logitsGradient: logitsGradient.map(value => value / normaliser) };
    });
    const { gradient, logProbabilities } = await learner.gradient(given, { kind: 'given' });
    const elsewhere = gradient.slice();
    const direct = await learner.gradient(rows, likelihood);
    expect(relativeDistance(elsewhere, direct.gradient)).toBeLessThan(1e-5);
    expect(logProbabilities).toEqual(direct.logProbabilities);
    await expect(learner.gradient(rows, { kind: 'given' })).rejects.toThrow(/Row 0 has no logitsGradient/);
  });

  it("reads the parameters again when the model's version goes up", async () => {
    const learner = await open(1);
    const before = (await learner.score(rows))[3]!;
    learner.model.parameters.fill(0);
    expect((await learner.score(rows))[3]).toEqual(before);
    learner.model.version++;
    const uniform = (await learner.score(rows))[3]!.filter(value => value !== 0);
    for (const value of uniform) expect(value).toBeCloseTo(-Math.log(40), 5);
  });

  it.each([
    ['a number that is none', { tokens: [1, 2], weights: [0, NaN] }, /Row 0.*weights\[1\] is NaN/],
    [
      'a token outside the vocabulary',
      { tokens: [1, 40], weights: [0, 1] },
      /token 1 is 40; the vocabulary has ids 0 to 39/,
    ],
    [
      'a row longer than the context',
      { tokens: Array.from({ length: 70 }, () => 1), weights: Array.from({ length: 70 }, (_, i) => (i ? 1 : 0)) },
      /70 tokens and the model's context is 64/,
    ],
    ['a weight on the first token', { tokens: [1, 2], weights: [1, 1] }, /first token has a weight/],
  ])('refuses %s by name', async (_, row, message) => {
    await expect((await open(0)).gradient([row], likelihood)).rejects.toThrow(message);
  });

  it('reports parameters that have become NaN instead of a gradient', async () => {
    const learner = await open(2);
    learner.model.parameters[0] = NaN;
    learner.model.parameters.fill(NaN, 0, 700);
    learner.model.version++;
    await expect(learner.gradient(rows, likelihood)).rejects.toThrow(/loss of rows .* is NaN/);
  });
});

function relativeDistance(a: Float32Array, b: Float32Array): number {
  let difference = 0;
  let size = 0;
  a.forEach((value, i) => {
    difference += (value - b[i]!) ** 2;
    size += b[i]! ** 2;
  });
  return Math.sqrt(difference / size);
}

it('keeps no working memory between micro-batches of different sizes', async () => {
  const model = createModel(modelConfig('nano', { vocabulary: 300, context: 1024 }));
  const learner = await Learner.open(model, { workers: 0, rowsPerBatch: 4 });
  opened.push(learner);
  const resident = () => process.memoryUsage().rss / 2 ** 20;
  const before = resident();
  for (const length of [256, 384, 512, 768, 1024])
    for (const every of [1, 2]) {
      const row: Row = {
        tokens: Array.from({ length }, () => random.int(300)),
        weights: Array.from({ length }, (_, t) => (t > 0 && t % every === 0 ? 1 : 0)),
      };
      const some = Array.from({ length: length > 512 ? 4 : 8 }, () => row);
      await learner.gradient(some, { kind: 'likelihood', normaliser: 1000 });
    }
  // With memory of its own for each size it were 2,000.
  expect(resident() - before).toBeLessThan(700);
}, 60_000);
