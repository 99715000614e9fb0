import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadTensorflow, locate } from '../../src/policy/engines/tensorflow/library.ts';
import { tensorflowLibraries } from '../../src/policy/engines/tensorflow/libraries.ts';
import {
  createModel,
  describeEngines,
  type EngineOptions,
  type Model,
  type Reply,
  Sampler,
} from '../../src/policy/index.ts';
import { frozenModel, newAdapter, openPublishedFolder } from '../../src/policy/published/index.ts';
import { writeTinyFolder } from './published/tiny-folder.ts';
import { tinyDecoder } from './tiny-decoder.ts';

const root = await mkdtemp(path.join(tmpdir(), 'clew-resident-sampling-'));
afterAll(() => rm(root, { recursive: true }));

const own = { ...tinyDecoder, context: 300 };

let folders = 0;
const folder = async (config: Record<string, unknown> = {}) =>
  openPublishedFolder(await writeTinyFolder(path.join(root, String(++folders)), { config }));
const adapter = { rank: 2, alpha: 4, rankStabilised: false, targets: ['q_proj', 'v_proj'] as const };

const models: [string, () => Model | Promise<Model>][] = [
  ['queries share key heads', () => createModel(own, 'sampled')],
  ['as many key heads as heads', () => createModel({ ...own, keyHeads: 4 }, 'sampled')],
  ['a published model, which reads prompts in blocks', async () => frozenModel(await folder())],
  [
    'an adapter on one with a window',
    async () =>
      newAdapter(
        await folder({ model_type: 'mistral', architectures: ['MistralForCausalLM'], sliding_window: 9 }),
        adapter,
        0,
      ),
  ],
];

/** Replies of slots that come, go, begin alike and outgrow their place, in an order that does not depend on speed. */
async function written(model: Model, engine: EngineOptions, resident: boolean): Promise<Reply[]> {
  const sampler = await Sampler.open(model, { engine, workers: 0, resident });
  try {
    const begin = [5, 7, 9, 11, 13, 15, 17, 19, 21, 23];
    const slots = Array.from({ length: 5 }, (_, i) => sampler.slot('resident', i));
    slots.forEach((slot, i) => slot.feed([...begin, i]));
    const first = await Promise.all(slots.map((slot, i) => slot.reply({ stop: [], limit: 2 + i })));
    slots[1]!.close();
    // One that comes later, and begins as the others do; one that grows beyond a first cache.
    const late = sampler.slot('resident', 'late');
    late.feed([...begin, 1]);
    slots[0]!.feed([3, 4, 5, 6]);
    slots[4]!.feed(Array.from({ length: 115 }, (_, i) => i % 29));
    const second = await Promise.all(
      [slots[0]!, late, slots[4]!].map(slot => slot.reply({ stop: [], limit: 6, temperature: 0.7 })),
    );
    // The parameters are others now: what is in the engine's memory is sent anew.
    model.parameters.forEach((value, i) => {
      model.parameters[i] = 0.9 * value;
    });
    model.version++;
    slots[2]!.feed([8]);
    return [...first, ...second, await slots[2]!.reply({ stop: [], limit: 4 })];
  } finally {
    await sampler.close();
  }
}

function expectAlike(there: readonly Reply[], here: readonly Reply[]): void {
  expect(there.map(({ tokens }) => tokens)).toEqual(here.map(({ tokens }) => tokens));
  there.forEach(({ logProbabilities }, i) =>
    logProbabilities.forEach((value, j) => expect(value).toBeCloseTo(here[i]!.logProbabilities[j]!, 4)),
  );
}

const tensorflow = tensorflowLibraries.find(locate);
const missing = tensorflow ? '' : ` (skipped: needs one of ${tensorflowLibraries.join(', ')}, and none is installed)`;
describe.skipIf(missing)(`sampling in the memory of TensorFlow${missing}`, { timeout: 300_000 }, () => {
  it.each(models)('writes what is written out of it: %s', async (_, make) => {
    const engine = { engine: 'tensorflow', ...(tensorflow && { library: tensorflow }) } as const;
    expectAlike(await written(await make(), engine, true), await written(await make(), engine, false));
  });

  it('leaves nothing there once it is closed', async () => {
    const { tf } = await loadTensorflow(tensorflow!);
    const before = tf.memory().numTensors;
    await written(frozenModel(await folder()), { engine: 'tensorflow', library: tensorflow! }, true);
    expect(tf.memory().numTensors).toBe(before);
  });
});

const { engines } = await describeEngines();
const gpu = engines.some(({ providers }) => providers.some(({ provider, works }) => provider === 'webgpu' && works));
const needs = gpu ? '' : ' (skipped: needs a WebGPU adapter; SwiftShader is one, named in VK_ICD_FILENAMES)';
describe.skipIf(!gpu)(`sampling in the memory of WebGPU${needs}`, { timeout: 600_000 }, () => {
  it.each([models[0]!, models[2]!])('writes what the processor writes: %s', async (_, make) => {
    expectAlike(await written(await make(), { provider: 'webgpu' }, true), await written(await make(), {}, false));
  });
});
