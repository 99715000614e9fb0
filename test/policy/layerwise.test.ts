import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Learner, type Loss, type Row } from '../../src/policy/index.ts';
import { batchFeeds, packRows } from '../../src/policy/batch.ts';
import { openEngine } from '../../src/policy/engines/open.ts';
import { withSources } from '../../src/policy/engines/engine.ts';
import { type LossKind, trainingGraph } from '../../src/policy/graphs.ts';
import { isLayerwise, layerwiseGradient } from '../../src/policy/layerwise.ts';
import { lossInputs } from '../../src/policy/loss-inputs.ts';
import { createModel, type Model, parameterLayout } from '../../src/policy/parameters.ts';
import { modelConfigOf, readPublishedConfig } from '../../src/policy/published/config.ts';
import { newAdapter, openPublishedFolder } from '../../src/policy/published/index.ts';
import { createRandom } from '../../src/world/random.ts';
import { tinyConfig, writeTinyFolder } from './published/tiny-folder.ts';

const closing: (() => unknown)[] = [];
afterAll(async () => {
  for (const close of closing) await close();
});

const families: [string, object][] = [
  ['Llama, its head tied', {}],
  ['Llama, its head apart', { tie_word_embeddings: false }],
  ['Qwen 3', { architectures: ['Qwen3ForCausalLM'], model_type: 'qwen3' }],
  [
    'Gemma 3, whose layers are of two kinds',
    {
      architectures: ['Gemma3ForCausalLM'],
      model_type: 'gemma3_text',
      hidden_act: undefined,
      hidden_activation: 'gelu_pytorch_tanh',
      num_hidden_layers: 3,
      query_pre_attn_scalar: 8,
      rope_local_base_freq: 10_000,
      sliding_window: 4,
      layer_types: ['sliding_attention', 'full_attention', 'sliding_attention'],
    },
  ],
];

function tinyModel(fields: object): Model {
  const config = modelConfigOf(readPublishedConfig(JSON.stringify({ ...tinyConfig, ...fields })));
  return createModel(config, 'layerwise');
}

function someRows(model: Model, lengths: readonly number[]): Row[] {
  const random = createRandom('layerwise rows');
  return lengths.map(length => ({
    tokens: Array.from({ length }, () => random.int(model.config.vocabulary)),
    weights: Array.from({ length }, (_, i) => (i === 0 || i % 3 === 1 ? 0 : random() - 0.2)),
    advantages: Array.from({ length }, () => random() - 0.5),
    oldLogProbabilities: Array.from({ length }, () => -5 - random()),
  }));
}

interface Summed {
  loss: number;
  gradient: Float64Array;
}

/** What one graph of the whole model computes, the micro-batches added in their order. */
function whole(model: Model, rows: readonly Row[], loss: Loss): Promise<Summed> {
  return inBatches(model, rows, loss, async (engine, { size, kind, feeds, parameters }, gradient) => {
    const graph = withSources(trainingGraph(model.config, size, kind), model.frozen ?? {});
    const program = await engine.compile(graph);
    const outputs = await program.run({ ...parameters, ...feeds });
    for (const { name, offset } of parameterLayout(model.config))
      outputs[`gradient.${name}`]!.forEach((part, i) => (gradient[offset + i]! += part));
    await program.release();
    return outputs.loss![0]!;
  });
}

/** The same layer by layer, however short the rows are. */
function layerByLayer(model: Model, rows: readonly Row[], loss: Loss): Promise<Summed> {
  return inBatches(model, rows, loss, async (engine, { size, kind, feeds }, gradient) => {
    const part = new Float32Array(gradient.length);
    const known = await layerwiseGradient(
      async (definition, feeds) => {
        const program = await engine.compile(definition);
        const outputs = await program.run(feeds);
        await program.release();
        return outputs;
      },
      model.config,
      model.parameters,
      part,
      model.frozen ?? {},
      { size, loss: kind, feeds },
    );
    part.forEach((value, i) => (gradient[i]! += value));
    return known.loss![0]!;
  });
}

interface Batch {
  size: Parameters<typeof trainingGraph>[1];
  kind: LossKind;
  feeds: Record<string, Float32Array | Int32Array>;
  parameters: Record<string, Float32Array>;
}

async function inBatches(
  model: Model,
  rows: readonly Row[],
  loss: Loss,
  add: (engine: Awaited<ReturnType<typeof openEngine>>, batch: Batch, gradient: Float64Array) => Promise<number>,
): Promise<Summed> {
  const engine = await openEngine({});
  const { kind, scalars, scale } = lossInputs(loss, rows);
  const parameters = Object.fromEntries(
    parameterLayout(model.config).map(({ name, offset, size }) => [
      name,
      model.parameters.slice(offset, offset + size),
    ]),
  );
  const gradient = new Float64Array(model.parameters.length);
  let value = 0;
  for (const batch of packRows(rows, model.config, 1)) {
    const feeds = { ...batchFeeds(batch, rows, model.config, scale), ...scalars };
    value += await add(engine, { size: batch.size, kind, feeds, parameters }, gradient);
  }
  return { loss: value, gradient };
}

