import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import lockedRoom from '../../../envs/locked-room/index.ts';
import { randomAgent, rollout } from '../../../src/agents/index.ts';
import { ClewError } from '../../../src/errors.ts';
import { searchTrajectories } from '../../../src/studio/live/search.ts';
import type { RunKind, Score, Step, Trajectory } from '../../../src/trajectory/index.ts';
import { contentHash, openStore, viewNames, type Store } from '../../../src/trajectory/index.ts';
import { exampleStep, exampleTask, exampleTrajectory } from '../examples.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'clew-packed-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** Episodes of many kinds: of a world, with tokens and without, without facts, without steps, with odd texts. */
async function episodes(): Promise<Trajectory[]> {
  const played: Trajectory[] = [];
  await rollout({
    world: lockedRoom,
    tasks: lockedRoom.tasks('train', 12),
    agent: randomAgent(),
    run: 'demo',
    maxSteps: 25,
    rollouts: 6,
    onTrajectory: trajectory => void played.push(trajectory),
  });
  const withTokens = (steps: readonly Step[], from: number): Step[] =>
    steps.map((step, t) =>
      (from + t) % 3 === 0
        ? step
        : {
            ...step,
            tokens: {
              prompt: [from, t, 2 ** 31 - 1],
              reply: Array.from({ length: t % 4 }, (_, i) => 7 * t + i),
              logProbabilities: Array.from({ length: t % 4 }, (_, i) => Math.fround(-1 / (i + t + 1))),
            },
          },
    );
  const nothing = { accepted: null, refusal: null, stateBefore: null, stateAfter: null, inspection: null };
  return [
    ...played.map((trajectory, n) => ({ ...trajectory, steps: withTokens(trajectory.steps, n) })),
    exampleTrajectory({ task: exampleTask('empty'), steps: [], success: false, stopReason: 'gave up' }),
    exampleTrajectory({
      task: exampleTask('log'),
      success: null,
      steps: [
        exampleStep({ ...nothing, admissible: null, parsed: null, command: null, subgoals: null, success: null }),
        exampleStep({
          reply: 'Ein Löffel 🥄\u2028',
          observation: 'Türe 100 % zu_',
          thinking: 'Hm.',
          finishReason: 'stop',
        }),
        exampleStep({ usage: { promptTokens: 3, cachedTokens: null, replyTokens: 2, thinkingTokens: 0 } }),
      ],
    }),
  ];
}

const paid = ({ steps }: Trajectory, shift = 0): Score[] => [
  { method: 'rlvmr:fixed', kind: 'reward', part: 'planning', steps: steps.map((_, t) => shift + t / 3) },
  { method: 'grpo', kind: 'advantage', part: 'total', steps: steps.map((_, t) => -t) },
];

async function filled(name: string, kind: RunKind): Promise<{ path: string; given: Trajectory[] }> {
  const path = join(directory, name);
  const given = await episodes();
  // Two writers, one after the other: the second has to find the dictionary of the first.
  for (const part of [given.slice(0, 40), given.slice(40)]) {
    const store = openStore(path);
    if (!store.runs.get('demo')) store.runs.add({ id: 'demo', kind, world: '', config: {} });
    for (const trajectory of part) {
      store.trajectories.add(trajectory);
      store.scores.put(trajectory.id, paid(trajectory, 1));
      store.scores.put(trajectory.id, paid(trajectory).slice(0, 1));
    }
    store.close();
  }
  return { path, given };
}

/** Everything that can be read of the trajectories of a database. */
function look(path: string): unknown {
  const store = openStore(path, { readonly: true });
  try {
    return {
      trajectories: [...store.trajectories.select()],
      scores: store.trajectories.summaries().map(({ id }) => [store.scores.of(id), store.scores.of(id, 'grpo')]),
      tables: viewNames.map(name => [...store.tables(name)]),
      found: ['door', '100 %', 'löffel', 'zu_'].map(text => searchTrajectories(path, text)),
      hash: contentHash(store),
    };
  } finally {
    store.close();
  }
}

/** How many rows a table has, asked by a program that knows nothing of Clew. */
function rows(path: string, table: string): unknown {
  const raw = new Database(path, { readonly: true });
  try {
    return raw.prepare(`select count(*) from ${table}`).pluck().get();
  } finally {
    raw.close();
  }
}

test('episodes of a training are packed, and all that is read of them is the same as of rows', async () => {
  const { path: asRows, given } = await filled('rows.db', 'rollout');
  const { path: packed } = await filled('packed.db', 'rl');
  for (const table of ['steps', 'tokens', 'scores']) expect([table, rows(packed, table)]).toEqual([table, 0]);
  expect(rows(packed, 'packed_steps')).toBe(given.length);
  expect(rows(packed, 'dictionaries')).toBe(1);
  expect(rows(asRows, 'packed_steps')).toBe(0);
  expect(look(packed)).toEqual(look(asRows));
  expect((look(packed) as { trajectories: Trajectory[] }).trajectories).toEqual(expect.arrayContaining(given));
  expect((look(packed) as { found: string[][] }).found.map(({ length }) => length > 0)).toEqual([
    true,
    true,
    false,
    true,
  ]);
  expect(statSync(packed).size).toBeLessThan(0.6 * statSync(asRows).size);
});

