import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import household from '../../envs/household/index.ts';
import { exportCommand } from '../../src/cli/export.ts';
import { importCommand } from '../../src/cli/import.ts';
import { packCommand } from '../../src/cli/pack.ts';
import { openStore, readLog, textSource, type Trajectory, type TrajectoryFilter } from '../../src/trajectory/index.ts';
import { parseReply } from '../../src/tags/index.ts';
import { exampleStep, exampleTask, exampleTrajectory } from './examples.ts';

let directory: string;
let db: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'clew-cli-'));
  db = join(directory, 'demo.sqlite');
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** What a command prints. */
async function clew(command: 'import' | 'export' | 'pack', ...words: string[]): Promise<string> {
  let printed = '';
  const write = vi.spyOn(process.stdout, 'write').mockImplementation(text => {
    printed += String(text);
    return true;
  });
  try {
    const commands = { import: importCommand, export: exportCommand, pack: packCommand };
    await commands[command]().parseAsync(words, { from: 'user' });
  } finally {
    write.mockRestore();
  }
  return printed;
}

function put(name: string, text: string): string {
  const file = join(directory, name);
  writeFileSync(file, text);
  return file;
}

function stored(filter?: TrajectoryFilter): Trajectory[] {
  const store = openStore(db, { readonly: true });
  const trajectories = [...store.trajectories.select(filter)];
  store.close();
  return trajectories;
}

function fill(...trajectories: Trajectory[]): void {
  const store = openStore(db);
  for (const run of new Set(trajectories.map(trajectory => trajectory.run)))
    store.runs.add({ id: run, kind: 'rollout', world: 'locked-room', config: {} });
  store.trajectories.addAll(trajectories);
  store.close();
}

const chat = (task: string, reply: string): string =>
  `${JSON.stringify({
    task_id: task,
    success: false,
    messages: [
      { role: 'user', content: 'Go.' },
      { role: 'assistant', content: reply },
    ],
  })}\n`;
const react = 'Task: find the key.\nThought: where?\nAction: look\nObservation: A room.\n';

