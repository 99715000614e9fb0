import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom } from 'clew';
import { beforeAll, describe, expect, it } from 'vitest';
import { measurementSchema } from '../../src/forecasts/index.ts';
import { contentHash, openStore } from '../../src/trajectory/index.ts';
import { answer, json, serve } from '../agents/faulty-endpoint.ts';
import { clew } from './run-clew.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'clew-'));
});
const file = (name: string) => join(folder, name);
const small = ['--split', 'seen', '--tasks', '10'];

function sentence(run: { code: number | null; err: string }, code: number): string {
  expect(run.err).toMatch(/^clew: /m);
  expect(run.err).not.toMatch(/^\s+at /m);
  expect(run.code).toBe(code);
  return run.err;
}

describe('clew rollout', () => {
  it('plays, stores, and says what came of it', () => {
    const db = file('first.db');
    const run = clew(['rollout', 'locked-room', '--agent', 'oracle', ...small, '--db', db, '--json']);
    expect(run.code).toBe(0);
    expect(JSON.parse(run.out)).toMatchObject({
      run: 'locked-room oracle seen',
      episodes: 10,
      successes: 10,
      finished: 10,
      skipped: 0,
      steps: 40,
    });
    const again = clew(['rollout', 'locked-room', '--agent', 'oracle', ...small, '--db', db, '--json']);
    expect(JSON.parse(again.out)).toMatchObject({ episodes: 10, finished: 0, skipped: 10 });
  });

  it.each([
    ['gives up at the end of the input', '', 1, 0, ''],
    ['reads all that is piped in', 'search the rug\n\nsearch the vase\n', 2, 0, ''],
    [
      'drops what was never begun',
      'search the rug\n',
      2,
      1,
      '1 episodes of locked-room human train could not be finished',
    ],
  ])('a person %s', (name, input, tasks, code, message) => {
    const db = file(`${name}.db`);
    const args = ['rollout', 'locked-room', '--agent', 'human', '--split', 'train', '--tasks', String(tasks)];
    const run = clew([...args, '--db', db], { input });
    expect(run.code).toBe(code);
    expect(run.err).toContain(message);
    const store = openStore(db, { readonly: true });
    expect(store.runs.list()).toMatchObject([{ status: code === 0 ? 'done' : 'failed' }]);
    expect([...store.trajectories.select()].map(({ stopReason }) => stopReason)).toEqual(
      Array.from({ length: tasks - code }, () => 'gave up'),
    );
    store.close();
  });

  it('ends after the last episode of a person, though the input stays open', { timeout: 30_000 }, async () => {
    const args = ['rollout', 'locked-room', '--agent', 'human', '--split', 'train', '--tasks', '1', '--db'];
    const child = spawn(process.execPath, ['bin/clew.js', ...args, file('open.db')], {
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    child.stdin.write('search the rug\n\n');
    expect(await new Promise(resolve => child.on('exit', resolve))).toBe(0);
  });

  it('plays a panel, each task once', () => {
    const panel = file('panel.json');
    const db = file('panel.db');
    clew(['panel', 'locked-room', '--split', 'unseen', '--tasks', '7', '--out', panel]);
    expect(
      JSON.parse(clew(['rollout', 'locked-room', '--agent', 'random', '--panel', panel, '--db', db, '--json']).out),
    ).toMatchObject({ episodes: 7 });
  });

  it('asks an endpoint, counts what it used, and goes on where it failed', async () => {
    let broken = true;
    const server = await serve((response, _, n) =>
      broken && n % 5 === 4
        ? json(response, 400, { error: 'too long' })
        : json(response, 200, answer('<explore>the rug</explore><action>search the rug</action>')),
    );
    const args = [
      'rollout',
      'locked-room',
      '--agent',
      'chat:m',
      '--base-url',
      server.baseUrl,
      '--max-steps',
      '3',
      '--prices',
      '1,2',
      ...small,
      '--db',
      file('chat.db'),
      '--json',
    ];
    const started = await clewBeside(args);
    const result = JSON.parse(started.out);
    expect(sentence(started, 1)).toContain(
      'could not be finished and were not stored; run the same command again to retry them',
    );
    expect(result.failed).toBeGreaterThan(0);
    expect(result.episodes + result.failed).toBe(10);
    expect(result.usage.cost).toBeGreaterThan(0);
    const [shown, measured] = [
      clew(['runs', 'show', 'locked', '--db', file('chat.db')]),
      clew(['measure', file('chat.db')]),
    ];
    expect(shown.out).toMatch(
      /rollout in locked-room, failed\n[^]*\nfailures\n {2}locked-room:seen:\d+, rollout 0: status 400/,
    );
    expect(measured.err).toMatch(
      /^Note: The run locked-room chat:m T 0.4 seen failed \(locked-room:seen:\d+, rollout 0: status 400/,
    );
    broken = false;
    const finished = await clewBeside(args);
    expect(finished.code).toBe(0);
    expect(clew(['measure', file('chat.db')]).err).toBe('');
    expect(JSON.parse(finished.out)).toMatchObject({ episodes: 10, finished: result.failed });
    await server.close();
  });

  it('asks a model beforehand, measures how well it foretold, and exports what it said', async () => {
    const server = await serve((response, { body }) =>
      json(
        response,
        200,
        answer(
          body.messages.at(-1)!.content.includes('Do not act yet')
            ? '<think>hm</think><meta>keys are under rugs</meta><forecast>steps 3; wins 0 of 8; things: rug, key</forecast>'
            : '<explore>the rug</explore><action>search the rug</action>',
        ),
      ),
    );
    const db = file('foretold.db');
    const args = ['eval', 'locked-room', '--agent', 'chat:m', '--base-url', server.baseUrl, '--max-steps', '3'];
    args.push('--split', 'seen', '--tasks', '4', '--forecasts', '2', '--thinking', 'strip', '--db', db, '--json');
    const run = await clewBeside(args);
    expect(run.code).toBe(0);
    const [{ forecasts, measurement }] = JSON.parse(run.out).evaluations;
    expect(forecasts).toMatchObject({ forecasts: 8, tasks: 4, episodes: 4, wellFormed: 1, faults: {} });
    expect(forecasts.gap.value).toBeCloseTo(measurement.success.value, 10);
    expect(server.requests.filter(({ body }) => body.messages[0]!.content.includes('Do not act yet'))).toHaveLength(8);
    await server.close();

    const [csv, jsonl] = [file('foretold.csv'), file('foretold.jsonl')];
    for (const out of [csv, jsonl]) expect(clew(['export', db, '--format', 'forecasts', '--out', out]).code).toBe(0);
    const [head, first, ...more] = readFileSync(csv, 'utf8').trim().split('\n');
    expect(head).toBe(
      'id,run,world,task,category,split,group,rollout,iteration,agent,policy_version,steps,wins,of,things,thought,faults,episodes,won',
    );
    expect(first).toMatch(/,chat:m,m,3,0,8,"rug, key",keys are under rugs,,1,0$/);
    expect(more).toHaveLength(7);
    const rows = readFileSync(jsonl, 'utf8').trim().split('\n');
    expect(JSON.parse(rows[0]!)).toMatchObject({ steps: 3, things: ['rug', 'key'], episodes: 1, won: 0, paid: {} });
    expect(clew(['measure', db, '--csv']).out).toMatch(/^,,wellFormed,forecasts,1,,8,/m);
    expect(clew(['measure', db]).out).toMatch(/^ *well-formed +100.0 %/m);
  });

  it('says who can be asked beforehand', () => {
    const played = (...more: string[]) =>
      clew(['rollout', 'locked-room', '--agent', 'random', ...small, '--db', file('silent.db'), ...more]);
    expect(sentence(played('--forecasts', '2'), 2)).toContain('random says nothing of a task before it plays it');
    expect(played().code).toBe(0);
    const exported = clew(['export', file('silent.db'), '--format', 'forecasts', '--out', file('none.csv')]);
    expect(sentence(exported, 1)).toContain('holds no forecast that fits: 0 are in it');
  });

  it('measures a reasoning model: thinking apart, cut replies told, the form of the request and the run recorded', async () => {
    const reply =
      '<think>First <action>leave the room</action>? No.</think>\n<explore>the rug</explore><action>search the rug</action>';
    const server = await serve((response, { body }, n) =>
      'max_tokens' in body
        ? json(response, 400, {
            error: { message: 'max_tokens is not supported, use max_completion_tokens', param: 'max_tokens' },
          })
        : json(response, 200, {
            choices: [{ message: { content: reply }, finish_reason: n % 2 ? 'length' : 'stop' }],
            usage: { prompt_tokens: 50, completion_tokens: 20, completion_tokens_details: { reasoning_tokens: 12 } },
          }),
    );
    const db = file('thinking.db');
    const args = [
      'rollout',
      'locked-room',
      '--agent',
      'chat:m',
      '--base-url',
      server.baseUrl,
      '--max-steps',
      '2',
      '--split',
      'seen',
      '--tasks',
      '3',
      '--db',
      db,
    ];
    const kept = await clewBeside([
      ...args,
      '--run',
      'kept',
      '--omit',
      'temperature,seed',
      '--extra-body',
      '{"reasoning_effort": "low"}',
    ]);
    expect(kept.code).toBe(0);
    expect(kept.err).toContain('m does not take max_tokens: it is sent as max_completion_tokens');
    expect(kept.err).toMatch(/3 of 6 replies \(50\.0 %\) were cut at the limit of 512 tokens/);
    expect(kept.err).toMatch(/6 of 6 replies hold what the model thought .* --thinking strip/);
    expect(server.requests.at(-1)!.body).toMatchObject({ max_completion_tokens: 512, reasoning_effort: 'low' });
    expect(server.requests.at(-1)!.body).not.toHaveProperty('temperature');
    const stripped = await clewBeside([...args, '--run', 'stripped', '--thinking', 'strip', '--stop', 'a\\nb']);
    expect(stripped.err).not.toContain('hold what the model thought');
    expect(server.requests.at(-1)!.body).toMatchObject({ stop: ['a\nb'] });
    await server.close();

    const store = openStore(db, { readonly: true });
    expect(store.runs.get('kept')!.config).toMatchObject({
      thinking: 'keep',
      temperature: null,
      omit: ['temperature', 'seed'],
      extraBody: { reasoning_effort: 'low' },
    });
    expect(store.runs.get('stripped')!.config).toMatchObject({ thinking: 'strip', temperature: 0.4, stop: ['a\nb'] });
    const [step] = [...store.trajectories.select({ run: 'stripped' })][0]!.steps;
    expect(step).toMatchObject({
      thinking: 'First <action>leave the room</action>? No.',
      command: 'search the rug',
      parsed: { tag: 'explore', violations: [] },
      usage: { replyTokens: 20, thinkingTokens: 12 },
    });
    store.close();
    const measured = clew(['measure', db, '--run', 'stripped']).out;
    expect(measured).toMatch(/replies cut at the limit of tokens\s+50\.0 %/);
    expect(measured).toContain('20 tokens a reply (12 of them thinking), 50 of its prompt');
    expect(measured).toContain('3 of 6 replies (50.0 %) were cut at the limit of tokens');
  });

  it('wants the key of a provider, and names what it does not know', () => {
    const args = ['rollout', 'locked-room', '--agent', 'chat:m', ...small, '--db', file('key.db')];
    expect(sentence(clew([...args, '--profile', 'mistral', '--api-key-env', 'NO_SUCH_KEY']), 2)).toContain(
      'https://api.mistral.ai/v1 (--profile mistral) wants a key, and the environment variable NO_SUCH_KEY is not set',
    );
    expect(clew([...args, '--profile', 'none']).err).toContain('It takes one of: openai, openai-reasoning,');
    expect(clew([...args, '--extra-body', '[1]']).err).toContain('a JSON object');
    expect(clew([...args, '--header', 'x']).err).toContain('NAME: VALUE');
  });

  it('killed 20 times while it plays, ends with the same trajectories as without', { timeout: 240_000 }, async () => {
    const args = (db: string) => [
      'rollout',
      'household',
      '--agent',
      'random',
      '--split',
      'seen',
      '--tasks',
      '150',
      '--rollouts',
      '10',
      '--parallel-episodes',
      '8',
      '--run',
      'same',
      '--db',
      db,
      '--json',
    ];
    const straight = file('straight.db');
    const killed = file('killed.db');
    expect(clew(args(straight)).code).toBe(0);
    const random = createRandom('kill');
    let stored = 0;
    let kills = 0;
    while (kills < 20 && !(await killWhileWriting(args(killed), killed, stored, random.int(40)))) {
      kills++;
      const now = countIn(killed);
      expect(now).toBeGreaterThan(stored);
      stored = now;
    }
    expect(kills).toBe(20);
    expect(stored).toBeLessThan(1500);
    const last = clew(args(killed));
    expect(last.code).toBe(0);
    expect(JSON.parse(last.out)).toMatchObject({ episodes: 1500 });
    expect(hashOf(killed)).toBe(hashOf(straight));
  });

  it.each([
    ['an agent by a slip', ['--agent', 'exprt', ...small], 2, '"exprt" is no agent (did you mean expert?): --agent'],
    ['no agent of that name', ['--agent', 'wizard', ...small], 2, '"wizard" is no agent: --agent takes random, expert'],
    ['neither panel nor split', ['--agent', 'random'], 2, 'either --panel PANEL or --split SPLIT'],
    ['a panel that is not there', ['--agent', 'random', '--panel', 'nowhere'], 2, 'There is no panel "nowhere"'],
    [
      'an address that is none',
      ['--agent', 'chat:m', '--base-url', 'nowhere', ...small],
      1,
      '"nowhere" is not an address',
    ],
    [
      'an endpoint that is not there',
      ['--agent', 'chat:m', '--base-url', 'http://127.0.0.1:9/v1', '--split', 'seen', '--tasks', '1', '--retries', '0'],
      1,
      'could not be finished',
    ],
  ])('explains %s', { timeout: 120_000 }, (_, args, code, message) => {
    expect(sentence(clew(['rollout', 'locked-room', ...args, '--db', file('wrong.db')]), code)).toContain(message);
  });

  it('does not mix two different runs under one name', () => {
    const db = file('mixed.db');
    clew(['rollout', 'locked-room', '--agent', 'random', ...small, '--db', db, '--run', 'mine']);
    const run = clew([
      'rollout',
      'locked-room',
      '--agent',
      'random',
      ...small,
      '--seed',
      '5',
      '--db',
      db,
      '--run',
      'mine',
    ]);
    expect(sentence(run, 1)).toContain('begun with other settings (seed: 0, now 5)');
  });
});

describe('clew measure', () => {
  const db = () => file('measured.db');
  beforeAll(() => {
    clew([
      'rollout',
      'household',
      '--agent',
      'random',
      '--split',
      'seen',
      '--tasks',
      '30',
      '--db',
      db(),
      '--run',
      'random',
    ]);
    clew([
      'rollout',
      'household',
      '--agent',
      'expert',
      '--split',
      'seen',
      '--tasks',
      '30',
      '--db',
      db(),
      '--run',
      'expert',
    ]);
  });

  it('prints a table, every rate with its denominator and interval', () => {
    const { out, code } = clew(['measure', db(), '--run', 'expert', '--by', 'category']);
    expect(code).toBe(0);
    expect(out).toMatch(/success +100\.0 % +30\/30 +\[88\.6, 100\.0\]/);
    expect(out).toMatch(/repetitive \(state-action\) +\d+\.\d %/);
    expect(Math.max(...out.split('\n').map(line => line.length))).toBeLessThanOrEqual(100);
  });
  it('prints JSON that keeps to its schema', () => {
    expect(measurementSchema.parse(JSON.parse(clew(['measure', db(), '--run', 'random', '--json']).out))).toMatchObject(
      { episodes: 30 },
    );
  });
  it('compares two runs on the tasks that both played', () => {
    expect(clew(['measure', db(), '--run', 'random', '--other-run', 'expert']).out).toContain(
      '30 pairs of the same task and rollout',
    );
  });
  it('measures a log as it measures a database', () => {
    const log = file('log.jsonl');
    expect(clew(['export', db(), '--format', 'clew', '--run', 'expert', '--out', log]).code).toBe(0);
    expect(clew(['measure', log]).out).toBe(clew(['measure', db(), '--run', 'expert']).out);
  });
  it.each<[string, () => string[], number, RegExp]>([
    ['a file that is not there', () => ['measure', file('none.db')], 2, /There is no file/],
    ['a run that is not there', () => ['measure', db(), '--run', 'nobody'], 2, /has no run "nobody"\. Its runs: /],
    [
      'the same run twice',
      () => ['measure', db(), '--run', 'expert', '--other-run', 'expert'],
      2,
      /Both sides of the comparison are the same/,
    ],
    [
      'a file that is no log',
      () => {
        writeFileSync(file('poem.txt'), 'roses are red\n');
        return ['measure', file('poem.txt')];
      },
      1,
      /poem\.txt/,
    ],
  ])('explains %s', (_, args, code, message) => expect(sentence(clew(args()), code)).toMatch(message));
});

/** Runs the command while this process goes on, for tests in which it is the server. */
function clewBeside(args: readonly string[]): Promise<{ code: number | null; out: string; err: string }> {
  return new Promise(resolve => {
    const child = spawn(process.execPath, ['bin/clew.js', ...args], { env: { ...process.env, NO_COLOR: '1' } });
    let out = '';
    let err = '';
    child.stdout.on('data', chunk => {
      out += String(chunk);
    });
    child.stderr.on('data', chunk => {
      err += String(chunk);
    });
    child.on('close', code => resolve({ code, out, err }));
  });
}

/**
 * Waits until more is stored than before, then a moment more, and kills. @returns true when the command finished
 * before.
 */
function killWhileWriting(args: readonly string[], path: string, stored: number, moment: number): Promise<boolean> {
  return new Promise(resolve => {
    const child = spawn(process.execPath, ['bin/clew.js', ...args], { stdio: 'ignore' });
    const poll = setInterval(() => {
      if (countIn(path) <= stored) return;
      clearInterval(poll);
      setTimeout(() => child.kill('SIGKILL'), moment);
    }, 5);
    child.on('close', code => {
      clearInterval(poll);
      resolve(code === 0);
    });
  });
}

function countIn(path: string): number {
  try {
    const store = openStore(path, { readonly: true });
    try {
      return store.trajectories.count().trajectories;
    } finally {
      store.close();
    }
  } catch {
    return 0; // Killed before the database was made.
  }
}

function hashOf(path: string): string {
  const store = openStore(path, { readonly: true });
  try {
    return contentHash(store);
  } finally {
    store.close();
  }
}
