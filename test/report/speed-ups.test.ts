import { describe, expect, it } from 'vitest';
import { openStore } from 'clew';
import { reportData, type ReportComparison, reportSchema, resultOf, resultSchema } from '../../src/report/index.ts';
import { speedUpsOf } from '../../src/report/speed-ups.ts';
import { type HandMade, putTraining } from './hand-made-training.ts';

/** Success of iterations 0, 2 and 4; the mean of the last three is where the baseline ends. */
const rising = [0.2, 0.4, 0.6];
/** A forecast warm-up, a forecast's tokens beside those of play, and a gate that plays 7 of 10 tasks. */
const masa = {
  arm: 'MASA',
  warmUp: { tasks: 5, episodes: 40, tokens: 60, seconds: 10 },
  row: { tasks: 7, tokens: { sampled: 80 }, forecasts: { tokens: 10, gate: { gated: 4, probes: 1, played: 6 } } },
};

function dataOf(...trainings: readonly HandMade[]) {
  const store = openStore(':memory:');
  for (const training of trainings) putTraining(store, training);
  const data = reportData(store);
  store.close();
  return data;
}

const study = dataOf(
  { arm: 'GRPO', seed: 0, during: { L0: rising } },
  { arm: 'GRPO', seed: 1, during: { L0: [0.2, 0.4, 0.9] } },
  { arm: 'GRPO', seed: 2, during: { L0: rising } },
  { arm: 'GRPO', seed: 3, during: { L0: rising } },
  { ...masa, seed: 0, during: { L0: [0.2, 0.6, 0.8] } },
  { ...masa, seed: 1, during: { L0: [0.2, 0.4, 0.6] } },
  { ...masa, seed: 3, during: { L0: rising } },
);
const axisOf = (data: typeof study, axis: string) => data.speedUps[0]!.axes.find(one => one.axis === axis)!;

