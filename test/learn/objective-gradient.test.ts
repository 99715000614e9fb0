import { afterAll, describe, expect, it } from 'vitest';
import { createModel, Learner } from '../../src/policy/index.ts';
import { type Objective, openObjective } from '../../src/learn/losses/index.ts';
import { openAdvantages, advantagesOf, type EpisodeSignals } from '../../src/learn/advantages/index.ts';
import { cosineOf } from '../../src/learn/cosine.ts';
import { StepsHere } from '../../src/learn/gradient-steps.ts';
import { addHalves, halvesOf } from '../../src/learn/half-batches.ts';
import { type MiniBatch, miniBatchOf, type WeighedEpisode } from '../../src/learn/mini-batch.ts';
import { addObjective } from '../../src/learn/objective-gradient.ts';
import { AdamW } from '../../src/learn/optimiser.ts';
import { createRandom } from '../../src/world/random.ts';
import { plainDecoder } from '../policy/tiny-decoder.ts';

const learner = await Learner.open(createModel(plainDecoder, 'policy'), { workers: 0 });
const other = await Learner.open(createModel(plainDecoder, 'reference'), { workers: 0 });
afterAll(() => Promise.all([learner.close(), other.close()]));

/**
 * Two groups of four episodes in which the world and the policy take turns; all that a method needs to know of them.
 */
const random = createRandom('objective');
const outcomes = [1, 0, 0, 1, 0, 0, 0, 0];
const rows = await Promise.all(
  outcomes.map(async () => {
    const step: number[] = [];
    const command: boolean[] = [];
    const steps = 2 + random.int(3);
    for (let t = 0; t < steps; t++) {
      for (let i = 0; i < 3; i++) {
        step.push(-1);
        command.push(false);
      }
      for (let i = 0; i < 2 + random.int(4); i++) {
        step.push(t);
        command.push(i > 1);
      }
    }
    const tokens = step.map(() => random.int(30));
    const logs = (await learner.score([{ tokens, weights: step.map(at => (at < 0 ? 0 : 1)) }]))[0]!;
    return {
      tokens,
      step,
      command,
      oldLogProbabilities: Array.from(logs),
      stepTokens: Array.from({ length: steps }, (_, t) => step.filter(at => at === t).length),
    };
  }),
);
const signals: EpisodeSignals[] = rows.map((row, i) => {
  const steps = row.stepTokens.length;
  return {
    id: `${i}`,
    group: i < 4 ? 'a' : 'b',
    task: i < 4 ? 'a' : 'b',
    outcome: outcomes[i]!,
    steps,
    keys: {},
    signals: { 'outcome/outcome': Array.from({ length: steps }, (_, t) => (t === steps - 1 ? outcomes[i]! : 0)) },
  };
});
const advantages = advantagesOf(openAdvantages('grpo', { crossSteps: false }), signals, 4);
const batch: WeighedEpisode[] = rows.map((row, i) => ({ row, advantages: advantages.steps[i]! }));
const plain = openObjective('clew', { klCoefficient: 0, entropyCoefficient: 0 });

/** What something adds to no gradient, and the gradient then. */
async function added<Result>(on: Learner, compute: (steps: StepsHere) => Promise<Result>) {
  const steps = new StepsHere(on, new AdamW(on.model));
  return { ...(await compute(steps)), gradient: steps.gradient };
}

const objectiveGradient = (on: Learner, miniBatch: MiniBatch, objective: Objective, reference?: Learner) =>
  added(on, steps => addObjective(steps, miniBatch, objective, reference));

const halvedGradient = (on: Learner, miniBatch: MiniBatch, objective: Objective, reference?: Learner) =>
  added(on, steps => addHalves(steps, miniBatch, objective, reference));

const gradientOf = (on: Learner, episodes: readonly WeighedEpisode[], objective: Objective, reference?: Learner) =>
  objectiveGradient(on, miniBatchOf(episodes, objective), objective, reference);

function expectClose(actual: Float32Array, wanted: Float32Array, relative = 1e-4): void {
  const size = Math.hypot(...wanted);
  expect(Math.hypot(...actual.map((value, i) => value - wanted[i]!)) / size).toBeLessThan(relative);
}

