import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { AdamW, clipGradient } from '../../src/learn/index.ts';
import { loadTensorflow, locate } from '../../src/policy/engines/tensorflow/library.ts';
import { tensorflowLibraries } from '../../src/policy/engines/tensorflow/libraries.ts';
import {
  createModel,
  type EngineOptions,
  Learner,
  type Loss,
  type Model,
  parameterLayout,
  type Row,
} from '../../src/policy/index.ts';
import { modelConfigOf, readPublishedConfig } from '../../src/policy/published/config.ts';
import { newAdapter, openPublishedFolder } from '../../src/policy/published/index.ts';
import { createRandom } from '../../src/world/random.ts';
import { tinyConfig, writeTinyFolder } from './published/tiny-folder.ts';
import { tinyDecoder } from './tiny-decoder.ts';

const closing: (() => unknown)[] = [];
afterAll(async () => {
  for (const close of closing) await close();
});

const own = tinyDecoder;

async function published(what: 'all' | 'adapter'): Promise<Model> {
  const config = { num_attention_heads: 3, vocab_size: 272, attention_bias: true };
  if (what === 'all')
    return createModel(modelConfigOf(readPublishedConfig(JSON.stringify({ ...tinyConfig, ...config }))), 'all');
  const root = await mkdtemp(path.join(tmpdir(), 'clew-resident-'));
  closing.push(() => rm(root, { recursive: true }));
  const folder = await openPublishedFolder(await writeTinyFolder(root, { config, type: 'BF16' }));
  const targets = ['q_proj', 'o_proj', 'up_proj'] as const;
  return newAdapter(folder, { rank: 2, alpha: 4, rankStabilised: false, targets }, 'start');
}

const models: [string, () => Model | Promise<Model>][] = [
  ["a model of Clew's own", () => createModel(own, 'resident')],
  ['all weights of a published model', () => published('all')],
  ['an adapter', () => published('adapter')],
];

function rowsOf({ config }: Model, step: number): Row[] {
  const random = createRandom('resident', step);
  return [24, 11, 17].map(length => ({
    tokens: Array.from({ length }, () => random.int(config.vocabulary)),
    weights: Array.from({ length }, (_, i) => (i === 0 || i % 4 === 1 ? 0 : 1)),
  }));
}

const loss: Loss = { kind: 'likelihood', normaliser: 40 };
const optimiserOptions = { weightDecay: 0.1 };
const learningRate = 1e-3;
const steps = 5;
/** Below the norm of every gradient here, so that all of them are clipped. */
const maxNorm = 0.05;

/** The engine's own gradients, with clipping and AdamW in JavaScript. */
async function inJavaScript(model: Model, engine: EngineOptions): Promise<{ losses: number[]; norms: number[] }> {
  const learner = await Learner.open(model, { engine, workers: 0, rowsPerBatch: 1, resident: false });
  const optimiser = new AdamW(model, optimiserOptions);
  const figures = { losses: [] as number[], norms: [] as number[] };
  for (let step = 0; step < steps; step++) {
    const result = await learner.gradient(rowsOf(model, step), loss);
    figures.norms.push(clipGradient(result.gradient, maxNorm));
    optimiser.step(result.gradient, learningRate);
    figures.losses.push(result.loss);
  }
  await learner.close();
  return figures;
}

/** The same in the engine's memory; `stops`: brings everything back and begins anew from it before these steps. */
async function resident(model: Model, engine: EngineOptions, stops: readonly number[] = []) {
  const figures = { losses: [] as number[], norms: [] as number[] };
  let { state } = new AdamW(model, optimiserOptions);
  for (let from = 0; from < steps;) {
    const to = stops.find(stop => stop > from) ?? steps;
    const learner = await Learner.open(model, { engine, workers: 0, rowsPerBatch: 1, resident: true });
    const optimiser = new AdamW(model, optimiserOptions, state);
    const training = await learner.openResident(optimiser.state);
    for (let step = from; step < to; step++) {
      const result = await training.gradient(rowsOf(model, step), loss);
      figures.norms.push(await training.step(maxNorm, optimiser.scalars(learningRate)));
      figures.losses.push(result.loss);
    }
    await training.download();
    state = optimiser.state;
    await learner.close();
    from = to;
  }
  return { ...figures, state };
}

const cases = tensorflowLibraries.map((library): [name: string, missing: string, EngineOptions] => [
  library,
  locate(library) ? '' : ` (skipped: needs ${library}, which is not installed)`,
  { engine: 'tensorflow', library },
]);

