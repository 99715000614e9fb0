import { becomes } from '../room-text/reading.ts';
import { kindOf } from './kinds.ts';
import type { HouseholdContext } from './machine.ts';
import { type Goal, tools } from './task.ts';

/** What a goal is judged by. */
type Situation = Pick<HouseholdContext, 'goal' | 'contents' | 'at' | 'held' | 'marks'>;

const templates: Readonly<Record<Goal['category'], readonly [string, string]>> = {
  pick: ['put a {object} in {target}', 'put some {object} on {target}'],
  look: ['look at {object} under the {target}', 'examine the {object} with the {target}'],
  clean: ['put a clean {object} in {target}', 'clean some {object} and put it in {target}'],
  heat: ['put a hot {object} in {target}', 'heat some {object} and put it in {target}'],
  cool: ['put a cool {object} in {target}', 'cool some {object} and put it in {target}'],
  two: ['put two {object} in {target}', 'find two {object} and put them in {target}'],
};

/** The task in words, as ALFWorld says it: `put a cool mug in coffeemachine.` */
export function goalText({ category, object, target, wording }: Goal): string {
  return `${templates[category][wording].replace('{object}', object).replace('{target}', target)}.`;
}

/** Whether the goal holds now. Like ALFWorld's it is judged afresh after each command, and can be undone again. */
export function reached(now: Situation): boolean {
  const { goal, contents, marks } = now;
  if (goal.category === 'look') {
    const lamp = isInHand(now) ? lampHere(now) : undefined;
    return lamp !== undefined && marks[lamp]?.includes('on') === true;
  }
  return destinations(now).some(
    receptacle => contents[receptacle]!.filter(name => isDone(now, name)).length >= (goal.category === 'two' ? 2 : 1),
  );
}

/** An object of the wanted kind is in hand. */
export function isInHand({ goal, held }: Situation): boolean {
  return held !== null && kindOf(held) === goal.object;
}

/**
 * The first of two lies at a destination. Where one is enough there is no such stage, and it is over once that one is
 * in hand.
 */
export function isFirstInPlace(now: Situation): boolean {
  return now.goal.category === 'two'
    ? destinations(now).some(receptacle => now.contents[receptacle]!.some(name => isDone(now, name)))
    : isInHand(now);
}

/**
 * Nothing is missing but to bring it there: what is in hand is the last one, and clean, hot or cool if the goal asks
 * for that.
 */
export function isReady(now: Situation): boolean {
  return isInHand(now) && isDone(now, now.held!) && isFirstInPlace(now);
}

/** And the agent stands where it belongs: at the receptacle (for `two`, the one with the first), or at the lamp. */
export function isThere(now: Situation): boolean {
  const { goal, at, contents } = now;
  if (at === null || !isReady(now)) return false;
  if (goal.category === 'look') return lampHere(now) !== undefined;
  return kindOf(at) === goal.target && (goal.category !== 'two' || contents[at]!.some(name => isDone(now, name)));
}

/**
 * Whether the task leads to this receptacle now: it holds what is wanted, or is where the thing in hand must go next.
 */
export function leadsTo(now: Situation, receptacle: string): boolean {
  const { goal, contents, held } = now;
  const holds = (kind: string) => contents[receptacle]!.some(name => kindOf(name) === kind);
  if (!isInHand(now)) return holds(goal.object);
  if (goal.category === 'look') return holds(goal.target);
  return kindOf(receptacle) === (isDone(now, held!) ? goal.target : tools[goal.category as keyof typeof tools]);
}

function isDone({ goal, marks }: Situation, name: string): boolean {
  const mark = becomes[goal.category];
  return kindOf(name) === goal.object && (mark === undefined || marks[name]?.includes(mark) === true);
}

function destinations({ goal, contents }: Situation): string[] {
  return Object.keys(contents).filter(receptacle => kindOf(receptacle) === goal.target);
}

function lampHere({ goal, contents, at }: Situation): string | undefined {
  return at === null ? undefined : contents[at]!.find(name => kindOf(name) === goal.target);
}