describe('addObjective', () => {
  it('is plain REINFORCE with a group baseline for GRPO with one mini-batch, no KL and no clip', async () => {
    const { gradient, figures } = await gradientOf(learner, batch, plain);
    const ours = gradient.slice();
    expect(figures.clipFraction).toBe(0);
    expect(figures.differenceMax).toBeLessThan(1e-6);
    // Written down from the definition: −Σ A log p / tokens, with A = (R − mean) / std of the group.
    const [mean, std] = [0.5, Math.sqrt((4 * 0.25) / 3)];
    const tokens = rows.flatMap(({ stepTokens }) => stepTokens).reduce((sum, count) => sum + count, 0);
    const reinforce = rows.slice(0, 4).map(({ tokens: ids, step }, i) => ({
      tokens: ids,
      weights: step.map(at => (at < 0 ? 0 : (outcomes[i]! - mean) / (std + 1e-6))),
    }));
    expectClose(ours, (await learner.gradient(reinforce, { kind: 'likelihood', normaliser: tokens })).gradient);
  });

  it('has no gradient at masked positions: nothing that stands there changes a bit of it', async () => {
    const one = (await gradientOf(learner, batch, plain)).gradient.slice();
    const disturbed = batch.map(({ row, advantages: worth }) => ({
      row: { ...row, oldLogProbabilities: row.oldLogProbabilities.map((value, i) => (row.step[i]! < 0 ? -9 : value)) },
      advantages: worth,
    }));
    expect((await gradientOf(learner, disturbed, plain)).gradient).toEqual(one);
  });

  it('leaves out episodes without a gradient, and still counts their tokens', async () => {
    const { gradient, figures } = await gradientOf(learner, batch, plain);
    expect(figures.tokens).toBe(
      rows
        .slice(0, 4)
        .flatMap(({ stepTokens }) => stepTokens)
        .reduce((a, b) => a + b, 0),
    );
    const ours = gradient.slice();
    // An entropy bonus too small to matter makes all of them computed.
    expectClose(ours, (await gradientOf(learner, batch, { ...plain, entropyCoefficient: 1e-9 })).gradient);
  });

  it.each(['dapo', 'cispo', 'gspo'])(
    'divides by the whole mini-batch, also where few episodes have a gradient: %s',
    async name => {
      // Three of four episodes are worth nothing; an entropy bonus too small to matter makes all of them computed.
      const few = batch
        .slice(0, 4)
        .map(({ row }, e) => ({ row, advantages: row.stepTokens.map(() => (e === 0 ? 1 : 0)) }));
      const objective = openObjective(name);
      const one = await gradientOf(learner, few, objective);
      const ours = { loss: one.loss, gradient: one.gradient.slice() };
      const all = await gradientOf(learner, few, { ...objective, entropyCoefficient: 1e-12 });
      expect(ours.loss).toBeCloseTo(all.loss, 6);
      expectClose(ours.gradient, all.gradient);
    },
  );

  it('computes by hand what the engine computes: ratios away from 1, clipping, exact KL, entropy', async () => {
    // With one token a step, ratios of steps are ratios of tokens; but for steps there is no graph.
    const apart = batch.map(({ row, advantages: worth }, e): WeighedEpisode => {
      let number = 0;
      const step = row.step.map(at => (at < 0 ? -1 : number++));
      return {
        row: {
          ...row,
          step,
          stepTokens: Array.from({ length: number }, () => 1),
          oldLogProbabilities: row.oldLogProbabilities.map((value, i) =>
            row.step[i]! < 0 ? 0 : value + 0.5 * Math.sin(7 * e + i),
          ),
        },
        advantages: row.step.filter(at => at >= 0).map(at => worth[at]! + 0.1 * Math.cos(at)),
      };
    });
    const objective = openObjective('clew', {
      klCoefficient: 0.1,
      entropyCoefficient: 0.01,
      aggregation: 'seq-mean-token-mean',
      sequence: 'step',
    });
    const engine = await gradientOf(learner, apart, objective, other);
    const wanted = { ...engine, gradient: engine.gradient.slice() };
    const byHand = await gradientOf(learner, apart, { ...objective, ratioLevel: 'step' }, other);
    expect(byHand.loss).toBeCloseTo(wanted.loss, 5);
    expectClose(byHand.gradient, wanted.gradient);
    expect(wanted.figures.clipFraction).toBeGreaterThan(0);
    for (const name of [
      'tokens',
      'entropy',
      'commandEntropy',
      'klToReference',
      'approxKl',
      'clipFraction',
      'differenceMean',
      'differenceMax',
    ] as const)
      expect(byHand.figures[name], name).toBeCloseTo(wanted.figures[name]!, 4);
  });

  it('takes sequence ratios, CISPO and estimated KL, which no graph has', async () => {
    for (const name of ['gspo', 'cispo', 'grpo']) {
      const { loss, gradient, figures } = await gradientOf(
        learner,
        batch,
        openObjective(name),
        name === 'grpo' ? other : undefined,
      );
      expect(Number.isFinite(loss)).toBe(true);
      expect(Math.hypot(...gradient)).toBeGreaterThan(0);
      expect(figures.tokens).toBeGreaterThan(0);
    }
  });
});

