import { describe, expect, it } from 'vitest';
import { figuresSchema, formatMeasurement, measure, type Rate } from '../../src/metrics/index.ts';
import type { Step, Trajectory } from '../../src/trajectory/schema.ts';
import { handStep, handTrajectory, task, walk, type HandStep } from './hand-made.ts';

const silent: HandStep = { accepted: null };
const nothing = { value: null, numerator: 0, denominator: 0, macro: null, interval: null };
const looked = (contents = ''): HandStep => ({ inspection: { target: 'drawer', contents, needed: false } });

describe('a log of commands alone', () => {
  const { rates, ...figures } = measure([
    handTrajectory(walk(['look', undefined, silent], ['look', undefined, silent]), { success: null, optimalSteps: 3 }),
  ]);

  it('has the figures that need nothing else', () => {
    expect(rates.exactRepeat.pooled).toMatchObject({ numerator: 1, denominator: 2 });
    expect(rates.consecutiveRepeat.pooled).toMatchObject({ numerator: 1, denominator: 2 });
    expect(rates.ngramLoop.pooled).toMatchObject({ numerator: 0, denominator: 2 });
    expect(figures.steps.all.value).toBe(2);
  });

  it.each([
    ['formatInvalid', 'no reply was judged: the agent or the log has no tags'],
    ['rlvmrRepeat', 'no reply was judged: the agent or the log has no tags'],
    ['inadmissible', 'the log does not say which commands were accepted'],
    ['noOp', 'the log has no world states'],
    ['stateActionRepeat', 'the log has no world states'],
    ['cycle', 'the log has no world states'],
    ['reinspection', 'no step records what was inspected'],
  ] as const)('has no %s: %s', (name, reason) => {
    expect(rates[name].pooled).toEqual({ ...nothing, missing: 2, reason });
    expect(rates[name].first10).toEqual({ ...nothing, missing: 2, reason });
  });

  it('says of every other figure why there is none', () => {
    const outcome = 'the log does not say which episodes succeeded';
    expect(figures.success).toEqual({ ...nothing, missing: 1, reason: outcome });
    for (const mean of [figures.steps.onSuccess, figures.optimalityGap, figures.detour, figures.underthinking])
      expect(mean).toMatchObject({ value: null, episodes: 0, reason: outcome });
    expect(figures.answerInclusive).toMatchObject({ value: null, reason: outcome });
    expect(figures.episodesWithCycle).toMatchObject({ value: null, missing: 1, reason: 'the log has no world states' });
    expect(figures.refusals['no command']).toMatchObject({
      value: null,
      missing: 2,
      reason: 'the log does not say which commands were refused, and why',
    });
    const noTags = 'no reply was judged: the agent or the log has no tags';
    for (const rate of [
      figures.tags.shares.none,
      figures.tags.planningFirst,
      figures.tags.reflectionAfterFailure,
      figures.tags.agreement,
    ])
      expect(rate).toMatchObject({ value: null, reason: noTags });
    expect(figures.tags).toMatchObject({ information: null, informationReason: noTags });
    // It is not known that nothing was won.
    expect(figures.recovery.winsWithoutRefusal).toMatchObject({ value: null, reason: outcome });
  });
});

