import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import lockedRoom from '../../../envs/locked-room/index.ts';
import { completeKit, demonstrate, rulesAnnotator, trajectoryOf } from '../../../src/demonstrations/index.ts';
import { miniBatchOf, type WeighedEpisode } from '../../../src/learn/mini-batch.ts';
import { StepsHere } from '../../../src/learn/gradient-steps.ts';
import { addObjective } from '../../../src/learn/objective-gradient.ts';
import { AdamW } from '../../../src/learn/optimiser.ts';
import { byDerivatives } from '../../../src/learn/derivative-gradient.ts';
import { type Objective, openObjective, policyLoss, type PolicyTokens } from '../../../src/learn/losses/index.ts';
import { Learner, loadPolicy, trainable, type TrainedPolicy } from '../../../src/policy/index.ts';
import { createModel } from '../../../src/policy/parameters.ts';
import { parseModelConfig } from '../../../src/policy/config.ts';
import { adaptedModel, newAdapter, openPublishedFolder, readAdapter } from '../../../src/policy/published/index.ts';
import { readRlRecipe, type RlOptions, trainRl } from '../../../src/training/rl/index.ts';
import { publishedSftSettings, sftSettingsSchema, trainSft } from '../../../src/training/stages/index.ts';
import { contentHash, openStore, type Store } from '../../../src/trajectory/index.ts';
import { createRandom } from '../../../src/world/random.ts';
import { writeTinyFolder } from './tiny-folder.ts';

const root = mkdtempSync(path.join(tmpdir(), 'clew-published-train-'));
const closing: (() => unknown)[] = [];
afterAll(async () => {
  for (const close of closing) await close();
  rmSync(root, { recursive: true });
});
let folders = 0;
const fresh = () => path.join(root, String(++folders));
const base = await writeTinyFolder(fresh(), { config: { max_position_embeddings: 4096 } });
const adapter = { rank: 3, alpha: 6, rankStabilised: false, targets: ['q_proj', 'v_proj', 'down_proj'] as const };

describe('losses in pieces of positions', () => {
  it('have the loss and the gradient of the whole', async () => {
    // So many words that logits are made of 16 positions at once.
    const config = parseModelConfig({
      vocabulary: 2 ** 20,
      context: 64,
      width: 4,
      layers: 1,
      heads: 1,
      keyHeads: 1,
      headWidth: 4,
      feedForward: 4,
      tokenShift: false,
      published: true,
    });
    const learner = await Learner.open(createModel(config, 1), { workers: 0 });
    closing.push(() => learner.close());
    const tokens = Array.from({ length: 41 }, (_, i) => (i * 7919) % 2 ** 20);
    const weights = tokens.map((_, i) => (i === 0 ? 0 : Math.cos(i)));
    const whole = await learner.gradient([{ tokens, weights }], { kind: 'likelihood', normaliser: 1 });
    const [loss, gradient] = [whole.loss, whole.gradient.slice()];
    const sum = new Float64Array(gradient.length);
    let lossSum = 0;
    for (let from = 0; from < 41; from += 14) {
      const part = weights.map((weight, i) => (i >= from && i < from + 14 ? weight : 0));
      // Rows of one graph with fewer positions than a piece has.
      const one = await learner.gradient([{ tokens, weights: part }], { kind: 'likelihood', normaliser: 1 });
      lossSum += one.loss;
      for (let i = 0; i < sum.length; i++) sum[i]! += one.gradient[i]!;
    }
    expect(loss).toBeCloseTo(lossSum, 4);
    let [difference, norm] = [0, 0];
    for (let i = 0; i < sum.length; i++) {
      difference += (sum[i]! - gradient[i]!) ** 2;
      norm += gradient[i]! ** 2;
    }
    expect(norm).toBeGreaterThan(0.01);
    expect(Math.sqrt(difference / norm)).toBeLessThan(1e-5);
  });
});

