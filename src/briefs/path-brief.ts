import { itemOf, kindKey, kindsOf, namesKind } from '../steps/index.ts';
import type { GoldPath } from '../world/index.ts';
import type { Brief, Unit } from './brief.ts';

/** What is known of a task beside its names, and the kinds that it is about, each as often as it comes. */
export interface KnownOfTask extends Pick<Brief, 'steps' | 'plan' | 'units' | 'verbs' | 'looks'> {
  readonly subjects: readonly string[];
}

/**
 * What a brief takes from a path by somebody who knows everything, in a world without a text-only player. Each command
 * that is about something and not only on the way is an item of the plan, and what it is about is a unit. A path searches
 * for nothing, so no unit is discovered. A unit can be known beforehand when goal or opening name what it is about, or
 * when most other training tasks of its category are about it too: that water is heated on a stove is learnt from them.
 *
 * @param told goal and opening
 */
export function pathBrief({ commands, others = [], passing, looks }: GoldPath, told: string): KnownOfTask {
  const common = commonKinds(others.map(path => itemsOf(path, passing)));
  const items = itemsOf(commands, passing);
  const units = new Map<string, Unit>();
  for (const { text, kinds } of items) {
    const key = kinds.toSorted().join(' and ');
    if (!units.has(key))
      units.set(key, {
        id: text,
        words: kinds,
        discovered: false,
        foreseeable: kinds.every(kind => common.has(kind) || namesKind(told, kind)),
      });
  }
  return {
    steps: commands.length === 0 ? null : commands.length,
    plan: [...new Set(items.map(({ text }) => text))],
    units: [...units.values()],
    // The plan has the commands' own verbs.
    verbs: {},
    looks,
    subjects: items.flatMap(({ kinds }) => kinds),
  };
}

function itemsOf(commands: readonly string[], passing: RegExp): { readonly text: string; readonly kinds: string[] }[] {
  return commands.flatMap(command => {
    const { text } = itemOf(command);
    const kinds = kindsOf(text);
    return passing.test(text) || kinds.length === 0 ? [] : [{ text: unnumbered(text), kinds }];
  });
}

/** The kinds that more than half of the paths are about. */
function commonKinds(paths: readonly (readonly { readonly kinds: readonly string[] }[])[]): ReadonlySet<string> {
  const counts = new Map<string, number>();
  for (const items of paths)
    for (const kind of new Set(items.flatMap(({ kinds }) => kinds))) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return new Set([...counts].filter(([, count]) => count > paths.length / 2).map(([kind]) => kindKey(kind)));
}

/** A subgoal without the numbers of things. */
export function unnumbered(subgoal: string): string {
  return subgoal.toLowerCase().replaceAll(/ \d+(?=\s|$)/g, '');
}