describe('clew import', () => {
  test('brings files of different formats into a database, each as its own run', async () => {
    const printed = await clew(
      'import',
      put('a.jsonl', chat('t', 'look')),
      put('b.txt', react),
      '--db',
      db,
      '--world',
      'kitchen',
      '--agent',
      'gpt',
      '--split',
      'unseen',
    );
    expect(printed).toContain('a.jsonl: 1 trajectories, 1 steps (messages)');
    expect(printed).toContain('b.txt: 1 trajectories, 1 steps (react)');
    expect(printed).toContain('demo.sqlite: 2 added');
    expect(stored()).toMatchObject([
      { id: 'a/t/0', run: 'a', world: 'kitchen', agent: 'gpt', success: false, task: { split: 'unseen' } },
      {
        id: 'b/b.txt#1/0',
        run: 'b',
        world: 'kitchen',
        agent: 'gpt',
        success: null,
        task: { split: 'unseen', goal: 'find the key.' },
      },
    ]);
  });

  test('files of one run count their rollouts on', async () => {
    await clew(
      'import',
      put('a.jsonl', chat('t', 'look')),
      put('b.jsonl', chat('t', 'wait')),
      '--db',
      db,
      '--run',
      'logs',
    );
    expect(stored().map(({ id, steps }) => [id, steps[0]?.command])).toEqual([
      ['logs/t/0', 'look'],
      ['logs/t/1', 'wait'],
    ]);
  });

  test('the same file again adds nothing', async () => {
    const file = put('a.jsonl', chat('t', 'look') + chat('t', 'look'));
    await clew('import', file, '--db', db);
    expect(JSON.parse(await clew('import', file, '--db', db, '--json'))).toMatchObject({
      trajectories: 2,
      added: 0,
      files: [{ format: 'messages', trajectories: 2, skipped: [] }],
    });
    expect(stored()).toHaveLength(2);
  });

  test('with one bad file among good ones nothing is imported, and no database is made', async () => {
    const good = put('a.jsonl', chat('t', 'look'));
    await expect(clew('import', good, put('bad.jsonl', 'Dear diary\n'), '--db', db)).rejects.toThrow(
      'bad.jsonl is none of the formats that can be read',
    );
    await expect(clew('import', good, put('cut.jsonl', `${chat('t', 'look')}{"messa`), '--db', db)).rejects.toThrow(
      'cut.jsonl:2: the last line is half-written',
    );
    await expect(clew('import', good, join(directory, 'none.jsonl'), '--db', db)).rejects.toThrow(
      'none.jsonl cannot be read',
    );
    expect(existsSync(db)).toBe(false);
  });

  test('what is wrong in the database undoes the whole import', async () => {
    fill(exampleTrajectory());
    const text = [exampleTrajectory({ run: 'new' }), exampleTrajectory({ success: false, stopReason: 'failure' })]
      .map(trajectory => `${JSON.stringify({ clew: 2, ...trajectory })}\n`)
      .join('');
    await expect(clew('import', put('a.jsonl', text), '--db', db)).rejects.toThrow(
      'already holds a different trajectory demo/locked-room:7/0',
    );
    expect(stored()).toEqual([exampleTrajectory()]);
  });

  test('imported trajectories do not slip into a run that was played', async () => {
    fill(exampleTrajectory());
    const text = `${JSON.stringify({ clew: 2, ...exampleTrajectory({ rollout: 1 }) })}\n`;
    await expect(clew('import', put('a.jsonl', text), '--db', db)).rejects.toThrow(
      'already has a run demo, which was played and not imported',
    );
    expect(stored()).toHaveLength(1);
  });

  test('a run that was imported goes on with other files, and only with the same settings', async () => {
    await clew('import', put('a.jsonl', chat('a', 'look')), '--db', db, '--run', 'mine', '--thinking', 'strip');
    await clew('import', put('b.jsonl', chat('b', 'look')), '--db', db, '--run', 'mine', '--thinking', 'strip');
    const again = clew('import', put('c.jsonl', chat('c', 'look')), '--db', db, '--run', 'mine', '--thinking', 'keep');
    await expect(again).rejects.toThrow(
      /has a run "mine" that was begun with other settings \(thinking: "strip", now "keep"\).*Nothing was imported/,
    );
    expect(stored()).toHaveLength(2);
    const store = openStore(db, { readonly: true });
    expect(store.runs.get('mine')).toMatchObject({ status: 'done', config: { files: ['a.jsonl', 'b.jsonl'] } });
    store.close();
  });

  test('a half-written line is left out on request, and named', async () => {
    const printed = await clew('import', put('cut.jsonl', `${chat('t', 'look')}{"messa`), '--db', db, '--skip-broken');
    expect(printed).toMatch(/left out: .*cut\.jsonl:2: the last line is half-written/);
    expect(stored()).toHaveLength(1);
  });

  test('other names of the tags are read on request', async () => {
    const file = put('a.jsonl', chat('t', '<exploration>Where?</exploration><action>look</action>'));
    await clew('import', file, '--db', db, '--run', 'strict');
    await clew('import', file, '--db', db, '--run', 'aliases', '--aliases');
    expect(stored().map(({ run, steps }) => [run, steps[0]?.parsed?.tag])).toEqual([
      ['aliases', 'explore'],
      ['strict', null],
    ]);
  });
});

function lines(file: string): unknown[] {
  return readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as unknown);
}

/** The trajectories that these filters export. */
async function ids(...filter: string[]): Promise<unknown[]> {
  const out = join(directory, 'some.jsonl');
  await clew('export', db, '--format', 'clew', '--out', out, '--force', ...filter);
  return lines(out).map(row => (row as Trajectory).id);
}

