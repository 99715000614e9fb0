import { describe, expect, it } from 'vitest';
import { type Check, checkSchema, type Criterion, judge, rubricScore, type Verdict } from '../../src/briefs/index.ts';
import { advantagesOf, openAdvantages } from '../../src/learn/index.ts';
import { openReward } from '../../src/rewards/index.ts';
import type { Fact } from '../../src/steps/index.ts';
import { handStep, handTrajectory, type HandStep } from '../metrics/hand-made.ts';

const criterion = (weight: number, check: Check = { steps: 1 }): Criterion => ({
  id: `${weight}`,
  text: 'x',
  weight,
  evidence: { document: 'grammar', quote: '' },
  check,
});

describe('the score of a rubric', () => {
  // A1 to A6: the rubric of `heat` with weights 3, 3, 3, 2, 1, 1, and a penalty of 2.
  const weights = [3, 3, 3, 2, 1, 1, -2];
  const verdicts = (met: readonly Fact[]): Verdict[] =>
    met.map((fact, i) => ({ criterion: criterion(weights[i]!), met: fact }));
  it.each([
    ['A1', '1111110', 1],
    ['A2', '1101010', 9 / 13],
    ['A3', '1001100', 6 / 13],
    ['A4', '1110001', 7 / 13],
    ['A5', '0000011', 0],
  ])('%s', (_, met, score) => expect(rubricScore(verdicts([...met].map(each => each === '1')))).toBeCloseTo(score, 12));

  it('A6: is not known where a fact is not', () => {
    const lacks = { missing: 'the log does not say whether the command was executed' };
    expect(rubricScore(verdicts([true, true, true, true, lacks, true, false]))).toBe(lacks);
  });

  it('A10: among lost episodes, is what they differ in', () => {
    const recipe = openAdvantages('rubric', { weight: 1 });
    const episodes = [1, 0.6923, 0.4615, 0.5385].map((score, i) => ({
      id: `${i}`,
      group: 'g',
      task: 't',
      outcome: 0,
      steps: 1,
      signals: { 'outcome/outcome': [0], 'rubric/rubric': [score] },
      keys: {},
    }));
    const { terms } = advantagesOf(recipe, episodes, 4);
    const wanted = [1.3729, 0.0808, -0.8883, -0.5653];
    for (const [i, advantage] of wanted.entries()) {
      expect(terms.outcome!.steps[i]![0]).toBe(0);
      expect(terms.rubric!.steps[i]![0]).toBeCloseTo(advantage, 3);
    }
  });
});

