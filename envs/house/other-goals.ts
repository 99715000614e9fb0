import { type Category, categories, type Goal, type Task, task, tools } from './task.ts';
import { canBe } from './can-be.ts';
import { kindOf } from './kinds.ts';

/** Those that say most of an episode come first: who has put a clean mug in a shelf has put a mug there too. */
const telling: readonly Category[] = ['clean', 'heat', 'cool', 'two', 'look', 'pick'];

/**
 * The same house with other goals that an episode's accepted commands may have reached: what was put somewhere, as it
 * was then or with another of its kind, and what was in hand under a lamp. Only goals that a task could ask for: a mug
 * has to belong where it was put, and nothing is put into the very tool of its kind of task. Whether they were reached
 * the commands alone do not tell.
 */
export function otherGoals(from: Task, commands: readonly string[]): Task[] {
  const found = new Map<string, Goal>();
  const { wording } = from.goal;
  const note = (category: Category, object: string, target: string): void => {
    found.set(`${category} ${object} ${target}`, { category, object, target, wording } as Goal);
  };
  let held: string | undefined;
  for (const command of commands) {
    const [, verb, thing, place] = /^(take|move|use) ([a-z]+ \d+)(?: (?:from|to) ([a-z]+ \d+))?$/.exec(command) ?? [];
    if (verb === 'take') held = thing;
    else if (verb === 'use' && held !== undefined) note('look', kindOf(held), kindOf(thing!));
    else if (verb === 'move') {
      held = undefined;
      const [object, target] = [kindOf(thing!), kindOf(place!)];
      for (const category of categories)
        if (category !== 'look' && canBeAsked(category, object, target)) note(category, object, target);
    }
  }
  return [...found.values()]
    .toSorted((a, b) => telling.indexOf(a.category) - telling.indexOf(b.category))
    .flatMap(goal => task.safeParse({ ...from, goal }).data ?? []);
}

/** Nothing is asked to be put into the very tool that it is changed with. */
function canBeAsked(category: Category, object: string, target: string): boolean {
  return canBe(category, object, target) && tools[category as keyof typeof tools] !== target;
}
