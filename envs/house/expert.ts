import type { Decision, Expert } from 'clew';
import { roomLookUps } from '../room-text/look-ups.ts';
import { becomes, contentsIn, roomIn, shutIn, taskIn } from '../room-text/reading.ts';
import { doors, homes, kindOf, type ObjectKind, type ReceptacleKind } from './kinds.ts';
import { type Category, tools } from './task.ts';

interface Wish {
  readonly category: Category;
  readonly object: string;
  readonly target: string;
}

/** How each of the twelve sentences of a task is read. The first that fits decides. */
const sentences: readonly (readonly [RegExp, Category])[] = [
  [/^(?:put|find) two (?<object>\w+) (?:in|and put them in) (?<target>\w+)$/, 'two'],
  [/^look at (?<object>\w+) under the (?<target>\w+)$/, 'look'],
  [/^examine the (?<object>\w+) with the (?<target>\w+)$/, 'look'],
  [/^(?:put a clean|clean some) (?<object>\w+) (?:in|and put it in) (?<target>\w+)$/, 'clean'],
  [/^(?:put a hot|heat some) (?<object>\w+) (?:in|and put it in) (?<target>\w+)$/, 'heat'],
  [/^(?:put a cool|cool some) (?<object>\w+) (?:in|and put it in) (?<target>\w+)$/, 'cool'],
  [/^put (?:a|some) (?<object>\w+) (?:in|on) (?<target>\w+)$/, 'pick'],
];

/** What is known of a receptacle. */
interface Place {
  readonly name: string;
  readonly kind: string;
  /** Undefined until the objects in it have been read. */
  contents?: string[];
  shut: boolean;
}

/**
 * A systematic searcher: it looks where the wanted kind is usual, takes open places before shut ones, remembers what it
 * has read, and never guesses. It has no moods: the same texts always lead to the same commands. The generator of tasks
 * plays it to make sure that a task can be done within the limit by someone who knows nothing else.
 */
