import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { episodeId, trainingGroupId } from '../../../src/ids.ts';
import { AdamW, openObjective, updatePolicy, type WeighedEpisode } from '../../../src/learn/index.ts';
import { createModel, Learner } from '../../../src/policy/index.ts';
import { readRlRecipe } from '../../../src/training/rl/index.ts';
import { ReplayBuffer, replaySchema, restoreReplay } from '../../../src/training/rl/replay-buffer.ts';
import { openStore, type Trajectory } from '../../../src/trajectory/index.ts';
import { createRandom } from '../../../src/world/index.ts';
import { exampleStep, exampleTask, exampleTrajectory } from '../../trajectory/examples.ts';
import { plainDecoder } from '../../policy/tiny-decoder.ts';

const layout = { commandTokens: (reply: readonly number[]) => reply.map(() => false) };
const open = (settings: object = {}) => new ReplayBuffer(layout, replaySchema.parse(settings));

/** Four rollouts of a task, of which so many were won; each is named by its only token. */
function group(iteration: number, task: string, wins: number): Trajectory[] {
  return [0, 1, 2, 3].map(rollout => {
    const success = rollout < wins;
    return exampleTrajectory({
      run: 'rl',
      id: episodeId({ run: 'rl', iteration, task, rollout }),
      task: exampleTask(task),
      group: trainingGroupId(iteration, task),
      iteration,
      rollout,
      success,
      stopReason: success ? 'success' : 'step limit',
      steps: [exampleStep({ success, tokens: { prompt: [1, 2], reply: [3 + rollout], logProbabilities: [-0.5] } })],
    });
  });
}
const drawn = (buffer: ReplayBuffer, iteration: number, parts = 1) =>
  buffer.draw(iteration, createRandom('replay', iteration), parts).parts;
const worth = (episodes: readonly (readonly WeighedEpisode[])[]) =>
  episodes
    .flat()
    .map(({ group: name, row, advantages }) => `${name} ${row.tokens.at(-1)}: ${advantages.join(' ')}`)
    .toSorted();

describe('the buffer of replayed episodes', () => {
  it('keeps what was better than its group, and replays none of the iteration itself', () => {
    const buffer = open();
    buffer.add(1, [...group(1, 'a', 1), ...group(1, 'b', 4), ...group(1, 'c', 0)]);
    expect(drawn(buffer, 1)).toEqual([[]]);
    // Of b nothing was better than the group's mean, of c nothing was won. The median of 0.25, 1 and 0 is 0.25.
    expect(worth(drawn(buffer, 2))).toEqual([`${trainingGroupId(1, 'a')} 3: 0.75`]);
  });

  it('counts them by the median of all groups so far: worth less as the policy gets better, and at last nothing', () => {
    const buffer = open();
    buffer.add(1, group(1, 'a', 1));
    expect(buffer.baseline).toBe(0.25);
    buffer.add(2, group(2, 'b', 3));
    expect(buffer.baseline).toBe(0.5);
    expect(worth(drawn(buffer, 3))).toEqual([
      `${trainingGroupId(1, 'a')} 3: 0.5`,
      ...[3, 4, 5].map(token => `${trainingGroupId(2, 'b')} ${token}: 0.5`),
    ]);
    buffer.add(
      3,
      ['d', 'e', 'f', 'g'].flatMap(task => group(3, task, 4)),
    );
    expect(buffer.baseline).toBe(1);
    expect(worth(drawn(buffer, 4))).toEqual([]);
  });

  it('forgets what is too old', () => {
    const buffer = open({ keep: 2 });
    buffer.add(1, group(1, 'a', 1));
    expect(worth(drawn(buffer, 3))).toHaveLength(1);
    expect(worth(drawn(buffer, 4))).toHaveLength(0);
    buffer.add(4, group(4, 'b', 0));
    expect(worth(drawn(buffer, 3))).toHaveLength(0);
  });

  it('draws as many as it may, each once, into as many parts as there are updates', () => {
    const buffer = open({ episodes: 5 });
    buffer.add(
      1,
      ['a', 'b', 'c', 'd'].flatMap(task => group(1, task, 2)),
    );
    const parts = drawn(buffer, 2, 2);
    expect(parts.map(part => part.length)).toEqual([3, 2]);
    expect(new Set(worth(parts)).size).toBe(5);
  });

  it('counts for nothing at first, and rises along a cosine', () => {
    const buffer = open({ coefficient: 2, rise: 100 });
    expect([0, 50, 100, 500].map(iteration => buffer.coefficient(iteration))).toEqual([0, expect.closeTo(1), 2, 2]);
    expect(buffer.coefficient(25)).toBeCloseTo(1 - Math.SQRT1_2, 12);
    expect(open({ rise: 0 }).coefficient(1)).toBe(1);
  });

  it('is the same when a run goes on, from the episodes of the iterations that were kept', () => {
    const played = [1, 2, 3].map(iteration => [...group(iteration, 'a', iteration), ...group(iteration, 'b', 1)]);
    const store = openStore(':memory:');
    store.runs.add({ id: 'rl', kind: 'rl', world: 'locked-room', config: {} });
    store.trajectories.addAll(played.flat().toReversed());
    const [straight, resumed] = [open({ episodes: 3 }), open({ episodes: 3 })];
    for (const [i, episodes] of played.slice(0, 2).entries()) straight.add(i + 1, episodes);
    // The third was played and stored before the run was killed, and not kept: it is played again.
    restoreReplay(resumed, store, 'rl', 2);
    expect(resumed.baseline).toBe(straight.baseline);
    expect(drawn(resumed, 3)).toEqual(drawn(straight, 3));
    store.close();
  });

  it('is a setting of a recipe, which is not joined with forecasts', () => {
    expect(readRlRecipe({ replay: {} }).replay).toEqual({ coefficient: 1, rise: 100, keep: 5, episodes: 64 });
    expect(readRlRecipe({}).replay).toBeUndefined();
    expect(() => readRlRecipe({ replay: {}, forecasts: 'masa' })).toThrow(/replay.*not joined with forecasts/);
  });
});

