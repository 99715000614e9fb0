import { expect, test } from 'vitest';
import household from '../../envs/household/index.ts';
import lockedRoom from '../../envs/locked-room/index.ts';
import {
  completeKit,
  buildDemonstrations,
  inspectDemonstrations,
  replayFaults,
  rlvmrMethod,
  rulesAnnotator,
  trajectoryLeaks,
  type Annotator,
  type BuildOptions,
} from '../../src/demonstrations/index.ts';
import { contentHash, openStore, type Store, type Trajectory } from '../../src/trajectory/index.ts';
import type { World } from '../../src/world/index.ts';

const recipe = completeKit(household);

function build(store: Store, options: Partial<BuildOptions> = {}) {
  const { world = household } = options;
  return buildDemonstrations({
    world,
    store,
    run: 'build',
    annotator: rulesAnnotator(),
    trajectories: 10,
    ...rlvmrMethod(world),
    ...options,
  });
}

async function built(options: Partial<BuildOptions> = {}): Promise<Trajectory[]> {
  const store = openStore(':memory:');
  await build(store, options);
  return [...store.trajectories.select()];
}

test('each category as often as the others, the first ones once more where it does not divide', async () => {
  const store = openStore(':memory:');
  expect(await build(store)).toMatchObject({ stored: 10, before: 0, refused: [] });
  expect(inspectDemonstrations(store, recipe.leaks(household.heldOut), household).categories).toEqual({
    pick: 3,
    look: 3,
    clean: 2,
    heat: 2,
  });
  expect(store.runs.get('build')).toMatchObject({
    kind: 'cold-start',
    status: 'done',
    machine: {},
    config: { method: 'rlvmr', annotator: 'rules', heldOut: ['cool', 'two'], rate: 0.12, stubborn: 0.25 },
  });
});

test('the same settings give the same content, another seed another', async () => {
  const hashes = await Promise.all(
    [{}, {}, rlvmrMethod(household, { seed: 1 })].map(async options => {
      const store = openStore(':memory:');
      await build(store, options);
      return contentHash(store);
    }),
  );
  expect(hashes[0]).toBe(hashes[1]);
  expect(hashes[0]).not.toBe(hashes[2]);
});

test('what was stored before is not made again, and the result is that of one go', async () => {
  const whole = openStore(':memory:');
  const parts = openStore(':memory:');
  const stop = new AbortController();
  let asked = 0;
  await build(whole);
  const slow: Annotator = {
    name: 'rules',
    annotate: async demonstration =>
      asked++ < 4 ? rulesAnnotator().annotate(demonstration) : (stop.abort(), { refused: 'stopped', again: true }),
  };
  await build(parts, { signal: stop.signal, annotator: slow });
  expect(parts.trajectories.count().trajectories).toBe(4);
  expect(parts.runs.get('build')!.status).toBe('stopped');
  expect(await build(parts)).toMatchObject({ stored: 10, before: 4 });
  expect(contentHash(parts)).toBe(contentHash(whole));
});

test('a store with another build under the same name is left alone', async () => {
  const store = openStore(':memory:');
  await build(store);
  await expect(build(store, { trajectories: 12 })).rejects.toThrow(
    ':memory: has a run "build" that was begun with other settings (trajectories: 10, now 12). Build into another file with --out, or start anew with --replace.',
  );
  expect(store.trajectories.count().trajectories).toBe(10);
});

test('only some categories: the others count as held out', async () => {
  const trajectories = await built({ categories: ['heat'], trajectories: 3 });
  expect(trajectories.map(({ task }) => task.category)).toEqual(['heat', 'heat', 'heat']);
});

test('a held-out or unknown category is refused', async () => {
  await expect(build(openStore(':memory:'), { categories: ['cool'] })).rejects.toThrow(
    'The category "cool" of household is held out of training; it trains on pick, look, clean, heat.',
  );
  await expect(build(openStore(':memory:'), { categories: ['fly'] })).rejects.toThrow(
    'household has no category "fly"',
  );
  await expect(build(openStore(':memory:'), { categories: [] })).rejects.toThrow('Name at least one category');
});

test('a world without an expert is played by search, with mistakes that fit any world', async () => {
  const by = completeKit(lockedRoom);
  const store = openStore(':memory:');
  await build(store, { world: lockedRoom });
  expect(inspectDemonstrations(store, by.leaks(lockedRoom.heldOut), lockedRoom)).toMatchObject({
    trajectories: 10,
    successes: 10,
    violations: 0,
    leaks: 0,
    replayFaults: 0,
    planningAtStart: 10,
    agreement: 1,
    categories: { 'brass lock': 5, 'iron lock': 5 },
  });
});

test('too few tasks: what there is is kept, what is missing is said', async () => {
  const store = openStore(':memory:');
  await expect(build(store, { tasks: household.tasks('train', 4), trajectories: 100 })).rejects.toThrow(
    /household has too few training tasks for 100 trajectories: 9\d are missing/,
  );
  expect(store.trajectories.count().trajectories).toBeGreaterThan(0);
  expect(store.runs.get('build')!.status).toBe('failed');
});

test('few tasks are demonstrated several times, with other mistakes', async () => {
  const few: World = {
    ...household,
    tasks: (_, count, from = 0) => household.tasks('train', 12).slice(from, from + count),
  };
  const trajectories = await built({ world: few, trajectories: 30 });
  expect(new Set(trajectories.map(({ task }) => task.id)).size).toBeLessThanOrEqual(12);
  expect(new Set(trajectories.map(({ rollout }) => rollout)).size).toBeGreaterThan(1);
});

