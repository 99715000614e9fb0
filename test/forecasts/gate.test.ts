import { describe, expect, test } from 'vitest';
import {
  calibration,
  cutoffInShadow,
  cutoffOf,
  cutShort,
  detection,
  gateOf,
  hintOf,
  probedGate,
} from '../../src/forecasts/index.ts';
import { meanSpeedUp, speedUp } from '../../src/report/budget.ts';
import { episodeOf } from './hand-made.ts';

const settings = { spread: 0.1, low: 0.05, high: 0.95 };
const foretold = (...wins: readonly number[]) => wins.map(each => ({ wins: each, of: 8, faults: [] }));

// Golden vectors worked by hand from sections 3.3 and 4 of MASA (arXiv 2510.03259).
describe('the gate', () => {
  test.each([
    ['E1', [0, 0, 0, 0, 0, 0, 0, 0], 0, 0, true],
    ['E2', [0, 0, 0, 0, 0, 0, 0, 1], 0.0156, 0.0413, true],
    ['E3', [0, 0, 0, 1, 0, 0, 1, 1], 0.0469, 0.0605, true],
    ['E4', [4, 4, 4, 4, 4, 4, 4, 4], 0.5, 0, false],
    ['E5', [0, 8, 0, 8, 0, 8, 0, 8], 0.5, 0.5, false],
    ['E6', [8, 8, 8, 7, 7, 8, 8, 7], 0.9531, 0.0605, true],
  ])('%s: wins %j', (_, wins, mean, spread, gated) => {
    const decision = gateOf(foretold(...wins), settings);
    expect(decision.gated).toBe(gated);
    expect(decision.mean).toBeCloseTo(mean, 4);
    expect(decision.spread).toBeCloseTo(spread, 4);
  });

  test('never closes where less than half of the forecasts are well-formed', () => {
    const broken = { wins: 0, of: 8, faults: ['no things' as const] };
    expect(gateOf([...foretold(0, 0, 0), broken, broken, broken, broken], settings).gated).toBe(false);
    expect(gateOf([...foretold(0, 0, 0, 0), broken, broken, broken, broken], settings).gated).toBe(true);
    expect(gateOf([], settings)).toEqual({ gated: false, mean: null, spread: null });
  });

  test('E7: in shadow its decisions are held against uniform groups', () => {
    const tasks = Array.from({ length: 10 }, (_, i) => ({ decided: i < 4, truth: i < 3 || i === 9 }));
    expect(detection(tasks)).toMatchObject({ precision: 0.75, recall: 0.75, f1: 0.75 });
    expect(detection([])).toMatchObject({ precision: null, recall: null, f1: null });
  });

  test('E8: when it acts, probes tell how often it is right', () => {
    const told = probedGate({ gated: 20, probes: 2, uniformProbes: 1, played: 30, uniformPlayed: 6 });
    expect(told).toMatchObject({ precision: 0.5, uniformGated: 10, recall: 0.625 });
    expect(told.interval!.low).toBeCloseTo(0.095, 3);
    expect(told.interval!.high).toBeCloseTo(0.905, 3);
    expect(probedGate({ gated: 20, probes: 0, uniformProbes: 0, played: 30, uniformPlayed: 6 }).precision).toBeNull();
  });
});

describe('the cutoff', () => {
  const steps = (...each: readonly number[]) => each.map(one => ({ steps: one, faults: [] }));

  test('E9: in shadow it is held against lost episodes', () => {
    const limit = cutoffOf(steps(9, 8, 7, 8), 2);
    expect(limit).toBe(16);
    const episodes = [
      [30, false],
      [30, false],
      [15, true],
      [20, true],
      [12, false],
    ] as const;
    const shadow = cutoffInShadow(episodes.map(([length, won]) => ({ steps: length, won, limit })));
    expect(shadow).toMatchObject({ found: 3, saved: 32, steps: 107 });
    expect(shadow.precision).toBeCloseTo(2 / 3, 10);
    expect(shadow.recall).toBeCloseTo(2 / 3, 10);
  });

  test('takes the middle of well-formed forecasts, rounded up, and cuts nothing without one', () => {
    expect(cutoffOf([...steps(7, 8), { steps: 30, faults: ['no things'] }], 2)).toBe(15);
    expect(cutoffOf(steps(7, 8), 1.5)).toBe(12);
    expect(cutoffOf([{ steps: null, faults: ['no forecast'] }], 2)).toBeNull();
  });

  test('an episode that wins after it is lost, and one that ends before it is left as it is', () => {
    const late = cutShort(episodeOf(true, 20, []), 16);
    expect(late).toMatchObject({ success: false, stopReason: 'cut short' });
    expect(late.steps).toHaveLength(16);
    const early = episodeOf(true, 15, []);
    expect(cutShort(early, 16)).toBe(early);
  });
});

