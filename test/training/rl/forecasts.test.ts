import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { layoutOf, loadCheckpoint, withWords } from '../../../src/policy/index.ts';
import {
  type IterationReport,
  readRlRecipe,
  type RlOptions,
  trainRl,
  type WarmUpReport,
} from '../../../src/training/rl/index.ts';
import { contentHash, openStore, type Store } from '../../../src/trajectory/index.ts';
import { boxesPolicy, boxesWorld as world } from './boxes.ts';

const folder = mkdtempSync(join(tmpdir(), 'clew-forecasts-'));
const start = await boxesPolicy(300, 16);
const stores: Store[] = [];
afterAll(() => {
  for (const store of stores) store.close();
  rmSync(folder, { recursive: true });
});

const settings = {
  advantages: 'grpo',
  iterations: 4,
  tasks: 6,
  rollouts: 4,
  replyTokens: 24,
  learningRate: 5e-4,
  miniBatches: 2,
  alarms: 'warn',
  forecasts: {
    warmUp: { tasks: 30, updates: 300, batch: 16 },
    expert: { batch: 3, updates: 2 },
    // So wide that both decide against something in a run as short as this.
    gate: { from: 2, spread: 0.3, low: 0.2, high: 0.8, probe: 0.3 },
    cutoff: { from: 2, factor: 1, probe: 0.3 },
    hint: { from: 2, top: 2 },
  },
};

async function run(name: string, own: Partial<RlOptions> = {}, changes: object = {}) {
  const store = openStore(join(folder, `${name}.db`));
  stores.push(store);
  const reports: IterationReport[] = [];
  const options: RlOptions = {
    world,
    recipe: readRlRecipe({ ...settings, ...changes }),
    start,
    seed: 1,
    store,
    run: 'arm',
    out: join(folder, `${name}.safetensors`),
    compute: { workers: 0 },
    onIteration: report => reports.push(report),
    ...own,
  };
  const result = await trainRl(options);
  return { result, store, reports, options };
}

const straight = await run('straight');
const forecasts = [...straight.store.forecasts.select()];

