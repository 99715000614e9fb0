/** The goals of the official games, recognised by their logic. */
import { becomes } from '../room-text/reading.ts';
import type { Condition } from './pddl.ts';

/** What must hold at the end. Types are PDDL names such as `mugtype`. */
export type Goal =
  /** `count` different objects of a type, each in the wanted condition, in one receptacle of a type. */
  | {
      readonly kind: 'place';
      readonly object: string;
      readonly receptacle: string;
      readonly count: 1 | 2;
      readonly made?: 'clean' | 'hot' | 'cool';
    }
  /** An object of a type is held where a lamp of a type stands that has been switched on. */
  | { readonly kind: 'look'; readonly object: string; readonly lamp: string };

/** The six kinds of task, in the order of the official type ids 1 to 6. */
export const categories = ['pick', 'look', 'clean', 'heat', 'cool', 'two'] as const;
export type Category = (typeof categories)[number];

export function categoryOf(goal: Goal): Category {
  if (goal.kind === 'look') return 'look';
  return goal.count === 2
    ? 'two'
    : goal.made === 'clean'
      ? 'clean'
      : goal.made === 'hot'
        ? 'heat'
        : goal.made === 'cool'
          ? 'cool'
          : 'pick';
}

/** The goal of a category over PDDL types; `target` is the type of a receptacle, or of a lamp. */
export function goalOfCategory(category: Category, object: string, target: string): Goal {
  if (category === 'look') return { kind: 'look', object, lamp: target };
  const made = becomes[category];
  return { kind: 'place', object, receptacle: target, count: category === 'two' ? 2 : 1, ...(made && { made }) };
}

/**
 * The goal that a condition means, or undefined when it is none of the known shapes. Nesting of `exists` and `and`, the
 * order of conjuncts and the names of variables do not matter; anything more or less in the condition does.
 */
export function recogniseGoal(condition: Condition): Goal | undefined {
  const atoms: string[] = [];
  const types: string[] = [];
  const hidden = { value: false };
  flatten(condition, new Map(), { next: 0 }, atoms, types, hidden);
  if (hidden.value) return undefined;
  for (const shape of shapes) {
    const goal = shape(atoms, types);
    if (goal) return goal;
  }
  return undefined;
}

/** Collects the literals of nested `exists` and `and`, each variable under a number of its own. */
function flatten(
  condition: Condition,
  scope: ReadonlyMap<string, string>,
  counter: { next: number },
  atoms: string[],
  types: string[],
  other: { value: boolean },
): void {
  const term = (name: string) => (name.startsWith('?') ? (scope.get(name) ?? '?') : name);
  if (condition.kind === 'and') for (const part of condition.parts) flatten(part, scope, counter, atoms, types, other);
  else if (condition.kind === 'fact') atoms.push([condition.predicate, ...condition.terms.map(term)].join(' '));
  else if (condition.kind === 'not' && condition.part.kind === 'equal')
    atoms.push(['differs', ...condition.part.terms.map(term).toSorted()].join(' '));
  else if (condition.kind === 'exists') {
    const inner = new Map(scope);
    for (const { name, type } of condition.variables) {
      inner.set(name, `?${counter.next++}`);
      types.push(type);
    }
    flatten(condition.part, inner, counter, atoms, types, other);
  } else other.value = true;
}

/** Each shape renames the variables it finds by what is said of them, and compares the whole set of literals. */
const shapes = [place, two, look];

function place(atoms: readonly string[], types: readonly string[]): Goal | undefined {
  const [object, kind] = args(atoms, 'objecttype');
  const [receptacle, receptacleKind] = args(atoms, 'receptacletype');
  if (
    !object ||
    !kind ||
    !receptacle ||
    !receptacleKind ||
    !typed(types, { [object]: 'object', [receptacle]: 'receptacle' })
  )
    return undefined;
  const base = [
    `objecttype ${object} ${kind}`,
    `receptacletype ${receptacle} ${receptacleKind}`,
    `inreceptacle ${object} ${receptacle}`,
  ];
  const goal = { kind: 'place', object: kind, receptacle: receptacleKind, count: 1 } as const;
  if (same(atoms, base)) return goal;
  for (const [made, able] of [
    ['clean', 'cleanable'],
    ['hot', 'heatable'],
    ['cool', 'coolable'],
  ] as const) {
    if (same(atoms, [...base, `${able} ${object}`, `is${made} ${object}`])) return { ...goal, made };
  }
  return undefined;
}

function two(atoms: readonly string[], types: readonly string[]): Goal | undefined {
  const [, a, b] = atoms.find(atom => atom.startsWith('differs '))?.split(' ') ?? [];
  const [receptacle, receptacleKind] = args(atoms, 'receptacletype');
  const [, kind] = args(atoms, 'objecttype');
  if (
    !a ||
    !b ||
    !receptacle ||
    !receptacleKind ||
    !kind ||
    !typed(types, { [a]: 'object', [b]: 'object', [receptacle]: 'receptacle' })
  )
    return undefined;
  const each = [a, b].flatMap(object => [`objecttype ${object} ${kind}`, `inreceptacle ${object} ${receptacle}`]);
  return same(atoms, [...each, `differs ${a} ${b}`, `receptacletype ${receptacle} ${receptacleKind}`])
    ? { kind: 'place', object: kind, receptacle: receptacleKind, count: 2 }
    : undefined;
}

function look(atoms: readonly string[], types: readonly string[]): Goal | undefined {
  const [lamp] = args(atoms, 'istoggled');
  const [agent, object] = args(atoms, 'holds');
  const [agentThere, location] = args(atoms, 'atlocation');
  const [, receptacle] = args(atoms, 'inreceptacle');
  if (!lamp || !agent || !object || !agentThere || !location || !receptacle) return undefined;
  const kindOf = (of: string) => atoms.find(atom => atom.startsWith(`objecttype ${of} `))?.split(' ')[2];
  const lampKind = kindOf(lamp);
  const kind = kindOf(object);
  if (
    !lampKind ||
    !kind ||
    !typed(types, {
      [lamp]: 'object',
      [object]: 'object',
      [agent]: 'agent',
      [agentThere]: 'agent',
      [location]: 'location',
      [receptacle]: 'receptacle',
    })
  )
    return undefined;
  return same(atoms, [
    `objecttype ${lamp} ${lampKind}`,
    `toggleable ${lamp}`,
    `istoggled ${lamp}`,
    `receptacleatlocation ${receptacle} ${location}`,
    `atlocation ${agentThere} ${location}`,
    `inreceptacle ${lamp} ${receptacle}`,
    `objecttype ${object} ${kind}`,
    `holds ${agent} ${object}`,
  ])
    ? { kind: 'look', object: kind, lamp: lampKind }
    : undefined;
}

function args(atoms: readonly string[], predicate: string): string[] {
  return (
    atoms
      .find(atom => atom.startsWith(`${predicate} `))
      ?.split(' ')
      .slice(1) ?? []
  );
}

/** Whether the variables, all of them, have these types. */
function typed(types: readonly string[], wanted: Readonly<Record<string, string>>): boolean {
  const entries = Object.entries(wanted);
  return (
    entries.length === types.length &&
    entries.every(([variable, type]) => variable.startsWith('?') && types[Number(variable.slice(1))] === type)
  );
}

function same(atoms: readonly string[], wanted: readonly string[]): boolean {
  const found = new Set(atoms);
  const expected = new Set(wanted);
  return found.size === expected.size && [...expected].every(atom => found.has(atom));
}