test('a hint is what most forecasts name, ties by code point, each forecast counted once', () => {
  const forecasts = [['shelf', 'Shelves', 'mug'], ['mugs', 'drawer'], ['cabinet', 'mug', 'mug'], null].map(things => ({
    things,
  }));
  expect(hintOf(forecasts, 3)).toEqual(['mug', 'cabinet', 'drawer']);
  expect(hintOf([], 3)).toEqual([]);
});

test('calibration of eight tasks', () => {
  const pairs = [
    [0.75, 0.5],
    [0.25, 0.25],
    [1, 1],
    [0, 0.125],
    [0.5, 0.75],
    [0.875, 0.875],
    [0.125, 0],
    [0.625, 0.25],
  ] as const;
  const { gap, brier, brierOfMean, unavoidable, skill, avoidableSkill, curve } = calibration(
    pairs.map(([p, d]) => ({ shares: [p], won: d * 8, episodes: 8 })),
  );
  expect(gap.value).toBeCloseTo(0.1406, 4);
  expect(brier.value).toBeCloseTo(0.166, 4);
  expect(brierOfMean).toBeCloseTo(0.249, 4);
  expect(unavoidable).toBeCloseTo(0.1289, 4);
  expect(skill).toBeCloseTo(0.3333, 4);
  expect(avoidableSkill).toBeCloseTo(0.6911, 4);
  expect(curve.map(({ foretold: share, won }) => [share, won])).toEqual(pairs.toSorted(([a], [b]) => a - b));
});

test('always saying the mean has no skill, and nothing has any where every task goes alike', () => {
  const tasks = [2, 6].map(won => ({ shares: [0.5], won, episodes: 8 }));
  expect(calibration(tasks)).toMatchObject({ skill: 0, avoidableSkill: 0 });
  expect(calibration([{ shares: [1], won: 8, episodes: 8 }])).toMatchObject({ skill: null, gap: { value: 0 } });
  expect(calibration([])).toMatchObject({ tasks: 0, skill: null, gap: { value: null }, curve: [] });
});

describe('speed-up', () => {
  const points = (...success: readonly number[]) => success.map((each, budget) => ({ budget, success: each }));
  const baseline = points(0.4, 0.44, 0.48, 0.51, 0.53, 0.54);
  const arm = points(0.4, 0.46, 0.51, 0.545, 0.56);

  test('E10: without smoothing, linear between points', () => {
    const { level, arm: by, baseline: of, ratio } = speedUp(baseline, arm, { window: 1 });
    expect([level, of]).toEqual([0.54, 5]);
    expect(by).toBeCloseTo(2.8571, 4);
    expect(ratio).toBeCloseTo(1.75, 4);
  });

  test('E11: with a mean over the last three points', () => {
    const { level, arm: by, ratio } = speedUp(baseline, arm);
    expect(level).toBeCloseTo(0.5267, 4);
    expect(by).toBeCloseTo(3.65, 4);
    expect(ratio).toBeCloseTo(1.3699, 4);
  });

  test('E12: an arm that never reaches the level has no ratio', () => {
    expect(speedUp(baseline, points(0.4, 0.41, 0.42))).toMatchObject({
      arm: null,
      ratio: null,
      reason: 'not reached within 2',
    });
    expect(speedUp([], arm).ratio).toBeNull();
  });

  test('over seeds it is a geometric mean, and tells how many never got there', () => {
    const { ratio, never } = meanSpeedUp([
      { ratio: 2, never: false },
      { ratio: 0.5, never: false },
      { ratio: null, never: true },
    ]);
    expect(ratio).toBeCloseTo(1, 10);
    expect(never).toBe(1);
  });

  test('has no ratio where either had the level before it was trained, and counts none of that as never', () => {
    const before = speedUp(baseline, points(0.6, 0.7), { window: 1 });
    expect(before).toMatchObject({ arm: 0, ratio: null, never: false, reason: 'reached before training' });
    const fallen = speedUp(points(0.5, 0.4, 0.5), points(0.4, 0.5), { window: 1 });
    expect(fallen).toMatchObject({ level: 0.5, baseline: 0, arm: 1, ratio: null, never: false });
    expect(fallen.reason).toMatch(/baseline had it before it was trained/);
    expect(meanSpeedUp([before, fallen, speedUp([], arm)])).toEqual({ ratio: null, never: 0 });
  });
});