test('a world with few tasks: each is tried once before any comes again, and what is counted is stored', async () => {
  const ids = [...completeKit(lockedRoom).tasks(0)].map(({ id }) => id);
  expect(ids).toEqual(lockedRoom.tasks('train', 1e6).map(({ id }) => id));
  const store = openStore(':memory:');
  const trajectories = ids.length + 40;
  const { stored } = await build(store, {
    world: lockedRoom,
    trajectories,
  });
  const heads = store.trajectories.summaries({ run: 'build' });
  expect([stored, heads.length]).toEqual([trajectories, trajectories]);
  expect(new Set(heads.map(({ task, rollout }) => `${rollout} ${task}`)).size).toBe(trajectories);
}, 60_000);

test('a list of tasks that names one twice gives it once', async () => {
  const store = openStore(':memory:');
  const [first, second] = household.tasks('train', 2).map(({ id }) => household.task(id));
  const tasks = [first!, second!, first!];
  await expect(build(store, { tasks, trajectories: 20 })).rejects.toThrow(/18 are missing.* 2 are kept/);
  expect(store.trajectories.count().trajectories).toBe(2);
});

test('leak: an evaluation task among the tasks stops the build, and nothing of it is kept', async () => {
  const store = openStore(':memory:');
  await expect(build(store, { tasks: household.tasks('unseen', 5) })).rejects.toThrow(
    /The task household:unseen:0 must not be trained on: household:unseen:0 is a task of the split "unseen"/,
  );
  expect(store.trajectories.count().trajectories).toBe(0);
});

test('leak: a held-out goal in a text of the world stops the build', async () => {
  const world: World = {
    ...household,
    start: record =>
      Object.assign((household as World).start(record), {
        observation: `${(household as World).start(record).observation}\nThe last tenant had to: find two pen and put them in desk.`,
      }),
  };
  await expect(build(openStore(':memory:'), { ...rlvmrMethod(world) })).rejects.toThrow('a goal kept out of training');
});

test('leaks of a trajectory are found by its task made anew, whatever it says of itself', async () => {
  const [trajectory] = await built({ trajectories: 4 });
  const rules = recipe.leaks(household.heldOut);
  const [cool] = household.tasks('heldOut', 1);
  const [unseen] = household.tasks('unseen', 1);
  const goal = household.goal(unseen!.task);
  expect(trajectoryLeaks(trajectory!, rules, household)).toEqual([]);
  expect(trajectoryLeaks({ ...trajectory!, task: { ...trajectory!.task, split: 'seen' } }, rules)).toEqual([
    `${trajectory!.task.id} is a task of the split "seen"`,
  ]);
  expect(
    trajectoryLeaks({ ...trajectory!, task: { ...trajectory!.task, id: unseen!.id, goal } }, rules, household).join(),
  ).toMatch(/is a task of the split "train".*household:unseen:0 is set in .*, a house of the evaluation/);
  expect(trajectoryLeaks({ ...trajectory!, task: { ...trajectory!.task, category: cool!.category } }, rules)).toEqual([
    `${trajectory!.task.id} is of the held-out category "${cool!.category}"`,
  ]);
  expect(
    trajectoryLeaks(
      { ...trajectory!, task: { ...trajectory!.task, goal: household.goal(cool!.task) } },
      rules,
      household,
    ).join(),
  ).toMatch(/has another goal in household.*a goal kept out of training/);
});

test('replay finds a changed text, a changed state, a wrong end and another version', async () => {
  const [trajectory] = await built({ trajectories: 4 });
  const [first, ...rest] = trajectory!.steps;
  expect(replayFaults(household, trajectory!)).toEqual([]);
  expect(replayFaults(household, { ...trajectory!, initialObservation: 'x' })).toEqual([
    `${trajectory!.id} opens with another text`,
  ]);
  expect(replayFaults(household, { ...trajectory!, steps: [{ ...first!, observation: 'x' }, ...rest] })[0]).toContain(
    'observation differ when it is replayed',
  );
  expect(replayFaults(household, { ...trajectory!, steps: [{ ...first!, stateAfter: 'x' }, ...rest] })[0]).toContain(
    'stateAfter differ',
  );
  expect(replayFaults(household, { ...trajectory!, success: false })).toEqual([
    `${trajectory!.id} ends won when it is replayed`,
  ]);
  expect(replayFaults(household, { ...trajectory!, worldVersion: '0' })[0]).toContain('was made with version 0');
});

test('a build that was stopped goes on with the same demonstrator alone; what is whole is taken as it is', async () => {
  const mistakes = () => {
    const made = recipe.mistakes();
    return { ...made, possible: (...of: Parameters<typeof made.possible>) => made.possible(...of).toReversed() };
  };
  const other: World = { ...household, kit: { ...household.kit, mistakes } } as never;
  const often = { rate: 0.6 };
  const stopped = openStore(':memory:');
  const stop = new AbortController();
  const own = rlvmrMethod(household, often);
  await build(stopped, {
    ...own,
    trajectories: 4,
    signal: stop.signal,
    annotator: { ...rulesAnnotator(), annotate: async of => (stop.abort(), rulesAnnotator().annotate(of)) },
  });
  const kept = stopped.trajectories.count().trajectories;
  expect(kept).toBeGreaterThan(0);
  expect(kept).toBeLessThan(4);
  await expect(build(stopped, { ...rlvmrMethod(other, often), world: other, trajectories: 4 })).rejects.toThrow(
    /holds demonstrations that are made differently now: build\/.* of the run "build"\. .*--replace/,
  );
  expect(stopped.trajectories.count().trajectories).toBe(kept);
  expect(await build(stopped, { ...own, trajectories: 4 })).toMatchObject({ stored: 4, before: kept });
  expect(await build(stopped, { ...rlvmrMethod(other, often), world: other, trajectories: 4 })).toMatchObject({
    stored: 4,
    before: 4,
  });
});