describe('an update that also replays', () => {
  const config = { ...plainDecoder, layers: 1 };
  let learner: Learner;
  beforeAll(async () => {
    learner = await Learner.open(createModel(config, 'replay'), { workers: 0 });
  });
  afterAll(() => learner.close());

  async function episode(seed: string, advantage: number, shift = 0): Promise<WeighedEpisode> {
    const random = createRandom(seed);
    const step = [-1, -1, 0, 0, 0];
    const tokens = step.map(() => random.int(30));
    const [scores] = await learner.score([{ tokens, weights: step.map(at => (at < 0 ? 0 : 1)) }]);
    const oldLogProbabilities = Array.from(scores!, (value, i) => (step[i]! < 0 ? 0 : value - shift));
    const row = { tokens, step, oldLogProbabilities, command: step.map(() => false), stepTokens: [3] };
    return { row, advantages: [advantage] };
  }

  /** The gradient that the optimiser is given, and the figures of the update. */
  async function update(own: readonly WeighedEpisode[], again: readonly WeighedEpisode[], weight = 1) {
    const optimiser = new AdamW(learner.model);
    const given: Float32Array[] = [];
    optimiser.stepOn = async (_, gradient) => {
      given.push(gradient.slice());
    };
    const figures = await updatePolicy(own, {
      learner,
      optimiser,
      objective: openObjective('clew', { klCoefficient: 0, entropyCoefficient: 0 }),
      miniBatches: 1,
      epochs: 1,
      learningRate: 1,
      maxGradNorm: 1e9,
      gradientSpikeThreshold: 10,
      norm: null,
      random: createRandom(1),
      replayed: { weight, parts: [again] },
    });
    return { gradient: given[0], figures };
  }

  it('adds their gradient with its weight, averaged among themselves', async () => {
    const [own, again] = [[await episode('own', 1)], [await episode('a', 0.5), await episode('b', 0.5)]];
    const [alone, replayed, both] = [await update(own, []), await update([], again), await update(own, again, 0.3)];
    both.gradient!.forEach((slope, i) =>
      expect(slope).toBeCloseTo(alone.gradient![i]! + 0.3 * replayed.gradient![i]!, 5),
    );
    expect(both.figures.replay).toMatchObject({ episodes: 2, weight: 0.3 });
    expect(alone.figures.replay).toBeUndefined();
    // Replayed episodes are of other policies: what is measured of the present one is not theirs.
    expect(both.figures.tokens).toBe(alone.figures.tokens);
  });

  it('holds them where the policy has gone far enough already: the clip sees the policy that drew them', async () => {
    expect((await update([], [await episode('a', 0.5, 0.1)])).gradient!.some(slope => slope !== 0)).toBe(true);
    // e^0.4 is beyond the upper clip, and an advantage above 0 has no gradient there: nothing is left to apply.
    const { gradient, figures } = await update([], [await episode('a', 0.5, 0.4)]);
    expect(gradient?.some(slope => slope !== 0) ?? false).toBe(false);
    expect(figures.replay!.loss).toBeCloseTo(-0.5 * (1 + openObjective('clew').clipHigh), 5);
  });

  it('is none where nothing is worth anything, or the weight is 0', async () => {
    const again = [await episode('a', 0.5)];
    expect((await update([], [await episode('a', 0)])).gradient).toBeUndefined();
    expect((await update([await episode('own', 1)], again, 0)).figures.replay).toBeUndefined();
  });
});