describe('clew export', () => {
  test('what one database exports, another imports unchanged', async () => {
    const trajectories = [
      exampleTrajectory(),
      exampleTrajectory({
        rollout: 1,
        task: exampleTask('t', { split: 'unseen' }),
        steps: [exampleStep({ mistake: true })],
      }),
    ];
    fill(...trajectories);
    const out = join(directory, 'all.jsonl');
    expect(await clew('export', db, '--format', 'clew', '--out', out)).toContain('2 rows of 2 trajectories (clew)');
    db = join(directory, 'copy.sqlite');
    await clew('import', out, '--db', db);
    expect(stored()).toEqual(trajectories);
  });

  test('filters choose the trajectories', async () => {
    fill(
      ...['a', 'b', 'c'].map(task => exampleTrajectory({ task: exampleTask(task, { category: `${task} lock` }) })),
      exampleTrajectory({ run: 'other', agent: 'random', success: false, stopReason: 'failure' }),
    );
    expect(await ids('--task', 'a', '--task', 'b')).toEqual(['demo/a/0', 'demo/b/0']);
    expect(await ids('--category', 'c lock')).toEqual(['demo/c/0']);
    expect(await ids('--agent', 'random')).toEqual(['other/locked-room:7/0']);
    expect(await ids('--failure')).toEqual(['other/locked-room:7/0']);
    expect(await ids('--run', 'demo', '--success', '--split', 'train')).toHaveLength(3);
    await expect(ids('--run', 'none')).rejects.toThrow('holds no trajectory that fits: 4 are in it');
  });

  test('an export for training refuses evaluation tasks, and writes nothing', async () => {
    fill(
      exampleTrajectory(),
      exampleTrajectory({ task: exampleTask('secret', { split: 'heldOut' }) }),
      exampleTrajectory({ task: exampleTask('log', { split: null }) }),
    );
    const out = join(directory, 'rows.jsonl');
    await expect(clew('export', db, '--format', 'trl', '--out', out, '--prompt', 'plain')).rejects.toThrow(
      /1 of split heldOut \(secret\)/,
    );
    await expect(
      clew('export', db, '--format', 'trl', '--out', out, '--prompt', 'plain', '--task', 'log'),
    ).rejects.toThrow(/1 of split unknown \(log\).*--allow-unknown-split/);
    expect(existsSync(out)).toBe(false);
    expect(
      await clew(
        'export',
        db,
        '--format',
        'trl',
        '--out',
        out,
        '--prompt',
        'plain',
        '--task',
        'log',
        '--allow-unknown-split',
      ),
    ).toContain('2 rows of 1 trajectories (trl, prompt plain)');
  });

  test('a file that exists is replaced only on request, and a failed export leaves nothing behind', async () => {
    fill(exampleTrajectory({ steps: [exampleStep({ mistake: true })] }));
    const out = put('mine.jsonl', 'precious');
    const words = ['export', db, '--format', 'trl-messages', '--out', out, '--prompt', 'plain'] as const;
    await expect(clew(...words)).rejects.toThrow('mine.jsonl exists: give another name, or --force to replace it');
    await expect(clew(...words, '--force')).rejects.toThrow('has a marked mistake');
    expect(readFileSync(out, 'utf8')).toBe('precious');
    expect(readdirSync(directory).filter(name => name.startsWith('mine'))).toEqual(['mine.jsonl']);
  });

  test('folders that are missing are made', async () => {
    fill(exampleTrajectory());
    const out = join(directory, 'new', 'folder', 'x.jsonl');
    await clew('export', db, '--format', 'clew', '--out', out);
    expect(readFileSync(out, 'utf8')).toMatch(/^\{"clew":2,/);
    expect(readdirSync(join(directory, 'new', 'folder'))).toEqual(['x.jsonl']);
  });

  test('a place that cannot be, a format that does not exist, a database that does not exist', async () => {
    fill(exampleTrajectory());
    await expect(clew('export', db, '--format', 'clew', '--out', join(db, 'x.jsonl'))).rejects.toThrow(
      /x\.jsonl cannot be written .*choose another place/,
    );
    await expect(clew('export', db, '--format', 'csv', '--out', join(directory, 'x'))).rejects.toThrow(
      'There is no format csv',
    );
    await expect(
      clew('export', join(directory, 'none.sqlite'), '--format', 'clew', '--out', join(directory, 'x')),
    ).rejects.toThrow('There is no database at');
  });

  test('prompts list the commands of a world that ships with Clew, unless they have changed since', async () => {
    fill(exampleTrajectory({ world: 'locked-room', grammar: 'of another time' }));
    await expect(clew('export', db, '--format', 'trl', '--out', join(directory, 'x'))).rejects.toThrow(
      'are not those that trajectories of locked-room were made with',
    );
    db = join(directory, 'log.sqlite');
    fill(exampleTrajectory({ world: 'locked-room', grammar: '' }));
    const out = join(directory, 'rows.jsonl');
    expect(await clew('export', db, '--format', 'trl', '--out', out)).toContain('prompt transcript');
    expect(lines(out)).toHaveLength(2);
    expect(lines(out)[0]).toMatchObject({
      prompt: [{ role: 'system', content: expect.stringContaining('{thing}') as string }, { role: 'user' }],
    });
  });

  test('Parquet files are whole files', async () => {
    fill(exampleTrajectory());
    const out = join(directory, 'rows.parquet');
    await clew('export', db, '--format', 'verl-sft', '--out', out, '--prompt', 'plain');
    const bytes = readFileSync(out);
    expect([bytes.subarray(0, 4).toString(), bytes.subarray(-4).toString()]).toEqual(['PAR1', 'PAR1']);
    await expect(clew('import', out, '--db', db)).rejects.toThrow(
      'is a Parquet file, which Clew writes and does not read',
    );
  });

  test('an exported log measures the same: replies are read back as they were', async () => {
    fill(exampleTrajectory());
    const out = join(directory, 'chat.jsonl');
    await clew('export', db, '--format', 'openai', '--out', out, '--prompt', 'plain');
    const [trajectory] = readLog(textSource(out, readFileSync(out, 'utf8')), { parseReply }).trajectories;
    expect(trajectory?.steps.map(({ parsed }) => parsed)).toEqual(
      exampleTrajectory().steps.map(({ parsed }) => parsed),
    );
  });
});

describe('clew export --tasks', () => {
  const rowsOf = (file: string) =>
    readFileSync(file, 'utf8')
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line) as Record<string, unknown>);

  test.each([
    ['trl', (row: Record<string, unknown>) => row['task_id']],
    ['verl', (row: Record<string, unknown>) => (row['extra_info'] as { clew: { task_id: string } }).clew.task_id],
    ['skyrl', (row: Record<string, unknown>) => (row['extra_info'] as { clew: { task_id: string } }).clew.task_id],
    ['verifiers', (row: Record<string, unknown>) => row['task_id']],
  ])('writes rows that %s plays on a server', async (format, task) => {
    const out = join(directory, `tasks-${format}.jsonl`);
    await clew('export', '--world', 'household', '--tasks', '3', '--format', format, '--out', out);
    const rows = rowsOf(out);
    expect(rows.map(task)).toEqual(household.tasks('train', 3).map(({ id }) => id));
    const [first] = (rows[0]!['prompt'] ?? []) as { content: string }[];
    if (format !== 'verifiers') expect(first!.content).toContain(household.commands[0]);
  });

  test('refuses evaluation tasks, and says what is missing', async () => {
    const out = join(directory, 'refused.jsonl');
    const asked = (...more: string[]) => clew('export', '--tasks', '3', '--out', out, ...more);
    await expect(asked('--world', 'household', '--format', 'trl', '--split', 'unseen')).rejects.toThrow(
      'may be none for training: 3 of split unseen',
    );
    await expect(asked('--format', 'trl')).rejects.toThrow('Give the world');
    await expect(asked('--world', 'household', '--format', 'openai')).rejects.toThrow(
      'Rows of tasks are written for trl',
    );
    await expect(asked('--world', 'household', '--format', 'trl', '--split', 'test')).rejects.toThrow();
    expect(existsSync(out)).toBe(false);
  });
});

describe('clew pack', () => {
  const inTraining = (): Trajectory[] =>
    Array.from({ length: 30 }, (_, rollout) => exampleTrajectory({ rollout, iteration: 1 }));
  const rows = (): unknown => {
    const raw = new Database(db, { readonly: true });
    const count = raw.prepare('select count(*) from episode_steps').pluck().get();
    raw.close();
    return count;
  };

  test('writes rows for SQL, and packs them again; what Clew reads stays the same', async () => {
    const store = openStore(db);
    store.runs.add({ id: 'demo', kind: 'rl', world: 'locked-room', config: {} });
    store.trajectories.addAll(inTraining());
    store.close();
    const before = stored();
    expect(rows()).toBe(0);
    expect(await clew('pack', db, '--rows')).toMatch(/demo\.sqlite: \d+\.\d MiB before, \d+\.\d MiB now\n$/);
    expect(rows()).toBe(60);
    expect(stored()).toEqual(before);
    await clew('pack', db);
    expect(rows()).toBe(0);
    expect(stored()).toEqual(before);
  });

  test('makes no database where there is none', async () => {
    await expect(clew('pack', db)).rejects.toThrow(`There is no database ${db}.`);
    expect(existsSync(db)).toBe(false);
  });
});
