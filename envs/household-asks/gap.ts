import { z } from 'zod';
import { objectKinds } from '../house/kinds.ts';
import { type Matter, nothingMore } from '../asking/matters.ts';
import { goalText } from '../house/goal.ts';
import type { Category, Goal } from '../house/task.ts';
import { becomes } from '../room-text/reading.ts';

/**
 * What the sentence of a task leaves out, if anything: five kinds of gap, words beside the point, and goals that cannot
 * be reached.
 */
export const gapKinds = ['none', 'noise', 'place', 'object', 'which', 'state', 'number', 'impossible'] as const;
export type GapKind = (typeof gapKinds)[number];

/** What one has to ask about to know what is meant; null where there is nothing to ask. */
export const matterOf: Readonly<Record<GapKind, Matter | null>> = {
  none: null,
  noise: null,
  place: 'where',
  object: 'what',
  which: 'which',
  state: 'how',
  number: 'how many',
  impossible: null,
};

/** The kinds of gap that each kind of task can have. */
export const gapsOf: Readonly<Record<Category, readonly GapKind[]>> = {
  pick: ['none', 'noise', 'place', 'object', 'which', 'impossible'],
  look: ['none', 'noise'],
  clean: ['none', 'noise', 'place', 'object', 'which', 'state', 'impossible'],
  heat: ['none', 'noise', 'place', 'object', 'which', 'state', 'impossible'],
  cool: ['none', 'noise', 'place', 'object', 'which', 'state', 'impossible'],
  two: ['none', 'noise', 'number'],
};

/**
 * A gap as part of a task. `hidden` is what the user would say: a kind of place, of object, a name, a state, a number;
 * what noise speaks of.
 */
export const gapSchema = z.strictObject({ kind: z.enum(gapKinds), hidden: z.string().nullable() });
export type Gap = Readonly<z.infer<typeof gapSchema>>;

/** The task as the user says it, with what the gap leaves out left out. */
export function sentenceOf(goal: Goal, { kind, hidden }: Gap): string {
  const { category, object, target } = goal;
  const state = becomes[category];
  switch (kind) {
    case 'none':
    case 'impossible':
      return goalText(goal);
    case 'noise':
      return `${goalText(goal)} There may be a ${hidden} about.`;
    case 'place':
      return `put a ${state === undefined ? '' : `${state} `}${object} where it belongs.`;
    case 'object':
      return `put something ${state === undefined ? '' : `${state} `}in ${target}.`;
    case 'which':
      return `put my ${object} in ${target}${state === undefined ? '' : `, ${state}`}.`;
    case 'state':
      return `put a ${object} in ${target} the way I like it.`;
    case 'number':
      return `put the ${pluralOf(object)} in ${target}.`;
  }
}

/** What the user answers to a question about a matter. */
export function answerTo(asked: Matter, { kind, hidden }: Gap): string {
  if (matterOf[kind] !== asked || hidden === null) return nothingMore;
  switch (asked) {
    case 'where':
      return `In ${hidden}.`;
    case 'what':
      return `A ${hidden}.`;
    case 'which':
      return `Mine is ${hidden}.`;
    case 'how':
      return `${hidden[0]!.toUpperCase()}${hidden.slice(1)}.`;
    case 'how many':
      return `${hidden[0]!.toUpperCase()}${hidden.slice(1)} will do.`;
  }
}

export function pluralOf(kind: string): string {
  return /(?:s|x|ch|sh)$/.test(kind) ? `${kind}es` : kind.endsWith('fe') ? `${kind.slice(0, -2)}ves` : `${kind}s`;
}

const byPlural = new Map(objectKinds.map(kind => [pluralOf(kind), kind]));

/** The kind whose plural this is. */
export function kindOfPlural(plural: string): string | undefined {
  return byPlural.get(plural);
}
