import { describe, expect, test } from 'vitest';
import {
  forecastFigures,
  forecastFiguresSchema,
  type ForecastGroup,
  formatForecastFigures,
  gatherForecasts,
} from '../../src/forecasts/index.ts';
import { handStep } from '../metrics/hand-made.ts';
import { episodeOf, forecastOf, said } from './hand-made.ts';

const tokens = (count: number) => ({
  prompt: [1],
  reply: Array.from({ length: count }, () => 2),
  logProbabilities: Array.from({ length: count }, () => -1),
});

describe('figures of forecasts', () => {
  const won = episodeOf(true, 8, ['microwave', 'drawer']);
  const lost = episodeOf(false, 30, ['drawer', 'fridge']);
  const group = {
    forecasts: [forecastOf(said(8, 4, 'microwave')), forecastOf(said(12, 8, 'microwave, fridge')), forecastOf('?')],
    episodes: [won, lost],
  };

  test('of one task, worked by hand', () => {
    const figures = forecastFigures([group]);
    expect(figures).toMatchObject({
      forecasts: 3,
      tasks: 1,
      episodes: 2,
      faults: { 'no forecast': 1 },
      gap: { value: 0.25, low: null },
      // p = (0.5 + 1) / 2, d = 0.5: 0.0625 + 0.25, and 0.25 for always saying a half.
      brier: { value: 0.3125 },
      brierOfMean: 0.25,
      skill: -0.25,
      stepsError: 2,
      spread: 0.25,
      cost: null,
      reason: null,
    });
    expect(figures.wellFormed).toBeCloseTo(2 / 3, 10);
    // 8 is in range, 12 is not, and what says nothing is not.
    expect(figures.stepsInRange).toBeCloseTo(1 / 3, 10);
    // microwave, microwave, fridge are named; two are right. Of the kinds of wins alone, the microwave, two of three say it.
    expect(figures.thingsPrecision).toBeCloseTo(2 / 3, 10);
    expect(figures.thingsRecall).toBeCloseTo(2 / 3, 10);
    expect(figures.curve.map(({ foretold, won: came, tasks }) => [foretold, came, tasks])).toEqual([
      [0.5, 0.5, 1],
      [1, 0.5, 1],
    ]);
    expect(forecastFiguresSchema.parse(figures)).toEqual(figures);
    expect(formatForecastFigures(figures)).toContain('skill against the mean');
  });

  test('tell what share of the sampled tokens forecasts cost', () => {
    const played = { ...won, steps: [handStep({ tokens: tokens(30) })] };
    const forecasts = [forecastOf(said(8, 4, 'shelf'), { tokens: tokens(10) })];
    expect(forecastFigures([{ forecasts, episodes: [played] }]).cost).toBe(0.25);
  });

  test('are null with the reason where there are no forecasts, no episodes, or nobody says who won', () => {
    const none = forecastFigures([]);
    expect(none).toMatchObject({ forecasts: 0, skill: null, gap: { value: null }, reason: 'there are no forecasts' });
    expect(formatForecastFigures(none)).toBe('forecasts: there are no forecasts.');
    expect(forecastFigures([{ ...group, episodes: [] }])).toMatchObject({
      skill: null,
      reason: 'no episode of the task was played',
    });
    expect(forecastFigures([{ ...group, episodes: [{ ...won, success: null }] }])).toMatchObject({
      gap: { value: null },
      reason: 'the log does not say whether the episode succeeded',
    });
  });

  test.each<[string, ForecastGroup[], Record<string, string>]>([
    ['nothing', [], { wellFormed: 'there are no forecasts', skill: 'there are no forecasts' }],
    ['no episode', [{ ...group, episodes: [] }], { gap: 'no episode of the task was played' }],
    [
      'one task',
      [group],
      {
        avoidableSkill: 'every task was won as often as the others',
        cost: 'the tokens of the forecasts, or of the replies, are not kept by themselves',
      },
    ],
    [
      'nothing won',
      [{ ...group, episodes: [lost] }],
      { skill: 'every episode was won, or every one lost', stepsError: 'no task that was foretold was won' },
    ],
    [
      'no forecast that says anything',
      [{ forecasts: [forecastOf('?')], episodes: [won, lost] }],
      {
        gap: 'no forecast of a task that was played says its wins',
        stepsError: 'no forecast says its steps',
        spread: 'no task has two forecasts that say their wins',
        thingsPrecision: 'no forecast names a thing that is there',
      },
    ],
  ])('each figure that is null has its reason: %s', (_, groups, expected) => {
    const figures = forecastFigures(groups);
    const { reasons } = figures;
    expect(reasons).toMatchObject(expected);
    const nulls = Object.entries(figures).flatMap(([name, figure]) => {
      if (['reason', 'reasons', 'faults', 'curve'].includes(name)) return [];
      const value = typeof figure === 'object' && figure !== null ? (figure as { value: unknown }).value : figure;
      return value === null ? [name] : [];
    });
    expect(Object.keys(reasons).toSorted()).toEqual(nulls.toSorted());
    for (const reason of Object.values(expected))
      expect(formatForecastFigures(figures).replaceAll(/\s+/g, ' ')).toContain(figures.reason ?? reason);
  });

  test('episodes come to the forecasts of their run, group and task, and others are not kept', () => {
    const gathered = gatherForecasts(group.forecasts);
    for (const episode of [won, lost, { ...won, run: 'another' }, { ...won, group: 'another' }]) gathered.see(episode);
    expect(gathered.groups()).toEqual([group]);
  });

  test("an agent's own first reply may hold the forecast of its episode, whoever wrote the log", () => {
    const gathered = gatherForecasts();
    const first = `${said(8, 8, 'microwave')}\n<planning>so</planning><action>look</action>`;
    gathered.see({ ...won, steps: [handStep({ reply: first }), ...won.steps.slice(1)] });
    gathered.see({ ...lost, steps: [handStep({ reply: first.replace('wins 8', 'wins 0') }), ...lost.steps.slice(1)] });
    gathered.see(won);
    expect(gathered.figures()).toMatchObject({ forecasts: 2, tasks: 1, episodes: 3, reason: null });
  });
});
