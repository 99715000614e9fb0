import { describe, expect, it } from 'vitest';
import { measurementSchema } from '../../src/forecasts/index.ts';
import { measure, stepMetricNames, wilson, type StepMetric } from '../../src/metrics/index.ts';
import { createRandom } from '../../src/world/random.ts';
import { randomEpisodes } from './random-episodes.ts';
import { lost, won } from './worked-example.ts';

const measurement = measure([won, lost], { by: ['split', 'category', 'agent', 'run', 'world', 'tag'] });

describe('two episodes worked out by hand: one solved in 8 steps, one lost in 12', () => {
  // Steps by number, then numerators of all 8 + 12 = 20 steps and of the first ten of each, 8 + 10 = 18.
  it.each<[StepMetric, inWon: number[], inLost: number[]]>([
    ['formatInvalid', [5], [8]], // no tag; no action
    ['inadmissible', [3, 5], [8, 9]],
    ['noOp', [2], [10, 11]], // executed and changed nothing; 3, 5, 8 and 9 were not executed
    ['stateActionRepeat', [], [3, 4, 5, 11]], // in won, step 5 is step 4's command in another state
    ['exactRepeat', [5], [3, 4, 5, 11]],
    ['rlvmrRepeat', [], [3, 4, 5, 11]], // step 5 of won is malformed, and those never count
    ['consecutiveRepeat', [5], [11]],
    ['cycle', [], [4, 5, 11]], // open, close, open, close: step 4 closes the second round
    ['reinspection', [2], [3, 5]], // the drawer was seen and has not changed; the desk is never inspected
    ['ngramLoop', [], []], // open-close-open ends at 3 and at 5, but these overlap
  ])('%s', (name, inWon, inLost) => {
    const { pooled, first10 } = measurement.rates[name];
    const early = inLost.filter(step => step < 10).length;
    expect(pooled).toMatchObject({
      numerator: inWon.length + inLost.length,
      denominator: 20,
      missing: 0,
      reason: null,
    });
    expect(first10).toMatchObject({ numerator: inWon.length + early, denominator: 18, missing: 0 });
    expect(pooled.value).toBeCloseTo((inWon.length + inLost.length) / 20, 12);
    // The macro average counts episodes, not steps.
    expect(pooled.macro).toBeCloseTo((inWon.length / 8 + inLost.length / 12) / 2, 12);
    expect(first10.macro).toBeCloseTo((inWon.length / 8 + early / 10) / 2, 12);
  });

  it('has an interval whose units are the two episodes', () => {
    // 0 of 8 and 4 of 12, rate 0.2: residuals 0 - 1.6 and 4 - 2.4, squares 2.56 + 2.56; variance 2/1 · 5.12/20² =
    // 0.0256.
    // Effective trials 0.2 · 0.8 / 0.0256 = 6.25, times (1.96/12.706)² for a Student t with one degree of freedom.
    const { interval } = measurement.rates.stateActionRepeat.pooled;
    const expected = wilson(0.2, 6.25 * (1.959963984540054 / 12.706204736174698) ** 2)!;
    expect(interval).toMatchObject({ level: 0.95, method: 'Wilson, clustered by episode' });
    expect(interval!.low).toBeCloseTo(expected.low, 9);
    expect(interval!.high).toBeCloseTo(expected.high, 9);
  });

  it('success, steps and the optimality gap', () => {
    expect(measurement).toMatchObject({ episodes: 2, tasks: 2, stepCount: 20, notes: [] });
    expect(measurement.success).toMatchObject({
      value: 1 / 2,
      numerator: 1,
      denominator: 2,
      macro: null,
      interval: { ...wilson(0.5, 2), method: 'Wilson' },
    });
    expect(measurement.steps.all).toMatchObject({ value: (8 + 12) / 2, episodes: 2 });
    // Standard deviation of 8 and 12: √8; of their mean: √(8/2) = 2; times 12.706.
    expect(measurement.steps.all.interval!.high).toBeCloseTo(10 + 2 * 12.7062, 3);
    expect(measurement.steps.onSuccess).toMatchObject({ value: 8, episodes: 1, interval: null });
    expect(measurement.optimalityGap).toMatchObject({ value: 8 / 4 - 1, episodes: 1 }); // the lost one is left out
  });

  it('why commands were refused, as shares of the four refused steps', () => {
    expect(measurement.refusals['no command']).toMatchObject({ numerator: 1, denominator: 4, missing: 0 });
    expect(measurement.refusals['unknown command']).toMatchObject({ numerator: 1, denominator: 4 });
    expect(measurement.refusals['not possible now']).toMatchObject({ numerator: 2, denominator: 4, value: 0.5 });
  });

  it('cycles, over- and underthinking, and the failure that had the answer', () => {
    expect(measurement.episodesWithCycle).toMatchObject({ numerator: 1, denominator: 2 });
    expect(measurement.detour).toMatchObject({ episodes: 1 });
    // Steps 2 to 5 of lost reach no new state, so the first 2 of its 12 steps were effective. (The cycle begins at step
    // 3.)
    expect(measurement.underthinking.value).toBeCloseTo(1 - 2 / 12, 12);
    // A solved task of the category has 3 subgoals; lost had 2 of them.
    expect(measurement.answerInclusive).toMatchObject({ numerator: 1, denominator: 1, missing: 0 });
  });

  it('shares of tags, a malformed reply counting as none', () => {
    const counts = Object.fromEntries(
      Object.entries(measurement.tags.shares).map(([tag, rate]) => [tag, rate.numerator]),
    );
    expect(counts).toEqual({ planning: 1 + 1, explore: 2 + 5, reflection: 1 + 1, monitor: 3 + 4, none: 1 + 1 });
    expect(measurement.tags.shares.explore).toMatchObject({ denominator: 20, value: 7 / 20 });
    expect(measurement.tags.planningFirst).toMatchObject({ numerator: 1, denominator: 2 });
  });

  it('transitions', () => {
    const none = { planning: 0, explore: 0, reflection: 0, monitor: 0, none: 0 };
    // won: p e, e e, e m, m r, r -, - m, m m. lost: e p, p e, e e (3), e m, m m, m -, - r, r m, m m.
    expect(measurement.tags.transitions).toEqual({
      planning: { ...none, explore: 2 },
      explore: { ...none, planning: 1, explore: 4, monitor: 2 },
      reflection: { ...none, monitor: 1, none: 1 },
      monitor: { ...none, reflection: 1, monitor: 3, none: 1 },
      none: { ...none, reflection: 1, monitor: 1 },
    });
  });

  it('situations, and reflection after failure', () => {
    const none = { planning: 0, explore: 0, reflection: 0, monitor: 0, none: 0 };
    expect(measurement.tags.situations).toEqual({
      start: { ...none, planning: 1, explore: 1 },
      failed: { ...none, reflection: 2, monitor: 2 }, // won 4 and 6, lost 9 and 10
      unchanged: { ...none, monitor: 2 }, // won 3, lost 11
      progress: { ...none, monitor: 2, none: 2 }, // won 5 and 7, lost 7 and 8
      'going on': { ...none, planning: 1, explore: 2 + 4, monitor: 1 },
      unknown: none,
    });
    expect(measurement.tags.reflectionAfterFailure).toMatchObject({ numerator: 2, denominator: 4, missing: 0 });
  });

  it('mutual information of tag and situation', () => {
    // H(situation) + H(tag) − H(both), from the margins and the ten cells of the table above, of 20.
    const entropy = (...counts: number[]): number =>
      -counts.reduce((sum, count) => sum + (count / 20) * Math.log2(count / 20), 0);
    expect(measurement.tags.information).toBeCloseTo(
      entropy(2, 4, 2, 4, 8) + entropy(2, 7, 2, 7, 2) - entropy(1, 1, 2, 2, 2, 2, 2, 1, 6, 1),
      12,
    );
  });

  it('agreement of thought and action', () => {
    // won: drawer 1 and the drawer, desk 1 and mug 1 are named (1, 2, 4, 6); 0, 3 and 7 name something else; 5 is
    // malformed.
    // lost: only 1 of 0 to 7 and 9; 8 is malformed, and `look` is about nothing.
    expect(measurement.tags.agreement).toMatchObject({ numerator: 4 + 1, denominator: 7 + 9, missing: 0 });
  });
});

