import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resultSchema } from '../../src/report/index.ts';
import { openStore } from '../../src/trajectory/index.ts';
import { exampleTrajectory } from '../trajectory/examples.ts';
import { clew } from './run-clew.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'clew-report-'));
const file = (name: string): string => path.join(folder, name);
const db = file('room.db');

beforeAll(() => {
  for (const agent of ['oracle', 'random']) {
    for (const split of ['seen', 'heldOut'])
      expect(
        clew(['rollout', 'locked-room', '--agent', agent, '--split', split, '--tasks', '10', '--db', db]).code,
      ).toBe(0);
  }
  expect(clew(['score', db, '--rewards', 'outcome,repeat-penalty', '--store']).code).toBe(0);
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true }));

describe('clew report', () => {
  it('writes the page and the figures, and tells what the comparisons say', () => {
    const { code, out, err } = clew([
      'report',
      db,
      '--out',
      file('report.html'),
      '--result',
      file('result.json'),
      '--sample',
      '3',
    ]);
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^\S+ .*random .* than oracle on L0/m);
    expect(out).toMatch(/report\.html: \d+ episodes, 12 of them to read, 0\.\d MB\n$/);
    expect(readFileSync(file('report.html'), 'utf8')).toMatch(/^<!doctype html>\n[^]*<\/html>\n$/);
    const result = resultSchema.parse(JSON.parse(readFileSync(file('result.json'), 'utf8')));
    expect(result.table.map(({ arm, level }) => `${arm} ${level}`)).toEqual([
      'oracle L0',
      'random L0',
      'oracle L2',
      'random L2',
    ]);
    expect(result.table[0]!.success).toMatchObject({ value: 1, high: 1 });
    expect(result.runs).toHaveLength(4);
  });

  it('prints the figures as JSON', () => {
    const { code, out } = clew([
      'report',
      db,
      '--out',
      file('again.html'),
      '--json',
      '--title',
      'Doors',
      '--arms',
      'random,oracle',
    ]);
    expect(code).toBe(0);
    const result = resultSchema.parse(JSON.parse(out));
    expect([result.title, result.arms, result.comparisons[0]!.b]).toEqual(['Doors', ['random', 'oracle'], 'oracle']);
  });

  it('writes every plot as an SVG file of its own, without a browser', () => {
    const { code, out, err } = clew(['report', db, '--out', file('drawn.html'), '--plots', file('figures/of rooms')]);
    expect([code, err]).toEqual([0, '']);
    expect(out.trimEnd().split('\n').at(-1)).toBe(`${file('figures/of rooms')}: 5 plots`);
    expect(readdirSync(file('figures/of rooms')).toSorted()).toEqual([
      'results-repetitive-actions.svg',
      'results-success.svg',
      'thinking-detour.svg',
      'thinking-lost-with-the-answer.svg',
      'thinking-underthinking.svg',
    ]);
    const svg = readFileSync(file('figures/of rooms/results-success.svg'), 'utf8');
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" .*<\/svg>\n$/s);
    expect(svg).toContain('>oracle: 100.0 % (72.2 to 100.0)</title>');
  });

  it('says why plots cannot be written, and then leaves no page', () => {
    const refused = (plots: string, database = db) => {
      const { code, err } = clew(['report', database, '--out', file('none.html'), '--plots', plots]);
      expect([code, existsSync(file('none.html'))]).toEqual([1, false]);
      return err;
    };
    expect(refused(file('report.html'))).toBe(
      `clew: The plots go into a folder, and ${file('report.html')} is a file: give the name of a folder.\n`,
    );
    expect(refused(file('report.html/figures'))).toMatch(/^clew: .* cannot be written \(ENOTDIR.*choose another place/);
    const untold = file('untold.db');
    const store = openStore(untold);
    store.runs.add({ id: 'demonstrations', kind: 'cold-start', world: 'w', config: {} });
    store.trajectories.add(exampleTrajectory({ run: 'demonstrations', world: 'w' }));
    store.close();
    expect(refused(file('figures'), untold)).toBe(
      'clew: untold.db has no plots to write: nothing in it was measured, and no policy was trained. Play with `clew ' +
        'rollout` or `clew eval`, or train with `clew train rl`.\n',
    );
  });

  it('changes nothing in the database, and leaves no page behind when there is nothing to report', () => {
    const empty = file('empty.db');
    const { code, err } = clew(['report', empty, '--out', file('none.html')]);
    expect([code, err]).toEqual([1, `clew: There is no database at ${empty}.\n`]);
    expect([existsSync(empty), existsSync(file('none.html'))]).toEqual([false, false]);
  });

  it('names an arm that there is not', () => {
    const { code, err } = clew(['report', db, '--out', file('none.html'), '--arms', 'oracle,GRPO']);
    expect([code, err]).toEqual([2, `clew: ${db} has no arm GRPO: its arms are oracle, random.\n`]);
  });
});
