import { describe, expect, it } from 'vitest';
import { openGradientSteps } from '../../src/learn/gradient-steps.ts';
import { AdamW, openObjective, updatePolicy, type UpdateOptions, type WeighedEpisode } from '../../src/learn/index.ts';
import { tensorflowLibraries } from '../../src/policy/engines/tensorflow/libraries.ts';
import { locate } from '../../src/policy/engines/tensorflow/library.ts';
import { createModel, type EngineOptions, Learner, parameterLayout, type Row } from '../../src/policy/index.ts';
import { createRandom } from '../../src/world/random.ts';
import { plainDecoder } from '../policy/tiny-decoder.ts';

/** Two groups of four episodes in which the world and the policy take turns, and rows to imitate. */
const random = createRandom('resident updates');
const episodes: WeighedEpisode[] = Array.from({ length: 8 }, (_, e) => {
  const step = Array.from({ length: 5 + (e % 3) }, (_, t) => [-1, -1, t, t, t]).flat();
  return {
    row: {
      tokens: step.map(() => random.int(30)),
      step,
      command: step.map((at, i) => at >= 0 && i % 5 === 3),
      oldLogProbabilities: step.map(at => (at < 0 ? 0 : -3.4 + 0.4 * Math.sin(7 * e + at))),
      stepTokens: Array.from({ length: 5 + (e % 3) }, () => 3),
    },
    advantages: Array.from({ length: 5 + (e % 3) }, (_, t) => Math.cos(3 * e + t)),
    group: e < 4 ? 'a' : 'b',
  };
});
const shown: Row[] = [14, 9].map(length => ({
  tokens: Array.from({ length }, () => random.int(30)),
  weights: Array.from({ length }, (_, i) => (i === 0 ? 0 : 1)),
}));

const learned: Record<string, Partial<UpdateOptions>> = {
  'GRPO: tokens, an exact KL, an entropy bonus': {
    objective: openObjective('clew', { klCoefficient: 0.1, entropyCoefficient: 0.01 }),
  },
  'ratios of steps, computed outside the engine': { objective: openObjective('gspo') },
  'CISPO, without a reference': { objective: openObjective('cispo', { klCoefficient: 0 }) },
  'beside what is imitated, and what is replayed': {
    objective: openObjective('clew', { klCoefficient: 0, entropyCoefficient: 0 }),
    imitated: { weight: 0.3, temperature: 1, parts: [shown, [], shown.slice(1), shown] },
    replayed: { weight: 0.5, parts: [[], episodes.slice(0, 2), episodes.slice(3, 4), []] },
  },
};

/** Two epochs in two mini-batches each, from one start; every gradient is clipped. */
async function updated(engine: EngineOptions, resident: boolean, changes: Partial<UpdateOptions>) {
  const model = createModel(plainDecoder, 'policy');
  const before = model.parameters.slice();
  const learner = await Learner.open(model, { engine, workers: 0, resident });
  const reference = await Learner.open(createModel(plainDecoder, 'reference'), { engine, workers: 0 });
  const optimiser = new AdamW(model);
  const steps = await openGradientSteps(learner, optimiser);
  const figures = await updatePolicy(episodes, {
    learner,
    reference,
    optimiser,
    steps,
    objective: openObjective('clew'),
    miniBatches: 2,
    epochs: 2,
    learningRate: 1e-3,
    maxGradNorm: 0.01,
    gradientSpikeThreshold: 10,
    norm: null,
    random: createRandom('parts'),
    ...changes,
  });
  const { version } = model;
  const scores = await learner.score(shown);
  await learner.close();
  await reference.close();
  return { figures, before, parameters: model.parameters, state: optimiser.state, scores, version };
}

const cases = tensorflowLibraries.map((library): [name: string, missing: string, EngineOptions] => [
  library,
  locate(library) ? '' : ` (skipped: needs ${library}, which is not installed)`,
  { engine: 'tensorflow', library },
]);