describe('parts', () => {
  it('are measured like wholes', () => {
    const { split, agent, category, run, world } = measurement.by;
    expect(Object.keys(split!)).toEqual(['seen', 'unseen']);
    expect(split!.seen!.rates.stateActionRepeat.pooled).toMatchObject({ numerator: 0, denominator: 8 });
    expect(agent!.circling!.rates.stateActionRepeat.pooled).toMatchObject({ numerator: 4, denominator: 12 });
    const { notes: _, by: __, ...figures } = measurement;
    for (const whole of [category!.find, run!.run, world!.hand]) expect(whole).toEqual(figures);
  });

  it('know what the other parts show: how many subgoals there are', () => {
    expect(measurement.by.split!.unseen!.answerInclusive).toMatchObject({ numerator: 1, denominator: 1 });
  });

  it('of steps are those that carry a tag', () => {
    const tag = measurement.by.tag!;
    expect(tag.explore.stateActionRepeat).toMatchObject({ numerator: 3, denominator: 7 }); // lost 3, 4, 5
    expect(tag.monitor.stateActionRepeat).toMatchObject({ numerator: 1, denominator: 7 }); // lost 11
    expect(tag.none.inadmissible).toMatchObject({ numerator: 2, denominator: 2 }); // won 5, lost 8
    expect(tag.reflection.inadmissible).toMatchObject({ numerator: 1, denominator: 2 }); // lost 9
  });

  it('add up to the whole', () => {
    const whole = measure(randomEpisodes('parts', 80), { by: ['split', 'tag'] });
    for (const name of stepMetricNames) {
      const sum = (rates: { numerator: number }[]): number => rates.reduce((total, rate) => total + rate.numerator, 0);
      expect(sum(Object.values(whole.by.split!).map(part => part.rates[name].pooled))).toBe(
        whole.rates[name].pooled.numerator,
      );
      expect(sum(Object.values(whole.by.tag!).map(part => part[name]))).toBe(whole.rates[name].pooled.numerator);
    }
  });
});

