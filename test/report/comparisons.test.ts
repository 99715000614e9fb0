import { describe, expect, it } from 'vitest';
import { countEpisode, type Trajectory } from 'clew';
import { comparisonsOf } from '../../src/report/comparisons.ts';
import type { Cell } from '../../src/report/results.ts';
import { handTrajectory, task, walk } from '../metrics/hand-made.ts';

/** Ten steps in new states, or with so many of them repeated in the same state. */
function episode(name: string, success: boolean, repeated = 0): Trajectory {
  const moves = Array.from({ length: 10 }, (_, t) =>
    t < repeated ? (['look', 'A'] as const) : ([`go ${t}`, `S${t}>S${t + 1}`] as const),
  );
  return handTrajectory(walk(...moves), { task: task(name), success, stopReason: success ? 'success' : 'step limit' });
}

/** An arm: for each seed the episodes of its tasks. */
function arm(name: string, ...seeds: readonly (readonly Trajectory[])[]): Cell {
  return {
    arm: name,
    level: 'L0',
    world: 'household',
    runs: [],
    rewards: {},
    episodes: seeds.flatMap((own, seed) =>
      own.map(trajectory => ({ counts: countEpisode(trajectory), replicate: String(seed) })),
    ),
  };
}
const tasks = Array.from({ length: 12 }, (_, i) => `task ${i}`);
const arms = (...cells: readonly Cell[]) =>
  comparisonsOf(cells).map(({ conclusions }) => conclusions.map(({ sentence, finding }) => [finding, sentence]));

