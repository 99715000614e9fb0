import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeAtomically } from '../src/atomic-file.ts';
import { loadTrajectories } from '../src/cli/load-trajectories.ts';
import { readSettings } from '../src/cli/settings-file.ts';
import { openAnswerLog } from '../src/demonstrations/index.ts';
import { ClewError } from '../src/errors.ts';
import { readText, unreadable } from '../src/read-file.ts';
import { openLog } from '../src/trajectory/index.ts';
import { startsAsSqlite } from '../src/trajectory/store/starts-as-sqlite.ts';
import { loadPanel } from '../src/world/index.ts';
import world from '../envs/locked-room/index.ts';

let folder: string;
/** A folder that is called like a recipe. */
let recipe: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'clew-read-'));
  recipe = path.join(folder, 'recipe.yaml');
  mkdirSync(recipe);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('a folder that is given for a file', () => {
  it.each<[string, () => unknown]>([
    ['a text', () => readText(folder)],
    ['a panel', () => loadPanel(folder, world)],
    ['a recipe', () => readSettings(recipe, { missing: () => '', example: '{}' })],
    ['a log or a database', () => startsAsSqlite(folder)],
    ['trajectories', () => [...loadTrajectories(folder)]],
    ['a log', () => openLog(folder)],
    ['answers of a teacher', () => openAnswerLog(folder)],
    ['what is written', () => writeAtomically(folder, 'x')],
  ])('is named: %s', async (_, use) => {
    const told = await (async () => use())().catch((error: unknown) => error);
    expect(told).toBeInstanceOf(ClewError);
    expect((told as Error).message).toMatch(/^\/.*is a folder: give the path of a file/);
  });
});

describe('a file that cannot be read', () => {
  it('is named, with what to do', () => {
    const denied = Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' });
    expect(unreadable('log.json', denied).message).toBe(
      'log.json may not be read (EACCES): change its permissions, or name another file.',
    );
    const file = path.join(folder, 'closed.json');
    writeFileSync(file, '{}');
    chmodSync(file, 0);
    // Root may read everything.
    if (process.getuid?.() !== 0) expect(() => readText(file)).toThrow(/may not be read/);
    expect(() => readText(path.join(folder, 'none.json'))).toThrow(/none\.json cannot be read: ENOENT/);
  });
});
