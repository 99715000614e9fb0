import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { parquetReadObjects } from 'hyparquet';
import { measureCommand } from '../../src/cli/measure.ts';
import { tableCommand } from '../../src/cli/table.ts';
import type { Comparison, LostEpisode, Measurement } from '../../src/metrics/index.ts';
import { endRun } from '../../src/runs/index.ts';
import { openStore, type Trajectory, viewColumns } from '../../src/trajectory/index.ts';
import { exampleStep, exampleTask, exampleTrajectory } from '../trajectory/examples.ts';

let directory: string;
let db: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'clew-measure-'));
  db = join(directory, 'runs.db');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** What `clew measure` prints, and what it says beside. */
async function measure(...words: string[]): Promise<{ out: string; err: string }> {
  const printed = { out: '', err: '' };
  const outs = vi.spyOn(process.stdout, 'write').mockImplementation(text => Boolean((printed.out += String(text))));
  const errs = vi.spyOn(process.stderr, 'write').mockImplementation(text => Boolean((printed.err += String(text))));
  try {
    await measureCommand().parseAsync(words, { from: 'user' });
  } finally {
    outs.mockRestore();
    errs.mockRestore();
  }
  return printed;
}
const json = async <T = Measurement>(...words: string[]) => JSON.parse((await measure(...words, '--json')).out) as T;

/** Four tasks of two categories, played by an agent; the first `won` of them are solved. */
function played(run: string, won: number, facts: Partial<Trajectory> = {}): Trajectory[] {
  return [0, 1, 2, 3].map(i =>
    exampleTrajectory({
      run,
      task: exampleTask(`locked-room:train:${i}`, { category: i % 2 === 0 ? 'brass' : 'iron' }),
      success: i < won,
      stopReason: i < won ? 'success' : 'failure',
      ...facts,
    }),
  );
}

function store(
  run: string,
  trajectories: readonly Trajectory[],
  planned?: number,
  failures: readonly string[] = [],
): void {
  const into = openStore(db);
  const config = planned === undefined ? {} : { tasks: { count: planned / 2, hash: 'x' }, rollouts: 2 };
  into.runs.add({ id: run, kind: 'rollout', world: 'locked-room', config });
  into.trajectories.addAll(trajectories);
  endRun(into, run, { failures });
  into.close();
}

describe('missing episodes', () => {
  test('are counted by what was planned, and bound the success of the whole run', async () => {
    store('cut', played('cut', 2), 8, ['task 5, rollout 0: the endpoint gave up', 'task 6, rollout 0: the same']);
    const { out, err } = await measure(db, '--run', 'cut');
    expect(err).toContain('The run cut failed');
    expect(out).toContain('4 of 8 episodes are missing, and not at random');
    expect(out).toMatch(/if the 4 missing were lost +25\.0 % +2\/8/);
    expect(out).toMatch(/if the 4 missing were won +75\.0 % +6\/8/);
    expect((await json(db)).missing).toEqual({ episodes: 4, planned: 8, success: { low: 0.25, high: 0.75 } });
  });

  test('are those that failed, where nothing was planned; a whole run has none', async () => {
    store('failed', played('failed', 4), undefined, ['task 9, rollout 0: no']);
    expect((await json(db, '--run', 'failed')).missing).toEqual({
      episodes: 1,
      planned: 5,
      success: { low: 0.8, high: 1 },
    });
    store('whole', played('whole', 4), 4);
    expect((await json(db, '--run', 'whole')).missing).toBeUndefined();
  });

  test('of a part nobody knows how many there are', async () => {
    store('cut', played('cut', 2), 8);
    expect((await json(db, '--category', 'iron')).missing).toBeUndefined();
  });

  test('are said of each side of a comparison', async () => {
    store('a', played('a', 2), 8);
    store('b', played('b', 3), 4);
    const { out } = await measure(db, '--run', 'a', '--other-run', 'b');
    expect(out).toContain('A: 4 of 8 episodes are missing');
    expect(out).not.toMatch(/B: .*missing/);
    expect(out.replaceAll(/\s+/g, ' ')).toContain('success differs by something between +0.0 and +50.0 points');
  });
});

