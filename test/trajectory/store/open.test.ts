import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ClewError } from '../../../src/errors.ts';
import type { Trajectory } from '../../../src/trajectory/schema.ts';
import { contentHash, openStore } from '../../../src/trajectory/store/index.ts';
import { asCurrent, migrations } from '../../../src/trajectory/store/migrations.ts';
import { viewsBefore } from '../../../src/trajectory/store/views.ts';
import { exampleTrajectory } from '../examples.ts';

let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'clew-open-'));
  path = join(directory, 'demo.sqlite');
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** Opening must fail with this message, for a writer and for a reader, and leave the file byte for byte as it was. */
function expectRefused(message: RegExp): void {
  const before = readFileSync(path);
  const files = readdirSync(directory);
  for (const readonly of [false, true]) {
    const open = (): unknown => openStore(path, { readonly });
    expect(open).toThrow(ClewError);
    expect(open).toThrow(message);
  }
  expect(readFileSync(path).equals(before)).toBe(true);
  expect(readdirSync(directory)).toEqual(files);
}

describe('files that are not ours to write', () => {
  test("another program's database", () => {
    const other = new Database(path);
    other.exec('create table bookmarks (url text)');
    other.close();
    expectRefused(/is an SQLite database of another program, not of Clew/);
  });

  test("another program's database, in use, with a write-ahead log", () => {
    const other = new Database(path);
    other.pragma('journal_mode = WAL');
    other.exec('create table bookmarks (url text)');
    const log = readFileSync(`${path}-wal`);
    expectRefused(/of another program/);
    expect(readFileSync(`${path}-wal`).equals(log)).toBe(true);
    other.close();
    expectRefused(/of another program/);
  });

  test("another program's database that says so", () => {
    const other = new Database(path);
    other.pragma('application_id = 252006674');
    other.close();
    expectRefused(/of another program.*application_id 252006674/);
  });

  test('a database of a newer Clew', () => {
    openStore(path).close();
    const raw = new Database(path);
    raw.pragma('user_version = 99');
    raw.close();
    expectRefused(
      new RegExp(`was written by a newer Clew \\(schema 99, this one knows ${migrations.length}\\)\\. Update Clew`),
    );
  });

  test('a file that is no database', () => {
    writeFileSync(path, '{"messages": []}\n');
    expectRefused(/is not a database.*clew import/);
  });

  test('a database that is cut off', () => {
    openStore(path).close();
    writeFileSync(path, readFileSync(path).subarray(0, 5000));
    expectRefused(/cannot be read as a database/);
  });
});

describe('databases of before', () => {
  const task = exampleTrajectory().task;
  const inTraining = (iteration: number): Trajectory =>
    exampleTrajectory({
      run: 'rl',
      id: `rl/${iteration}/${task.id}/0`,
      group: `${iteration}/${task.id}`,
      iteration,
    });
  const played = exampleTrajectory({ run: 'played', group: `7/${task.id}` });

  /** What undoes the step from each schema to the next. */
  const undo: readonly (readonly string[])[] = [
    ['alter table trajectories drop column iteration'],
    ['alter table steps drop column thinking'],
    ['finish_reason', 'prompt_tokens', 'cached_tokens', 'reply_tokens', 'thinking_tokens'].map(
      column => `alter table steps drop column ${column}`,
    ),
    ['alter table trajectories rename column initial_observation to opening'],
    ['alter table steps drop column command_identity'],
    ['alter table tasks drop column gap'],
    ['alter table trajectories drop column outcomes'],
    ['drop table forecast_scores', 'drop table forecasts', 'alter table trajectories drop column hint'],
    ['packed_scores', 'packed_steps', 'dictionaries'].map(table => `drop table ${table}`),
  ];

  /** A database of an older schema, with these trajectories. */
  function older(schema: number): string {
    const store = openStore(path);
    store.runs.add({ id: 'played', kind: 'rollout', world: '', config: {} });
    store.runs.add({ id: 'rl', kind: 'rl', world: '', config: {} });
    for (const trajectory of [inTraining(10), played, inTraining(2)]) store.trajectories.add(trajectory);
    const content = contentHash(store);
    store.unpack();
    store.close();
    const raw = new Database(path);
    for (const view of ['rates', 'episode_steps', 'episodes']) raw.exec(`drop view ${view}`);
    const steps = undo.slice(schema - 1).toReversed();
    for (const statement of steps.flat()) raw.exec(statement);
    if (schema >= 6) raw.exec(viewsBefore());
    raw.pragma(`user_version = ${schema}`);
    raw.close();
    return content;
  }

  /** What an episode played outside of training has as a group says nothing, whatever it looks like. */
  const expected = [played, inTraining(2), inTraining(10)];

  test.each([1, 2, 3, 4, 5, 6, 7, 8, 9])(
    'a reader reads schema %i as it is, iterations included, and leaves it byte for byte',
    schema => {
      const content = older(schema);
      const before = readFileSync(path);
      const files = readdirSync(directory);
      const store = openStore(path, { readonly: true });
      expect([...store.trajectories.select()]).toEqual(expected);
      expect(store.trajectories.summaries().map(({ iteration }) => iteration)).toEqual([null, 2, 10]);
      expect([...store.forecasts.select()]).toEqual([]);
      expect(store.trajectories.get(inTraining(10).id)).toEqual(inTraining(10));
      expect(store.trajectories.missing('rl', [task.id], 2)).toEqual([{ task: task.id, rollout: 1 }]);
      expect(contentHash(store)).toBe(content);
      expect(() => store.trajectories.add(inTraining(3))).toThrow(`${path} is open for reading only.`);
      store.close();
      expect(readFileSync(path).equals(before)).toBe(true);
      expect(readdirSync(directory)).toEqual(files);
    },
  );

  test.each([1, 2, 3, 4, 5, 6, 7, 8, 9])(
    'a writer brings schema %i up to date, with the same content, and goes on',
    schema => {
      const content = older(schema);
      const store = openStore(path);
      expect([...store.trajectories.select()]).toEqual(expected);
      expect(contentHash(store)).toBe(content);
      expect(store.trajectories.add(inTraining(10))).toBe(false);
      expect(store.trajectories.add(inTraining(3))).toBe(true);
      expect(store.trajectories.summaries({ run: 'rl' }).map(({ iteration }) => iteration)).toEqual([2, 3, 10]);
      store.close();
    },
  );

  test('every older schema can be read', () => {
    expect(Object.keys(asCurrent).map(Number)).toEqual(migrations.slice(1).map((_, i) => i + 1));
  });
});

