import { describe, expect, it } from 'vitest';
import { AdamW, openGradientSteps } from '../../src/learn/index.ts';
import {
  createModel,
  describeEngines,
  type EngineOptions,
  Learner,
  type Loss,
  modelConfig,
  parameterLayout,
  type Row,
} from '../../src/policy/index.ts';
import { createRandom } from '../../src/world/random.ts';

const { engines } = await describeEngines();
const adapter = engines.some(({ providers }) =>
  providers.some(({ provider, works }) => provider === 'webgpu' && works),
);
const missing = adapter ? '' : ' (skipped: needs a WebGPU adapter; SwiftShader is one, named in VK_ICD_FILENAMES)';

const config = modelConfig('nano', {
  vocabulary: 30,
  context: 64,
  width: 16,
  heads: 4,
  keyHeads: 2,
  headWidth: 4,
  layers: 1,
  feedForward: 24,
});
const random = createRandom('webgpu training');
// All of one length: a graph of each size is compiled for minutes where a processor plays the GPU.
const parts: Row[] = Array.from({ length: 3 }, () => ({
  tokens: Array.from({ length: 11 }, () => random.int(30)),
  weights: Array.from({ length: 11 }, (_, i) => (i === 0 || i % 4 === 1 ? 0 : 1)),
}));
const loss: Loss = { kind: 'likelihood', normaliser: 20 };
/** Below the norm of every gradient here, so that all of them are clipped. */
const maxNorm = 0.05;

/** Steps of what is added up, compared and weighed; `from` and `to` of them, from the state that is given. */
async function stepped(engine: EngineOptions, resident: boolean) {
  const model = createModel(config, 'webgpu');
  const before = model.parameters.slice();
  const learner = await Learner.open(model, { engine, workers: 0, rowsPerBatch: 1, resident });
  const optimiser = new AdamW(model, { weightDecay: 0.1 });
  const steps = await openGradientSteps(learner, optimiser);
  const figures: number[] = [];
  for (let step = 0; step < 3; step++) {
    await steps.clear();
    const first = await steps.add(parts.slice(0, 2), loss);
    const { value, cosine } = await steps.compared(() => steps.add(parts.slice(2), loss, { weight: 0.5 }));
    figures.push(first.loss, value.loss, cosine!, await steps.norm());
    await steps.step(1e-3, maxNorm);
  }
  const state = await steps.bring();
  await learner.close();
  return { figures, before, parameters: model.parameters, state };
}

describe.skipIf(!adapter)(`a training in the memory of WebGPU${missing}`, () => {
  it('takes the steps of the processor', { timeout: 600_000 }, async () => {
    const here = await stepped({}, false);
    const there = await stepped({ provider: 'webgpu' }, true);
    there.figures.forEach((figure, i) => expect(Math.abs(figure / here.figures[i]! - 1)).toBeLessThan(1e-4));
    expect(here.figures[3]).toBeGreaterThan(maxNorm);
    expect(there.state.steps).toBe(3);
    for (const { name, offset, size } of parameterLayout(config))
      for (const [actual, wanted, from] of [
        [there.parameters, here.parameters, here.before],
        [there.state.first, here.state.first, new Float32Array(here.before.length)],
        [there.state.second, here.state.second, new Float32Array(here.before.length)],
      ] as const) {
        let [moved, apart] = [0, 0];
        for (let i = offset; i < offset + size; i++) {
          moved += (wanted[i]! - from[i]!) ** 2;
          apart += (actual[i]! - wanted[i]!) ** 2;
        }
        expect(moved, name).toBeGreaterThan(0);
        expect(Math.sqrt(apart / moved), name).toBeLessThan(1e-3);
      }
  });
});
