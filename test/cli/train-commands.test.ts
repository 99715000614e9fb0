import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { adviceOnPretraining } from '../../src/cli/policy.ts';
import { openStore } from '../../src/trajectory/index.ts';
import { clew } from './run-clew.ts';

const bin = fileURLToPath(new URL('../../bin/clew.js', import.meta.url));
let folder: string;
let prior: string;
let demonstrations: string;
const file = (name: string) => join(folder, name);
const small = ['--preset', 'nano', '--workers', '1'];
const pretrain = (out: string) => [
  'train',
  'pretrain',
  'household',
  '--out',
  out,
  '--tokens',
  '6000',
  '--tokens-per-step',
  '2000',
  ...small,
  '--json',
];
const sft = (out: string) => [
  'train',
  'sft',
  'household',
  '--demonstrations',
  demonstrations,
  '--from',
  prior,
  '--out',
  out,
  '--epochs',
  '2',
  '--tokens-per-step',
  '500',
  '--keep-every',
  '1',
  '--workers',
  '1',
  '--json',
];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'clew-train-'));
  prior = file('prior.safetensors');
  demonstrations = file('demonstrations.sqlite');
  expect(clew(['cold-start', 'build', 'household', '--trajectories', '16', '--out', demonstrations]).code).toBe(0);
  const { code, out, err } = clew(pretrain(prior));
  expect(err).toBe('');
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({
    finished: true,
    before: false,
    engine: 'onnx cpu',
    probe: { objectNumber: { of: expect.any(Number) } },
  });
}, 120_000);

/** A mistake of the user's: one sentence, no stack. */
function sentence(args: readonly string[], code: number): string {
  const run = clew(args);
  expect(run.err).toMatch(/^clew: /m);
  expect(run.err).not.toMatch(/^\s+at /m);
  expect(run.code).toBe(code);
  return run.err;
}

/** Runs a training and sends it a signal as soon as its state is on the disk. */
function interrupted(args: readonly string[], signal: NodeJS.Signals): Promise<{ code: number | null; err: string }> {
  const state = args[args.indexOf('--out') + 1]!.replace('.safetensors', '.training.safetensors');
  const child = spawn(process.execPath, [bin, ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, NO_COLOR: '1' },
  });
  let err = '';
  child.stderr.on('data', (text: Buffer) => (err += text.toString()));
  const watch = setInterval(() => {
    if (!existsSync(state)) return;
    clearInterval(watch); // Once: a second SIGINT would end it at once.
    child.kill(signal);
  }, 5);
  return new Promise(resolve => {
    child.on('close', code => {
      clearInterval(watch);
      resolve({ code, err });
    });
  });
}

