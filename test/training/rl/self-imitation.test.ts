import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { layoutOfPolicy, Learner, type Row, trajectoryRow } from '../../../src/policy/index.ts';
import { openObjective } from '../../../src/learn/losses/index.ts';
import { AdamW } from '../../../src/learn/optimiser.ts';
import { type IterationReport, readRlRecipe, type RlOptions, trainRl } from '../../../src/training/rl/index.ts';
import { selfImitationSchema, SuccessBuffer } from '../../../src/training/rl/self-imitation.ts';
import { foldTemperature } from '../../../src/learn/temperature.ts';
import { updatePolicy } from '../../../src/learn/iteration.ts';
import { contentHash, openStore, type Store, type Trajectory } from '../../../src/trajectory/index.ts';
import { episodeId, trainingGroupId } from '../../../src/ids.ts';
import { createRandom } from '../../../src/world/index.ts';
import { shown as shownEpisodes } from '../shown.ts';
import { smallPolicy, world } from './fixture.ts';

const start = await smallPolicy();
const layout = layoutOfPolicy(start);
const { context } = start.model.config;
const demonstrations = await shownEpisodes(world, 6, 'shown');
const rowOf = (trajectory: Trajectory): Row => trajectoryRow(trajectory, layout, { observationWeight: 0.1 });
const settings = selfImitationSchema.parse({ permuteThings: 0 });
const won = (changes: object = {}, shown: readonly Trajectory[] = []) =>
  new SuccessBuffer(layout, { ...settings, ...changes }, { demonstrations: shown, context });
const texts = (rows: readonly (readonly Row[])[]) =>
  rows
    .flat()
    .map(({ tokens }) => start.tokenizer.decode(Array.from(tokens)))
    .toSorted();