describe('training with forecasts', { timeout: 240_000 }, () => {
  it('asks for as many forecasts of each task as it plays episodes, before it plays, in their groups', () => {
    expect(forecasts).toHaveLength(4 * 6 * 4);
    expect(new Set(forecasts.map(({ group }) => group)).size).toBe(24);
    const played = [...straight.store.trajectories.select()];
    const groups = new Set(forecasts.map(({ group }) => group));
    expect(played.every(({ group }) => groups.has(group))).toBe(true);
    const versions = new Map(played.map(({ iteration, policyVersion }) => [iteration, policyVersion]));
    for (const forecast of forecasts) expect(forecast.policyVersion).toBe(versions.get(forecast.iteration));
    expect(forecasts.every(({ tokens }) => tokens!.reply.length > 0)).toBe(true);
  });

  it('teaches the form before the first iteration', () => {
    const [{ data }] = straight.store.metrics.of('arm', 'warm-up') as unknown as [{ data: Record<string, unknown> }];
    expect(data).toMatchObject({ tasks: 30, episodes: 120 });
    expect(data.updates).toBeGreaterThanOrEqual(50);
    // The form is tried on tasks that were not taught.
    expect(data).toMatchObject({ forecasts: { tasks: 16, written: 128 }, alarms: [] });
    // Some of the tasks are played again: whether playing was kept is measured.
    expect(data).toMatchObject({ kept: { episodes: 16 * 4, before: expect.any(Number), after: expect.any(Number) } });
    const { first, last } = data.loss as { first: number; last: number };
    expect(last).toBeLessThan(first / 3);
    const firstIteration = forecasts.filter(({ iteration }) => iteration === 1);
    expect(firstIteration.filter(({ faults }) => faults.length === 0).length).toBeGreaterThan(12);
  });

  it('measures gate and cutoff in shadow first, and then acts with probes', () => {
    const [first, ...later] = straight.reports.map(({ forecasts: report }) => report!);
    expect([first!.gate.acts, first!.cutoff.acts, first!.hinted]).toEqual([false, false, 0]);
    expect(first!.gate.played + first!.gate.gated).toBe(6);
    expect(first!.cutoff.shadow.steps).toBeGreaterThan(0);
    expect(later.every(({ gate, cutoff }) => gate.acts && cutoff.acts)).toBe(true);
    expect(later.some(({ hinted }) => hinted > 0)).toBe(true);
    const gated = later.reduce((sum, { gate }) => sum + gate.gated - gate.probes, 0);
    const episodes = straight.reports.map(({ episodes: count }) => count);
    expect(episodes.reduce((sum, count) => sum + count, 0)).toBe(4 * 24 - 4 * gated);
    expect(gated).toBeGreaterThan(0);
    expect(later.reduce((sum, { cutoff }) => sum + cutoff.cut, 0)).toBeGreaterThan(0);
  });

  it('cuts episodes short, and tells hints, as their records say', () => {
    const played = [...straight.store.trajectories.select()];
    const cut = played.filter(({ stopReason }) => stopReason === 'cut short');
    expect(cut.length).toBeGreaterThan(0);
    expect(cut.every(({ success, steps }) => !success && steps.length < 3)).toBe(true);
    const hinted = played.filter(({ hint }) => hint !== undefined);
    expect(hinted.length).toBeGreaterThan(0);
    expect(hinted[0]!.hint).toMatch(/^things: /);
    expect(played.filter(({ iteration }) => iteration === 1).every(({ hint }) => hint === undefined)).toBe(true);
  });

  it('keeps what forecasts were paid', () => {
    const paid = forecasts
      .filter(({ iteration }) => iteration === 1)
      .map(({ id }) => straight.store.forecasts.scoresOf(id));
    for (const parts of paid) {
      expect(parts.map(({ part }) => part)).toEqual(['steps', 'things', 'total', 'wins']);
      const value = (name: string) => parts.find(({ part }) => part === name)!.value;
      expect(value('total')).toBeCloseTo((value('steps') + value('wins') + value('things')) / 3, 12);
    }
  });

  it('goes on bit for bit where it was interrupted', async () => {
    const stop = new AbortController();
    const broken = await run('broken', {
      signal: stop.signal,
      onIteration: ({ iteration }) => iteration === 2 && stop.abort(),
    });
    expect(broken.result).toMatchObject({ iterations: 2, finished: false });
    const again = await trainRl({ ...broken.options, signal: undefined as never, onIteration: () => {} });
    expect(again).toMatchObject({ iterations: 4, finished: true });
    const parameters = async (name: string) =>
      Buffer.from((await loadCheckpoint(join(folder, `${name}.safetensors`))).model.parameters);
    expect((await parameters('broken')).equals(await parameters('straight'))).toBe(true);
    expect([...broken.store.forecasts.select()]).toEqual(forecasts);
    expect(contentHash(broken.store)).toBe(contentHash(straight.store));
    const learnt = ({ store }: typeof broken) =>
      (store.metrics.of('arm', 'train') as { data: IterationReport }[]).map(({ data }) => data.forecasts!.expert);
    expect(learnt(broken)).toEqual(learnt(straight));
    // Corrected forecasts wait across the interruption: they are gathered again from what is stored.
    expect(learnt(straight)[1]!.waiting + learnt(straight)[1]!.learnt).toBeGreaterThan(0);
  });

  it('teaches the form with the usual warm-up: nineteen of twenty forecasts of other tasks are well-formed', async () => {
    const warmUps: WarmUpReport[] = [];
    const { store } = await run(
      'usual',
      { onWarmUp: report => warmUps.push(report) },
      { iterations: 1, forecasts: 'masa' },
    );
    expect(warmUps).toHaveLength(1);
    const [{ forecasts: told, updates, alarms }] = warmUps as [WarmUpReport];
    expect(told.wellFormed).toBeGreaterThanOrEqual(0.95);
    expect(alarms).toEqual([]);
    expect(updates).toBeLessThan(400);
    const first = [...store.forecasts.select()];
    expect(first.filter(({ faults }) => faults.length === 0).length / first.length).toBeGreaterThanOrEqual(0.8);
  });

  it('says at the end of a warm-up that forecasts stay malformed, before anything is trained on them', async () => {
    const told: string[] = [];
    await run(
      'too short',
      {
        onWarmUp: ({ alarms, forecasts: { wellFormed } }) =>
          told.push(...alarms.map(({ rule, level, message }) => `${level} ${rule} ${message}`), `${wellFormed < 0.9}`),
        onIteration: () => told.push('iteration'),
      },
      { iterations: 1, forecasts: { warmUp: { tasks: 4, updates: 1 } } },
    );
    expect(told).toEqual([
      expect.stringMatching(/^warn form of forecasts After the warm-up only .* of the forecasts are well-formed\.$/),
      'true',
      'iteration',
    ]);
  });

  it('ends the warm-up at once when it is interrupted, as it plays and as it learns, and begins it anew', async () => {
    /** A signal that says yes when it was asked so often. */
    const after = (looks: number) => {
      const so = { asked: 0 };
      const signal = {
        get aborted() {
          return ++so.asked > looks;
        },
      } as AbortSignal;
      return { so, signal };
    };
    const never = after(Infinity);
    let whole = 0;
    const onWarmUp = () => (whole = never.so.asked);
    const short = { iterations: 1, forecasts: { warmUp: { tasks: 6, updates: 40, batch: 8 } } };
    const straight1 = await run('never interrupted', { signal: never.signal, onWarmUp }, short);
    // As it plays, as it learns (it is asked once after each of 40 updates), and as it plays the same tasks again.
    for (const looks of [3, Math.floor(whole / 2), whole - 3]) {
      const { so, signal } = after(looks);
      const told: string[] = [];
      const tell = { onWarmUp: () => told.push('warm-up'), onIteration: () => told.push('iteration') };
      const broken = await run(`interrupted ${looks}`, { signal, ...tell }, short);
      expect(told).toEqual([]);
      expect(broken.result).toMatchObject({ iterations: 0, finished: false, policy: null });
      expect(broken.store.runs.get('arm')).toMatchObject({ status: 'stopped' });
      expect(so.asked).toBeLessThan(looks + 40);
      const again = await trainRl({ ...broken.options, signal: undefined as never });
      expect(again).toMatchObject({ iterations: 1, finished: true });
      expect(told).toEqual(['warm-up', 'iteration']);
      expect(contentHash(broken.store)).toBe(contentHash(straight1.store));
    }
  });

  it('leaves a run without forecasts as it was, and its policy without words for them', async () => {
    const { forecasts: _, ...plain } = settings;
    const { reports, result } = await run('plain', { recipe: readRlRecipe({ ...plain, iterations: 1 }) });
    expect(reports[0]!.forecasts).toBeUndefined();
    expect(result.policy!.tokenizer.hash).toBe(start.tokenizer.hash);
  });

  it.each(['shuffled', 'unpaid'])('has the control %s', async control => {
    const { reports, store } = await run(
      control,
      {},
      { iterations: 1, forecasts: { warmUp: { tasks: 4, updates: 2 }, control } },
    );
    expect(reports[0]!.forecasts!.figures.forecasts).toBe(24);
    expect(reports[0]!.forecasts!.gate.acts).toBe(false);
    const [first] = [...store.forecasts.select()];
    expect(store.forecasts.scoresOf(first!.id)).toHaveLength(4);
  });

  it('is refused together with dynamic sampling', () => {
    expect(() => readRlRecipe({ advantages: 'dapo', dynamicRounds: 2, forecasts: 'masa' })).toThrow(
      'not joined with forecasts',
    );
  });
});

describe('words that a policy gets', () => {
  it('leave what it knew as it was', () => {
    const more = withWords(start, { tags: ['<meta>'], words: ['wins'] });
    expect(more.tokenizer.size).toBe(start.tokenizer.size + 2);
    const text = world.start(world.tasks('train', 1)[0]!).observation;
    expect(more.tokenizer.decode(more.tokenizer.encode(text))).toBe(text);
    expect(more.tokenizer.encode('<meta>wins')).toHaveLength(2);
    const { width } = start.model.config;
    const row = (policy: typeof start, token: string) => {
      const id = policy.tokenizer.id(token);
      return policy.model.parameters.slice(id * width, (id + 1) * width);
    };
    // Rows that lie too close are taken for one another until training has moved them apart.
    const apart = (a: string, b: string) => Math.hypot(...row(more, a).map((x, i) => x - row(more, b)[i]!));
    expect(apart('wins', '<meta>')).toBeGreaterThan(apart('7', '8') / 5);
    for (const token of ['</action>', '7']) expect(row(more, token)).toEqual(row(start, token));
    expect(withWords(more, { tags: ['<meta>'], words: ['wins'] })).toBe(more);
    expect(layoutOf(start.tokenizer, start.codec).forecast).toBeUndefined();
  });
});