describe('a measurement', () => {
  const episodes = randomEpisodes('properties', 120);

  it('survives JSON and keeps to its schema', () => {
    for (const any of [measurement, measure(episodes, { by: ['tag', 'split'] }), measure([])])
      expect(measurementSchema.parse(JSON.parse(JSON.stringify(any)))).toEqual(any);
  });

  it('does not depend on the order of the episodes', () => {
    const random = createRandom('order');
    const expected = rounded(measure(episodes, { by: ['category', 'tag'] }));
    for (let i = 0; i < 5; i++) {
      const order = episodes
        .map(episode => [random(), episode] as const)
        .toSorted(([a], [b]) => a - b)
        .map(([, episode]) => episode);
      expect(rounded(measure(order, { by: ['category', 'tag'] }))).toEqual(expected);
    }
  });

  it('is the same of a stream as of a list', () => {
    function* stream(): Generator<(typeof episodes)[number]> {
      yield* episodes;
    }
    expect(measure(stream())).toEqual(measure(episodes));
  });

  it('says what to know before using it', () => {
    const again = { ...won, id: 'another', rollout: 1 };
    const older = { ...won, id: 'older', worldVersion: '0', steps: [] };
    const elsewhere = { ...won, world: 'elsewhere', id: 'elsewhere' };
    const { notes } = measure([won, won, again, older, elsewhere]);
    expect(notes).toEqual([
      'Episodes of different versions of hand are pooled: version 1, grammar g; version 0, grammar g.',
      'Episodes of 2 worlds are pooled: hand, elsewhere.',
      '1 episode has the id of another and is counted again.',
      '1 of 5 episodes has no step.',
      '5 episodes of 2 tasks: intervals take episodes as independent, so they speak of these tasks played again, not of new ones.',
    ]);
  });
});

/** Sums of floating-point numbers differ in their last digits when their order does. */
function rounded(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, part: unknown) => (typeof part === 'number' ? Number(part.toPrecision(9)) : part)),
  );
}
