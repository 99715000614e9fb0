import { beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../src/world/random.ts';
import { modelConfig } from '../../src/policy/config.ts';
import type { Engine } from '../../src/policy/engines/engine.ts';
import { openOnnxEngine } from '../../src/policy/engines/onnx/index.ts';
import { evaluate } from '../../src/policy/engines/reference.ts';
import { type GraphSize, type LossKind, trainingGraph } from '../../src/policy/graphs.ts';
import { createModel, parameterLayout } from '../../src/policy/parameters.ts';

const vocabulary = 21;
const shapes = {
  'grouped queries, biases, untied, token shift': {
    width: 12,
    heads: 4,
    keyHeads: 2,
    headWidth: 4,
    layers: 2,
    feedForward: 10,
    attentionBias: true,
    tied: false,
  },
  'tied, no token shift, more than one attention block': {
    width: 8,
    heads: 2,
    keyHeads: 2,
    headWidth: 4,
    layers: 1,
    feedForward: 6,
    tokenShift: false,
  },
} as const;
const sizes: Record<keyof typeof shapes, GraphSize> = {
  'grouped queries, biases, untied, token shift': { batch: 2, length: 9, selected: 11 },
  'tied, no token shift, more than one attention block': { batch: 1, length: 150, selected: 20 },
};
const losses: LossKind[] = ['likelihood', 'choices', 'policy', 'policy-kl'];
const cases = Object.keys(shapes).flatMap(shape => losses.map(loss => [shape as keyof typeof shapes, loss] as const));

function problem(shape: keyof typeof shapes, loss: LossKind) {
  const config = modelConfig('nano', { vocabulary, context: 160, ...shapes[shape] });
  const size = sizes[shape];
  const random = createRandom('gradients', shape, loss);
  const model = createModel(config, 'gradients');
  const int = (length: number, below: number): Int32Array => Int32Array.from({ length }, () => random.int(below));
  const float = (length: number, from: number, to: number): Float32Array =>
    Float32Array.from({ length }, () => from + (to - from) * random());
  const feeds: Record<string, Float32Array | Int32Array> = {
    tokens: int(size.batch * size.length, vocabulary),
    previous: int(size.batch * size.length, vocabulary),
    positions: int(size.selected, size.batch * size.length),
    targets: int(size.selected, vocabulary),
    weights: float(size.selected, 0.01, 0.1),
    advantages: float(size.selected, -1, 1),
    oldLogProbabilities: float(size.selected, -5, -2),
    clipLow: Float32Array.of(0.2),
    clipHigh: Float32Array.of(0.28),
    dualClip: Float32Array.of(1.5),
    entropyCoefficient: Float32Array.of(0.05),
    klCoefficient: Float32Array.of(0.2),
    reference: logProbabilityRows(size.selected, random),
    unlikelihood: float(size.selected, 0, 0.1),
  };
  const right = new Float32Array(size.selected * vocabulary);
  const wrong = new Float32Array(right.length);
  // The target is right, two words more are, and three others are wrong.
  for (let row = 0; row < size.selected; row++) {
    const words = random
      .shuffle(Array.from({ length: vocabulary }, (_, word) => word))
      .filter(word => word !== feeds.targets![row]);
    for (const word of [feeds.targets![row]!, ...words.slice(0, 2)]) right[row * vocabulary + word] = 1;
    for (const word of words.slice(2, 5)) wrong[row * vocabulary + word] = 1;
  }
  Object.assign(feeds, { right, wrong });
  // Away from the start, where norms are 1, biases 0 and embeddings tiny, so that every term counts.
  for (const { name, offset, size } of parameterLayout(config))
    feeds[name] = model.parameters.slice(offset, offset + size).map(value => 2 * value + 0.4 * (random() - 0.5));
  const graph = trainingGraph(config, size, loss);
  return { config, graph, feeds };
}

function logProbabilityRows(rows: number, random: () => number): Float32Array {
  const values = new Float32Array(rows * vocabulary);
  for (let row = 0; row < rows; row++) {
    const raw = Array.from({ length: vocabulary }, () => random());
    const total = Math.log(raw.reduce((sum, x) => sum + Math.exp(x), 0));
    raw.forEach((x, i) => {
      values[row * vocabulary + i] = x - total;
    });
  }
  return values;
}

describe.each(cases)('gradients of a decoder with %s, loss %s', (shape, loss) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await openOnnxEngine();
  });

  it('agree between the onnx engine and the float64 reference', async () => {
    const { graph, feeds } = problem(shape, loss);
    const program = await engine.compile(graph);
    const actual = await program.run(feeds);
    for (const [name, expected] of Object.entries(evaluate(graph, feeds)))
      expect(relativeError(actual[name]!, expected), name).toBeLessThan(1e-4);
    await program.release();
  });

  it('agree with central differences of the loss in every parameter tensor', () => {
    const { config, graph, feeds } = problem(shape, loss);
    const exact = evaluate(graph, feeds);
    const random = createRandom('coordinates', shape, loss);
    const step = 1e-5;
    for (const { name, size } of parameterLayout(config)) {
      const gradient = exact[`gradient.${name}`]!;
      const largest = gradient.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
      expect(largest, name).toBeGreaterThan(0);
      for (const at of [gradient.findIndex(value => Math.abs(value) === largest), random.int(size)]) {
        const lossAt = (shift: number): number => {
          const values = Float64Array.from(feeds[name]!);
          values[at]! += shift;
          return evaluate(graph, { ...feeds, [name]: values }).loss![0]!;
        };
        const difference = (lossAt(step) - lossAt(-step)) / (2 * step);
        expect(Math.abs(difference - gradient[at]!) / largest, `${name}[${at}]`).toBeLessThan(1e-4);
      }
    }
  });
});

/** The largest difference relative to the largest value of the tensor. */
function relativeError(actual: ArrayLike<number>, expected: Float64Array): number {
  let difference = 0;
  let largest = 0;
  expected.forEach((value, i) => {
    difference = Math.max(difference, Math.abs(value - actual[i]!));
    largest = Math.max(largest, Math.abs(value));
  });
  return largest === 0 ? difference : difference / largest;
}
