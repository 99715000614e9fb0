import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { saveCheckpoint } from '../../src/policy/index.ts';
import { measurementSchema } from '../../src/forecasts/index.ts';
import { contentHash, openStore } from '../../src/trajectory/index.ts';
import { needsData, officialData } from '../envs/alfworld/fixtures/official.ts';
import { smallPolicy } from '../training/rl/fixture.ts';
import { clew } from './run-clew.ts';

const bin = fileURLToPath(new URL('../../bin/clew.js', import.meta.url));
let folder: string;
let policy: string;
let other: string;
let panel: string;
const file = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'clew-eval-'));
  [policy, other, panel] = [file('policy.safetensors'), file('other.safetensors'), file('seen.json')];
  await saveCheckpoint(policy, await smallPolicy());
  await saveCheckpoint(other, await smallPolicy(1));
  expect(clew(['panel', 'locked-room', '--split', 'seen', '--tasks', '15', '--out', panel]).code).toBe(0);
}, 120_000);

const evaluation = (db: string, ...more: string[]) => [
  'eval',
  '--agent',
  `policy:${policy}`,
  '--panel',
  panel,
  '--tasks',
  '12',
  '--max-steps',
  '6',
  '--workers',
  '1',
  '--db',
  db,
  '--json',
  ...more,
];

interface Result {
  evaluations: {
    run: string;
    panel: string;
    level: string | null;
    measurement: { episodes: number; success: { value: number } };
  }[];
}
const resultOf = (run: { out: string }) => JSON.parse(run.out) as Result;

function storeOf<T>(path: string, look: (store: ReturnType<typeof openStore>) => T): T {
  const store = openStore(path, { readonly: true });
  try {
    return look(store);
  } finally {
    store.close();
  }
}

function sentence(run: { code: number | null; err: string }, code: number): string {
  expect(run.err).toMatch(/^clew: /m);
  expect(run.err).not.toMatch(/^\s+at /m);
  expect(run.code).toBe(code);
  return run.err;
}

