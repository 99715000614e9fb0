import { afterAll, describe, expect, it } from 'vitest';
import { createModel, describeEngines, Learner, type Row, Sampler } from '../../src/policy/index.ts';
import { createRandom } from '../../src/world/random.ts';
import { tinyDecoder } from './tiny-decoder.ts';

const config = tinyDecoder;
const random = createRandom('engines');
const rows: Row[] = Array.from({ length: 6 }, (_, i) => {
  const tokens = Array.from({ length: 10 + 4 * i }, () => random.int(30));
  return { tokens, weights: tokens.map((_, i) => (i > 0 && i % 3 ? 1 : 0)) };
});

const open: { close(): Promise<void> }[] = [];
afterAll(() => Promise.all(open.map(one => one.close())));

/** At every third token two others are as right, and two are wrong. */
const choiceRows: Row[] = rows.map(row => ({
  ...row,
  choices: Array.from(row.tokens).flatMap((token, at) => {
    const [a, b, c, d] = [1, 2, 3, 4].map(step => (token + step) % 30) as [number, number, number, number];
    return at > 0 && at % 3 !== 1 ? [{ at, right: [token, a, b], wrong: [c, d] }] : [];
  }),
  unlikelihood: Array.from(row.tokens, (_, i) => (i > 0 && i % 3 !== 1 ? 0.5 : 0)),
}));

async function gradientOn(
  engine: NonNullable<Parameters<typeof Learner.open>[1]>['engine'],
  kind: 'likelihood' | 'choices' = 'likelihood',
) {
  const learner = await Learner.open(createModel(config, 'engines'), { workers: 0, ...(engine && { engine }) });
  open.push(learner);
  const { loss, gradient } = await learner.gradient(kind === 'choices' ? choiceRows : rows, { kind, normaliser: 50 });
  return { description: learner.description, loss, gradient: gradient.slice() };
}

describe('engines', () => {
  it('compute the same loss and gradients: native onnxruntime, its WebAssembly build, and the float64 reference', async () => {
    const reference = await gradientOn({ engine: 'reference' });
    for (const library of ['onnxruntime-node', 'onnxruntime-web'] as const) {
      const { description, loss, gradient } = await gradientOn({ engine: 'onnx', library });
      expect(description).toMatchObject({ engine: 'onnx', library, provider: 'cpu' });
      expect(description.version).toMatch(/^\d+\.\d+/);
      expect(Math.abs(loss - reference.loss) / reference.loss).toBeLessThan(1e-5);
      const size = Math.hypot(...reference.gradient);
      expect(Math.hypot(...gradient.map((value, i) => value - reference.gradient[i]!)) / size).toBeLessThan(1e-5);
    }
  });

  it.each(['onnxruntime-node', 'onnxruntime-web'] as const)(
    'compute the same loss and gradients where several tokens are right and some are wrong: %s',
    async library => {
      const reference = await gradientOn({ engine: 'reference' }, 'choices');
      const { loss, gradient } = await gradientOn({ engine: 'onnx', library }, 'choices');
      expect(Math.abs(loss - reference.loss) / reference.loss).toBeLessThan(1e-5);
      const size = Math.hypot(...reference.gradient);
      expect(Math.hypot(...gradient.map((value, i) => value - reference.gradient[i]!)) / size).toBeLessThan(1e-5);
      expect(reference.loss).not.toBeCloseTo((await gradientOn({ engine: 'reference' })).loss, 2);
    },
  );

  it('write the same replies', async () => {
    const texts = [];
    for (const engine of [
      { library: 'onnxruntime-node' },
      { library: 'onnxruntime-web' },
      { engine: 'reference' },
    ] as const) {
      const sampler = await Sampler.open(createModel(config, 'engines'), { workers: 0, engine });
      open.push(sampler);
      const replies = await Promise.all(
        [1, 2, 3].map(episode => {
          const slot = sampler.slot('same', episode);
          slot.feed([episode, 5, 6]);
          return slot.reply({ stop: [0], limit: 20 });
        }),
      );
      texts.push(replies.map(({ tokens }) => tokens));
    }
    expect(texts[1]).toEqual(texts[0]);
    expect(texts[2]).toEqual(texts[0]);
  });

  it('are described by trying them: each says where it computes, or why not and what to do', async () => {
    const { engines, default: chosen, machine } = await describeEngines();
    expect(machine.cores).toBeGreaterThan(0);
    expect(chosen).toEqual({ engine: 'onnx', library: 'onnxruntime-node', provider: 'cpu' });
    for (const { library, providers } of engines) {
      expect(
        providers.find(({ provider }) => provider === 'cpu'),
        library,
      ).toEqual({ provider: 'cpu', works: true });
      for (const { works, problem, provider } of providers)
        if (!works)
          expect(problem).toMatch(
            new RegExp(`^The provider "${provider}" does not work with ${library} .*Or choose the provider "cpu"\\.$`),
          );
    }
  });

  it.each([
    [
      { library: 'onnxruntime-web', provider: 'webgpu' },
      /"webgpu" does not work with onnxruntime-web .*this build has only cpu/,
    ],
    [{ engine: 'reference', provider: 'cuda' }, /reference engine runs on the CPU only/],
    [{ engine: 'jax' as 'onnx' }, /no engine "jax"/],
  ] as const)('refuse what is missing and never take another instead: %j', async (engine, message) => {
    await expect(Learner.open(createModel(config), { engine, workers: 1 })).rejects.toThrow(message);
  });
});
