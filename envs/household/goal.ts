import { kindOf, lamps } from './kinds.ts';
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

/** What an object must have become before it is put down. */
const marks = { clean: 'clean', heat: 'hot', cool: 'cool' } as const;

/** Whether the goal holds now. Like ALFWorld's it is judged afresh after each command, and can be undone again. */
export function reached(now: Situation): boolean {
  const { goal, contents } = now;
  if (goal.category === 'look') return atLamp(now) && now.marks[lampHere(now)!]?.includes('on') === true;
  return destinations(now).some(receptacle => count(contents[receptacle]!, name => isDone(now, name)) >= (goal.category === 'two' ? 2 : 1));
}

/** An object of the wanted kind is in hand; for `two`, the first of them, or both have been dealt with. */
export function hasObject(now: Situation): boolean {
  return now.held !== null && kindOf(now.held) === now.goal.object;
}

/** It is in hand, and clean, hot or cool if the goal asks for that. */
export function hasPrepared(now: Situation): boolean {
  return hasObject(now) && isDone(now, now.held!);
}

/** One of two lies at the destination. In a category that wants only one, the same as `hasPrepared`. */
export function hasPlacedOne(now: Situation): boolean {
  return now.goal.category === 'two' ? destinations(now).some(receptacle => now.contents[receptacle]!.some(name => isDone(now, name))) : hasPrepared(now);
}

/** Everything that still has to be put down is in hand: the second of two, or the only one. */
export function hasLast(now: Situation): boolean {
  return hasPlacedOne(now) && hasPrepared(now);
}

/** And the player stands where it belongs: at the receptacle, or at the lamp. */
export function isThere(now: Situation): boolean {
  if (!hasLast(now) || now.at === null) return false;
  if (now.goal.category === 'look') return atLamp(now);
  if (kindOf(now.at) !== now.goal.target) return false;
  return now.goal.category !== 'two' || now.contents[now.at]!.some(name => isDone(now, name));
}

/** Whether a task leads to this receptacle: its destination, its tool, or a place that holds what is wanted. */
export function isNeeded({ goal, contents }: Pick<Situation, 'goal' | 'contents'>, receptacle: string): boolean {
  const kind = kindOf(receptacle), inside = contents[receptacle] ?? [];
  return kind === goal.target || kind === tools[goal.category as keyof typeof tools] || inside.some(name => kindOf(name) === goal.object || kindOf(name) === goal.target);
}

function isDone({ goal, marks: all }: Situation, name: string): boolean {
  const mark = marks[goal.category as keyof typeof marks];
  return kindOf(name) === goal.object && (mark === undefined || all[name]?.includes(mark) === true);
}

function destinations({ goal, contents }: Situation): string[] {
  return Object.keys(contents).filter(receptacle => receptacle.startsWith(goal.target) && kindOf(receptacle) === goal.target);
}

function lampHere({ goal, contents, at }: Situation): string | undefined {
  return at === null ? undefined : contents[at]!.find(name => lamps.has(kindOf(name)) && kindOf(name) === goal.target);
}

function atLamp(now: Situation): boolean {
  return hasObject(now) && lampHere(now) !== undefined;
}

function count(names: readonly string[], matches: (name: string) => boolean): number {
  return names.reduce((sum, name) => sum + (matches(name) ? 1 : 0), 0);
}
