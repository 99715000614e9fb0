import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { XMLParser } from 'fast-xml-parser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore } from 'clew';
import { type ReportData, reportData, writePlots } from '../../src/report/index.ts';
import { axisPlaces } from '../../src/report/plots/axis.ts';
import { plotFile } from '../../src/report/plots/draw.ts';
import { plotsOf } from '../../src/report/plots/index.ts';
import { darkColours, lightColours, paletteStyle } from '../../src/report/plots/palette.ts';
import type { LinePlot, Plot } from '../../src/report/plots/plot.ts';
import { fitting, linesOf, shape, svgText } from '../../src/report/plots/shape.ts';
import { makeStudy } from './study.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'clew-plots-'));
let data: ReportData;
beforeAll(async () => {
  const store = await makeStudy(':memory:', { tasks: 4, seeds: 2, iterations: 8 });
  data = reportData(store, { sample: 0 });
  store.close();
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true }));

const light = (property: string): string => lightColours[property]!;
const textOf = (plot: Plot, paint = light): string => plotFile(plot, paint).svg;
const linesIn = (svg: string): { stroke: string; places: [number, number][] }[] =>
  [...svg.matchAll(/<path d="(M[^"]*)" fill="none" class="line" stroke="([^"]+)"/g)].map(([, d, stroke]) => ({
    stroke: stroke!,
    places: [...d!.matchAll(/[ML]([\d.-]+) ([\d.-]+)/g)].map(([, x, y]) => [Number(x), Number(y)]),
  }));

describe('the plots of a report', () => {
  it('are those of its sections, each with a name of its own', () => {
    const names = plotsOf(data).map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z0-9-]+$/);
    expect(names).toEqual(
      expect.arrayContaining([
        'results-success',
        'results-repetitive-actions',
        'thinking-detour',
        'thinking-phases',
        'curves-success-while-training',
        'evaluation-success-l0',
        'health-gradient-norm',
        'tags-grpo',
        'tag-use-l0-rlvmr',
        'rewards-rlvmr',
      ]),
    );
    const twins = { ...data, forecasts: [], curves: [], arms: ['a b', 'A-B'], results: twoArms('a b', 'A-B') };
    expect(plotsOf(twins).map(({ name }) => name)).toContain('tag-use-l0-a-b-2');
  });

  it('draw the values: the mean of the seeds, higher where it is more, in the colour of the arm', () => {
    const plot = plotsOf(data).find(({ name }) => name === 'curves-success-while-training') as LinePlot;
    const drawn = linesIn(textOf(plot));
    expect(drawn.map(({ stroke }) => stroke)).toEqual([lightColours['--arm-1'], lightColours['--arm-2']]);
    expect(linesIn(textOf(plot, property => darkColours[property]!))[0]!.stroke).toBe(darkColours['--arm-1']);
    const means = data.curves[0]!.training.map(
      (_, i) =>
        data.curves.filter(({ arm }) => arm === 'GRPO').reduce((sum, { training }) => sum + training[i]!.success!, 0) /
        2,
    );
    const { places } = drawn[0]!;
    expect(places).toHaveLength(means.length);
    // One pixel for so much of success, everywhere.
    const [lowest, highest] = [means.indexOf(Math.min(...means)), means.indexOf(Math.max(...means))];
    const scale = (places[lowest]![1] - places[highest]![1]) / (means[highest]! - means[lowest]!);
    for (const [i, [, y]] of places.entries())
      expect(y).toBeCloseTo(places[lowest]![1] - scale * (means[i]! - means[lowest]!), 1);
  });

  it('of two worlds are never in one plot', () => {
    const curves = data.curves.map(curve => (curve.seed === '0' ? curve : { ...curve, world: 'cooking' }));
    const plots = plotsOf({ ...data, curves }).filter(({ title }) => title === 'Success while training') as LinePlot[];
    expect(plots.map(({ name, note, lines }) => [name, note.split('; ')[0], lines.map(line => line.name)])).toEqual([
      ['curves-success-while-training-cooking', 'cooking', ['GRPO', 'RLVMR']],
      ['curves-success-while-training-household', 'household', ['GRPO', 'RLVMR']],
    ]);
    for (const { lines } of plots) for (const { low } of lines) expect(low).toBeNull();
    const seed = data.curves.find(({ arm }) => arm === 'GRPO')!;
    expect(plots[1]!.lines[0]!.values).toEqual(seed.training.map(({ success }) => success));
  });

  it('show how far half batches agree, on an axis from −1 to 1', () => {
    const curves = data.curves.map(curve => ({
      ...curve,
      training: curve.training.map((row, i) => ({ ...row, gradientCosine: i / 10 })),
    }));
    const plot = plotsOf({ ...data, curves }).find(({ name }) => name === 'health-agreement-of-half-batches');
    expect(plot).toMatchObject({ range: [-1, 1] });
    expect((plot as LinePlot).lines[0]!.values.slice(0, 3)).toEqual([0, 0.1, 0.2]);
    expect(plotsOf(data).map(({ name }) => name)).not.toContain('health-agreement-of-half-batches');
  });

  it('are written as files that every reader of XML takes, whatever an arm is called', async () => {
    const arm = '<b>&"\u0007 ]]> ünlü';
    const own = { ...data, arms: [arm], results: twoArms(arm), curves: [] };
    const files = await writePlots(path.join(folder, 'figures'), own);
    expect(readdirSync(path.join(folder, 'figures')).toSorted()).toEqual(
      files.map(file => path.basename(file)).toSorted(),
    );
    expect(files.map(file => path.basename(file))).toContain('tag-use-l0-b-ünlü.svg');
    for (const file of files) {
      const text = readFileSync(file, 'utf8');
      expect(text).not.toContain('undefined');
      expect(text).not.toContain('NaN');
      const { svg } = new XMLParser({ ignoreAttributes: false }).parse(text, true) as { svg: { title: string } };
      expect(svg.title).not.toBe('');
    }
    expect(
      readFileSync(
        files.find(file => file.includes('tag-use'))!,
        'utf8',
      ),
    ).toContain('&lt;b&gt;&amp;&quot;� ]]&gt;');
  });

  it('are nothing where a database has neither results nor trainings', async () => {
    const store = openStore(':memory:');
    store.runs.add({ id: 'run', kind: 'rl', world: 'w', config: {} });
    await expect(writePlots(path.join(folder, 'none'), reportData(store))).rejects.toThrow(
      ':memory: has no plots to write: nothing in it was measured, and no policy was trained.',
    );
    store.close();
    expect(readdirSync(folder)).not.toContain('none');
  });

  /** The results of an arm under other names. */
  function twoArms(...names: readonly string[]): ReportData['results'] {
    return names.map(arm => ({ ...data.results.find(row => row.arm === 'GRPO' && row.level === 'L0')!, arm }));
  }
});

