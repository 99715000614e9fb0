import { describe, expect, it } from 'vitest';
import type { ReportData } from '../../src/report/index.ts';
import { axisLabels, axisNote, axisRange } from '../../src/report/plots/axis.ts';
import { episodeRows, filterEpisodes } from '../../src/report/page/episode-filter.ts';
import { partName } from '../../src/report/part-name.ts';
import { noFilter, readRoute, writeRoute, type Route } from '../../src/report/page/route.ts';
import { acrossSeeds, iterationsOf, smoothed } from '../../src/report/plots/series.ts';
import { inStreaks } from '../../src/report/page/streaks.ts';

describe('a route', () => {
  const routes: Route[] = [
    { view: 'report', section: 'curves' },
    { view: 'report', section: '' },
    { view: 'list', filter: noFilter },
    { view: 'list', filter: { ...noFilter, arm: 'cold start', success: 'no', text: 'desk lamp & "more"' } },
    { view: 'trajectory', id: 'eval GRPO/alfworld:look/trial?1#2/0', step: 12, beside: null },
    { view: 'trajectory', id: 'a/b', step: null, beside: 'c/d e' },
  ];
  it.each(routes)('is written into the address and read from it: %j', route =>
    expect(readRoute(writeRoute(route))).toEqual(route),
  );

  it('that someone wrote by hand is taken as far as it goes', () => {
    expect(readRoute('#/trajectory/100%/x')).toEqual({ view: 'trajectory', id: '100%', step: null, beside: null });
    expect(readRoute('#/elsewhere')).toEqual({ view: 'report', section: '' });
    expect(readRoute('')).toEqual({ view: 'report', section: '' });
  });
});

describe('the filter of trajectories', () => {
  const column = {
    id: ['r/a/0', 'r/b/0', 's/a/0', 't/1/c/0'],
    run: [0, 0, 1, 2],
    arm: [0, 0, 1, 1],
    level: [0, 0, 0, 1],
    task: [0, 1, 0, 2],
    rollout: [0, 0, 0, 0],
    iteration: [null, null, null, 7],
    success: [true, false, null, true],
    strip: ['pem', 'prR', 'uu', 'nee'],
    refused: [0, 1, 0, 0],
    readable: [false, true, true, true],
  };
  const data = {
    arms: ['expert', 'GRPO'],
    levels: [
      { name: 'L0', label: 'L0' },
      { name: 'training', label: 'training' },
    ],
    runs: [{ id: 'r' }, { id: 's' }, { id: 't' }],
    tasks: ['a', 'b', 'c'].map(id => ({
      id,
      world: 'w',
      category: id === 'c' ? 'heat' : 'cool',
      split: 'seen',
      goal: `Do ${id}.`,
    })),
    episodes: column,
  } as unknown as ReportData;
  const rows = episodeRows(data);
  const ids = (filter: Partial<typeof noFilter>, found: readonly string[] = []) =>
    filterEpisodes(rows, { ...noFilter, ...filter }, new Set(found)).map(({ id }) => id);

  it('has what can be read first, then what was done with one task together', () =>
    expect(ids({})).toEqual(['s/a/0', 'r/b/0', 't/1/c/0', 'r/a/0']));
  it('narrows by arm, level and category', () => {
    expect(ids({ arm: 'expert' })).toEqual(['r/b/0', 'r/a/0']);
    expect(ids({ arm: 'GRPO', level: 'training' })).toEqual(['t/1/c/0']);
    expect(ids({ category: 'heat' })).toEqual(['t/1/c/0']);
  });
  it('tells success, failure and what is not known apart', () => {
    expect([ids({ success: 'yes' }), ids({ success: 'no' }), ids({ success: 'unknown' })]).toEqual([
      ['t/1/c/0', 'r/a/0'],
      ['r/b/0'],
      ['s/a/0'],
    ]);
  });
  it('finds a tag also where the step repeats another', () => {
    expect(ids({ tag: 'r' })).toEqual(['r/b/0']);
    expect([ids({ repeats: 'yes' }), ids({ repeats: 'no' }).length]).toEqual([['r/b/0'], 3]);
  });
  it('looks for a text in names, and takes what a search in the steps has found', () => {
    expect(ids({ text: 'DO B' })).toEqual(['r/b/0']);
    expect(ids({ text: 'drawer' }, ['s/a/0'])).toEqual(['s/a/0']);
    expect(ids({ text: 'drawer', arm: 'expert' }, ['s/a/0'])).toEqual([]);
  });
});

