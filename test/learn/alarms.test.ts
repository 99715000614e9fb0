// oxlint-disable unicorn/consistent-function-scoping -- what only one block needs stands in it
import { describe, expect, it } from 'vitest';
import {
  alarmRules,
  alarms,
  type ColdStartFacts,
  type IterationFacts,
  warmUpAlarms,
} from '../../src/learn/alarms/index.ts';

const coldStart: ColdStartFacts = { actionEntropy: 1, tokensPerStep: 20, monitorShare: 0.3, tagInformation: 0.4 };

const healthy: Omit<IterationFacts, 'iteration'> = {
  finite: true,
  groups: 16,
  mixedShare: 0.6,
  outcomeStd: 0.3,
  identicalShare: 0,
  wrongGroups: 0,
  duplicates: 0,
  equalSeeds: 0,
  mismatchMean: 1e-5,
  mismatchMax: 1e-3,
  updates: 4,
  skippedUpdates: 0,
  actionEntropy: 0.8,
  gradientNorm: 1,
  klToReference: 0.1,
  approxKl: 0.01,
  clipFraction: 0.1,
  formatValid: 0.98,
  tokensPerStep: 21,
  tagShares: { planning: 0.1, explore: 0.4, reflection: 0.1, monitor: 0.38, none: 0.02 },
  failedSteps: 0.1,
  planningFirst: 0.9,
  processReward: 0.3,
  success: 0.5,
  repetitionMonitor: 0.1,
  repetitionExplore: 0.1,
  tagInformation: 0.4,
  unseenSuccess: 0.45,
  panelsIntact: true,
  forecastsWellFormed: 0.97,
  forecastSpread: 0.2,
  gatedShare: 0.3,
  gateProbes: 2,
  gateFalseProbes: 0,
};

/** Iterations that are healthy but for what `changes` say of the last `count` of them. */
function history(
  length: number,
  changes: Partial<IterationFacts> | ((at: number) => Partial<IterationFacts>) = {},
  count = 1,
): IterationFacts[] {
  return Array.from({ length }, (_, at) =>
    Object.assign(
      { iteration: at },
      healthy,
      at >= length - count ? (typeof changes === 'function' ? changes(at) : changes) : {},
    ),
  );
}
/** `level rule` of every alarm. */
const raised = (facts: readonly IterationFacts[]) =>
  alarms(facts, coldStart).map(({ level, rule }) => `${level} ${rule}`);

it('a healthy run raises nothing, and neither does one of which nothing is known', () => {
  expect(raised(history(60))).toEqual([]);
  expect(alarms([], coldStart)).toEqual([]);
  expect(alarms(Array.from({ length: 60 }, (_, iteration) => ({ iteration })))).toEqual([]);
  expect(
    alarms(
      history(60).map(
        ({ iteration }) =>
          Object.fromEntries([
            ['iteration', iteration],
            ...Object.keys(healthy).map(key => [key, null]),
          ]) as unknown as IterationFacts,
      ),
    ),
  ).toEqual([]);
});

const cases: [string, Partial<IterationFacts>][] = [
  ['stop not finite', { finite: false }],
  ['stop log-probability mismatch', { mismatchMax: 0.06 }],
  ['stop log-probability mismatch', { mismatchMean: 2e-3 }],
  ['stop log-probability mismatch', { mismatchMean: NaN }],
  ['stop wrong groups', { wrongGroups: 1 }],
  ['stop wrong groups', { duplicates: 1 }],
  ['stop wrong groups', { equalSeeds: 2 }],
  ['warn identical rollouts', { identicalShare: 0.6 }],
  ['warn entropy', { actionEntropy: 0.19 }],
  ['warn entropy', { actionEntropy: 3.1 }],
  ['warn far from the reference', { klToReference: 1.1 }],
  ['warn large updates', { approxKl: 0.06 }],
  ['warn large updates', { clipFraction: 0.31 }],
  ['warn form of replies', { formatValid: 0.89 }],
  ['stop form of replies', { formatValid: 0.69 }],
  ['warn form of replies', { tokensPerStep: 31 }],
  ['warn tag collapse', { tagShares: { ...healthy.tagShares, explore: 0.01 } }],
  ['warn tag collapse', { tagShares: { ...healthy.tagShares, explore: 0.71 } }],
  ['warn tag collapse', { tagShares: { ...healthy.tagShares, monitor: 0.46 } }],
  ['warn tag collapse', { planningFirst: 0.4 }],
  ['warn monitor laundering', { repetitionMonitor: 0.2 }],
  ['warn decorative tags', { tagInformation: 0.11 }],
  ['warn overfitting', { unseenSuccess: 0.19 }],
  ['stop panels changed', { panelsIntact: false }],
];

