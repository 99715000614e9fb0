import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { type ChildProcess, spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStore } from '../../src/trajectory/index.ts';
import { clew } from '../cli/run-clew.ts';
import { rightAnswer, scriptedTeacher } from '../demonstrations/scripted-teacher.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cold-start-cli-'));
});
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);

test('the committed cold start: what it must show', () => {
  const { code, out, err } = clew(['cold-start', 'inspect', 'cold-start/household.sqlite', '--json']);
  expect([code, err]).toEqual([0, '']);
  expect(JSON.parse(out)).toMatchObject({
    trajectories: 200,
    violations: 0,
    leaks: 0,
    replayFaults: 0,
    planningAtStart: 200,
    splits: { train: 200 },
  });
});

test('inspect prints counts, a table of tags by situation, and three trajectories to read', () => {
  const { code, out } = clew(['cold-start', 'inspect', 'cold-start/household.sqlite']);
  expect(code).toBe(0);
  expect(out).toMatch(/200 trajectories, \d+ steps, 200 won/);
  expect(out).toMatch(/^ {2}tag +steps +share +start +failed/m);
  expect(out).toMatch(/^ {2}reflection +\d+ +[\d.]+ %/m);
  expect(out.match(/^household:train:\d+ \((pick|look|clean|heat)\): /gm)).toHaveLength(3);
  expect(out).toContain('(a mistake on purpose)');
  expect(out).toMatch(/content hash [0-9a-f]{64}/);
});

test('build makes the file, does nothing the second time, and starts anew when asked', () => {
  const file = at('eight.sqlite');
  const args = ['cold-start', 'build', 'household', '--trajectories', '8', '--out', file, '--json'];
  const first = JSON.parse(clew(args).out);
  const second = JSON.parse(clew(args).out);
  expect(first).toMatchObject({ stored: 8, before: 0, refused: [] });
  expect(second).toMatchObject({ stored: 8, before: 8, contentHash: first.contentHash });
  const other = clew([...args, '--mistakes', '0.5']);
  expect(other.code).toBe(1);
  expect(other.err).toMatch(
    /has a run "cold start household" that was begun with other settings \(rate: 0\.12, now [\d.]+\)\. Build into another file with --out, or start anew with --replace\./,
  );
  const anew = JSON.parse(clew([...args, '--mistakes', '0.5', '--replace']).out);
  expect(anew).toMatchObject({ stored: 8, before: 0 });
  expect(anew.contentHash).not.toBe(first.contentHash);
});

test('build with look-ups makes other thoughts, by rules alone', () => {
  const file = at('look-ups.sqlite');
  const build = (...more: string[]) =>
    clew(['cold-start', 'build', 'household', '--trajectories', '4', '--look-ups', '--out', file, ...more]);
  expect(build().code).toBe(0);
  const store = openStore(file, { readonly: true });
  const steps = [...store.trajectories.select()].flatMap(({ steps }) => steps.slice(1));
  store.close();
  expect(steps.length).toBeGreaterThan(15);
  for (const { parsed } of steps) expect(parsed!.thought).toMatch(/\bat [a-z]+ \d+ of \d+(, the last)?\. /);
  for (const refused of [
    ['--annotator', 'teacher', '--model', 'm'],
    ['--method', 'mbt-s'],
    ['--method', 'mar'],
  ]) {
    const { code, err } = build(...refused);
    expect([code, err]).toEqual([2, expect.stringContaining('--look-ups is for plain thoughts by rules')]);
  }
});

test("a user's own world with subgoals is built and inspected as well", () => {
  const file = at('room.sqlite');
  expect(clew(['cold-start', 'build', 'locked-room', '--trajectories', '6', '--out', file]).code).toBe(0);
  expect(JSON.parse(clew(['cold-start', 'inspect', file, '--json']).out)).toMatchObject({
    trajectories: 6,
    violations: 0,
    leaks: 0,
  });
});

test("MBT-R rewrites a student's episodes", () => {
  const students = at('students.sqlite');
  expect(
    clew(['rollout', 'household', '--agent', 'random', '--split', 'train', '--tasks', '60', '--db', students]).code,
  ).toBe(0);
  const { code, out } = clew([
    'cold-start',
    'build',
    'household',
    '--method',
    'mbt-r',
    '--students',
    students,
    '--trajectories',
    '4',
    '--out',
    at('mbt-r.sqlite'),
  ]);
  expect([code, out.includes('4 trajectories')]).toEqual([0, true]);
});

const lines = (...args: string[]) =>
  clew(['cold-start', 'text', 'household', '--documents', '3', ...args])
    .out.trim()
    .split('\n');

test('world text comes as JSON lines, the same for the same seed', () => {
  expect(lines()).toHaveLength(3);
  expect(JSON.parse(lines()[0]!)).toMatchObject({ id: 'household:train:0/0', world: 'household' });
  expect(lines('--from', '1')[0]).toBe(lines()[1]);
});

/** The command as a child, while the test itself serves a teacher. `begun` is given the child. */
function running(
  args: readonly string[],
  begun: (child: ChildProcess) => void = () => {},
): Promise<{ code: number | null; out: string; err: string }> {
  return new Promise(done => {
    const child = spawn(process.execPath, ['bin/clew.js', ...args], { env: { ...process.env, NO_COLOR: '1' } });
    begun(child);
    let out = '';
    let err = '';
    child.stdout.on('data', piece => (out += piece));
    child.stderr.on('data', piece => (err += piece));
    child.on('close', code => done({ code, out, err }));
  });
}