test('rates are there for any program that asks in SQL', async () => {
  const ask = (path: string) => {
    const raw = new Database(path, { readonly: true });
    const rates = raw.prepare('select * from rates order by episode').all();
    raw.close();
    return rates;
  };
  const { path: packed } = await filled('packed.db', 'sft');
  const { path: asRows } = await filled('rows.db', 'rollout');
  expect(ask(packed)).toEqual(ask(asRows));
});

test('pack takes rows of before in, unpack writes them again, and nothing is lost either way', async () => {
  const { path, given } = await filled('demo.db', 'rl');
  const before = look(path);
  const small = statSync(path).size;
  const change = (how: (store: Store) => void) => {
    const store = openStore(path);
    how(store);
    store.close();
  };
  change(store => store.unpack());
  expect(rows(path, 'packed_steps')).toBe(0);
  expect(rows(path, 'steps')).toBe(given.reduce((sum, { steps }) => sum + steps.length, 0));
  expect(rows(path, 'dictionaries')).toBe(0);
  expect(look(path)).toEqual(before);
  change(store => {
    store.pack();
    expect(store.trajectories.add(given[0]!)).toBe(false);
    expect(store.trajectories.add({ ...given[0]!, id: 'later', rollout: 99 })).toBe(true);
  });
  expect(rows(path, 'steps')).toBe(0);
  expect(rows(path, 'texts')).toBe(new Set(given.map(({ initialObservation }) => initialObservation)).size);
  const raw = new Database(path);
  raw.exec("delete from trajectories where id = 'later'");
  raw.close();
  expect(look(path)).toEqual(before);
  expect(statSync(path).size).toBeLessThan(1.1 * small);
  const reader = openStore(path, { readonly: true });
  for (const how of [() => reader.pack(), () => reader.unpack()]) expect(how).toThrow('open for reading only');
  reader.close();
});

test('a transaction that fails leaves no half of an episode, and the next one packs with what is stored', async () => {
  const path = join(directory, 'demo.db');
  const given = await episodes();
  const store = openStore(path);
  store.runs.add({ id: 'demo', kind: 'rl', world: '', config: {} });
  expect(() =>
    store.transaction(() => {
      store.trajectories.addAll(given);
      throw new Error('stop');
    }),
  ).toThrow('stop');
  expect([store.trajectories.count().trajectories, rows(path, 'packed_steps'), rows(path, 'dictionaries')]).toEqual([
    0, 0, 0,
  ]);
  expect(store.trajectories.addAll(given)).toBe(given.length);
  expect([...store.trajectories.select()]).toEqual(expect.arrayContaining(given));
  store.close();
});

describe('a piece that is damaged is a sentence that says which', () => {
  const trajectory = exampleTrajectory({
    steps: [exampleStep({ tokens: { prompt: [1], reply: [2, 3], logProbabilities: [-1, -2] } })],
  });
  /** A store with one packed episode, changed by another program. */
  function damaged(sql: string): Store {
    const path = join(directory, 'demo.db');
    const store = openStore(path);
    store.runs.add({ id: 'demo', kind: 'rl', world: '', config: {} });
    store.trajectories.add(trajectory);
    store.scores.put(trajectory.id, paid(trajectory));
    store.close();
    const raw = new Database(path);
    raw.exec(sql);
    raw.close();
    return openStore(path, { readonly: true });
  }

  test.each([
    ['that cannot be unpacked', "update packed_steps set steps = x'00ff00ff'"],
    ['that lacks log-probabilities', 'update packed_steps set log_probabilities = substr(log_probabilities, 1, 4)'],
  ])('steps %s', (_, sql) => {
    const reader = damaged(sql);
    expect(() => reader.trajectories.get(trajectory.id)).toThrow(
      `${reader.path} is damaged: the packed steps of trajectory ${trajectory.id} cannot be read`,
    );
    reader.close();
  });

  test('scores', () => {
    const reader = damaged("update packed_scores set scores = x'00ff00ff'");
    expect(() => reader.scores.of(trajectory.id)).toThrow(
      `${reader.path} is damaged: the packed scores of trajectory ${trajectory.id} cannot be read`,
    );
    reader.close();
  });

  test('steps that are asked for in SQL', () => {
    const reader = damaged("update packed_steps set steps = x'00ff00ff'");
    const asked = [() => [...reader.tables('episode_steps')], () => searchTrajectories(reader.path, 'door')];
    for (const ask of asked) {
      expect(ask).toThrow(ClewError);
      expect(ask).toThrow('damaged: packed steps in it cannot be read');
    }
    reader.close();
  });
});