export function createExpert(): Expert {
  const places = new Map<string, Place>();
  /** Commands that were refused since something last changed. */
  const refused = new Set<string>();
  /** Objects that have been cleaned, heated or cooled as the task wants, and lamps that are on. */
  const done = new Set<string>();
  let wish: Wish | undefined;
  let at: Place | undefined;
  let held: string | undefined;

  function see(text: string, command?: string): void {
    if (command === undefined) begin(text);
    else if (text === 'Nothing happens.') refused.add(command);
    else {
      refused.clear();
      read(text);
    }
  }

  function begin(text: string): void {
    const task = taskIn(text) ?? '';
    for (const name of roomIn(text)) places.set(name, { name, kind: kindOf(name), shut: false });
    for (const [sentence, category] of sentences) {
      const match = sentence.exec(task);
      if (!match) continue;
      wish = { category, object: match.groups!.object!, target: match.groups!.target! };
      break;
    }
  }

  function read(text: string): void {
    let match = /^You arrive at ([a-z]+ \d+)\. /.exec(text);
    if (match) at = places.get(match[1]!);
    const seen = contentsIn(text);
    const shut = shutIn(text);
    if (seen) {
      const place = places.get(seen.receptacle);
      if (place) {
        place.contents = seen.things;
        place.shut = false;
      }
    } else if (shut !== undefined) {
      const place = places.get(shut);
      if (place) place.shut = true;
    } else if ((match = /^You pick up the (.+) from the (.+)\.$/.exec(text))) {
      const [, object, from] = match as unknown as [string, string, string];
      const place = places.get(from);
      held = object;
      if (place?.contents) place.contents = place.contents.filter(name => name !== object);
    } else if ((match = /^You move the (.+) to the (.+)\.$/.exec(text))) {
      held = undefined;
      places.get(match[2]!)?.contents?.push(match[1]!);
    } else if ((match = /^You (clean|heat|cool) the (.+) using the /.exec(text))) {
      if (match[1] === wish?.category) done.add(match[2]!);
      else if (match[1] !== 'clean') done.delete(match[2]!);
    } else if ((match = /^You turn on the (.+)\.$/.exec(text))) done.add(match[1]!);
    else if ((match = /^You are carrying: a (.+)\.$/.exec(text))) held = match[1]!;
  }

  /** Where the task wants things: for `two`, where the first was put. */
  function destination(): Place | undefined {
    const all = [...places.values()].filter(place => place.kind === wish!.target);
    return best(
      all,
      place =>
        (wish!.category === 'two' && place.contents?.some(isWanted) ? 8 : 0) +
        (place === at ? 4 : 0) +
        (place.contents && !place.shut ? 2 : 0) +
        (place.shut || mayBeShut(place) ? 0 : 1),
    );
  }

  function isWanted(name: string): boolean {
    return kindOf(name) === wish!.object;
  }

  function decide(): Decision | undefined {
    const decision = choose();
    return decision && { ...decision, lookUps: roomLookUps(decision, { at: at?.name, held, places: places.keys() }) };
  }

  function choose(): Decision | undefined {
    if (!wish) return undefined;
    const { category, object, target } = wish;
    const tool = tools[category as keyof typeof tools];
    const ending =
      category === 'look'
        ? [`find ${target}`, `use ${target}`]
        : [...(tool ? [`${category} ${object}`] : []), `put ${object} in ${target}`];
    const again = category === 'two' ? [`find ${object}`, `take ${object}`, `put ${object} in ${target}`] : [];

    if (held !== undefined && !isWanted(held))
      return putAway(held, [`find ${object}`, `take ${object}`, ...ending, ...again]);
    if (held === undefined) {
      const plan = [`take ${object}`, ...ending, ...again];
      const place = holding(object, category === 'two' ? destination() : undefined);
      if (!place) return search(object, [`find ${object}`, ...plan]);
      const name = place.contents!.filter(isWanted).find(each => !refused.has(`take ${each} from ${place.name}`));
      return name === undefined
        ? undefined
        : act(place, `take ${name} from ${place.name}`, plan, `${name} is in ${place.name}`);
    }

    if (category === 'look') {
      const place = holding(target);
      if (!place) return search(target, ending);
      const lamp = place.contents!.find(name => kindOf(name) === target)!;
      return act(place, `use ${lamp}`, ending.slice(1), `${lamp} is in ${place.name}`, lamp);
    }
    const first = destination();
    const plan = category === 'two' && !first?.contents?.some(isWanted) ? [...ending, ...again] : ending;
    if (tool && !done.has(held)) {
      const place = best(
        [...places.values()].filter(each => each.kind === tool),
        each => (each === at ? 1 : 0),
      );
      // Cleaning, heating and cooling work with the door shut.
      return (
        place && act(place, `${category} ${held} with ${place.name}`, plan, `${held} is in hand`, place.name, true)
      );
    }
    return (
      first &&
      act(
        first,
        `move ${held} to ${first.name}`,
        tool ? plan.slice(1) : plan,
        tool ? `${held} is ${becomes[category]}` : `${held} is in hand`,
      )
    );
  }

  /** Goes there, opens it, and does what is to be done there. */
  function act(
    place: Place,
    command: string,
    plan: readonly string[],
    because: string,
    target = place.name,
    throughDoor = false,
  ): Decision | undefined {
    const on = (next: string, why: string, what: string): Decision | undefined =>
      refused.has(next)
        ? undefined
        : { command: next, subgoal: plan[0]!, target: what, searching: false, plan, because: why };
    if (at !== place) return on(`go to ${place.name}`, because, place.name);
    if (place.shut && !throughDoor) return on(`open ${place.name}`, `${place.name} is closed`, place.name);
    return on(command, because, target);
  }

  /** A receptacle in which a thing of this kind has been read of: best where one stands. */
  function holding(kind: string, except?: Place): Place | undefined {
    const those = [...places.values()].filter(
      place => place !== except && place.contents?.some(name => kindOf(name) === kind),
    );
    return best(those, place => (place === at ? 2 : 0) + (place.shut ? 0 : 1));
  }

  /** Looks into the place that promises most for its steps among those that have not been looked into. */
  function search(kind: string, plan: readonly string[]): Decision | undefined {
    if (at?.shut && !at.contents && !refused.has(`open ${at.name}`)) {
      return {
        command: `open ${at.name}`,
        subgoal: plan[0]!,
        target: at.name,
        searching: true,
        plan,
        because: `${at.name} is closed`,
      };
    }
    const unread = [...places.values()].filter(
      place => !place.contents && !refused.has(`go to ${place.name}`) && place !== at,
    );
    const usual = homes[kind as ObjectKind] ?? {};
    const siblings = new Map<string, number>();
    for (const { kind: of } of places.values()) siblings.set(of, (siblings.get(of) ?? 0) + 1);
    const place = best(
      unread,
      ({ kind: of, shut, name }) =>
        (usual[of as ReceptacleKind] ?? 0.05) / siblings.get(of)! / (shut || mayBeShut({ kind: of }) ? 2 : 1) -
        Number(name.slice(of.length)) / 1e6,
    );
    return (
      place && {
        command: `go to ${place.name}`,
        subgoal: plan[0]!,
        target: place.name,
        searching: true,
        plan,
        because: `${place.name} has not been looked into`,
      }
    );
  }

  /** Frees the hand of something that the task does not want: here if it may lie here, else where it is usual. */
  function putAway(name: string, plan: readonly string[]): Decision | undefined {
    const usual = homes[kindOf(name) as ObjectKind] ?? {};
    const possible = [...places.values()].filter(
      place => usual[place.kind as ReceptacleKind] !== undefined && !refused.has(`move ${name} to ${place.name}`),
    );
    const place = best(possible, each => (each === at ? 2 : 0) + (each.shut ? 0 : 1));
    return (
      place &&
      act(place, `move ${name} to ${place.name}`, [`put ${name} away`, ...plan], `${name} is in hand and not wanted`)
    );
  }

  return { see, decide };
}

function mayBeShut({ kind }: { readonly kind: string }): boolean {
  return doors[kind as ReceptacleKind] !== undefined;
}

/** The item with the highest worth, the first of equals. */
function best<T>(all: readonly T[], worth: (item: T) => number): T | undefined {
  let found: T | undefined;
  let highest = -Infinity;
  for (const item of all) {
    const value = worth(item);
    if (value > highest) [found, highest] = [item, value];
  }
  return found;
}