describe('parts', () => {
  beforeEach(() => {
    store('a', [
      ...played('a', 2),
      ...played('a', 1, { agent: 'react', policyVersion: 'm-8b' }).map(one => ({
        ...one,
        id: `${one.id}x`,
        group: 'x',
      })),
    ]);
    store('b', played('b', 4));
  });

  test('can be asked for by every fact', async () => {
    expect((await json(db, '--agent', 'react')).episodes).toBe(4);
    expect((await json(db, '--model', 'm-8b', '--category', 'brass')).episodes).toBe(2);
    expect((await json(db, '--category', 'brass', '--category', 'iron')).episodes).toBe(12);
  });

  test('several at once are crossed, with every figure that is known', async () => {
    const { crossed, by } = await json(db, '--by', 'run,agent*category');
    expect(Object.keys(by)).toEqual(['run']);
    expect(
      Object.entries(crossed!['agent × category']!).map(([part, { episodes, success }]) => [
        part,
        episodes,
        success.numerator,
      ]),
    ).toEqual([
      ['expert × brass', 4, 3],
      ['expert × iron', 4, 3],
      ['react × brass', 2, 1],
      ['react × iron', 2, 0],
    ]);
    const { out } = await measure(db, '--by', 'agent*category');
    const [, table] = out.split('by agent × category');
    expect(table).toMatch(/exact repeat, all steps/);
    expect(table).toMatch(/no-op, first 10/);
  });

  test('of a comparison are compared', async () => {
    const { by } = await json<Comparison>(
      db,
      '--run',
      'a',
      '--other-run',
      'b',
      '--by',
      'category',
      '--agent',
      'expert',
    );
    expect(
      Object.entries(by!.category!).map(([part, { pairs, success }]) => [part, pairs, success.difference.value]),
    ).toEqual([
      ['brass', 2, 0.5],
      ['iron', 2, 0.5],
    ]);
    const { out } = await measure(db, '--run', 'a', '--other-run', 'b', '--by', 'category', '--agent', 'expert');
    expect(out.split('by category')[1]).toMatch(/brass +50\.0 % +1\/2 +100\.0 % +2\/2/);
    await expect(measure(db, '--run', 'a', '--other-run', 'b', '--by', 'agent')).rejects.toThrow('not by agent');
  });
});

describe('what is not there is named with what is', () => {
  test('a run of a database, and of a log', async () => {
    store('chat m-8b', played('chat m-8b', 2));
    await expect(measure(db, '--run', 'chat m-9b')).rejects.toThrow('Did you mean "chat m-8b"?');
    expect((await json(db, '--run', 'chat')).episodes).toBe(4);
    const log = join(directory, 'log.jsonl');
    writeFileSync(
      log,
      '{"run": "night 1", "category": "put", "messages": [{"role": "user", "content": "A."}, {"role": "assistant", "content": "look"}]}\n',
    );
    await expect(measure(log, '--run', 'night 2')).rejects.toThrow(
      'has no trajectory of run night 2. Its runs: night 1. Its categories: put.',
    );
    expect((await json(log, '--run', 'night 1', '--category', 'put')).episodes).toBe(1);
  });

  test('options for logs are none for databases', async () => {
    store('a', played('a', 2));
    await expect(measure(db, '--refusal', 'nothing')).rejects.toThrow('--refusal says how a log is to be read');
  });
});

describe('a log', () => {
  const steps = ['look', 'look', 'wait'].map(action => ({
    action,
    obs: action === 'wait' ? 'Nothing happens.' : 'A room.',
  }));
  const log = () => {
    const file = join(directory, 'log.jsonl');
    writeFileSync(file, `${JSON.stringify({ initial_obs: 'A door.', success: false, steps })}\n`);
    return file;
  };

  test('is measured with refusals and states as the user says them', async () => {
    expect((await json(log())).rates).toMatchObject({
      inadmissible: { pooled: { value: null } },
      stateActionRepeat: { pooled: { value: null } },
    });
    const { rates } = await json(log(), '--refusal', 'nothing happens', '--state', 'observation');
    expect(rates.inadmissible.pooled).toMatchObject({ numerator: 1, denominator: 3 });
    // The second look was given at a room, the first at a door.
    expect(rates.stateActionRepeat.pooled).toMatchObject({ numerator: 0, denominator: 3 });
    expect(rates.exactRepeat.pooled).toMatchObject({ numerator: 1, denominator: 3 });
  });

  test('says what of it was left out', async () => {
    const file = log();
    writeFileSync(file, '{"messages": [{"role": "user', { flag: 'a' });
    await expect(measure(file)).rejects.toThrow('--skip-broken');
    const { err } = await measure(file, '--skip-broken');
    expect(err).toContain('left out: ');
  });
});