describe('objectives on a published model', async () => {
  const folder = await openPublishedFolder(base);
  const [model, held] = ['policy', 'reference'].map(seed => {
    const made = newAdapter(folder, adapter, seed);
    const random = createRandom(seed);
    made.parameters.forEach((_, i) => (made.parameters[i] = random() - 0.5));
    return made;
  });
  const learner = await Learner.open(model!, { workers: 0 });
  const reference = await Learner.open(held!, { workers: 0 });
  closing.push(
    () => learner.close(),
    () => reference.close(),
  );
  const random = createRandom('published objectives');
  const episodes: WeighedEpisode[] = [];
  for (let e = 0; e < 3; e++) {
    const step = [-1, -1, 0, 0, 0, -1, 1, 1, -1].slice(0, 9 - e);
    const tokens = step.map(() => random.int(268));
    const weights = step.map(at => (at < 0 ? 0 : 1));
    const logs = (await learner.score([{ tokens, weights }]))[0]!;
    const row = {
      tokens,
      step,
      command: step.map(() => false),
      oldLogProbabilities: Array.from(logs, (log, i) => (step[i]! < 0 ? 0 : log + 0.6 * (random() - 0.5))),
      stepTokens: [0, 1].map(t => step.filter(at => at === t).length),
    };
    episodes.push({ row, advantages: [random() - 0.5, random() - 0.5] });
  }

  /** The gradient of the plain numbers, carried on by the engine from the logits. */
  async function wanted(objective: Objective): Promise<{ loss: number; gradient: Float32Array; clipped: number }> {
    const batch = miniBatchOf(episodes, objective);
    const rows = batch.map(({ tokens }) => tokens);
    const logs = await learner.scoreVocabulary(rows);
    const references = await reference.scoreVocabulary(rows);
    const width = model!.config.vocabulary;
    const tokens: PolicyTokens = batch.map(({ row, advantages }, e) => {
      const steps = row.stepTokens.map((): PolicyTokens[number][number][number][] => []);
      let number = 0;
      row.step.forEach((step, i) => {
        if (step < 0) return;
        const word = (from: Float32Array) => Array.from(from.subarray(number * width, (number + 1) * width));
        steps[step]!.push({
          logits: word(logs[e]!),
          target: row.tokens[i]!,
          oldLogProbability: row.oldLogProbabilities[i]!,
          advantage: advantages[step]!,
          weight: rows[e]!.weights[i]!,
          reference: word(references[e]!),
        });
        number++;
      });
      return steps;
    });
    const { loss, gradient, figures } = policyLoss(tokens, objective);
    const given = rows.map((row, e) => ({
      tokens: row.tokens,
      weights: row.weights,
      logitsGradient: Float32Array.from(gradient[e]!.flat(2)),
    }));
    const result = await learner.gradient(given, { kind: 'given' });
    const clipped = figures.clippedLow + figures.clippedHigh + figures.clippedDual;
    return { loss, gradient: result.gradient.slice(), clipped };
  }

  const objectives: [string, object][] = [
    ['clew', { klCoefficient: 0.3, entropyCoefficient: 0.2 }],
    ['grpo', { klCoefficient: 0.3 }],
    ['gspo', { klCoefficient: 0.2, kl: 'exact', clipLow: 0.05, clipHigh: 0.05 }],
    ['cispo', { klCoefficient: 0.2, kl: 'k1', ratioMax: 1.05, entropyCoefficient: 0.1 }],
    ['rlvmr:code', {}],
  ];
  it.each(objectives)('have the gradient of the plain numbers: %s %o', async (name, changes) => {
    const objective = openObjective(name, changes);
    const expected = await wanted(objective);
    const batch = miniBatchOf(episodes, objective);
    const steps = new StepsHere(learner, new AdamW(learner.model));
    for (const compute of [
      () => addObjective(steps, batch, objective, reference),
      () => byDerivatives(steps, batch, objective, objective.klCoefficient > 0 ? reference : undefined),
    ]) {
      await steps.clear();
      const { loss, figures } = await compute();
      const { gradient } = steps;
      expect(loss).toBeCloseTo(expected.loss, 5);
      expect(figures.clipFraction).toBeCloseTo(expected.clipped, 5);
      let [difference, norm] = [0, 0];
      expected.gradient.forEach((value, i) => {
        difference += (value - gradient[i]!) ** 2;
        norm += value ** 2;
      });
      expect(norm).toBeGreaterThan(0);
      expect(Math.sqrt(difference / norm)).toBeLessThan(1e-4);
    }
  });
});

/** Demonstrations of the tutorial's world. */
async function shown(count: number) {
  const recipe = completeKit(lockedRoom);
  const annotator = rulesAnnotator();
  const trajectories = [];
  for (const record of lockedRoom.tasks('train', count)) {
    const demonstration = demonstrate({
      world: lockedRoom,
      record,
      createExpert: recipe.createExpert,
      mistakes: recipe.mistakes,
      rate: 0,
    });
    const replies = (await annotator.annotate(demonstration)) as string[];
    const trajectory = trajectoryOf(demonstration, replies, 'shown', 'rules');
    // Their beginnings: a byte is a token here.
    trajectories.push({ ...trajectory, steps: trajectory.steps.slice(0, 2) });
  }
  return { trajectories, content: `shown ${count}` };
}