describe('the speed-up of an arm over the first that was trained', () => {
  it('is by tasks, tokens and seconds, warm-up, forecasts and gated tasks among them, evaluations not', () => {
    expect(study.speedUps).toHaveLength(1);
    const [{ level, baseline, arm, seeds, axes }] = study.speedUps as [(typeof study.speedUps)[number]];
    expect([level, baseline, arm, axes.map(({ axis }) => axis)]).toEqual([
      'L0',
      'GRPO',
      'MASA',
      ['tasks', 'tokens', 'seconds'],
    ]);
    // Smoothed: 0.2, 0.3, 0.4 and, of seed 1, 0.5.
    expect(seeds.map(({ seed }) => seed)).toEqual(['0', '1', '2', '3']);
    [0.4, 0.5, 0.4, 0.4].forEach((success, i) => expect(seeds[i]!.success).toBeCloseTo(success, 10));
    // MASA's smoothed success is 0.4 at iteration 2, after a warm-up and two iterations.
    const wanted = { tasks: [40, 5 + 2 * 10], tokens: [400, 60 + 2 * (80 + 10)], seconds: [40, 10 + 2 * 10] };
    for (const [axis, [of, by]] of Object.entries(wanted)) {
      const [first] = axisOf(study, axis).seeds;
      expect(first!.baseline, axis).toBeCloseTo(of!, 8);
      expect(first!.arm, axis).toBeCloseTo(by!, 8);
      expect(first!.ratio, axis).toBeCloseTo(of! / by!, 8);
    }
  });

  it('tells a seed that never gets there from one that was not trained, and takes the geometric mean of the others', () => {
    const { seeds, ratio, never, reason } = axisOf(study, 'tokens');
    expect(seeds[1]).toMatchObject({ baseline: 400, arm: null, ratio: null, reason: 'not reached within 420 tokens' });
    expect(seeds[2]).toEqual({
      seed: '2',
      baseline: null,
      arm: null,
      ratio: null,
      reason: 'MASA was not trained with this seed',
    });
    expect(seeds[3]!.ratio).toBeCloseTo(400 / 420, 8);
    expect(ratio).toBeCloseTo(Math.sqrt((400 / 240) * (400 / 420)), 8);
    expect([never, reason]).toEqual([1, null]);
  });

  it('is told level by level, of every arm against the first, also as data that can be read again', () => {
    const both = { L0: rising, L1: [0.1, 0.2, 0.3] };
    const data = dataOf(
      { arm: 'B', seed: 0, during: both },
      { arm: 'A', seed: 0, during: both },
      { arm: 'C', seed: 0, during: { L1: [0.3, 0.4, 0.5] } },
    );
    expect(data.speedUps.map(({ level, arm, baseline }) => `${level}: ${arm} against ${baseline}`)).toEqual([
      'L0: A against B',
      'L0: C against B',
      'L1: A against B',
      'L1: C against B',
    ]);
    expect(data.speedUps[1]!.axes[0]).toMatchObject({
      ratio: null,
      never: 0,
      reason: 'there are no evaluations while it was trained',
    });
    // 0.3 at the start is more than the 0.2 that B ends with.
    expect(data.speedUps[3]!.axes[0]!.reason).toBe('reached before training');
    expect(reportSchema.parse(JSON.parse(JSON.stringify(data)))).toEqual(data);
    const result = resultOf(data);
    expect(resultSchema.parse(JSON.parse(JSON.stringify(result))).speedUps).toEqual(data.speedUps);
  });

  it('has no ratio on an axis that a database does not tell, and says which row is silent', () => {
    const { seconds: _, ...untimed } = masa.warmUp;
    const data = dataOf(
      { arm: 'GRPO', seed: 0, during: { L0: rising } },
      { ...masa, seed: 0, during: { L0: rising }, warmUp: untimed },
    );
    expect(axisOf(data, 'tokens').ratio).toBeCloseTo(400 / 420, 8);
    expect(axisOf(data, 'seconds')).toMatchObject({
      ratio: null,
      never: 0,
      reason: 'the seconds of the warm-up of MASA, seed 0 are not known',
    });
  });

  it('counts episodes where tasks are not told', () => {
    const data = dataOf(
      { arm: 'GRPO', seed: 0, during: { L0: rising }, row: { tasks: null } },
      { ...masa, seed: 0, during: { L0: [0.2, 0.6, 0.8] } },
    );
    expect(data.speedUps[0]!.axes.map(({ axis }) => axis)).toEqual(['episodes', 'tokens', 'seconds']);
    expect(axisOf(data, 'episodes').seeds[0]!.ratio).toBeCloseTo(320 / (40 + 160), 8);
  });

  it('counts what dynamic sampling left out and what was branched, and says where it was not kept', () => {
    const leftOut = { tasks: 20, episodes: 160, tokens: 200 };
    const beside = { episodes: 5, tokens: { sampled: 50, read: 1 } };
    const arm = (row: object) => ({ arm: 'DAPO', seed: 0, during: { L0: rising }, row });
    const grpo = { arm: 'GRPO', seed: 0, during: { L0: rising } };
    const known = dataOf(grpo, arm({ rounds: 3, leftOut, branches: beside, scouts: beside }));
    expect(axisOf(known, 'tasks').ratio).toBeCloseTo(10 / 30, 8);
    expect(axisOf(known, 'tokens').ratio).toBeCloseTo(100 / 400, 8);
    const unknown = dataOf(grpo, arm({ rounds: 3 }));
    expect(axisOf(unknown, 'tokens').reason).toBe('the tokens of iteration 1 of DAPO, seed 0 are not known');
    expect(axisOf(unknown, 'seconds').ratio).toBe(1);
  });

  it('does not call a training that goes on one that never gets there, nor its success what it ends with', () => {
    const grpo = { arm: 'GRPO', seed: 0, during: { L0: rising } };
    const slow = { arm: 'slow', seed: 0, during: { L0: [0.2, 0.2, 0.2] }, status: 'running' } as const;
    expect(axisOf(dataOf(grpo, slow), 'tasks')).toMatchObject({
      never: 0,
      reason: 'slow, seed 0 was not trained to its end',
    });
    // What it has already is known: a smoothed 0.5 at iteration 2, so 0.4 at 20 · 2/3 of 40 tasks.
    expect(axisOf(dataOf(grpo, { ...slow, during: { L0: [0.2, 0.8] } }), 'tasks').ratio).toBeCloseTo(3, 8);
    const both = dataOf({ ...grpo, status: 'running' }, { ...slow, status: 'done' });
    expect(axisOf(both, 'tasks').reason).toBe('GRPO, seed 0 was not trained to its end');
  });

  it('is absent without evaluations during training, and with one arm', () => {
    expect(dataOf({ arm: 'A', seed: 0 }, { arm: 'B', seed: 0 }).speedUps).toEqual([]);
    expect(dataOf({ arm: 'A', seed: 0, during: { L0: rising } }).speedUps).toEqual([]);
  });
});

describe('tokens saved at equal success', () => {
  const saved = (value: number | null) => {
    const comparisons = [{ level: 'L0', a: 'GRPO', b: 'MASA', success: { value } }] as unknown as ReportComparison[];
    const ended = new Set(study.curves.map(({ run }) => run));
    return speedUpsOf(study.curves, { arms: study.arms, ended, comparisons })[0]!.saved;
  };

  it('are told where both end within two points, over the seeds that both have', () => {
    const found = saved(-0.02);
    expect(found).toMatchObject({ difference: -0.02, reason: null });
    expect(found.tokens).toBeCloseTo(1 - (3 * (60 + 4 * 90)) / (3 * 400), 8);
  });

  it('are not told where they do not, or where nothing was played after training', () => {
    expect(saved(0.03)).toEqual({
      difference: 0.03,
      tokens: null,
      reason: 'they did not end equal within 2 points',
    });
    expect(saved(null)).toMatchObject({ difference: null, tokens: null });
    expect(study.speedUps[0]!.saved.reason).toMatch(/no comparison after training/);
  });
});