describe('a check', () => {
  const step = (command: string, facts: HandStep = {}) =>
    handStep({
      reply: `<monitor>on</monitor><action>${command}</action>`,
      command,
      at: `a${command}>b${command}`,
      ...facts,
    });
  const steps = [
    handStep({
      reply: '<planning>heat the tomato, then put it on the countertop</planning><action>look</action>',
      at: 'a',
    }),
    step('take tomato 1 from table 2', { observation: 'You take the tomato 1.' }),
    step('heat tomato 1 with microwave 1', { accepted: false, refusal: 'not possible now' }),
    step('heat tomato 1 with microwave 1', { subgoals: ['hot'] }),
    step('move tomato 1 to countertop 2'),
  ];
  const episode = handTrajectory(steps, { initialObservation: 'You see a microwave 1.', success: true });
  const holds = (check: Check) =>
    judge([criterion(1, checkSchema.parse(check))], episode, ['tomato', 'countertop'])[0]!.met;
  const take = { verb: 'take', kinds: ['{1}'] };
  const heat = { verb: 'heat', kinds: ['{1}', 'microwave'] };
  const move = { kinds: ['{1}', '{2}'] };
  it.each<[string, Check, boolean]>([
    ['does', { does: heat }, true],
    ['does, by a step', { does: heat, by: 3 }, false],
    ['does what nothing fits', { does: { kinds: ['{3}'] } }, false],
    ['never', { never: { verb: 'open' } }, true],
    ['never, and it did', { never: take }, false],
    ['never before something', { never: move, unless: { does: heat } }, true],
    ['never before what came later', { never: take, unless: { does: heat } }, false],
    ['before', { before: [take, heat] }, true],
    ['before, the other way', { before: [heat, take] }, false],
    ['says', { says: { words: ['{1}', '{2}'], tag: 'planning', by: 1 } }, true],
    ['says under another tag', { says: { words: ['{1}'], tag: 'reflection' } }, false],
    ['reads', { reads: { words: ['microwave'] }, before: heat }, true],
    ['reads too late', { reads: { words: ['{1}'] }, before: take }, false],
    ['subgoal', { subgoal: 'hot' }, true],
    ['steps', { steps: 4 }, false],
    ['refused', { refused: 1 }, true],
    ['repeats', { repeats: 0 }, false],
    ['all', { all: [{ steps: 5 }, { does: take }] }, true],
    ['any', { any: [{ steps: 1 }, { does: take }] }, true],
    ['not', { not: { does: take } }, false],
  ])('%s', (_, check, wanted) => expect(holds(check)).toBe(wanted));

  it('says what a log lacks', () => {
    const bare = {
      ...episode,
      steps: steps.map(each => ({
        ...each,
        parsed: null,
        accepted: null,
        refusal: null,
        stateBefore: null,
        stateAfter: null,
        subgoals: null,
        observation: '',
      })),
    };
    const met = (check: Check) => judge([criterion(1, check)], bare, ['tomato'])[0]!.met;
    for (const check of [
      { does: take },
      { says: { words: ['x'] } },
      { subgoal: 'hot' },
      { reads: { words: ['moon'] }, before: { verb: 'move' } },
      { refused: 0 },
      { repeats: 0 },
    ] as const)
      expect(met(check)).toHaveProperty('missing');
    expect(met({ never: { verb: 'open' } })).toBe(true);
  });

  it('asks of the whole log what it has, and of the steps before a command only whether it holds', () => {
    const holding = [step('open door 1'), step('take tomato 1 from table 2', { subgoals: ['hot'] })];
    const thinking = holding.map((each, t) => ({ ...each, thinking: t === 0 ? undefined : 'the tomato' }));
    const met = (check: Check, of: typeof steps) => judge([criterion(1, check)], handTrajectory(of), [])[0]!.met;
    const open = { verb: 'open' };
    // The very first command: nothing had held before it, and that is known.
    expect(met({ never: open, unless: { subgoal: 'hot' } }, holding)).toBe(false);
    expect(met({ never: open, unless: { says: { words: ['tomato'], in: 'thinking' } } }, thinking)).toBe(false);
    expect(met({ never: { verb: 'sing' }, unless: { subgoal: 'hot' } }, [step('sing')])).toHaveProperty('missing');
  });

  it('does not take a reply that nobody has read for one that does not say it', () => {
    const unread = handStep({ reply: 'look', command: 'look' });
    const met = (check: Check) => judge([criterion(1, check)], handTrajectory([unread, ...steps]), [])[0]!.met;
    expect(met({ says: { words: ['tomato'], by: 1 } })).toHaveProperty('missing');
    expect(met({ says: { words: ['tomato'], by: 2 } })).toBe(true);
    expect(met({ says: { words: ['moon'] } })).toHaveProperty('missing');
  });

  it('decides the reward', () => {
    const brief = { kinds: ['tomato'], rubric: [criterion(3, { does: take }), criterion(1, { steps: 2 })] };
    const paid = openReward('rubric').score(episode, brief as never).rubric!;
    expect(paid.steps).toEqual([0, 0, 0, 0, 0.75]);
    expect(openReward('rubric').score(episode).rubric!.missing).toEqual({
      'there is no brief of this task: it was not made by a world that is here': [4],
    });
    expect(openReward('rubric').score(episode, { kinds: [], rubric: [] } as never).rubric!.missing).toEqual({
      'there are no criteria for tasks of this category': [4],
    });
  });
});

describe('thinking apart from the reply', () => {
  const check: Check = { says: { words: ['mug', '{1}'], in: 'thinking' } };
  const verdict = (thoughts: readonly (string | undefined)[], kinds: readonly string[] | null, asked = check) => {
    const steps = thoughts.map(thinking => ({ ...handStep(), thinking }));
    return judge([criterion(1, asked)], handTrajectory(steps), kinds)[0]!.met;
  };

  it('is read where a criterion asks for it, and is not known where a log has none', () => {
    expect(verdict([undefined, 'The mug 1 is at the desk.'], ['desk'])).toBe(true);
    expect(verdict(['The mug is here.', undefined], ['desk'])).toBe(false);
    expect(verdict([undefined, 'mug, desk'], ['desk'], { says: { words: ['mug'], in: 'thinking', by: 1 } })).toBe(
      false,
    );
    expect(verdict([undefined, undefined], ['desk'])).toEqual({
      missing: 'the log has no thinking apart from the replies',
    });
    expect(verdict(['mug, desk'], null)).toMatchObject({ missing: expect.stringContaining('which kinds of things') });
  });

  it('has no tag', () => {
    expect(checkSchema.safeParse(check).success).toBe(true);
    expect(checkSchema.safeParse({ says: { words: ['mug'], in: 'thinking', tag: 'monitor' } }).success).toBe(false);
  });
});