/** Every parameter's gradient within a share of its norm. */
function expectAlike(model: Model, actual: ArrayLike<number>, expected: Float64Array): void {
  for (const { name, offset, size } of parameterLayout(model.config)) {
    let [difference, norm] = [0, 0];
    for (let i = offset; i < offset + size; i++) {
      difference += (actual[i]! - expected[i]!) ** 2;
      norm += expected[i]! ** 2;
    }
    expect(norm, name).toBeGreaterThan(0);
    expect(Math.sqrt(difference / norm), name).toBeLessThan(2e-6);
  }
}

describe('gradients computed layer by layer', () => {
  it.each(families)('are those of the whole graph: %s', async (_, fields) => {
    const model = tinyModel(fields);
    const rows = someRows(model, [40, 23, 9]);
    const learner = await Learner.open(model, { workers: 0 });
    closing.push(() => learner.close());
    const losses: Loss[] = [
      { kind: 'likelihood', normaliser: 7 },
      { kind: 'policy', normaliser: 7, clipLow: 0.2, clipHigh: 0.3, dualClip: 3, entropyCoefficient: 0.1 },
    ];
    for (const loss of losses) {
      const expected = await whole(model, rows, loss);
      const actual = await learner.gradient(rows, loss);
      expect(actual.loss).toBeCloseTo(expected.loss, 5);
      expectAlike(model, actual.gradient, expected.gradient);
      const scores = await learner.score(rows);
      expect(
        Math.max(
          ...scores.flatMap((row, r) => Array.from(row, (x, i) => Math.abs(x - actual.logProbabilities[r]![i]!))),
        ),
      ).toBeLessThan(1e-5);
    }
  });

  it('are the same, bit for bit, for any number of threads, and again', async () => {
    const model = tinyModel({});
    const rows = someRows(model, [40, 33, 23, 9, 40]);
    const gradients = [];
    for (const workers of [0, 1, 2]) {
      const learner = await Learner.open(model, { workers });
      closing.push(() => learner.close());
      await learner.gradient(rows.slice(2), { kind: 'likelihood', normaliser: 3 });
      gradients.push(Float32Array.from((await learner.gradient(rows, { kind: 'likelihood', normaliser: 3 })).gradient));
    }
    expect(gradients[1]).toEqual(gradients[0]);
    expect(gradients[2]).toEqual(gradients[0]);
  });

  it.each([
    ...families.map(([name, fields]) => [name, fields, {}, 'F32'] as const),
    ['Llama with biases, stored in bfloat16', { attention_bias: true, mlp_bias: true }, {}, 'BF16'],
    ['an adapter of one layer alone', {}, { layers: [1], targets: ['q_proj', 'down_proj'] }, 'F32'],
  ] as const)('are those of the whole graph for an adapter, too: %s', async (name, fields, adapter, type) => {
    const root = await mkdtemp(path.join(tmpdir(), 'clew-layerwise-'));
    closing.push(() => rm(root, { recursive: true }));
    const published = await openPublishedFolder(
      await writeTinyFolder(root, { config: { ...fields }, type, shards: 2 }),
    );
    const targets = ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'] as const;
    const model = newAdapter(published, { rank: 3, alpha: 5, rankStabilised: true, targets, ...adapter }, 'start');
    // A new adapter's second matrices are 0, and then the first have no gradient.
    const random = createRandom('adapter', name);
    for (const i of model.parameters.keys()) model.parameters[i] = random() / 4 - 0.125;
    const { width } = model.config;
    const plain = someRows(model, [40, 23, 9]);
    const held = plain.map(row => ({
      ...row,
      referenceHidden: Float32Array.from(
        { length: width * Array.from(row.weights).filter(weight => weight !== 0).length },
        () => random() - 0.5,
      ),
    }));
    const losses: Loss[] = [
      { kind: 'likelihood', normaliser: 7 },
      {
        kind: 'policy',
        normaliser: 7,
        clipLow: 0.2,
        clipHigh: 0.3,
        dualClip: 3,
        entropyCoefficient: 0.1,
        klCoefficient: 0.2,
      },
    ];
    for (const loss of losses) {
      const rows = loss.kind === 'policy' ? held : plain;
      const expected = await whole(model, rows, loss);
      const actual = await layerByLayer(model, rows, loss);
      expect(actual.loss).toBeCloseTo(expected.loss, 5);
      expectAlike(model, actual.gradient, expected.gradient);
    }
  });

  it('are computed so where all weights are trained, or where long rows of an adapter would keep too much', () => {
    const shape = { width: 576, layers: 30, heads: 9, keyHeads: 3, headWidth: 64, feedForward: 1536, context: 8192 };
    const smollm2 = { ...tinyModel({}).config, ...shape, vocabulary: 49_152 };
    const adapter = { ...smollm2, frozen: true } as const;
    const size = (length: number) => ({ batch: 1, length, selected: length });
    expect(isLayerwise(smollm2, size(32), 'cpu')).toBe(true);
    expect([512, 768, 1024, 2048].map(length => isLayerwise(adapter, size(length), 'cpu'))).toEqual([
      false,
      false,
      true,
      true,
    ]);
    // A GPU has its weights in its own memory, which each layer would have to be sent to.
    expect(isLayerwise(adapter, size(2048), 'webgpu')).toBe(false);
    expect(isLayerwise({ ...smollm2, published: undefined }, size(8192), 'cpu')).toBe(false);
  });
});
