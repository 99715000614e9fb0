import { beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/world/random.ts';
import { modelConfig } from '../../../src/policy/config.ts';
import type { Engine, GraphDefinition } from '../../../src/policy/engines/engine.ts';
import { openOnnxEngine } from '../../../src/policy/engines/onnx/index.ts';
import { evaluate } from '../../../src/policy/engines/reference.ts';
import { openTensorflowEngine, tensorflowLibraries } from '../../../src/policy/engines/tensorflow/index.ts';
import { loadTensorflow, locate } from '../../../src/policy/engines/tensorflow/library.ts';
import { createModel, Learner, Sampler } from '../../../src/policy/index.ts';
import { decodingGraph } from '../../../src/policy/cached-graphs.ts';
import { type LossKind, scoringGraph, trainingGraph } from '../../../src/policy/graphs.ts';
import { parameterLayout } from '../../../src/policy/parameters.ts';
import { tinyDecoder } from '../tiny-decoder.ts';

const vocabulary = 21;
const config = modelConfig('nano', {
  vocabulary,
  context: 160,
  width: 12,
  heads: 4,
  keyHeads: 2,
  headWidth: 4,
  layers: 2,
  feedForward: 10,
  attentionBias: true,
  tied: false,
});
const tiedConfig = modelConfig('nano', {
  vocabulary,
  context: 160,
  width: 8,
  heads: 2,
  keyHeads: 2,
  headWidth: 4,
  layers: 1,
  feedForward: 6,
  tokenShift: false,
});

/** Ranges of the inputs that are no parameters: as training has them. */
const ranges: Record<string, [number, number]> = {
  weights: [0.01, 0.1],
  advantages: [-1, 1],
  oldLogProbabilities: [-5, -2],
  clipLow: [0.2, 0.2],
  clipHigh: [0.28, 0.28],
  dualClip: [1.5, 1.5],
  entropyCoefficient: [0.05, 0.05],
  klCoefficient: [0.2, 0.2],
  reference: [-4, -2],
  cos: [-1, 1],
  sin: [-1, 1],
};

function feedsOf(
  graph: GraphDefinition,
  { model = config, batch = 2, length = 9 } = {},
): Record<string, Float32Array | Int32Array> {
  const random = createRandom('tensorflow', graph.name);
  const { parameters } = createModel(model, 'tensorflow');
  const layout = new Map(parameterLayout(model).map(part => [part.name, part]));
  return Object.fromEntries(
    Object.entries(graph.inputs).map(([name, { type, shape }]) => {
      const size = shape.reduce((product, n) => product * n, 1);
      const part = layout.get(name);
      // Away from the start, where norms are 1, biases 0 and embeddings tiny, so that every term counts.
      if (part)
        return [
          name,
          parameters.slice(part.offset, part.offset + size).map(value => 2 * value + 0.4 * (random() - 0.5)),
        ];
      if (type === 'int32')
        return [
          name,
          Int32Array.from({ length: size }, () => random.int(name === 'positions' ? batch * length : vocabulary)),
        ];
      if (name === 'mask') return [name, Float32Array.from({ length: size }, () => (random() < 0.3 ? -1e9 : 0))];
      const [from, to] = ranges[name] ?? [-0.5, 0.5];
      return [name, Float32Array.from({ length: size }, () => from + (to - from) * random())];
    }),
  );
}

const losses: LossKind[] = ['likelihood', 'policy', 'policy-kl'];
const rows = { batch: 2, length: 9 };
const graphs: [string, GraphDefinition, Parameters<typeof feedsOf>[1]][] = [
  ...losses.map((loss): [string, GraphDefinition, typeof rows] => [
    `the gradients of the loss ${loss}`,
    trainingGraph(config, { ...rows, selected: 11 }, loss),
    rows,
  ]),
  [
    'gradients with tied embeddings over more than one attention block',
    trainingGraph(tiedConfig, { batch: 1, length: 150, selected: 20 }, 'likelihood'),
    { model: tiedConfig, batch: 1, length: 150 },
  ],
  ['log-probabilities of the whole vocabulary', scoringGraph(config, { ...rows, selected: 11 }, true), rows],
  ['a decoding step against a cache', decodingGraph(config, 4, 16, { logits: true, drawn: false }), {}],
];

for (const library of tensorflowLibraries) {
  const missing = locate(library) ? '' : ` (skipped: needs ${library}, which is not installed)`;
  describe.skipIf(missing)(`the tensorflow engine on ${library}${missing}`, () => {
    let engine: Engine;
    beforeAll(async () => {
      engine = await openTensorflowEngine({ library });
    });

    it('says what computes', () => {
      expect(engine.description).toMatchObject({
        engine: 'tensorflow',
        library,
        version: expect.stringMatching(/^4\./),
        provider: expect.stringMatching(/^(cpu|cuda)$/),
      });
    });

    it.each(graphs)('computes %s as the float64 reference and the onnx engine do', async (_, graph, options) => {
      const feeds = feedsOf(graph, options);
      const program = await engine.compile(graph);
      const actual = await program.run(feeds);
      const onnx = await (await openOnnxEngine()).compile(graph);
      const onOnnx = await onnx.run(feeds);
      const expected = evaluate(graph, feeds);
      expect(Object.keys(actual)).toEqual(Object.keys(expected));
      for (const [name, values] of Object.entries(expected)) {
        expect(
          values.some(value => value !== 0),
          name,
        ).toBe(true);
        expect(relativeError(actual[name]!, values), `${name} against the reference`).toBeLessThan(1e-4);
        expect(relativeError(actual[name]!, onOnnx[name]!), `${name} against onnx`).toBeLessThan(1e-4);
      }
      await onnx.release();
      await program.release();
    });

    it('holds as many tensors after many steps as after one, and none once released', async () => {
      const { tf } = await loadTensorflow(library);
      const before = tf.memory().numTensors;
      const [, graph] = graphs[2]!;
      const program = await engine.compile(graph);
      const feeds = feedsOf(graph);
      await program.run(feeds);
      const afterOne = tf.memory().numTensors;
      for (let i = 0; i < 5; i++) await program.run(feeds);
      expect(tf.memory().numTensors).toBe(afterOne);
      await program.release();
      expect(tf.memory().numTensors).toBe(before);
    });

    it('reads its feeds anew at each run, and gives results that later runs leave alone', async () => {
      const program = await engine.compile({
        name: 'twice',
        inputs: { x: { type: 'float32', shape: [2] } },
        build: (ops, { floats }) => ({ same: ops.reshape(floats.x!, [1, 2]), twice: ops.add(floats.x!, floats.x!) }),
      });
      const x = Float32Array.of(1, 2);
      const first = await program.run({ x });
      x.set([10, 20]);
      const second = await program.run({ x });
      expect(first).toEqual({ same: Float32Array.of(1, 2), twice: Float32Array.of(2, 4) });
      expect(second).toEqual({ same: Float32Array.of(10, 20), twice: Float32Array.of(20, 40) });
      await program.release();
    });

    it('adds up what several rows send to one place', async () => {
      const program = await engine.compile({
        name: 'places',
        inputs: { rows: { type: 'int32', shape: [3] }, values: { type: 'float32', shape: [3, 2] } },
        build: (ops, { floats, indices }) => ({
          scattered: ops.scatterRows(4, indices.rows!, floats.values!),
          gathered: ops.gatherRows(floats.values!, indices.rows!),
        }),
      });
      const { scattered, gathered } = await program.run({
        rows: Int32Array.of(2, 0, 2),
        values: Float32Array.of(1, 2, 3, 4, 5, 6),
      });
      expect([...scattered!]).toEqual([3, 4, 0, 0, 6, 8, 0, 0]);
      expect([...gathered!]).toEqual([5, 6, 1, 2, 5, 6]);
      await program.release();
    });

    it('refuses feeds that do not fit the graph', async () => {
      const program = await engine.compile({
        name: 'negate',
        inputs: { x: { type: 'float32', shape: [2] } },
        build: (ops, { floats }) => ({ y: ops.negate(floats.x!) }),
      });
      await expect(program.run({})).rejects.toThrow('The graph "negate" needs an input "x".');
      await expect(program.run({ x: new Float32Array(3) })).rejects.toThrow('float32 of 2 values');
      await program.release();
    });
  });
}

describe.skipIf(!locate('@tensorflow/tfjs-backend-wasm') || !locate('@tensorflow/tfjs-backend-cpu'))(
  'two tensorflow engines in one process',
  () => {
    it('compute each with their own library', async () => {
      const graph: GraphDefinition = {
        name: 'sum',
        inputs: { x: { type: 'float32', shape: [2] } },
        build: (ops, { floats }) => ({ y: ops.add(floats.x!, ops.constant([1], [1])) }),
      };
      const wasm = await (await openTensorflowEngine({ library: '@tensorflow/tfjs-backend-wasm' })).compile(graph);
      const cpu = await (await openTensorflowEngine({ library: '@tensorflow/tfjs-backend-cpu' })).compile(graph);
      const { tf } = await loadTensorflow('@tensorflow/tfjs-backend-cpu');
      for (const [program, backend] of [
        [wasm, 'wasm'],
        [cpu, 'cpu'],
        [wasm, 'wasm'],
      ] as const) {
        expect((await program.run({ x: Float32Array.of(1, 2) })).y).toEqual(Float32Array.of(2, 3));
        expect(tf.getBackend()).toBe(backend);
      }
    });
  },
);

describe.skipIf(!locate('@tensorflow/tfjs-backend-cpu'))('a policy on the tensorflow engine', () => {
  const engine = { engine: 'tensorflow', library: '@tensorflow/tfjs-backend-cpu' } as const;
  const model = createModel(tinyDecoder, 'policy');

  it('is sampled with the log-probabilities that it is trained with, in threads of its own', async () => {
    const sampler = await Sampler.open(model, { engine, workers: 1 });
    const slot = sampler.slot('episode');
    slot.feed([3, 5, 6]);
    const reply = await slot.reply({ stop: [0], limit: 20 });
    await sampler.close();

    const learner = await Learner.open(model, { engine, workers: 1 });
    expect(learner.description).toMatchObject({
      engine: 'tensorflow',
      library: '@tensorflow/tfjs-backend-cpu',
      provider: 'cpu',
    });
    const tokens = [3, 5, 6, ...reply.tokens];
    const [scored] = await learner.score([{ tokens, weights: tokens.map((_, i) => (i < 3 ? 0 : 1)) }]);
    await learner.close();
    expect(reply.tokens.length).toBeGreaterThan(0);
    reply.logProbabilities.forEach((logProbability, i) =>
      expect(Math.abs(logProbability - scored![3 + i]!)).toBeLessThan(1e-4),
    );
  });
});

describe('asking the tensorflow engine for what is not there', () => {
  const portable = '@tensorflow/tfjs-backend-cpu';

  it('names the remedy for a GPU that the library cannot use', async () => {
    await expect(openTensorflowEngine({ library: portable, provider: 'cuda' })).rejects.toThrow(
      'clew engines install tensorflow --gpu',
    );
  });

  it('sends WebGPU to the onnx engine', async () => {
    await expect(openTensorflowEngine({ provider: 'webgpu' })).rejects.toThrow('choose the onnx engine');
  });

  it.skipIf(locate('@tensorflow/tfjs-node'))(
    'names the remedy for a library that is not installed, and takes no other',
    async () => {
      await expect(openTensorflowEngine({ library: '@tensorflow/tfjs-node' })).rejects.toThrow(
        /needs @tensorflow\/tfjs-node, which is not installed.*clew engines install tensorflow/s,
      );
    },
  );
});

/** The largest difference relative to the largest value of the tensor. */
function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let difference = 0;
  let largest = 0;
  for (let i = 0; i < expected.length; i++) {
    difference = Math.max(difference, Math.abs(expected[i]! - actual[i]!));
    largest = Math.max(largest, Math.abs(expected[i]!));
  }
  return largest === 0 ? difference : difference / largest;
}