describe('a learning curve', () => {
  const seeds = [
    [
      { iteration: 1, value: 0.2 },
      { iteration: 2, value: 0.4 },
    ],
    [
      { iteration: 1, value: 0.4 },
      { iteration: 2, value: null },
      { iteration: 3, value: 1 },
    ],
  ];

  it('is the mean of the seeds that have an iteration, with the lowest and the highest', () => {
    const line = acrossSeeds(seeds, iterationsOf(seeds));
    expect(line.mean).toEqual([expect.closeTo(0.3), 0.4, 1]);
    expect([line.low, line.high]).toEqual([
      [0.2, 0.4, 1],
      [0.4, 0.4, 1],
    ]);
  });

  it('of one seed has no band', () =>
    expect(acrossSeeds([seeds[0]!], [1, 2])).toEqual({ mean: [0.2, 0.4], low: null, high: null }));

  it('is smoothed over the iterations around, and never over what is not known', () => {
    const points = [0, 3, null, 9, 12].map((value, i) => ({ iteration: i + 1, value }));
    expect(smoothed(points, 3).map(({ value }) => value)).toEqual([1.5, 1.5, null, 10.5, 10.5]);
    expect(smoothed(points, 1)).toEqual(points);
  });
});

describe('the y axis of a chart', () => {
  it('holds 0, so that no small difference looks large', () => {
    expect(axisRange(23.9, 24.1, false)).toEqual([0, expect.closeTo(25.546)]);
    expect(axisRange(-4, -3, false)).toEqual([expect.closeTo(-4.24), 0]);
    expect(axisRange(-1, 2, false)).toEqual([expect.closeTo(-1.18), expect.closeTo(2.18)]);
  });

  it('of shares goes to 100 %, or says that it ends at a round share', () => {
    const shares = [0, 0.013, 0.04, 0.11, 0.5, 0.61, 0.9, 1].map(most => axisRange(0, most, true));
    expect(shares.map(([least]) => least)).toEqual(shares.map(() => 0));
    expect(shares.map(([, most]) => most)).toEqual([0.02, 0.02, 0.05, 0.2, 0.6, 1, 1, 1]);
    expect(axisRange(0.8, 0.82, true)).toEqual([0, 1]);
    expect(shares.slice(2, 6).map(range => axisNote(range, true))).toEqual([
      'axis to 5 %',
      'axis to 20 %',
      'axis to 60 %',
      '',
    ]);
    expect(axisNote([0, 0.4], false)).toBe('');
  });

  it('has a scale for values that are all the same, and for none', () => {
    expect([axisRange(1, 1, true), axisRange(null, null, true), axisRange(null, null, false)]).toEqual([
      [0, 1],
      [0, 0.02],
      [0, 1],
    ]);
    expect(axisRange(15, 15, false)).toEqual([0, expect.closeTo(15.9)]);
  });

  it('is labelled with the digits that its places need', () => {
    expect(axisLabels([0, 0.025, 0.05], true)).toEqual(['0.0 %', '2.5 %', '5.0 %']);
    expect(axisLabels([-10, 0, 10], false)).toEqual(['−10', '0', '10']);
    expect(axisLabels([0, 0.0001, 0.0002], false)).toEqual(['0.0000', '0.0001', '0.0002']);
  });
});

describe('alarms of a run', () => {
  const alarm = (rule: string, iteration: number, level: 'warn' | 'stop' = 'warn') => ({
    rule,
    iteration,
    level,
    message: `at ${iteration}`,
    remedy: '',
  });

  it('of one rule on end are one row, as the last of them says it', () => {
    const streaks = inStreaks([
      alarm('entropy', 3),
      alarm('entropy', 4),
      alarm('tags', 4),
      alarm('entropy', 7),
      alarm('entropy', 20),
      alarm('entropy', 21, 'stop'),
    ]);
    expect(streaks.map(({ rule, level, from, to, message }) => [rule, level, from, to, message])).toEqual([
      ['entropy', 'warn', 3, 7, 'at 7'],
      ['tags', 'warn', 4, 4, 'at 4'],
      ['entropy', 'warn', 20, 20, 'at 20'],
      ['entropy', 'stop', 21, 21, 'at 21'],
    ]);
  });
});

it('the part of a reward is named with its method only where another has such a part', () => {
  const all = ['outcome/outcome', 'rlvmr:fixed/outcome', 'rlvmr:fixed/explore'];
  expect(all.map(part => partName(part, all))).toEqual(['outcome', 'rlvmr:fixed outcome', 'explore']);
});