describe('every figure that is null has its reason', () => {
  const tag = (name: string): HandStep => ({ reply: `<${name}>a</${name}><action>look</action>` });
  const gap = { ...task('gap'), gap: { kind: 'place', matter: 'where' } };
  const whole = { ...task('whole'), gap: { kind: 'none', matter: null } };
  const impossible = { ...task('impossible'), gap: { kind: 'impossible', matter: null } };
  const look = walk(['look', 'A']);
  const ask = walk(['ask where it belongs'], ['done']);
  const logs: Readonly<Record<string, readonly Trajectory[]>> = {
    'no episodes': [],
    'an episode without steps': [handTrajectory([])],
    'commands alone': [handTrajectory(walk(['look', undefined, silent]), { success: null })],
    'one situation': [handTrajectory(walk(['look', 'A', tag('monitor')]))],
    'a situation that is not told': [handTrajectory(walk(['look', 'A', { ...silent, ...tag('monitor') }]))],
    lost: [handTrajectory(look, { success: false })],
    'lost, and not told what was executed': [handTrajectory(walk(['look', undefined, silent]), { success: false })],
    'nothing left out': [handTrajectory(look, { task: whole })],
    'something left out, nobody asked': [handTrajectory(look, { task: gap, success: false })],
    'nothing possible': [handTrajectory(look, { task: impossible, success: false })],
    'asked, and the end not told': [handTrajectory(ask, { task: gap, success: null })],
    'a server that counted the prompt alone': [
      handTrajectory(
        walk([
          'look',
          'A',
          { usage: { promptTokens: 3, cachedTokens: null, replyTokens: null, thinkingTokens: null } },
        ]),
      ),
    ],
  };

  it.each(Object.keys(logs))('%s', name => {
    const measurement = measure(logs[name]!, { by: ['agent', 'tag'] });
    const figures = [...numbersIn('', measurement)];
    expect(figures.length).toBeGreaterThan(50);
    for (const [place, value, reason] of figures)
      if (value === null) expect([place, reason]).toEqual([place, expect.stringMatching(/\w+ \w+/)]);
      else expect([place, reason]).toEqual([place, null]);
    const text = formatMeasurement(measurement);
    for (const [place, value, reason] of figures)
      // Parts stand beside the whole, which says why.
      if (value === null && !place.startsWith('by.') && measurement.episodes > 0)
        expect(text.replaceAll(/\s+/g, ' ')).toContain(reason);
  });

  it('a measurement of before, which did not say it, is read all the same', () => {
    const { notes: _, by: __, ...figures } = measure(logs['nothing left out']!);
    const { informationReason: ___, ...tags } = figures.tags;
    const { reason: ____, ...f1 } = figures.asking!.f1;
    const before = { ...figures, tags, asking: { ...figures.asking!, f1 } };
    const read = figuresSchema.parse(JSON.parse(JSON.stringify(before)));
    expect(read).toEqual({
      ...figures,
      tags: { ...figures.tags, informationReason: null },
      asking: { ...figures.asking!, f1: { ...figures.asking!.f1, reason: null } },
    });
  });

  it('says of questions what there is none of', () => {
    const reasons = (log: string) => {
      const { shares, f1 } = measure(logs[log]!).asking!;
      return Object.fromEntries(
        [...Object.entries(shares), ['f1', f1] as const].map(([name, of]) => [name, of.reason]),
      );
    };
    expect(reasons('nothing left out')).toMatchObject({
      recall: 'no task leaves anything out',
      precision: 'no episode asks',
      f1: 'no task leaves anything out, and no episode asks',
      falseAsks: null,
    });
    expect(reasons('nothing possible')).toMatchObject({
      falseAsks: 'no task says all that is wanted',
      declinedImpossible: null,
      declinedPossible: 'every task is impossible',
    });
    expect(measure(logs['asked, and the end not told']!).asking!.shares.askedAndWon).toMatchObject({
      missing: 1,
      reason: 'the log does not say which episodes succeeded',
    });
  });
});

/** Every number of a measurement that may be null, with its reason, by its place. */
function* numbersIn(place: string, within: unknown): Generator<[place: string, value: number | null, reason: unknown]> {
  if (typeof within !== 'object' || within === null) return;
  const figures = within as Record<string, unknown>;
  for (const [name, reason] of [
    ['value', 'reason'],
    ['mean', 'reason'],
    ['information', 'informationReason'],
  ] as const)
    if (name in figures) yield [`${place}.${name}`, figures[name] as number | null, figures[reason] ?? null];
  for (const [key, each] of Object.entries(figures)) yield* numbersIn(place === '' ? key : `${place}.${key}`, each);
}

