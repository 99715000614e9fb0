import { type Category, categories, type Task, task, tools } from './task.ts';
import { canBe } from './can-be.ts';
import { kindOf } from './kinds.ts';

/** Those that say most of an episode come first: who has put a clean mug in a shelf has put a mug there too. */
const telling: readonly Category[] = ['clean', 'heat', 'cool', 'two', 'look', 'pick'];

/** A goal by the kinds that it names. */
export interface NamedGoal {
  readonly category: Category;
  readonly object: string;
  readonly target: string;
}

/** The same house with other goals that an episode's accepted commands may have reached. */
export function otherGoals(from: Task, commands: readonly string[]): Task[] {
  const { wording } = from.goal;
  return goalsOf(commands).flatMap(goal => task.safeParse({ ...from, goal: { ...goal, wording } }).data ?? []);
}

/**
 * Goals that an episode's accepted commands may have reached: what was put somewhere, as it was then or with another of
 * its kind, and what was in hand under a lamp. Only goals that a task could ask for: a mug has to belong where it was
 * put, and nothing is put into the very tool of its kind of task. Whether they were reached the commands alone do not
 * tell.
 */
export function goalsOf(commands: readonly string[]): NamedGoal[] {
  const found = new Map<string, NamedGoal>();
  const note = (category: Category, object: string, target: string): void => {
    found.set(`${category} ${object} ${target}`, { category, object, target });
  };
  let held: string | undefined;
  for (const command of commands) {
    const [, verb, thing, place] =
      /^(take|move|put|use) ([a-z]+ \d+)(?: (?:from|to|in\/on) ([a-z]+ \d+))?$/.exec(command) ?? [];
    if (verb === 'take') held = thing;
    else if (verb === 'use' && held !== undefined) note('look', kindOf(held), kindOf(thing!));
    else if (verb === 'move' || verb === 'put') {
      held = undefined;
      const [object, target] = [kindOf(thing!), kindOf(place!)];
      for (const category of categories)
        if (category !== 'look' && canBeAsked(category, object, target)) note(category, object, target);
    }
  }
  return [...found.values()].toSorted((a, b) => telling.indexOf(a.category) - telling.indexOf(b.category));
}

/** Nothing is asked to be put into the very tool that it is changed with. */
function canBeAsked(category: Category, object: string, target: string): boolean {
  return canBe(category, object, target) && tools[category as keyof typeof tools] !== target;
}