describe('SuccessBuffer', () => {
  const [first, second] = demonstrations as [Trajectory, Trajectory];
  /** The same episode with a refused command before it: one step longer. */
  const longer: Trajectory = {
    ...first,
    id: 'longer',
    steps: [{ ...first.steps[0]!, accepted: false, observation: 'Nothing happens.' }, ...first.steps].map(
      (step, index) => ({ ...step, index }),
    ),
  };

  it('keeps what the shortest lost episode of a task did achieve until the task is won, in any order', () => {
    const lost = { ...first, id: 'lost', success: false };
    const longerLost = { ...longer, id: 'longer lost', success: false };
    const nothing = { ...lost, id: 'nothing', steps: lost.steps.slice(0, 1) };
    const achieved = (episode: Trajectory) => (episode.steps.length > 1 ? { ...episode, success: true } : undefined);
    const buffer = (...played: Trajectory[]) => {
      const episodes = new SuccessBuffer(layout, settings, { context, achieved });
      for (const each of played) episodes.add([each]);
      return texts(episodes.draw(createRandom(1), 1));
    };
    for (const order of [
      [lost, longerLost, nothing],
      [nothing, longerLost, lost],
      [longerLost, lost, nothing],
    ])
      expect(buffer(...order)).toEqual(texts([[rowOf(lost)]]));
    for (const order of [
      [lost, longer],
      [longer, lost],
    ])
      expect(buffer(...order)).toEqual(texts([[rowOf(longer)]]));
  });

  it('keeps the shortest won episode of each task, and none that was lost', () => {
    const episodes = won();
    episodes.add([longer, first, { ...second, success: false }]);
    expect(texts(episodes.draw(createRandom(1), 1))).toEqual(texts([[rowOf(first)]]));
    episodes.add([longer]);
    expect(texts(episodes.draw(createRandom(1), 1))).toEqual(texts([[rowOf(first)]]));
  });

  it('reads what was refused and does not imitate it', () => {
    const episodes = won();
    episodes.add([longer]);
    const [row] = episodes.draw(createRandom(1), 1).flat();
    const reply = layout.reply(longer.steps[0]!.reply);
    const begin =
      layout.initialObservation(longer.initialObservation).length + layout.reminder(longer.initialObservation).length;
    expect(Array.from(row!.tokens).slice(begin, begin + reply.length)).toEqual(reply);
    expect(Array.from(row!.weights).slice(begin, begin + reply.length)).toEqual(reply.map(() => 0));
    expect(Array.from(row!.weights).filter(weight => weight === 1)).toHaveLength(
      first.steps.reduce((sum, step) => sum + layout.reply(step.reply).length, 0),
    );
  });

  it('draws about as many tokens as were asked for, each episode at most once, demonstrations among them', () => {
    const all = won({}, demonstrations.slice(0, 2));
    all.add(demonstrations.slice(2));
    const parts = all.draw(createRandom(1), 4);
    expect(parts).toHaveLength(4);
    expect(texts(parts)).toEqual(texts([demonstrations.map(rowOf)]));
    const few = won({ tokens: 150 });
    few.add(demonstrations);
    const tokens = few
      .draw(createRandom(2), 2)
      .flat()
      .map(row => row.tokens.length);
    const sum = tokens.reduce((total, each) => total + each, 0);
    expect(sum).toBeGreaterThanOrEqual(150);
    expect(sum - tokens.at(-1)!).toBeLessThan(150);
  });

  it('does not depend on the order in which they were won', () => {
    const [one, other] = [won({ tokens: 200 }), won({ tokens: 200 })];
    one.add(demonstrations);
    other.add(demonstrations.toReversed());
    expect(other.draw(createRandom(3), 2)).toEqual(one.draw(createRandom(3), 2));
  });

  it('takes the first of equally short ones, in whatever order they come: as they are won, or out of a store', () => {
    const wonIn = (iteration: number, rollout: number): Trajectory => ({
      ...first,
      run: 'rl',
      id: episodeId({ run: 'rl', iteration, task: first.task.id, rollout }),
      group: trainingGroupId(iteration, first.task.id),
      iteration,
      rollout,
      initialObservation: `${first.initialObservation} ${iteration} ${rollout}`,
    });
    const all = [wonIn(2, 1), wonIn(2, 3), wonIn(10, 0), wonIn(11, 0)];
    const store = openStore(':memory:');
    store.runs.add({ id: 'rl', kind: 'rl', world: world.name, config: {} });
    store.trajectories.addAll(all.toReversed());
    for (const given of [all, all.toReversed(), [all[2]!, all[0]!, all[3]!, all[1]!], store.trajectories.select()]) {
      const episodes = won();
      episodes.add(given);
      expect(texts(episodes.draw(createRandom(1), 1))).toEqual(texts([[rowOf(all[0]!)]]));
    }
    expect([...store.trajectories.select()]).toEqual(all);
    store.close();
  });

  it('passes over a won episode that does not fit into the context', () => {
    const episodes = new SuccessBuffer(layout, settings, { context: 20 });
    episodes.add(demonstrations);
    expect(episodes.draw(createRandom(1), 2)).toEqual([[], []]);
  });

  it('says which demonstration the policy cannot read', () => {
    expect(() => new SuccessBuffer(layout, settings, { demonstrations, context: 20 })).toThrow(
      /has \d+ tokens and the policy's context is 20/,
    );
  });
});

