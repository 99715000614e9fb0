import { describe, expect, it } from 'vitest';
import { firstError, measure } from '../../src/metrics/index.ts';
import type { Step } from '../../src/trajectory/schema.ts';
import { handStep, handTrajectory } from './hand-made.ts';

const room = 'You see a drawer 12, a desk 1 and a shelf 2.';
const goal = 'Put a mug on the desk 1.';

const done = (command: string, observation = 'Done.', facts: Partial<Step> = {}) =>
  handStep({ command, accepted: true, observation, ...facts });
const refused = (command: string) => handStep({ command, accepted: false, observation: 'Nothing happens.' });
const look = (target: string, contents: string, needed = false) =>
  done(`go to ${target}`, `You arrive at ${target}.`, { inspection: { target, contents, needed } });

function lost(...steps: Step[]) {
  const trajectory = handTrajectory(steps, { success: false });
  return { ...trajectory, initialObservation: room, task: { ...trajectory.task, goal } };
}

describe('the first error of a lost episode', () => {
  it.each<[string, Step[], ReturnType<typeof firstError>]>([
    [
      'there is no command',
      [done('look'), handStep({ command: null, accepted: false })],
      { step: 1, kind: 'malformed' },
    ],
    ['goes where it stands', [done('go to desk 1'), refused('Go to the desk 1.')], { step: 1, kind: 'standsThere' }],
    [
      'goes where it stands, whatever it did there',
      [done('go to desk 1'), done('open desk 1'), refused('go to desk 1')],
      { step: 2, kind: 'standsThere' },
    ],
    [
      'goes back: refused, but it does not stand there',
      [done('go to desk 1'), done('go to shelf 2'), refused('go to desk 1')],
      { step: 2, kind: 'refusedOtherwise' },
    ],
    [
      'goes to what is not there, although its name begins like one',
      [refused('go to drawer 1')],
      { step: 0, kind: 'notThere' },
    ],
    [
      'takes what no text named',
      [done('go to desk 1'), refused('take mug 1 from desk 1')],
      { step: 1, kind: 'notThere' },
    ],
    [
      'takes what was read, and may not',
      [done('go to desk 1', 'On it, you see a mug 1.'), refused('take mug 1 from desk 1')],
      { step: 1, kind: 'refusedOtherwise' },
    ],
    [
      'looks again at what has not changed',
      [look('shelf 2', 'mug 1'), look('drawer 12', ''), look('shelf 2', 'mug 1')],
      { step: 2, kind: 'placeSeen' },
    ],
    [
      'looks again where something changed, or where it has to',
      [look('shelf 2', 'mug 1'), look('shelf 2', ''), look('desk 1', 'x', true), look('desk 1', 'x', true)],
      null,
    ],
    [
      'the first of several decides',
      [refused('sing'), refused('go to drawer 1')],
      { step: 0, kind: 'refusedOtherwise' },
    ],
  ])('%s', (_, steps, wanted) => {
    expect(firstError(lost(...steps))).toEqual(wanted);
  });

  it('is unknown where a step before it does not say whether it was executed', () => {
    const silent = handStep({ command: 'look', accepted: null, refusal: null, admissible: null });
    expect(firstError(lost(silent, refused('sing')))).toBeUndefined();
    const { firstErrors } = measure([lost(silent), lost(refused('sing'))]);
    expect(firstErrors!.refusedOtherwise).toMatchObject({ numerator: 1, denominator: 1, missing: 1 });
  });

  it('is no missing command in a log that does not say what became of the others', () => {
    const silent = { accepted: null, refusal: null, admissible: null } as const;
    const malformed = handStep({ reply: '<monitor>oh', command: null, ...silent });
    expect(firstError(lost(malformed))).toBeUndefined();
    const { firstErrors } = measure([lost(malformed), lost(handStep({ command: 'look', ...silent }))]);
    // Of two episodes of which nothing is known none is known to err: not every one of those that are known.
    expect(firstErrors!.malformed).toMatchObject({ value: null, denominator: 0, missing: 2 });
    expect(firstError(lost(handStep({ command: null, accepted: null, admissible: ['look'] })))).toEqual({
      step: 0,
      kind: 'malformed',
    });
  });

  it('is nothing that is not there in a log that does not have what was read', () => {
    const silent = { ...lost(done('go to desk 1', ''), refused('take mug 1')), initialObservation: '' };
    expect(firstError(silent)).toBeUndefined();
    expect(firstError({ ...silent, initialObservation: room })).toBeUndefined();
    expect(firstError({ ...silent, initialObservation: `${room} On it is a mug 1.` })?.kind).toBe('refusedOtherwise');
    // An episode of a world has states: there an empty answer is one.
    const empty = done('go to desk 1', '', { stateBefore: 'a', stateAfter: 'b' });
    expect(firstError(lost(empty, refused('take mug 1')))?.kind).toBe('notThere');
  });

  it('knows words of any script as words', () => {
    const kitchen = { ...lost(refused('take кот')), initialObservation: 'В комнате котёл.' };
    expect(firstError(kitchen)).toEqual({ step: 0, kind: 'notThere' });
    expect(firstError({ ...kitchen, initialObservation: 'В комнате кот.' })?.kind).toBe('refusedOtherwise');
  });

  it('is measured over lost episodes alone, in shares that add up to one', () => {
    const won = { ...lost(refused('sing'), done('look')), success: true };
    const { firstErrors } = measure(
      [
        won,
        lost(refused('go to drawer 1')),
        lost(refused('go to drawer 1')),
        lost(done('look')),
        lost(refused('sing')),
      ].map((one, rollout) => ({ ...one, id: `${rollout}`, rollout })),
    );
    expect(firstErrors!.notThere).toMatchObject({ numerator: 2, denominator: 4 });
    expect(firstErrors!.neverErred).toMatchObject({ numerator: 1, denominator: 4 });
    expect(Object.values(firstErrors!).reduce((sum, { value }) => sum + value!, 0)).toBeCloseTo(1, 12);
    expect(measure([won]).firstErrors).toBeUndefined();
  });
});
