import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createModel, Learner, type Model, type Row } from '../../src/policy/index.ts';
import { type Objective, openObjective } from '../../src/learn/losses/index.ts';
import { AdamW } from '../../src/learn/optimiser.ts';
import type { WeighedEpisode } from '../../src/learn/mini-batch.ts';
import { updatePolicy } from '../../src/learn/iteration.ts';
import type { UpdateFigures } from '../../src/learn/update-figures.ts';
import { alarms } from '../../src/learn/alarms/index.ts';
import { createRandom } from '../../src/world/random.ts';
import { plainDecoder } from '../policy/tiny-decoder.ts';

const config = { ...plainDecoder, layers: 1 };
let model: Model;
let learner: Learner;
let reference: Learner;
let optimiser: AdamW;
beforeAll(async () => {
  model = createModel(config, 'policy');
  learner = await Learner.open(model, { workers: 0 });
  reference = await Learner.open(createModel(config, 'policy'), { workers: 0 });
});
afterAll(() => Promise.all([learner.close(), reference.close()]));

const clew = openObjective('clew');
const plain = openObjective('clew', { klCoefficient: 0, entropyCoefficient: 0 });

/**
 * Eight episodes of two steps, with the log-probabilities of the policy as it is; all steps of one are worth the same.
 */
async function episodes(advantages: readonly number[]): Promise<WeighedEpisode[]> {
  const random = createRandom('update');
  return Promise.all(
    advantages.map(async advantage => {
      const step = [-1, -1, 0, 0, 0, -1, 1, 1];
      const tokens = step.map(() => random.int(30));
      const weights = step.map(at => (at < 0 ? 0 : 1));
      const oldLogProbabilities = Array.from((await learner.score([{ tokens, weights }]))[0]!);
      const command = step.map((_, i) => i === 4 || i === 7);
      return {
        row: { tokens, step, oldLogProbabilities, command, stepTokens: [3, 2] },
        advantages: [advantage, advantage],
      };
    }),
  );
}
const none = [0, 0, 0, 0, 0, 0, 0, 0];
const mixed = [1.6, -0.53, -0.53, -0.53, 1.6, -0.53, -0.53, -0.53];

async function update(
  advantages: readonly number[],
  changes: {
    objective?: Objective;
    norm?: number | null;
    miniBatches?: number;
    shown?: Row[][];
    learningRate?: number;
  } = {},
): Promise<UpdateFigures> {
  const { objective = clew, norm = null, miniBatches = 2, shown, learningRate = 1e-3 } = changes;
  return updatePolicy(await episodes(advantages), {
    learner,
    reference: objective.klCoefficient > 0 ? reference : undefined,
    optimiser,
    objective,
    miniBatches,
    epochs: 1,
    learningRate,
    maxGradNorm: 1,
    gradientSpikeThreshold: 10,
    norm,
    random: createRandom('parts'),
    ...(shown && { imitated: { weight: 1, temperature: 1, parts: shown } }),
  });
}

/** Begins anew. */
function fresh(): void {
  model.parameters.set(createModel(config, 'policy').parameters);
  model.version++;
  optimiser = new AdamW(model);
}

describe('an iteration without any signal', () => {
  it('changes nothing: neither the parameters, nor the optimiser, nor the running norm', async () => {
    for (const norm of [null, 0.5]) {
      fresh();
      const before = model.parameters.slice();
      const figures = await update(none, { norm });
      expect(figures).toMatchObject({ updates: 0, skipped: 0, noSignal: 2, norm, gradientNorm: null, loss: null });
      expect(model.parameters).toEqual(before);
      expect(optimiser.state.steps).toBe(0);
    }
  });

  it('still measures what the policy is like: entropy, and sampling against training', async () => {
    fresh();
    for (const objective of [clew, plain]) {
      const { entropy, commandEntropy, mismatchMean, mismatchMax, tokens } = await update(none, { objective });
      expect(entropy).toBeGreaterThan(1);
      expect(commandEntropy).toBeGreaterThan(1);
      expect(mismatchMax).toBeLessThan(1e-5);
      expect(mismatchMean).toBeLessThanOrEqual(mismatchMax!);
      expect(tokens).toBe(0);
    }
  });

  it('does not switch learning off: the iterations after it are applied', async () => {
    fresh();
    const outcomes: [number, number][] = [];
    let norm: number | null = null;
    for (let iteration = 1; iteration <= 8; iteration++) {
      const figures: UpdateFigures = await update(iteration === 1 ? none : mixed, { norm });
      ({ norm } = figures);
      outcomes.push([figures.updates, figures.skipped]);
    }
    expect(outcomes).toEqual([[0, 0], ...Array.from({ length: 7 }, () => [2, 0])]);
  });
});