describe('clew eval', { timeout: 120_000 }, () => {
  it('plays every task of a panel once, in the world of the policy, and measures', () => {
    const db = file('once.db');
    const run = clew(evaluation(db));
    expect(run.code).toBe(0);
    const [seen] = resultOf(run).evaluations;
    expect(seen).toMatchObject({
      run: 'eval locked-room policy:policy T 0.4 seen first 12',
      panel: 'seen',
      level: 'L0',
      measurement: { episodes: 12, tasks: 12 },
    });
    expect(Object.keys(measurementSchema.parse(seen!.measurement).by.category!).length).toBeGreaterThan(1);
    const { tasks } = JSON.parse(readFileSync(panel, 'utf8')) as { tasks: string[] };
    storeOf(db, store => {
      expect(store.runs.get(seen!.run)).toMatchObject({
        kind: 'evaluation',
        engine: 'onnx cpu',
        status: 'done',
        config: {
          arm: null,
          seed: 0,
          level: 'L0',
          panel: 'seen',
          temperature: 0.4,
          policy: expect.stringMatching(/^[0-9a-f]{16}$/),
          tasks: { count: 12, hash: expect.any(String) },
        },
      });
      expect([...store.trajectories.select()].map(({ task }) => task.id).toSorted()).toEqual(
        tasks.slice(0, 12).toSorted(),
      );
      expect(store.metrics.of(seen!.run)).toMatchObject([
        {
          iteration: 0,
          phase: 'evaluation L0',
          data: { panel: 'seen', level: 'L0', temperature: 0.4, measurement: seen!.measurement },
        },
      ]);
    });
  });

  it.each([
    ['sampled', []],
    ['greedy', ['--greedy']],
  ])('gives the same figures bit for bit in another database, %s', (name, more) => {
    const [a, b] = [file(`a-${name}.db`), file(`b-${name}.db`)];
    const [first, second] = [clew(evaluation(a, ...more)), clew(evaluation(b, ...more))];
    expect(first.code).toBe(0);
    expect(resultOf(second).evaluations).toEqual(resultOf(first).evaluations);
    expect(storeOf(b, store => contentHash(store))).toBe(storeOf(a, store => contentHash(store)));
  });

  it('cuts replies where it is told to, and records that', () => {
    const db = file('short.db');
    const { run } = resultOf(clew(evaluation(db, '--reply-tokens', '5'))).evaluations[0]!;
    storeOf(db, store => {
      expect(store.runs.get(run)!.config).toMatchObject({ replyTokens: 5 });
      for (const { steps } of store.trajectories.select())
        for (const { parsed } of steps) expect(parsed!.violations).not.toEqual([]);
    });
  });

  it('gives other figures for another seed, so that the same ones mean something', () => {
    const [a, b] = [file('seed-0.db'), file('seed-1.db')];
    const same = ['--run', 'one'];
    clew(evaluation(a, ...same));
    clew(evaluation(b, ...same, '--seed', '1'));
    const replies = (db: string) =>
      storeOf(db, store => [...store.trajectories.select()].flatMap(({ steps }) => steps.map(({ reply }) => reply)));
    expect(replies(b)).not.toEqual(replies(a));
  });

  it('killed, or interrupted, it goes on to the same trajectories', async () => {
    const [straight, killed] = [file('straight.db'), file('killed.db')];
    const args = (db: string) => evaluation(db, '--rollouts', '40', '--parallel-episodes', '8');
    expect(clew(args(straight)).code).toBe(0);
    expect((await interrupted(args(killed), killed, 'SIGKILL')).code).toBeNull();
    const { code, err, out } = await interrupted(args(killed), killed, 'SIGINT');
    expect([code, out]).toEqual([1, '']);
    expect(err).toContain('Run the same command again to go on.');
    expect(storeOf(killed, store => store.trajectories.count().trajectories)).toBeLessThan(480);
    expect(resultOf(clew(args(killed))).evaluations).toEqual(resultOf(clew(args(straight))).evaluations);
    expect(storeOf(killed, store => contentHash(store))).toBe(storeOf(straight, store => contentHash(store)));
  });

  it('plays several panels, a run for each, and sets them side by side', () => {
    const db = file('several.db');
    const args = [
      'eval',
      'household',
      '--agent',
      'random',
      '--panel',
      'seen',
      'unseen',
      'heldOut',
      '--tasks',
      '5',
      '--arm',
      'nobody',
      '--seed',
      '3',
      '--db',
      db,
    ];
    const run = clew(args);
    expect(run.code).toBe(0);
    expect(run.out).toMatch(/seen \(L0\) +unseen \(L1\) +heldOut \(L2\)\n +episodes +5 +5 +5\n +success/);
    storeOf(db, store =>
      expect(store.runs.list().map(({ id, config }) => [id, config])).toMatchObject([
        ['eval household nobody seed 3 seen first 5', { arm: 'nobody', seed: 3, level: 'L0' }],
        ['eval household nobody seed 3 unseen first 5', { level: 'L1' }],
        ['eval household nobody seed 3 heldOut first 5', { level: 'L2' }],
      ]),
    );
  });

  it('plays a whole split where that has an end', () => {
    const {
      evaluations: [evaluation],
    } = resultOf(
      clew(['eval', 'locked-room', '--agent', 'expert', '--split', 'seen', '--db', file('whole.db'), '--json']),
    );
    expect(evaluation!.measurement.episodes).toBe(19);
    expect(
      sentence(clew(['eval', 'household', '--agent', 'expert', '--split', 'seen', '--db', file('endless.db')]), 2),
    ).toContain('more than 1000 tasks in "seen": say how many of them with --tasks');
  });

  it.skipIf(!officialData)(`plays every game of ALFWorld's splits, L2's among them${needsData}`, () => {
    const levels = (...args: string[]) =>
      resultOf(
        clew([
          'eval',
          '--world',
          'alfworld',
          '--data',
          officialData!,
          '--agent',
          'expert',
          '--db',
          file('alfworld.db'),
          '--json',
          ...args,
        ]),
      ).evaluations.map(({ run, level, measurement }) => [run, level, measurement.episodes]);
    expect(levels('--split', 'seen', 'unseen')).toEqual([
      ['eval alfworld expert seen', 'L0', 140],
      ['eval alfworld expert unseen', 'L1', 134],
    ]);
    expect(levels('--split', 'heldOut', '--held-out', 'cool,two')).toEqual([
      ['eval alfworld expert heldOut', 'L2', 38],
    ]);
  });

  it('does not mix two evaluations under one name', () => {
    const db = file('mixed.db');
    expect(clew(evaluation(db, '--run', 'mine')).code).toBe(0);
    const kept = () => storeOf(db, store => [store.runs.list(), contentHash(store)]);
    const before = kept();
    expect(sentence(clew(evaluation(db, '--run', 'mine', '--temperature', '1')), 1)).toMatch(
      /a run "mine seen first 12" that was begun with other settings \(temperature: 0\.4, now 1\)/,
    );
    expect(sentence(clew(evaluation(db, '--run', 'mine').map(word => word.replace(policy, other))), 1)).toMatch(
      /policy: "[0-9a-f]+", now "[0-9a-f]+"/,
    );
    expect(sentence(clew(evaluation(db, '--run', 'mine', '--engine', 'reference')), 1)).toMatch(
      /engine: "onnx cpu", now "reference/,
    );
    expect(kept()).toEqual(before);
  });

  it('writes runs/clew.db unless told otherwise', () => {
    const cwd = mkdtempSync(join(tmpdir(), 'clew-eval-'));
    expect(clew(['eval', 'locked-room', '--agent', 'random', '--split', 'seen', '--tasks', '2'], { cwd }).code).toBe(0);
    expect(clew(['runs'], { cwd }).out).toMatch(/eval locked-room random seen first 2 +evaluation +locked-room +done/);
  });

  it.each<[string, () => string[], number, string]>([
    ['neither panel nor split', () => ['--agent', 'random'], 2, 'either --panel PANEL or --split SPLIT'],
    ['no world', () => ['--agent', 'random', '--split', 'seen'], 2, 'Say in which world random shall play'],
    [
      'two worlds',
      () => ['household', '--world', 'locked-room', '--agent', 'random', '--split', 'seen'],
      2,
      'Two worlds are named, household and locked-room',
    ],
    ['a panel twice', () => ['household', '--agent', 'random', '--panel', 'seen', 'seen'], 2, 'seen is named twice'],
    [
      'a panel that is not there',
      () => ['household', '--agent', 'random', '--panel', 'nowhere'],
      2,
      'There is no panel "nowhere"',
    ],
    [
      'a policy that is not there',
      () => ['--agent', `policy:${file('none')}`, '--panel', 'seen'],
      2,
      'There is no policy',
    ],
    [
      'a policy of another world',
      () => ['household', '--agent', `policy:${policy}`, '--panel', 'seen'],
      1,
      'cannot play household',
    ],
  ])('explains %s', (_, args, code, message) => {
    expect(sentence(clew(['eval', ...args(), '--db', file('wrong.db')]), code)).toContain(message);
    expect(existsSync(file('wrong.db'))).toBe(false);
  });
});

/** Runs the command and sends it a signal as soon as more is stored than before. */
function interrupted(
  args: readonly string[],
  db: string,
  signal: NodeJS.Signals,
): Promise<{ code: number | null; err: string; out: string }> {
  const count = () => {
    try {
      return storeOf(db, store => store.trajectories.count().trajectories);
    } catch {
      return 0;
    }
  };
  const before = count();
  const child = spawn(process.execPath, [bin, ...args], { env: { ...process.env, NO_COLOR: '1' } });
  let err = '';
  let out = '';
  child.stderr.on('data', (text: Buffer) => {
    err += text.toString();
  });
  child.stdout.on('data', (text: Buffer) => {
    out += text.toString();
  });
  const watch = setInterval(() => {
    if (count() <= before) return;
    clearInterval(watch);
    child.kill(signal);
  }, 5);
  return new Promise(resolve =>
    child.on('close', code => {
      clearInterval(watch);
      resolve({ code, err, out });
    }),
  );
}