describe('an update that also imitates', () => {
  /** The gradient of an update on nothing but rows that are imitated, as the optimiser is given it. */
  async function imitate(
    temperature: number,
    weight: number,
  ): Promise<{ gradient: Float32Array; loss: number; parameters: Float32Array; before: Float32Array }> {
    const model = foldTemperature(start.model, temperature);
    const before = model.parameters.slice();
    const learner = await Learner.open(model, { workers: 0 });
    const optimiser = new AdamW(model);
    const given: Float32Array[] = [];
    optimiser.stepOn = async (_, gradient) => {
      given.push(gradient.slice());
    };
    const figures = await updatePolicy([], {
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
      imitated: { weight, temperature, parts: [demonstrations.map(rowOf)] },
    });
    await learner.close();
    expect(figures).toMatchObject({ updates: 1, tokens: 0, entropy: null, loss: null, imitation: { episodes: 6 } });
    return { gradient: given[0]!, loss: figures!.imitation!.loss, parameters: model.parameters, before };
  }

  it('takes the gradient of the likelihood at temperature 1, whatever the sampling is at', async () => {
    const [plain, cold] = [await imitate(1, 1), await imitate(0.5, 1)];
    expect(cold.loss).toBeCloseTo(plain.loss, 5);
    expect(cold.parameters).toEqual(cold.before);
    // Only the slope of the gain that holds the temperature differs: by the chain rule, by the temperature.
    const ratios = plain.gradient.map((slope, i) => (Math.abs(slope) > 1e-4 ? cold.gradient[i]! / slope : 1));
    const halved = ratios.filter(ratio => Math.abs(ratio - 0.5) < 1e-2).length;
    expect(halved).toBeGreaterThan(start.model.config.width / 2);
    expect(halved).toBeLessThanOrEqual(start.model.config.width);
    expect(ratios.filter(ratio => Math.abs(ratio - 1) < 1e-2)).toHaveLength(ratios.length - halved);
  });

  it('counts as much as its weight says', async () => {
    const [one, three] = [await imitate(1, 1), await imitate(1, 3)];
    one.gradient.forEach((slope, i) => expect(three.gradient[i]).toBeCloseTo(3 * slope, 5));
  });
});

describe('trainRl with self-imitation', () => {
  const folder = mkdtempSync(join(tmpdir(), 'clew-imitation-'));
  const stores: Store[] = [];
  afterAll(() => {
    for (const store of stores) store.close();
    rmSync(folder, { recursive: true });
  });
  const open = (name: string): Store => stores[stores.push(openStore(join(folder, `${name}.db`))) - 1]!;
  const rl = readRlRecipe({
    iterations: 4,
    tasks: 4,
    rollouts: 4,
    maxSteps: 8,
    replyTokens: 32,
    learningRate: 1e-3,
    miniBatches: 2,
    temperature: 0.8,
    alarms: 'warn',
    selfImitation: { tokens: 400 },
  });
  const shown = { trajectories: demonstrations, content: 'six' };
  const options = (name: string, store: Store): RlOptions => ({
    world,
    recipe: rl,
    start,
    seed: 1,
    store,
    run: 'arm',
    out: join(folder, `${name}.safetensors`),
    compute: { workers: 0 },
    demonstrations: shown,
  });

  it('learns from won episodes beside the advantages; stopped and resumed, it learns from the same', async () => {
    const [one, other] = [open('straight'), open('stopped')];
    const reports: IterationReport[] = [];
    const stop = new AbortController();
    const straight = await trainRl({ ...options('straight', one), onIteration: report => reports.push(report) });
    for (const { imitation } of reports)
      expect(imitation).toMatchObject({ episodes: expect.any(Number), loss: expect.any(Number) });
    expect(reports.at(-1)!.imitation!.loss).toBeLessThan(reports[0]!.imitation!.loss);
    await trainRl({
      ...options('stopped', other),
      signal: stop.signal,
      onIteration: ({ iteration }) => {
        if (iteration === 2) stop.abort();
      },
    });
    const renaming = { ...world, kit: { ...world.kit, permutableThings: ['key', 'crowbar'] } };
    await expect(trainRl({ ...options('stopped', other), world: renaming })).rejects.toThrow(
      /was begun with other settings \(permuted: "\w+", now "\w+"\)/,
    );
    const resumed = await trainRl(options('stopped', other));
    expect(resumed.policy!.model.parameters).toEqual(straight.policy!.model.parameters);
    expect(contentHash(other)).toBe(contentHash(one));
    expect(straight.policy!.origin!.stages.at(-1)).toMatchObject({ stage: 'rl', demonstrations: 'six' });
  });

  it('refuses demonstrations that nothing would be learnt from', async () => {
    await expect(
      trainRl({ ...options('unused', open('unused')), recipe: { ...rl, selfImitation: undefined } }),
    ).rejects.toThrow(/give the recipe selfImitation, or leave them out/);
  });
});