for (const [name, missing, engine] of cases)
  describe.skipIf(missing)(`updates in the memory of ${name}${missing}`, { timeout: 600_000 }, () => {
    it.each(Object.entries(learned))('are those of this process: %s', async (_, changes) => {
      const [here, there] = [await updated(engine, false, changes), await updated(engine, true, changes)];
      expect(here.figures).toMatchObject({ updates: 4, finite: true });
      expect(there.figures.updates).toBe(4);
      expect(there.version).toBeGreaterThan(0);
      expect(Math.abs(here.figures.gradientCosine!)).toBeLessThan(1);
      expectAlike(there.figures, here.figures);
      expect(here.figures.gradientNorm).toBeGreaterThan(0.01);
      // float32 throughout against float64 within a step: 1e-3 of how far the parameters have moved.
      for (const { name, offset, size } of parameterLayout(plainDecoder)) {
        let [moved, apart] = [0, 0];
        for (let i = offset; i < offset + size; i++) {
          moved += (here.parameters[i]! - here.before[i]!) ** 2;
          apart += (there.parameters[i]! - here.parameters[i]!) ** 2;
        }
        expect(moved, name).toBeGreaterThan(0);
        expect(Math.sqrt(apart / moved), name).toBeLessThan(1e-3);
      }
      expect(there.state.steps).toBe(4);
      there.scores.forEach((row, r) => row.forEach((value, i) => expect(value).toBeCloseTo(here.scores[r]![i]!, 4)));
    });
  });

const library = '@tensorflow/tfjs-backend-cpu';
describe.skipIf(!locate(library))('steps in the memory of an engine', () => {
  const engine = { engine: 'tensorflow', library } as const;

  it('leave the parameters as they are where a loss is not finite, and go on afterwards', async () => {
    const broken = episodes.map(episode => ({ ...episode, advantages: episode.advantages.map(() => 1e38 * 1e3) }));
    const model = createModel(plainDecoder, 'policy');
    const before = model.parameters.slice();
    const learner = await Learner.open(model, { engine, workers: 0, resident: true });
    const optimiser = new AdamW(model);
    const options = {
      learner,
      optimiser,
      steps: await openGradientSteps(learner, optimiser),
      objective: openObjective('clew', { klCoefficient: 0, entropyCoefficient: 0 }),
      miniBatches: 1,
      epochs: 1,
      learningRate: 1e-3,
      maxGradNorm: 1,
      gradientSpikeThreshold: 10,
      norm: null,
    };
    const lost = await updatePolicy(broken, { ...options, random: createRandom('parts') });
    expect(lost).toMatchObject({ finite: false, updates: 0 });
    expect(model.parameters).toEqual(before);
    expect(await updatePolicy(episodes, { ...options, random: createRandom('parts') })).toMatchObject({
      finite: true,
      updates: 1,
    });
    expect(model.parameters).not.toEqual(before);
    await learner.close();
  });

  it('are taken in this process where that is asked for', async () => {
    const learner = await Learner.open(createModel(plainDecoder, 'policy'), { engine, workers: 0, resident: true });
    const optimiser = new AdamW(learner.model);
    const steps = await openGradientSteps(learner, optimiser, true);
    await steps.add(shown, { kind: 'likelihood', normaliser: 1 }, { weight: 1, temperature: 0.5 });
    expect(await steps.norm()).toBeGreaterThan(0);
    await learner.close();
  });
});

/** Every number near the other; what is no number alike. */
function expectAlike(actual: unknown, wanted: unknown, at = ''): void {
  if (typeof wanted === 'number' && !Number.isInteger(wanted)) {
    expect(Math.abs((actual as number) - wanted), at).toBeLessThan(1e-4 * Math.max(1, Math.abs(wanted)));
    return;
  }
  if (typeof wanted !== 'object' || wanted === null) expect(actual, at).toEqual(wanted);
  else
    for (const [key, value] of Object.entries(wanted))
      expectAlike((actual as Record<string, unknown>)[key], value, `${at}.${key}`);
}