describe('clew train', () => {
  it('trains on demonstrations; killed, and stopped, it goes on to the same file', { timeout: 240_000 }, async () => {
    const [straight, killed, stopped] = [
      file('straight.safetensors'),
      file('killed.safetensors'),
      file('stopped.safetensors'),
    ];
    const first = clew(sft(straight));
    expect(first.code).toBe(0);
    expect(JSON.parse(first.out)).toMatchObject({ finished: true, policy: straight });
    expect(existsSync(file('straight.training.safetensors'))).toBe(false);

    expect((await interrupted(sft(killed), 'SIGKILL')).code).toBeNull();
    expect(existsSync(killed)).toBe(false);
    expect(clew(sft(killed)).code).toBe(0);
    expect(readFileSync(killed).equals(readFileSync(straight))).toBe(true);

    const { code, err } = await interrupted(sft(stopped), 'SIGINT');
    expect(code).toBe(1);
    expect(err).toContain('Run the same command again to go on.');
    expect(clew(sft(stopped)).code).toBe(0);
    expect(readFileSync(stopped).equals(readFileSync(straight))).toBe(true);

    // A second run with the same settings does nothing; one with others does not overwrite.
    expect(JSON.parse(clew(sft(straight)).out)).toMatchObject({ finished: true, before: true });
    expect(sentence([...sft(straight), '--epochs', '3'], 1)).toContain(
      'holds a policy that was begun with other settings (epochs: 2, now 3). Choose another --out',
    );
    expect(readFileSync(killed).equals(readFileSync(straight))).toBe(true);
  });

  it('makes a policy that plays, and records engine, version and sampling with the run', { timeout: 120_000 }, () => {
    const policy = file('plays.safetensors');
    const db = file('plays.db');
    expect(clew(sft(policy)).code).toBe(0);
    const args = [
      'rollout',
      'household',
      '--agent',
      `policy:${policy}`,
      '--split',
      'seen',
      '--tasks',
      '3',
      '--max-steps',
      '3',
      '--greedy',
      '--db',
      db,
      '--json',
    ];
    const run = clew(args);
    expect(run.code).toBe(0);
    const { policyVersion, ...result } = JSON.parse(run.out) as { policyVersion: string };
    expect(result).toMatchObject({
      run: 'household policy:plays greedy seen',
      engine: 'onnx cpu',
      episodes: 3,
      finished: 3,
    });
    const store = openStore(db, { readonly: true });
    expect(store.runs.get('household policy:plays greedy seen')).toMatchObject({
      engine: 'onnx cpu',
      config: { agent: 'policy:plays', policy: policyVersion, temperature: 0, onlyAdmissible: false },
    });
    for (const trajectory of store.trajectories.select())
      expect(trajectory).toMatchObject({ agent: 'policy:plays', policyVersion });
    store.close();
    expect(JSON.parse(clew(args).out)).toMatchObject({ skipped: 3, finished: 0 });
  });

  it('keeps the best model on demonstrations that it holds out', { timeout: 120_000 }, () => {
    const run = clew([...sft(file('held.safetensors')), '--hold-out', '4', '--patience', '1']);
    expect(run.code).toBe(0);
    expect(JSON.parse(run.out).best).toMatchObject({ step: expect.any(Number), loss: expect.any(Number) });
  });

  it('names what is wrong with what it is given', { timeout: 120_000 }, () => {
    const out = file('wrong.safetensors');
    const bad = (...args: string[]) => ['train', 'sft', 'household', '--out', out, ...args];
    expect(sentence(bad('--demonstrations', file('none.sqlite')), 2)).toContain(
      'Make demonstrations with: clew cold-start build household',
    );
    expect(sentence(bad('--demonstrations', demonstrations, '--from', file('none.safetensors')), 2)).toContain(
      'Make one with: clew train pretrain household',
    );
    const cut = file('cut.safetensors');
    copyFileSync(prior, cut);
    truncateSync(cut, statSync(cut).size - 1000);
    expect(sentence(bad('--demonstrations', demonstrations, '--from', cut), 1)).toMatch(/cut\.safetensors/);
    expect(sentence(bad('--demonstrations', demonstrations, '--from', prior, '--preset', 'nano'), 2)).toContain(
      '--preset is for a new policy',
    );
    const short = file('short.safetensors');
    expect(clew([...pretrain(short), '--context', '128']).code).toBe(0);
    expect(sentence(bad('--demonstrations', demonstrations, '--from', short), 1)).toMatch(
      /has \d+ tokens and the policy's context is 128/,
    );
    expect(sentence(['train', 'sft', 'locked-room', '--out', out, '--demonstrations', demonstrations], 1)).toMatch(
      /was played in household .* the policy learns locked-room/,
    );
    expect(existsSync(out)).toBe(false);
  });

  it('goes on with no state of another tokenizer, and leaves it as it was', () => {
    const out = file('other.safetensors');
    const state = file('other.training.safetensors');
    copyFileSync(prior, state);
    expect(sentence(sft(out), 1)).toMatch(/is the state of another run/);
    expect(readFileSync(state).equals(readFileSync(prior))).toBe(true);
    rmSync(state);
  });
});

describe('clew policy inspect', () => {
  it('tells what a policy is and how it was trained', () => {
    const { origin, parameters, configHash, tokenizerHash } = JSON.parse(
      clew(['policy', 'inspect', prior, '--json']).out,
    );
    expect(origin).toMatchObject({
      world: 'household',
      codec: 'alfworld',
      stages: [{ stage: 'pretrain', seed: 0, result: { loss: expect.any(Number) } }],
    });
    expect(parameters).toBeGreaterThan(300_000);
    expect(configHash + tokenizerHash).toMatch(/^[0-9a-f]{32}$/);
    expect(clew(['policy', 'inspect', prior]).out).toContain('reads household in version 1 of the codec "alfworld"');
  });

  it('probes whether it looks things up', () => {
    const { probe } = JSON.parse(clew(['policy', 'inspect', prior, '--probe', 'household', '--json']).out);
    for (const { right, of } of Object.values(probe) as { right: number; of: number }[]) {
      expect(of).toBeGreaterThan(100);
      expect(right).toBeLessThan(of);
    }
  });

  it('advises against a policy that misses one of five look-ups, and says nothing where there are none', () => {
    const probe = {
      objectNumber: { right: 82, of: 100 },
      answerNumber: { right: 93, of: 100 },
      answerKnown: { right: 52, of: 100 },
      answerWord: { right: 90, of: 100 },
    };
    expect(adviceOnPretraining(probe)).toContain('more --tokens or another --seed');
    expect(adviceOnPretraining({ ...probe, answerKnown: { right: 98, of: 100 } })).toBe('');
    expect(
      adviceOnPretraining({
        objectNumber: { right: 0, of: 0 },
        answerNumber: { right: 0, of: 0 },
        answerKnown: { right: 0, of: 0 },
        answerWord: { right: 0, of: 0 },
      }),
    ).toBe('');
  });

  it('names a file that is not there, and one that cannot play a world', () => {
    expect(sentence(['policy', 'inspect', file('none.safetensors')], 2)).toContain('There is no policy');
    expect(
      sentence(['rollout', 'locked-room', '--agent', `policy:${prior}`, '--split', 'seen', '--db', file('x.db')], 1),
    ).toContain('was trained on the texts of household (codec "alfworld") and cannot play locked-room');
    expect(
      sentence(
        ['rollout', 'household', '--agent', `policy:${file('none')}`, '--split', 'seen', '--db', file('x.db')],
        2,
      ),
    ).toContain('Make one with: clew train sft household');
  });
});