test('intervals do not leave what is possible', async () => {
  const lengths = [1, 1, 1, 30];
  store(
    'a',
    played('a', 4, { optimalSteps: 1 }).map((one, i) => ({
      ...one,
      steps: Array.from({ length: lengths[i]! }, () => one.steps[0]!),
    })),
  );
  const { steps, optimalityGap, detour } = await json(db);
  for (const { interval } of [steps.all, steps.onSuccess, optimalityGap])
    expect(interval!.low).toBeGreaterThanOrEqual(0);
  expect(steps.all.interval).toMatchObject({ low: 0 });
  expect(detour.interval!.high).toBeLessThanOrEqual(1);
});

describe('--first-errors', () => {
  const refused = { accepted: false, refusal: 'not possible now', observation: 'Nothing happens.' } as const;
  const lost = (run: string): Trajectory[] => [
    exampleTrajectory({ run, success: true }),
    exampleTrajectory({
      run,
      task: exampleTask('w:seen:stands', { category: 'iron' }),
      success: false,
      steps: [exampleStep({ command: 'go to desk 1' }), exampleStep({ command: 'go to desk 1', ...refused })],
    }),
    exampleTrajectory({
      run,
      task: exampleTask('w:seen:never', { category: 'iron' }),
      success: false,
      steps: [exampleStep({ command: 'look', inspection: null })],
    }),
    exampleTrajectory({
      run,
      task: exampleTask('w:seen:silent', { category: 'brass' }),
      success: false,
      steps: [exampleStep({ command: 'look', accepted: null, refusal: null, admissible: null })],
    }),
  ];

  test('is a line for each lost episode: by what it first erred, and at which step', async () => {
    store('a', lost('a'));
    const { out } = await measure(db, '--first-errors');
    const [head, ...lines] = out.trim().split('\n');
    expect(head).toBe('episode,run,task,category,split,agent,model,kind,step,command');
    expect(lines.map(line => line.split(',')).map(line => [line[2], ...line.slice(7)])).toEqual([
      ['w:seen:never', 'neverErred', '', ''],
      ['w:seen:silent', '', '', ''],
      ['w:seen:stands', 'standsThere', '2', 'go to desk 1'],
    ]);
    const listed = await json<LostEpisode[]>(db, '--first-errors', '--category', 'iron');
    expect(listed.map(({ task, kind, step }) => [task, kind, step])).toEqual([
      ['w:seen:never', 'neverErred', null],
      ['w:seen:stands', 'standsThere', 2],
    ]);
    // They are what the shares of the measurement count.
    const { firstErrors } = await json(db, '--category', 'iron');
    expect(firstErrors!.standsThere).toMatchObject({ numerator: 1, denominator: 2 });
    expect((await measure(db, '--by', 'category')).out).toMatch(
      /first error of lost episodes: where it stands.*\n +brass +- .*\n +brass lock +- .*\n +iron +50\.0 % +1\/2/,
    );
  });

  test('is of one side', async () => {
    store('a', lost('a'));
    await expect(measure(db, '--first-errors', '--by', 'agent')).rejects.toThrow('leave --by out');
    await expect(measure(db, '--first-errors', '--compare', db)).rejects.toThrow('leave --compare out');
  });
});