for (const [name, missing, engine] of cases)
  describe.skipIf(missing)(`training in the memory of ${name}${missing}`, { timeout: 600_000 }, () => {
    it.each(models)('takes the steps of AdamW in JavaScript, gradients clipped: %s', async (_, make) => {
      const [expected, actual] = [await make(), await make()];
      const before = expected.parameters.slice();
      const js = await inJavaScript(expected, engine);
      const here = await resident(actual, engine);
      js.norms.forEach((norm, i) => {
        expect(norm).toBeGreaterThan(maxNorm);
        expect(Math.abs(here.norms[i]! / norm - 1)).toBeLessThan(1e-4);
        expect(Math.abs(here.losses[i]! / js.losses[i]! - 1)).toBeLessThan(1e-5);
      });
      // float32 throughout against float64 within a step: 1e-3 of how far the parameters have moved.
      for (const { name, offset, size } of parameterLayout(expected.config)) {
        let [moved, apart] = [0, 0];
        for (let i = offset; i < offset + size; i++) {
          moved += (expected.parameters[i]! - before[i]!) ** 2;
          apart += (actual.parameters[i]! - expected.parameters[i]!) ** 2;
        }
        expect(moved, name).toBeGreaterThan(0);
        expect(Math.sqrt(apart / moved), name).toBeLessThan(1e-3);
      }
    });

    it('goes on, bit for bit, where it was brought back', async () => {
      const [straight, stopped] = [createModel(own, 'resident'), createModel(own, 'resident')];
      const whole = await resident(straight, engine);
      const parts = await resident(stopped, engine, [2, 3]);
      expect(parts).toEqual(whole);
      expect(stopped.parameters).toEqual(straight.parameters);
    });

    it('scores with the parameters that are in the memory', async () => {
      const model = createModel(own, 'resident');
      const learner = await Learner.open(model, { engine, workers: 0, resident: true });
      const optimiser = new AdamW(model);
      const training = await learner.openResident(optimiser.state);
      const rows = rowsOf(model, 0);
      const before = await learner.score(rows);
      await training.gradient(rows, loss);
      await training.step(1, optimiser.scalars(0.01));
      const there = await learner.score(rows);
      expect(there).not.toEqual(before);
      await training.download();
      await training.close();
      (await learner.score(rows)).forEach((row, r) =>
        row.forEach((value, i) => expect(value).toBeCloseTo(there[r]![i]!, 5)),
      );
      await learner.close();
    });

    it('moves nothing for a gradient that is not finite, and says so by its norm', async () => {
      const model = createModel(own, 'resident');
      const learner = await Learner.open(model, { engine, workers: 0, resident: true });
      const optimiser = new AdamW(model);
      const training = await learner.openResident(optimiser.state);
      const before = model.parameters.slice();
      const rows = rowsOf(model, 0).map(row => ({
        ...row,
        advantages: row.weights,
        oldLogProbabilities: Array.from(row.tokens, () => -3),
        weights: Array.from(row.weights, weight => weight * 3e38),
      }));
      const policy: Loss = { kind: 'policy', normaliser: 1, clipLow: 0.2, clipHigh: 0.2, dualClip: 3 };
      // Whether the loss itself is finite still depends on the engine's sums.
      await training.gradient(rows, policy).catch((error: Error) => expect(error.name).toBe('NotFiniteError'));
      expect(Number.isFinite(await training.step(1, optimiser.scalars(0.01)))).toBe(false);
      await training.download();
      expect(model.parameters).toEqual(before);
      await learner.close();
    });
  });

describe.skipIf(!locate('@tensorflow/tfjs-backend-cpu'))('what a training in memory leaves behind', () => {
  const engine = { engine: 'tensorflow', library: '@tensorflow/tfjs-backend-cpu' } as const;

  it('is nothing: as many tensors after many steps as after one, and none once closed', async () => {
    const { tf } = await loadTensorflow('@tensorflow/tfjs-backend-cpu');
    const model = await published('adapter');
    const tensors = [tf.memory().numTensors];
    const learner = await Learner.open(model, { engine, workers: 0, resident: true });
    const optimiser = new AdamW(model);
    const training = await learner.openResident(optimiser.state);
    for (let step = 0; step < 4; step++) {
      await training.gradient(rowsOf(model, 0), loss);
      await training.step(1, optimiser.scalars(1e-3));
      tensors.push(tf.memory().numTensors);
    }
    expect(new Set(tensors.slice(1)).size).toBe(1);
    await learner.close();
    expect(tf.memory().numTensors).toBe(tensors[0]);
  });

  it('is refused where an engine has no memory of its own, and for several workers', async () => {
    const model = createModel(own, 'resident');
    const { state } = new AdamW(model);
    const onCpu = await Learner.open(model, { workers: 0, resident: true });
    await expect(onCpu.openResident(state)).rejects.toThrow(
      /onnx \(onnxruntime-node, cpu\) keeps no tensors.*engine tensorflow/,
    );
    await onCpu.close();
    const several = await Learner.open(model, { engine, workers: 2 });
    await expect(several.openResident(state)).rejects.toThrow('needs one worker, and there are 2: set workers to 1');
    await several.close();
  });
});