describe('what a comparison says', () => {
  const often = arm(
    'GRPO',
    tasks.map((name, i) => episode(name, i % 2 === 0, 4 + (i % 3))),
  );

  it('names the later arm first, with both rates, the difference and what both solved', () => {
    const seldom = arm(
      'RLVMR',
      tasks.map((name, i) => episode(name, i % 3 !== 0, 1 + (i % 2))),
    );
    // Twelve differences of success −1, 1, 0, 0, 0, 1, …: their mean is 1/6, and 2.201 times its standard error is
    // 0.456.
    expect(arms(often, seldom)).toEqual([
      [
        [
          'unclear',
          'Whether RLVMR solves more or less than GRPO on L0 is not clear: 66.7 % against 50.0 %; a difference of +16.7 points (95 % interval −28.9 to +62.3, 12 pairs, 12 tasks, one seed).',
        ],
        [
          'less',
          expect.stringMatching(
            /^RLVMR repeats itself less than GRPO on L0: 5\.0 % against 40\.0 % of the first 10 steps; a difference of −35\.0 points \(95 % interval −\d+\.\d to −\d+\.\d, 12 pairs, 12 tasks, one seed\); on the 4 episodes that both solved, 0\.0 % against 45\.0 % of all steps\.$/,
          ),
        ],
      ],
    ]);
  });

  it('says plainly when the later arm does not repeat itself less', () => {
    const as = arm(
      'RLVMR',
      tasks.map((name, i) => episode(name, true, 4 + ((i + 1) % 3))),
    );
    expect(arms(often, as)[0]![1]).toEqual([
      'unclear',
      expect.stringMatching(/^RLVMR does not repeat itself less than GRPO on L0: 40\.0 % against 40\.0 %/),
    ]);
    const more = arm(
      'RLVMR',
      tasks.map((name, i) => episode(name, true, 7 + (i % 2))),
    );
    expect(arms(often, more)[0]![1]).toEqual([
      'more',
      expect.stringMatching(/^RLVMR repeats itself more than GRPO on L0: 65\.0 %/),
    ]);
  });

  it('does not take a small difference for one', () => {
    const hardly = arm(
      'RLVMR',
      tasks.map((name, i) => episode(name, true, i === 0 ? 3 : 4 + (i % 3))),
    );
    expect(arms(often, hardly)[0]![1]).toEqual([
      'unclear',
      expect.stringMatching(/^It is not clear that RLVMR repeats itself less than GRPO on L0/),
    ]);
  });

  it('notes when what both solved says the opposite', () => {
    const other = arm(
      'RLVMR',
      tasks.map((name, i) => (i % 2 === 0 ? episode(name, true, 6 + (i % 3)) : episode(name, false, 0))),
    );
    const [finding, sentence] = arms(often, other)[0]![1]!;
    expect(finding).toBe('unclear');
    const fewer = arm(
      'RLVMR',
      tasks.map((name, i) => (i === 0 ? episode(name, true, 9) : episode(name, false, i % 2))),
    );
    expect([finding, arms(often, fewer)[0]![1]![1]]).toEqual([
      finding,
      expect.stringContaining(
        'on the 1 episode that both solved, it is the other way round: 80.0 % against 30.0 % of all steps',
      ),
    ]);
    expect(sentence).not.toContain('other way round');
  });

  it('knows a difference that is the same on every task, and one on a single task', () => {
    expect(
      arms(
        arm(
          'a',
          tasks.map(name => episode(name, false)),
        ),
        arm(
          'b',
          tasks.map(name => episode(name, true)),
        ),
      )[0]![0],
    ).toEqual([
      'more',
      'b solves more than a on L0: 100.0 % against 0.0 %; a difference of +100.0 points, the same on every task (12 pairs, 12 tasks, one seed).',
    ]);
    expect(
      arms(
        arm(
          'a',
          tasks.map(name => episode(name, false)),
        ),
        arm(
          'b',
          tasks.map(name => episode(name, false)),
        ),
      )[0]![0],
    ).toEqual([
      'unclear',
      'b solves as much as a on L0: 0.0 % against 0.0 %; a difference of 0.0 points, the same on every task (12 pairs, 12 tasks, one seed).',
    ]);
    expect(arms(arm('a', [episode('t', false)]), arm('b', [episode('t', true)]))[0]![0]![0]).toBe('unclear');
  });

  it('says when it cannot know', () => {
    const unjudged = arm(
      'b',
      tasks.map(name => ({ ...episode(name, true), success: null, stopReason: null })),
    );
    expect(arms(often, unjudged)[0]![0]).toEqual([
      'unknown',
      'Whether b solves more than GRPO on L0 is not known: no pair of episodes has the facts.',
    ]);
    expect(arms(often, arm('b', [episode('a task of its own', true)]))).toEqual([[]]);
  });

  it('takes seeds as the units where there are several, the one cold start beside each', () => {
    const cold = arm(
      'cold start',
      tasks.map((name, i) => episode(name, i < 3, 3)),
    );
    const trained = arm('GRPO', ...[0, 1, 2].map(seed => tasks.map((name, i) => episode(name, i < 8 + seed, 2))));
    const [comparison] = comparisonsOf([cold, trained]);
    expect(comparison).toMatchObject({
      pairs: 36,
      seeds: ['0', '1', '2'],
      seedTests: [{ figure: 'success', p: 0.25, smallest: 0.25 }, {}, {}, {}, {}],
    });
    expect(comparison!.seedTests[0]!.differences.map(difference => Math.round(12 * difference))).toEqual([5, 6, 7]);
    expect(comparison!.conclusions[0]!.sentence).toMatch(
      /^GRPO solves more than cold start on L0: 75\.0 % against 25\.0 %; over 3 seeds \+50\.0 points on average \(95 % interval \+\d+\.\d to \+\d+\.\d, sign-flip p 0\.250 where 3 seeds can give 0\.250 at best\)\.$/,
    );
  });

  it('names all settings in which the arms differ, where there are several', () => {
    const all = tasks.map(name => episode(name, true));
    const apart = [
      { setting: 'advantages', a: 'grpo', b: 'rlvmr:fixed' },
      { setting: 'format cost', a: '0', b: '0.5' },
    ];
    const sentences = (settings: typeof apart) =>
      comparisonsOf([often, arm('RLVMR', all)], () => settings)[0]!.conclusions.map(({ sentence }) => sentence);
    for (const sentence of sentences(apart))
      expect(sentence).toMatch(
        /; it may come of any of the 2 settings in which GRPO and RLVMR differ: advantages \(grpo against rlvmr:fixed\), format cost \(0 against 0\.5\)\.$/,
      );
    for (const sentence of sentences(apart.slice(0, 1))) expect(sentence).not.toContain('settings');
  });

  it('does not conclude over seeds from the tasks of one of them', () => {
    const unjudged = (trajectory: Trajectory): Trajectory => ({ ...trajectory, success: null, stopReason: null });
    const won = tasks.map(name => episode(name, true));
    const lost = tasks.map(name => episode(name, false));
    const a = arm('a', lost, lost.map(unjudged));
    const b = arm('b', won, won.map(unjudged));
    expect(arms(a, b)[0]![0]).toEqual([
      'unclear',
      'Whether b solves more or less than a on L0 is not clear: 100.0 % against 0.0 %; a difference of +100.0 points, but only one of 2 seeds has the facts.',
    ]);
  });
});