test('a teacher: an endpoint that dies leaves what was answered; the same command goes on', async () => {
  const file = at('taught.sqlite');
  const dying = await scriptedTeacher((messages, n) => (n >= 3 ? { status: 400 } : rightAnswer(messages)));
  const args = (baseUrl: string) => [
    'cold-start',
    'build',
    'household',
    '--annotator',
    'teacher',
    '--model',
    'scripted',
    '--base-url',
    baseUrl,
    '--trajectories',
    '8',
    '--out',
    file,
  ];
  const first = await running(args(dying.baseUrl));
  await dying.close();
  expect(first.code).toBe(1);
  expect(first.err).toMatch(
    /^clew: \d of 8 episodes have no replies yet: the teacher could not be asked: status 400.*run the same command again to go on\.$/m,
  );
  const teacher = await scriptedTeacher(rightAnswer);
  const second = await running(args(teacher.baseUrl));
  await teacher.close();
  expect([second.code, second.out.includes('8 trajectories, 3 of them from before'), teacher.paid.length]).toEqual([
    0,
    true,
    5,
  ]);
  const store = openStore(file, { readonly: true });
  expect([...store.trajectories.select()].every(({ agent }) => agent === 'demonstrator, teacher:scripted')).toBe(true);
  store.close();
});

test.each<[NodeJS.Signals, number | null]>([
  ['SIGKILL', null],
  ['SIGINT', 1],
])('%s in the middle: nothing that was answered is asked again', async (signal, code) => {
  const file = at(`${signal}.sqlite`);
  let child: ChildProcess | undefined;
  // The first answers come; then none does, and the build is ended.
  const slow = await scriptedTeacher((messages, n) => {
    if (n < 3) return rightAnswer(messages);
    setTimeout(() => child!.kill(signal), 300);
    return undefined;
  });
  const args = (baseUrl: string) => [
    'cold-start',
    'build',
    'household',
    '--annotator',
    'teacher',
    '--model',
    'scripted',
    '--base-url',
    baseUrl,
    '--concurrency',
    '1',
    '--trajectories',
    '8',
    '--out',
    file,
  ];
  expect(
    (
      await running(args(slow.baseUrl), begun => {
        child = begun;
      })
    ).code,
  ).toBe(code);
  await slow.close();
  const teacher = await scriptedTeacher(rightAnswer);
  const second = await running(args(teacher.baseUrl));
  await teacher.close();
  expect([second.code, second.out.includes('8 trajectories'), teacher.paid.length]).toEqual([0, true, 5]);
});

test.each<[string, string[], number, RegExp]>([
  ['no world', ['build'], 2, /missing required argument 'world'/],
  ['an unknown world', ['build', 'moon'], 2, /There is no world "moon"/],
  [
    'a count that is none',
    ['build', 'household', '--trajectories', 'many'],
    2,
    /It takes a whole number of at least 1/,
  ],
  ['a rate that is none', ['build', 'household', '--mistakes', '2'], 2, /It takes a number from 0 to 1/],
  ['an unknown annotator', ['build', 'household', '--annotator', 'oracle'], 2, /It takes one of: rules, teacher/],
  [
    'a teacher without a model',
    ['build', 'household', '--annotator', 'teacher'],
    2,
    /Say which model is the teacher: --model NAME/,
  ],
  [
    'mbt-r without a student',
    ['build', 'household', '--method', 'mbt-r'],
    2,
    /say where they are with --students FILE/,
  ],
  [
    'a held-out category',
    ['build', 'household', '--categories', 'cool', '--out', 'OUT'],
    2,
    /"cool" of household is held out of training; it trains on pick, look, clean, heat/,
  ],
  [
    'a folder that is not there',
    ['build', 'household', '--out', 'no/such/folder/x.sqlite'],
    1,
    /there is no directory/,
  ],
  ['a file that is no database', ['inspect', 'package.json'], 1, /is not a database/],
  ['no file', ['inspect', 'nothing.sqlite'], 1, /There is no database at nothing\.sqlite/],
  ['world text of no category', ['text', 'household', '--categories', 'fly'], 2, /has no category "fly"/],
])('%s: a sentence and the right exit code', (_, args, code, sentence) => {
  const result = clew(['cold-start', ...args.map(arg => (arg === 'OUT' ? at('x.sqlite') : arg))]);
  expect([result.code, result.err]).toEqual([code, expect.stringMatching(sentence)]);
  expect(result.err).not.toMatch(/\n\s+at /);
  expect(existsSync(at('x.sqlite'))).toBe(false);
});

test('a file with an evaluation task in it is found out, with exit code 1', () => {
  const file = at('leaky.sqlite');
  expect(
    clew(['rollout', 'household', '--agent', 'expert', '--split', 'unseen', '--tasks', '2', '--db', file]).code,
  ).toBe(0);
  const { code, out } = clew(['cold-start', 'inspect', file]);
  expect(code).toBe(1);
  expect(out).toMatch(/is a task of the split "unseen"/);
  expect(out).toMatch(/is set in .*, a house of the evaluation/);
});