describe('supervised fine-tuning of a published model', { timeout: 300_000 }, () => {
  const settings = sftSettingsSchema.parse({
    ...publishedSftSettings,
    epochs: 5,
    tokensPerStep: 1000,
    learningRate: 0.01,
  });

  it.each([
    ['an adapter', { lora: 4 }],
    ['all of it', { full: true }],
  ])('trains %s, goes on bit for bit, and writes what plays', async (_, what) => {
    const demonstrations = await shown(2);
    const begin = async (out: string, stopAfter = Infinity) => {
      const start: TrainedPolicy = await trainable(await loadPolicy(base, lockedRoom), what, 7);
      const stop = new AbortController();
      const losses: number[] = [];
      const { policy } = await trainSft(
        {
          world: lockedRoom,
          start,
          out,
          every: 1,
          learner: { workers: 0 },
          signal: stop.signal,
          onStep({ step, loss }) {
            losses.push(loss);
            if (step === stopAfter) stop.abort();
          },
        },
        demonstrations,
        settings,
      );
      return { policy, losses };
    };
    const straight = fresh();
    const { policy, losses } = await begin(straight);
    expect(losses.length).toBeGreaterThan(3);
    // Each step is one of two demonstrations.
    expect(Math.max(...losses.slice(-2))).toBeLessThan(Math.max(...losses.slice(0, 2)) - 0.1);
    const stopped = fresh();
    expect((await begin(stopped, 2)).policy).toBeNull();
    expect(existsSync(stopped)).toBe(false);
    expect((await begin(stopped)).policy!.model.parameters).toEqual(policy!.model.parameters);
    // Run once more it has nothing to do.
    expect(await begin(stopped)).toEqual({ policy: null, losses: [] });

    const again = await loadPolicy('lora' in what ? `policy:${base}+${straight}` : straight, lockedRoom);
    expect(again.origin.stages).toHaveLength(1);
    if ('lora' in what) {
      expect(again.model.parameters).toEqual(policy!.model.parameters);
      const config = JSON.parse(readFileSync(path.join(straight, 'adapter_config.json'), 'utf8')) as { r: number };
      expect(config.r).toBe(4);
      // Found by what it says of its model, too.
      expect((await loadPolicy(straight, lockedRoom)).model.parameters).toEqual(policy!.model.parameters);
    }
  });

  it('refuses an adapter that was trained on other weights, and training without saying what', async () => {
    const out = fresh();
    const start = await trainable(await loadPolicy(base, lockedRoom), { lora: 2 }, 0);
    await trainSft({ world: lockedRoom, start, out, learner: { workers: 0 } }, await shown(1), {
      ...settings,
      epochs: 1,
    });
    const other = await writeTinyFolder(fresh(), { config: { max_position_embeddings: 4096 }, seed: 'other' });
    await expect(loadPolicy(`${other}+${out}`, lockedRoom)).rejects.toThrow(
      /was trained on other weights than those of/,
    );
    // Its shape fits: as PEFT alone would have it, it could be loaded.
    await adaptedModel(await openPublishedFolder(other), await readAdapter(out));
    await expect(trainable(await loadPolicy(base, lockedRoom), {}, 0)).rejects.toThrow(/--lora 16.*or --full/);
  });
});

describe('reinforcement learning of a published model', { timeout: 300_000 }, () => {
  const recipe = readRlRecipe({
    advantages: 'rlvmr:fixed',
    objective: { preset: 'clew', options: { klCoefficient: 0.05 } },
    selfImitation: { weight: 0.5, tokens: 500 },
    iterations: 2,
    tasks: 2,
    rollouts: 3,
    pool: 8,
    miniBatches: 2,
    maxSteps: 2,
    replyTokens: 8,
    learningRate: 1e-3,
    alarms: 'warn',
  });

  async function options(name: string, store: Store): Promise<RlOptions> {
    return {
      world: lockedRoom,
      recipe,
      start: await trainable(await loadPolicy(base, lockedRoom), { lora: 3 }, 0),
      demonstrations: await shown(2),
      seed: 0,
      store,
      run: 'arm',
      out: path.join(root, name),
      compute: { workers: 1 },
    };
  }
  function open(name: string): Store {
    const store = openStore(path.join(root, `${name}.db`));
    closing.unshift(() => store.close());
    return store;
  }

  it('trains an adapter, held to the model without it, and goes on bit for bit', async () => {
    const store = open('straight');
    const figures: { kl: number | null; mismatch: number | null }[] = [];
    const straight = await trainRl({
      ...(await options('rl-straight', store)),
      onIteration: ({ klToReference, mismatchMax }) => figures.push({ kl: klToReference, mismatch: mismatchMax }),
    });
    expect(straight).toMatchObject({ iterations: 2, finished: true });
    // What was sampled and what is trained on agree, and the adapter has moved away from none.
    for (const { mismatch } of figures) expect(mismatch!).toBeLessThan(1e-4);
    const start = (await options('unused', store)).start.model.parameters;
    expect(straight.policy!.model.parameters).not.toEqual(start);

    const stopped = open('stopped');
    const stop = new AbortController();
    const first = await trainRl({
      ...(await options('rl-stopped', stopped)),
      signal: stop.signal,
      onIteration: () => stop.abort(),
    });
    expect(first).toMatchObject({ iterations: 1, finished: false });
    const second = await trainRl(await options('rl-stopped', stopped));
    expect(second.policy!.model.parameters).toEqual(straight.policy!.model.parameters);
    expect(contentHash(stopped)).toBe(contentHash(store));
    const again = await loadPolicy(`${base}+${path.join(root, 'rl-stopped')}`, lockedRoom);
    expect(again.model.parameters).toEqual(straight.policy!.model.parameters);
    expect(again.origin.stages.at(-1)).toMatchObject({ stage: 'rl', run: 'arm' });
  });
});