describe('one iteration is enough for', () => {
  it.each(cases)('%s, at %o', (expected, changes) => {
    expect(raised(history(30, changes))).toEqual([expected]);
  });
});

describe('what is not an alarm', () => {
  it.each([
    ['identical rollouts of a solved task', { identicalShare: 0.9, success: 0.95, unseenSuccess: 0.9 }],
    ['no reflections where nothing fails', { tagShares: { ...healthy.tagShares, reflection: 0 }, failedSteps: 0.01 }],
    ['an agent whose tags are not known', { tagShares: null }],
  ])('%s', (_, changes) => expect(raised(history(30, changes))).toEqual([]));

  it('a gap between monitor and explore that does not grow', () => {
    expect(raised(history(30, { repetitionMonitor: 0.2 }, 30))).toEqual([]);
  });
});

describe('rules that look back', () => {
  it('groups: few mixed ones for 5 iterations warn, none at all stops', () => {
    expect(raised(history(30, { mixedShare: 0.1 }, 4))).toEqual([]);
    expect(raised(history(30, { mixedShare: 0.1 }, 5))).toEqual(['warn degenerate groups']);
    expect(raised(history(30, { mixedShare: 0 }, 5))).toEqual(['stop degenerate groups']);
    // A policy that has solved its tasks: there is nothing left to learn, and nothing wrong.
    expect(raised(history(30, { mixedShare: 0, success: 1, unseenSuccess: 1 }, 5))).toEqual(['warn degenerate groups']);
  });

  it('variance: under a tenth of the first 10 iterations for 10, unless the tasks are solved', () => {
    expect(raised(history(40, { outcomeStd: 0.02 }, 9))).toEqual([]);
    expect(raised(history(40, { outcomeStd: 0.02 }, 10))).toEqual(['stop outcomes without variance']);
    expect(raised(history(40, { outcomeStd: 0.02, success: 0.97, unseenSuccess: 0.9 }, 10))).toEqual([]);
  });

  it('entropy: out of bounds for 10 iterations stops', () => {
    expect(raised(history(30, { actionEntropy: 0.1 }, 9))).toEqual(['warn entropy']);
    expect(raised(history(30, { actionEntropy: 0.1 }, 10))).toEqual(['stop entropy']);
  });

  it('gradient norm: the third iteration of 20 that skipped an update stops', () => {
    const spikes = (...at: number[]) =>
      raised(history(60, i => (at.includes(i) ? { gradientNorm: 11, skippedUpdates: 1, updates: 3 } : {}), 60));
    expect(spikes(50, 59)).toEqual([]);
    expect(spikes(50, 55, 59)).toEqual(['stop gradient norm']);
    expect(spikes(30, 55, 59)).toEqual([]);
    expect(spikes(50, 55, 58)).toEqual([]);
  });

  it('no update: ten iterations without any stop, whether for want of a signal or because all were skipped', () => {
    const still = { updates: 0, gradientNorm: null };
    expect(raised(history(30, still, 9))).toEqual([]);
    expect(raised(history(30, still, 10))).toEqual(['stop no update']);
    expect(alarms(history(30, still, 10), coldStart)[0]!.message).toMatch(/there was nothing to learn from/);
    const skipped = { updates: 0, skippedUpdates: 4 };
    expect(raised(history(30, skipped, 10))).toEqual(['stop no update', 'stop gradient norm']);
    expect(alarms(history(30, skipped, 10), coldStart)[0]!.message).toMatch(/40 updates were skipped/);
    // A policy that has solved its tasks stands still for a good reason; one whose updates are skipped does not.
    const solved = { success: 1, unseenSuccess: 1 };
    expect(raised(history(30, { ...still, ...solved }, 10))).toEqual([]);
    expect(raised(history(30, { ...skipped, ...solved }, 10))).toContain('stop no update');
  });

  it('a warm-up: forecasts that stay malformed, and play that is worse than chance allows', () => {
    const told = (wellFormed: number, after: number, episodes = 128) =>
      warmUpAlarms({ wellFormed, kept: { episodes, before: 0.5, after } }).map(({ rule, message }) => [rule, message]);
    expect(told(0.95, 0.5)).toEqual([]);
    expect(told(0.875, 0.5)).toEqual([
      ['form of forecasts', 'After the warm-up only 87.5 % of the forecasts are well-formed.'],
    ]);
    // Three standard errors of 128 episodes are 18.75 points, of 16 episodes 53.
    expect(told(0.95, 0.32)).toEqual([]);
    expect(told(0.95, 0.3)).toEqual([
      ['playing forgotten', 'The warm-up cost success: 30 % of the same tasks after 50 %.'],
    ]);
    expect(told(0.95, 0, 16)).toEqual([]);
  });

  it('form of forecasts: none at once, under 90 % for 5 iterations; silent without forecasts', () => {
    const few = { forecastsWellFormed: 0.8 };
    expect(raised(history(30, few, 4))).toEqual([]);
    expect(raised(history(30, few, 5))).toEqual(['warn form of forecasts']);
    expect(raised(history(30, { forecastsWellFormed: 0 }))).toEqual(['warn form of forecasts']);
    const none = { forecastsWellFormed: null, forecastSpread: null, gatedShare: null, gateProbes: null };
    expect(raised(history(30, none, 30))).toEqual([]);
  });

  it('forecasts say the same: a spread over tasks under 0.05 for 10 iterations', () => {
    expect(raised(history(30, { forecastSpread: 0.04 }, 9))).toEqual([]);
    expect(raised(history(30, { forecastSpread: 0.04 }, 10))).toEqual(['warn forecasts say the same']);
  });

  it('gate starves: over 60 % gated for 5 iterations, or over 30 % of its probes are wrong', () => {
    expect(raised(history(30, { gatedShare: 0.7 }, 4))).toEqual([]);
    expect(raised(history(30, { gatedShare: 0.7 }, 5))).toEqual(['warn gate starves']);
    expect(raised(history(30, { gateFalseProbes: 1 }, 3))).toEqual([]);
    expect(raised(history(30, { gateFalseProbes: 1 }, 4))).toEqual(['warn gate starves']);
    expect(raised(history(30, { gateProbes: 0, gateFalseProbes: 0 }, 30))).toEqual([]);
  });

  it('reward hacking: the process reward up by a tenth and success down by 3 points, in means of 20 iterations', () => {
    expect(raised(history(60, { processReward: 0.34, success: 0.46 }, 20))).toEqual(['warn reward hacking']);
    expect(raised(history(60, { processReward: 0.34, success: 0.48 }, 20))).toEqual([]);
    expect(raised(history(60, { processReward: 0.31, success: 0.4 }, 20))).toEqual([]);
  });
});

it('stops come first, and every alarm says what was seen and what to do', () => {
  const all = alarms(history(30, { klToReference: 2, finite: false, formatValid: 0.5 }), coldStart);
  expect(all.map(({ level }) => level)).toEqual(['stop', 'stop', 'warn']);
  expect(all[1]).toEqual({
    rule: 'form of replies',
    level: 'stop',
    iteration: 29,
    message: 'Only 50 % of the replies are well-formed.',
    remedy:
      'Go back to the last healthy checkpoint, halve the learning rate, and add a format penalty of 0.5 units of advantage. Keep a hard limit on the tokens of a reply.',
  });
});

it('there is no rule that no test raises', () => {
  const lookingBack = [
    'degenerate groups',
    'outcomes without variance',
    'gradient norm',
    'no update',
    'reward hacking',
    'form of forecasts',
    'forecasts say the same',
    'gate starves',
  ];
  expect(
    [...new Set([...cases.map(([expected]) => expected.replace(/^\w+ /, '')), ...lookingBack])].toSorted(),
  ).toEqual(alarmRules.toSorted());
});
