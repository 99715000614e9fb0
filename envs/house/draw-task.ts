import { type Random, type Split } from 'clew';
import { canBecome } from './can-be.ts';
import { homes, kindOf, listOrder, type ObjectKind, type ReceptacleKind } from './kinds.ts';
import { type House, houseNames, houseOf, placeFor } from './house.ts';
import type { Room } from './rooms.ts';
import { type Category, type Goal, type Task, tools } from './task.ts';
import { reached } from './goal.ts';

/** Categories that are never trained on. */
export const heldOut = ['cool', 'two'] as const;
const trained = ['pick', 'look', 'clean', 'heat'] as const;

/** Where each kind of task can be set, a room as often as it is listed. */
const roomsFor: Readonly<Record<Category, readonly Room[]>> = {
  pick: ['kitchen', 'bedroom', 'bathroom', 'living room'],
  look: ['bedroom', 'bedroom', 'living room'],
  clean: ['kitchen', 'kitchen', 'kitchen', 'bathroom'],
  heat: ['kitchen'],
  cool: ['kitchen'],
  two: ['kitchen', 'bedroom', 'bathroom', 'living room'],
};

/** The least and the most objects in a house. */
const fewest = 15;
const most = 40;

/**
 * Draws a task of the kind that a split needs, in a house that it may use. Drawn again until `fair` says that an expert
 * who sees only text can do it, within the same category, so that hard categories do not become rare.
 */
export function drawTask(random: Random, split: Split, fair: (task: Task) => boolean): Task {
  const category = random.pick(split === 'heldOut' ? heldOut : trained);
  return drawTaskOf(category, random, split, fair);
}

/** Draws a task of a category. @throws Error when no fair one comes in 1000 draws */
export function drawTaskOf(category: Category, random: Random, split: Split, fair: (task: Task) => boolean): Task {
  for (let attempts = 0; attempts < 1000; attempts++) {
    const room = random.pick(roomsFor[category]);
    const house = houseOf(random.pick(houseNames(room, split === 'unseen' || split === 'heldOut')));
    const goal = drawGoal(house, category, random);
    const task = goal && settle(house, goal, random);
    if (task && !reached({ goal: task.goal, contents: task.contents, at: null, held: null, marks: {} }) && fair(task))
      return task;
  }
  throw new Error(`household: no fair task of the category "${category}" in 1000 draws for "${split}"`);
}

/** What may be asked for in this house: an object that is kept here, and a place that it may be put in. */
function drawGoal(house: House, category: Category, random: Random): Goal | undefined {
  const wanted = house.belongings.filter(kind => canBecome(category, kind));
  if (wanted.length === 0) return undefined;
  const object = random.pick(wanted);
  const targets =
    category === 'look'
      ? house.fixtures['desklamp 1']
        ? ['desklamp' as const]
        : []
      : targetsFor(house, object, category);
  if (targets.length === 0) return undefined;
  return { category, object, target: random.pick(targets), wording: random.pick([0, 1]) };
}

function targetsFor(house: House, object: ObjectKind, category: Category): ReceptacleKind[] {
  const tool = tools[category as keyof typeof tools];
  const present = [...new Set(house.receptacles.map(kindOf))] as ReceptacleKind[];
  return present.filter(kind => homes[object][kind] !== undefined && kind !== tool);
}

/** Puts the objects where they are found. Undefined when they do not fit, or are too few or too many. */
function settle(house: House, goal: Goal, random: Random): Task | undefined {
  const contents: Record<string, string[]> = Object.fromEntries(
    [...house.receptacles].toSorted().map(receptacle => [receptacle, []]),
  );
  for (const [fixture, receptacle] of Object.entries(house.fixtures)) contents[receptacle]!.push(fixture);
  let total = Object.keys(house.fixtures).length;
  for (const kind of [goal.object, ...house.belongings.filter(kind => kind !== goal.object)]) {
    const isWanted = kind === goal.object;
    const least = isWanted && goal.category === 'two' ? 2 : 1;
    const count = least + random.int(4 - least);
    for (let number = 1; number <= count; number++) {
      // What only has to be put somewhere must not lie there already.
      const place = placeFor(
        kind,
        contents,
        random,
        isWanted && (goal.category === 'pick' || goal.category === 'two') ? goal.target : undefined,
      );
      if (!place) {
        if (isWanted && number <= least) return undefined;
        break;
      }
      contents[place]!.push(`${kind} ${number}`);
      total++;
    }
  }
  if (total < fewest || total > most) return undefined;
  const doors = Object.fromEntries(
    [...house.withDoor]
      .toSorted()
      .map(receptacle => [receptacle, random() < 0.1 ? ('open' as const) : ('shut' as const)]),
  );
  return {
    house: house.name,
    goal,
    doors,
    contents: Object.fromEntries(
      Object.entries(contents).map(([receptacle, objects]) => [receptacle, objects.toSorted(listOrder)]),
    ),
  };
}