describe('the parts of a drawing', () => {
  it('are round places on an axis, whole ones for iterations', () => {
    expect(axisPlaces(0, 1, 5)).toEqual([0, 0.2, 0.4, 0.6000000000000001, 0.8, 1]);
    expect(axisPlaces(0, 0.05, 5).map(place => place.toFixed(2))).toEqual([
      '0.00',
      '0.01',
      '0.02',
      '0.03',
      '0.04',
      '0.05',
    ]);
    expect(axisPlaces(-1, 1, 5)).toEqual([-1, -0.5, 0, 0.5, 1]);
    expect(axisPlaces(1, 8, 4, true)).toEqual([2, 4, 6, 8]);
    expect(axisPlaces(0, 2, 20, true)).toEqual([0, 1, 2]);
    expect(axisPlaces(1, 20, 8, true)).toEqual([5, 10, 15, 20]);
    expect(axisPlaces(0, 20, 8, true)).toEqual([0, 5, 10, 15, 20]);
  });

  it('are texts that fit, and attributes that end where they should', () => {
    expect(fitting('a rather long name', 62)).toBe('a rather …');
    expect(linesOf('one two three', 60)).toEqual(['one two', 'three']);
    expect(svgText(shape('text', { x: 1.23456, fill: '"><script>' }, '</text>'))).toBe(
      '<text x="1.23" fill="&quot;&gt;&lt;script&gt;">&lt;/text&gt;</text>',
    );
  });

  it('have the same colours as the page, light and dark', () => {
    expect(Object.keys(darkColours)).toEqual(Object.keys(lightColours));
    const style = paletteStyle();
    expect(style).toContain(`--arm-2:${lightColours['--arm-2']};`);
    expect(style.slice(style.indexOf('dark'))).toContain(`--arm-2:${darkColours['--arm-2']};`);
    for (const colour of [...Object.values(lightColours), ...Object.values(darkColours)])
      expect(colour).toMatch(/^#[0-9a-f]{6}$/);
  });
});