describe('a mini-batch', () => {
  it('without a signal among others makes no update of KL and entropy alone', async () => {
    fresh();
    // The one episode with an advantage is in one of eight mini-batches.
    const figures = await update([1, ...none.slice(1)], { miniBatches: 8 });
    expect(figures).toMatchObject({ updates: 1, skipped: 0, noSignal: 7 });
    expect(optimiser.state.steps).toBe(1);
  });

  it('whose gradient is out of all proportion is skipped, and counts in the running norm', async () => {
    fresh();
    const before = model.parameters.slice();
    const figures = await update(mixed, { norm: 1e-9, miniBatches: 1 });
    expect(figures).toMatchObject({ updates: 0, skipped: 1, noSignal: 0 });
    expect(figures.norm).toBeCloseTo(1.9e-9, 15);
    expect(figures.gradientNorm).toBeGreaterThan(0.1);
    expect(model.parameters).toEqual(before);
  });
});

describe('the mismatch of log-probabilities', () => {
  it('is measured before anything moves, also where the first mini-batch only imitates', async () => {
    const shown = [{ tokens: [1, 2, 3, 4, 5, 6], weights: [0, 1, 1, 1, 1, 1] }];
    for (const parts of [
      [shown, []],
      [shown, shown],
    ]) {
      fresh();
      // In mini-batches of four the first has no advantages, whichever of the two orders: only imitation moves it.
      const first = new Set(createRandom('parts').shuffle([0, 1, 2, 3, 4, 5, 6, 7]).slice(0, 4));
      const advantages = mixed.map((value, i) => (first.has(i) ? 0 : value));
      const figures = await update(advantages, { objective: plain, shown: parts, learningRate: 0.05 });
      expect(figures.updates).toBe(2);
      expect(figures.mismatchMax).toBeLessThan(1e-5);
      expect(alarms([{ iteration: 1, mismatchMean: figures.mismatchMean, mismatchMax: figures.mismatchMax }])).toEqual(
        [],
      );
    }
  });

  it('is seen when it is there', async () => {
    fresh();
    const shifted = (await episodes(mixed)).map(({ row, advantages }) => ({
      row: { ...row, oldLogProbabilities: row.oldLogProbabilities.map(value => value - 0.1) },
      advantages,
    }));
    const options = {
      learner,
      optimiser,
      objective: plain,
      miniBatches: 2,
      epochs: 1,
      learningRate: 1e-3,
      maxGradNorm: 1,
    };
    const figures = await updatePolicy(shifted, {
      ...options,
      gradientSpikeThreshold: 10,
      norm: null,
      random: createRandom(1),
    });
    expect(figures.mismatchMean).toBeCloseTo(0.1, 5);
  });
});

describe('numbers that are not finite', () => {
  it('end the updates of the iteration, move nothing, and are said, by losses of the engine and by those computed here', async () => {
    fresh();
    const batch = await episodes(mixed);
    for (const objective of [plain, openObjective('cispo')]) {
      model.parameters.fill(NaN);
      model.version++;
      const options = { learner, optimiser, objective, miniBatches: 2, epochs: 1, learningRate: 1e-3, maxGradNorm: 1 };
      const figures = await updatePolicy(batch, {
        ...options,
        gradientSpikeThreshold: 10,
        norm: null,
        random: createRandom(1),
      });
      expect(figures).toMatchObject({ finite: false, updates: 0, entropy: null, mismatchMean: null });
      expect(alarms([{ iteration: 1, finite: figures.finite }])).toMatchObject([{ rule: 'not finite', level: 'stop' }]);
    }
  });
});