describe('for other programs', () => {
  const rows = (csv: string) =>
    csv
      .trim()
      .split('\n')
      .map(line => line.split(','));

  test('every figure is a line of CSV, of the whole and of each part', async () => {
    store('a', played('a', 2));
    const [head, ...lines] = rows((await measure(db, '--by', 'category,agent*category', '--csv')).out);
    expect(head).toEqual([
      'by',
      'part',
      'figure',
      'view',
      'value',
      'numerator',
      'denominator',
      'missing',
      'mean_of_episodes',
      'low',
      'high',
      'reason',
    ]);
    expect(lines.find(line => line[0] === '' && line[2] === 'success')!.slice(4, 7)).toEqual(['0.5', '2', '4']);
    expect(
      lines.filter(line => line[2] === 'exactRepeat' && line[3] === 'pooled').map(line => line.slice(0, 2)),
    ).toEqual([
      ['', ''],
      ['category', 'brass'],
      ['category', 'iron'],
      ['agent × category', 'expert × brass'],
      ['agent × category', 'expert × iron'],
    ]);
    // Whatever the JSON says of the whole is here: a figure that is added later must not be forgotten.
    const whole = lines.filter(line => line[0] === '' && line[1] === '').map(line => line[2]);
    const { recovery, tags, rates } = await json(db);
    for (const name of [...Object.keys(recovery), ...Object.keys(rates), 'answerInclusive', 'planningFirst'])
      expect(whole).toContain(name);
    expect(whole).toEqual(expect.arrayContaining(Object.keys(tags.shares).map(tag => `tag: ${tag}`)));
    const wins = lines.find(line => line[2] === 'winsWithoutRefusal' && line[0] === '')!;
    expect(wins.slice(3, 7)).toEqual([
      'recovery',
      String(recovery.winsWithoutRefusal.value),
      String(recovery.winsWithoutRefusal.numerator),
      String(recovery.winsWithoutRefusal.denominator),
    ]);
    store('b', played('b', 4));
    const [, success] = rows((await measure(db, '--run', 'a', '--other-run', 'b', '--csv')).out);
    expect(success!.slice(2, 11)).toEqual(['success', 'episodes', '0.5', '2', '4', '1', '4', '4', '0.5']);
  });

  test('repetition is drawn by step and by category, without what is not known', async () => {
    const steps = (states: boolean) =>
      played('a', 1)[0]!.steps.map(step => ({
        ...step,
        command: 'look',
        ...(!states && { stateBefore: null, stateAfter: null }),
      }));
    store(
      'a',
      played('a', 2).map(one => ({ ...one, steps: steps(true) })),
    );
    const file = join(directory, 'figure.svg');
    await measure(db, '--plot', file);
    const svg = readFileSync(file, 'utf8');
    expect(svg).toMatch(/^<svg xmlns=/);
    // At the first step nothing is repeated, at the second everything.
    const lines = [...svg.matchAll(/<polyline[^>]*points="([^"]*)"/g)].map(([, points]) =>
      points!.split(' ').map(point => Number(point.split(',')[1])),
    );
    expect(lines).toHaveLength(5);
    expect(lines[1]).toEqual([254, 34]);
    expect(svg).toContain('50.0 % of 4');
    expect(svg).toContain('>iron<');
    store(
      'b',
      played('b', 2).map(one => ({ ...one, steps: steps(false) })),
    );
    await measure(db, '--run', 'b', '--plot', file);
    expect(readFileSync(file, 'utf8').match(/<polyline/g)).toHaveLength(2);
  });

  test('a figure may be a PNG', async () => {
    store('a', played('a', 2));
    const file = join(directory, 'figure.png');
    await measure(db, '--plot', file);
    expect(readFileSync(file).subarray(1, 4).toString()).toBe('PNG');
    await expect(measure(db, '--plot', file, '--other-run', 'a')).rejects.toThrow('A figure is of one side');
  });
});

describe('clew table', () => {
  const table = async (...words: string[]) => {
    let out = '';
    const spy = vi.spyOn(process.stdout, 'write').mockImplementation(text => Boolean((out += String(text))));
    await tableCommand()
      .parseAsync(words, { from: 'user' })
      .finally(() => spy.mockRestore());
    return out;
  };

  test('writes the views as CSV, lines of JSON and Parquet, with the same rows', async () => {
    store('a', played('a', 2, { initialObservation: 'A "room",\nor so.' }));
    const csv = await table(db, 'episodes', '--category', 'iron');
    expect(csv.split('\n')[0]).toBe(Object.keys(viewColumns.episodes).join(','));
    expect(csv.match(/"A ""room"",\nor so\."/g)).toHaveLength(2);
    const [jsonl, parquet] = ['rates.jsonl', 'rates.parquet'].map(name => join(directory, name));
    expect(await table(db, 'rates', '--out', jsonl!)).toContain('4 rows');
    expect(await table(db, 'rates', '--out', parquet!)).toContain('4 rows');
    const lines = readFileSync(jsonl!, 'utf8')
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as object);
    const buffer = readFileSync(parquet!);
    const read = await parquetReadObjects({
      file: buffer.buffer.slice(buffer.byteOffset, buffer.byteOffset + buffer.length),
    });
    expect(read).toEqual(lines);
    expect(lines[0]).toMatchObject({ run: 'a', success: true, steps: 2, exact_repeat: 0, split: 'train' });
    await expect(table(db, 'rates', '--category', 'none')).rejects.toThrow('has no episode that fits');
    await expect(table(db, 'rates', '--run', 'x')).rejects.toThrow('has no run "x"');
  });
});