describe('what a log leaves out does not choose what is counted', () => {
  it('a step without a command says nothing where the log does not say what became of the others', () => {
    // Were it counted, every step that is known would be a failed one: 1 of 1.
    const { rates, refusals } = measure([handTrajectory(walk(['look', 'A', silent], [null, 'A', silent]))]);
    expect(rates.inadmissible.pooled).toMatchObject({ value: null, missing: 2 });
    expect(rates.noOp.pooled).toMatchObject({ value: null, missing: 2 });
    expect(refusals['no command']).toMatchObject({ value: null, missing: 2 });
  });

  it('refusals without a reason are missing among the refused, not accepted', () => {
    const { refusals } = measure([
      handTrajectory(
        walk(
          ['look', 'A'],
          ['fly', 'A', { accepted: false }],
          ['fly', 'A', { accepted: false, refusal: 'unknown command' }],
        ),
      ),
    ]);
    expect(refusals['unknown command']).toMatchObject({ numerator: 1, denominator: 1, missing: 1 });
    expect(measure([handTrajectory(walk(['look', 'A']))]).refusals['no command']).toMatchObject({
      value: null,
      missing: 0,
      reason: 'no command was refused',
    });
  });

  it('a failure in which the goal once held is not judged where others cannot be', () => {
    const held = handTrajectory(walk(['a', 'A>B', { success: true }], ['b', 'B>A', { success: false }]), {
      success: false,
    });
    const other = handTrajectory(walk(['a', 'A']), { task: task('task 2'), success: false });
    expect(measure([held, other]).answerInclusive).toMatchObject({
      value: null,
      missing: 2,
      reason: 'the log has no subgoals, or no solved episode of the same category shows how many there are',
    });
  });

  it('admissible commands stand in for what was accepted', () => {
    const admissible = ['look', 'go to Desk 1'];
    const steps: Step[] = ['look', 'Go to  desk 1', 'fly', null].map(command =>
      handStep({ command, admissible, accepted: null, at: 'A' }),
    );
    const { rates } = measure([handTrajectory(steps)]);
    expect(rates.inadmissible.pooled).toMatchObject({ numerator: 2, denominator: 4, missing: 0 });
    expect(rates.noOp.pooled).toMatchObject({ numerator: 2, denominator: 4 });
  });

  it('states are needed of every step of an episode; other episodes are still counted', () => {
    const gap = handTrajectory(walk(['a', 'A>B'], ['a']));
    const whole = handTrajectory(walk(['a', 'A'], ['a', 'A']), { task: task('task 2') });
    expect(measure([gap, whole]).rates.stateActionRepeat.pooled).toMatchObject({
      numerator: 1,
      denominator: 2,
      missing: 2,
    });
  });

  it('a situation that the log does not tell is not information', () => {
    const tagged: HandStep = { ...silent, reply: '<monitor>a</monitor><action>look</action>' };
    const { tags } = measure([handTrajectory(walk(['look', 'A', tagged], ['look', 'A', tagged]))]);
    expect(tags.situations).toMatchObject({ start: { monitor: 1 }, unknown: { monitor: 1 } });
    expect(tags).toMatchObject({
      information: null,
      informationReason: 'the log does not say which commands were accepted',
    });
    expect(tags.reflectionAfterFailure).toMatchObject({
      value: null,
      missing: 1,
      reason: 'the log does not say which commands were accepted',
    });
  });
});

describe('whether a world records looks shows over all its episodes', () => {
  const looks = handTrajectory(walk(['open drawer', 'A', looked()], ['open drawer', 'A', looked()]), {
    agent: 'curious',
  });
  const never = handTrajectory(walk(['wait', 'A'], ['wait', 'A']), { agent: 'idle', task: task('task 2') });

  it('so an agent that never looks has a rate of 0, not none', () => {
    const { by, rates } = measure([never, looks], { by: ['agent'] });
    expect(rates.reinspection.pooled).toMatchObject({ numerator: 1, denominator: 4 });
    expect(by.agent!.idle!.rates.reinspection.pooled).toMatchObject({ value: 0, denominator: 2, missing: 0 });
  });

  it('and a log of another version, which may not record them, has none', () => {
    const imported = { ...never, worldVersion: '', grammar: '' };
    expect(measure([imported, looks]).rates.reinspection.pooled).toMatchObject({
      numerator: 1,
      denominator: 2,
      missing: 2,
    });
  });
});

describe('measures of nothing', () => {
  it('have reasons as well', () => {
    const figures = measure([]);
    expect(figures).toMatchObject({
      episodes: 0,
      success: { value: null, reason: 'there are no episodes' },
      steps: { all: { value: null }, onSuccess: { reason: 'there are no episodes' } },
      underthinking: { reason: 'there are no episodes' },
    });
    expect(figures.rates.exactRepeat.pooled).toEqual({ ...nothing, missing: 0, reason: 'there are no steps' });
  });

  it('every null rate and mean has a reason, and every other has none', () => {
    const logs = [
      [],
      [handTrajectory([])],
      [handTrajectory(walk(['a']), { success: false })],
      [handTrajectory(walk(['a', 'A']), { optimalSteps: null })],
    ];
    const check = (value: unknown): void => {
      if (typeof value !== 'object' || value === null) return;
      if ('reason' in value)
        expect((value as Rate).reason === null || (value as Rate).reason === '').toBe((value as Rate).value !== null);
      else Object.values(value).forEach(check);
    };
    logs.map(log => measure(log, { by: ['tag', 'split'] })).forEach(check);
  });
});