describe('addHalves', () => {
  // Advantages of the first group in both, so that there is something to learn from in each half.
  const worth = advantages.steps.slice(0, 4);
  const grouped = (groups: readonly string[]): WeighedEpisode[] =>
    rows.map((row, i) => ({
      row,
      advantages: row.stepTokens.map(() => worth[i % 4]![0]!),
      group: groups[i]!,
    }));
  const groups = ['a', 'a', 'b', 'a', 'b', 'b', 'a', 'b'];

  it('is the gradient of the whole, and says how far its halves agree, whole groups in each', async () => {
    for (const objective of [plain, openObjective('clew', { klCoefficient: 0.5, entropyCoefficient: 0.01 })]) {
      const miniBatch = miniBatchOf(grouped(groups), objective);
      const whole = await objectiveGradient(learner, miniBatch, objective, other);
      const gradient = whole.gradient.slice();
      const { cosine, loss, ...halved } = await halvedGradient(learner, miniBatch, objective, other);
      expectClose(halved.gradient, gradient, 1e-5);
      expect(loss).toBeCloseTo(whole.loss, 5);
      expect(halved.figures.tokens).toBe(whole.figures.tokens);
      expect(halved.figures.entropy).toBeCloseTo(whole.figures.entropy, 6);
      const [first, second] = halvesOf(miniBatch);
      expect(first.map(({ group }) => group)).toEqual(['a', 'a', 'a', 'a']);
      const a = (await objectiveGradient(learner, first, objective, other)).gradient.slice();
      const b = (await objectiveGradient(learner, second, objective, other)).gradient;
      expect(cosine).toBeCloseTo(cosineOf(a, b)!, 6);
      expect(Math.abs(cosine!)).toBeLessThan(1);
    }
  });

  it('finds full agreement where both halves are the same, and none where nothing can be halved', async () => {
    const twice = [...batch.slice(0, 4), ...batch.slice(0, 4)].map((one, i) => ({ ...one, group: i < 4 ? 'a' : 'b' }));
    const same = await halvedGradient(learner, miniBatchOf(twice, plain), plain);
    expect(same.cosine).toBeCloseTo(1, 6);
    const one = await halvedGradient(learner, miniBatchOf(grouped(rows.map(() => 'a')), plain), plain);
    expect(one.cosine).toBeNull();
    // The second group of the tests is lost as a whole: it has no gradient.
    const still = batch.map((each, i) => ({ ...each, group: i < 4 ? 'a' : 'b' }));
    expect((await halvedGradient(learner, miniBatchOf(still, plain), plain)).cosine).toBeNull();
    expect(cosineOf(Float32Array.of(3, 4), Float32Array.of(4, -3))).toBeCloseTo(0, 9);
    expect(cosineOf(Float32Array.of(0, 0), Float32Array.of(4, -3))).toBeNull();
  });
});