describe('files that something is wrong with', () => {
  test('a store that another program has locked', () => {
    const store = openStore(path);
    const other = new Database(path);
    other.exec('begin immediate');
    expect(() => store.runs.add({ id: 'demo', kind: 'rollout', world: '', config: {} })).toThrow(
      'is locked by another program',
    );
    other.close();
    store.runs.add({ id: 'demo', kind: 'rollout', world: '', config: {} });
    store.close();
  });

  test('a store that is damaged in the middle says so when the damage is met', () => {
    const store = openStore(path);
    store.runs.add({ id: 'demo', kind: 'rollout', world: '', config: {} });
    for (let rollout = 0; rollout < 300; rollout += 1) store.trajectories.add(exampleTrajectory({ rollout }));
    store.close();
    const bytes = readFileSync(path);
    bytes.fill(0xff, bytes.length >> 1, (bytes.length >> 1) + 20_000);
    writeFileSync(path, bytes);
    const reader = openStore(path, { readonly: true });
    expect(() => [...reader.trajectories.select()]).toThrow(/is damaged .*Take a copy that is whole/);
    reader.close();
  });
});

describe('paths', () => {
  test('a reader needs a file, a writer a directory', () => {
    expect(() => openStore(path, { readonly: true })).toThrow(`There is no database at ${path}.`);
    expect(() => openStore(join(directory, 'no', 'demo.sqlite'))).toThrow(
      `there is no directory ${join(directory, 'no')}`,
    );
    expect(existsSync(path)).toBe(false);
  });

  test('a directory is not a database', () => {
    mkdirSync(path);
    expect(() => openStore(path)).toThrow('is not a file');
  });

  test('an empty file is a new database to a writer, and nothing yet to a reader', () => {
    writeFileSync(path, '');
    expect(() => openStore(path, { readonly: true })).toThrow(
      'is an empty database: nothing has been stored in it yet',
    );
    openStore(path).close();
    openStore(path, { readonly: true }).close();
  });
});

describe('one writer', () => {
  test('a second writer in the same process is refused too, until the first closes', () => {
    const first = openStore(path);
    expect(() => openStore(path)).toThrow('is being written by another process');
    first.close();
    openStore(path).close();
  });

  test('a failed opening leaves no lock behind', () => {
    writeFileSync(path, 'not a database, and long enough to be looked at as one');
    expect(() => openStore(path)).toThrow(ClewError);
    rmSync(path);
    openStore(path).close();
  });
});

describe('a closed store', () => {
  test('is one file, readable from a directory that cannot be written', () => {
    const store = openStore(path);
    store.runs.add({ id: 'demo', kind: 'cold-start', world: 'locked-room', config: {} });
    store.trajectories.add(exampleTrajectory());
    store.pack();
    store.close();
    expect(readdirSync(directory).filter(name => statSync(join(directory, name)).size > 0)).toEqual(['demo.sqlite']);
    chmodSync(directory, 0o555);
    try {
      const reader = openStore(path, { readonly: true });
      expect(reader.trajectories.count().trajectories).toBe(1);
      expect(() => reader.pack()).toThrow('open for reading only');
      reader.close();
    } finally {
      chmodSync(directory, 0o755);
    }
    const again = openStore(path);
    expect(again.trajectories.add(exampleTrajectory({ rollout: 1 }))).toBe(true);
    again.close();
  });
});
