import { afterAll, describe, expect, it } from 'vitest';
import { createModel, Learner, modelConfig, type Row, type Tokenizer } from '../../../src/policy/index.ts';
import { buildWordTokenizer } from '../../../src/policy/index.ts';
import { eto, type RowPair } from '../../../src/training/eto/eto.ts';
import { preferencePairs } from '../../../src/training/eto/pairs.ts';
import type { Trajectory } from '../../../src/trajectory/schema.ts';
import { createRandom } from '../../../src/world/random.ts';
import { locate } from '../../../src/policy/engines/tensorflow/library.ts';

const tokenizer: Tokenizer = buildWordTokenizer({ texts: ['a b c d e f g h'], tags: [], numbers: 0 });
const config = modelConfig('nano', {
  vocabulary: tokenizer.size,
  context: 32,
  width: 16,
  heads: 2,
  headWidth: 8,
  layers: 1,
  feedForward: 24,
});
const learner = await Learner.open(createModel(config, 1), { workers: 0 });
const reference = await Learner.open(createModel(config, 1), { workers: 0 });
afterAll(() => Promise.all([learner.close(), reference.close()]));

const random = createRandom('pairs');
const row = (last: string): Row => {
  const tokens = [...Array.from({ length: 6 }, () => 5 + random.int(tokenizer.size - 5)), ...tokenizer.encode(last)];
  return { tokens, weights: tokens.map((_, i) => (i >= 6 ? 1 : 0)) };
};
const pairs: RowPair[] = Array.from({ length: 24 }, () => ({ winner: row('a b'), loser: row('c d') }));
const logs = async (rows: readonly Row[]) =>
  (await learner.score(rows)).map((scores, r) =>
    Array.from(rows[r]!.weights).reduce((sum, weight, i) => sum + weight * scores[i]!, 0),
  );

describe('eto', () => {
  it('begins at log 2, where policy and reference are the same, and comes to prefer the winners', async () => {
    const losses: number[] = [];
    const before = [await logs(pairs.map(({ winner }) => winner)), await logs(pairs.map(({ loser }) => loser))];
    await eto({
      learner,
      tokenizer,
      reference,
      pairs,
      epochs: 20,
      learningRate: 1e-2,
      warmUp: 1,
      onStep: ({ loss }) => losses.push(loss),
    });
    expect(losses[0]).toBeCloseTo(Math.log(2), 5);
    expect(losses.at(-1)).toBeLessThan(0.3);
    const after = [await logs(pairs.map(({ winner }) => winner)), await logs(pairs.map(({ loser }) => loser))];
    pairs.forEach((_, i) =>
      expect(after[0]![i]! - before[0]![i]! - (after[1]![i]! - before[1]![i]!)).toBeGreaterThan(0),
    );
  });

  const library = '@tensorflow/tfjs-backend-cpu';
  it.skipIf(!locate(library))("takes the same steps in an engine's memory", async () => {
    const trained = async (resident: boolean) => {
      const engine = { engine: 'tensorflow', library } as const;
      const there = await Learner.open(createModel(config, 1), { engine, workers: 0, resident });
      const losses: number[] = [];
      const onStep = ({ loss }: { loss: number }) => losses.push(loss);
      await eto({ learner: there, tokenizer, pairs: pairs.slice(0, 8), pairsPerStep: 4, learningRate: 1e-2, onStep });
      await there.close();
      return { losses, parameters: there.model.parameters };
    };
    const [here, there] = [await trained(false), await trained(true)];
    expect(here.losses).toHaveLength(6);
    expect(new Set(here.losses).size).toBe(6);
    there.losses.forEach((loss, i) => expect(loss).toBeCloseTo(here.losses[i]!, 4));
    there.parameters.forEach((value, i) => expect(value).toBeCloseTo(here.parameters[i]!, 4));
  });

  it('has the gradient that finite differences of its loss have', async () => {
    const beta = 0.3;
    const some = pairs.slice(0, 2);
    let found: Float32Array | undefined;
    const captured = {
      ...Object.fromEntries([]),
      model: learner.model,
      gradient: async (rows: readonly Row[], loss: never) => {
        const result = await learner.gradient(rows, loss);
        found = result.gradient.slice();
        return result;
      },
      score: (rows: readonly Row[]) => learner.score(rows),
      adamW: (step: Parameters<Learner['adamW']>[0]) => learner.adamW(step),
    } as unknown as Learner;
    const parameters = learner.model.parameters.slice();
    await eto({
      learner: captured,
      tokenizer,
      reference,
      pairs: some,
      beta,
      epochs: 1,
      pairsPerStep: 2,
      learningRate: 1e-12,
    });
    learner.model.parameters.set(parameters);
    const ofReference = (await reference.score(some.flatMap(({ winner, loser }) => [winner, loser]))).map(scores =>
      scores.reduce((sum, value) => sum + value, 0),
    );
    const loss = async () => {
      learner.model.version++;
      const now = await logs(some.flatMap(({ winner, loser }) => [winner, loser]));
      return (
        some.reduce(
          (sum, _, i) =>
            sum +
            Math.log1p(
              Math.exp(-beta * (now[2 * i]! - ofReference[2 * i]! - (now[2 * i + 1]! - ofReference[2 * i + 1]!))),
            ),
          0,
        ) / some.length
      );
    };
    // Along the gradient itself, where single precision is precise enough.
    const length = Math.hypot(...found!);
    const step = 1e-2;
    const moved = async (by: number) => {
      learner.model.parameters.set(parameters.map((value, i) => value + (by * found![i]!) / length));
      return loss();
    };
    const slope = ((await moved(step)) - (await moved(-step))) / (2 * step);
    learner.model.parameters.set(parameters);
    expect(slope / length).toBeCloseTo(1, 1);
  });

  it('says what is missing when there is no pair', async () => {
    await expect(eto({ learner, tokenizer, reference, pairs: [] })).rejects.toThrow(
      /no pair of a success and a failure/,
    );
  });
});

describe('preferencePairs', () => {
  const episode = (task: string, rollout: number, success: boolean | null, steps: number) =>
    ({
      id: `${task}${rollout}`,
      task: { id: task },
      rollout,
      success,
      steps: Array.from({ length: steps }),
    }) as unknown as Trajectory;
  const episodes = [
    episode('a', 0, true, 5),
    episode('a', 1, true, 9),
    episode('a', 2, false, 30),
    episode('b', 0, true, 4),
    episode('b', 1, true, 4),
    episode('c', 0, false, 30),
    episode('c', 1, null, 30),
  ];

  it('sets success over failure of the same task, and nothing else', () => {
    const found = preferencePairs(episodes);
    expect(found.map(({ winner, loser }) => [winner.success, loser.success, winner.task.id === loser.task.id])).toEqual(
      [
        [true, false, true],
        [true, false, true],
      ],
    );
    expect(new Set(found.map(({ winner }) => winner.id)).size).toBe(2);
  });

  it('sets a shorter success over a longer one where that is asked for, never over one as long', () => {
    expect(
      preferencePairs(episodes, { shorterWins: true })
        .filter(({ loser }) => loser.success)
        .map(({ winner, loser }) => [winner.id, loser.id]),
    ).toEqual([['a0', 'a1']]);
    expect(preferencePairs(episodes, { perTask: 1 })).toHaveLength(1);
  });
});
