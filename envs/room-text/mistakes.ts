import type { Decision, Mistake, MistakeMaker } from 'clew';
import { type Receptacle, RoomNotes } from './notes.ts';
import { becomes, kindOf } from './reading.ts';

/**
 * The mistakes of a person in a room: to go where nothing is to be found, to give a command that is not possible here,
 * to put a thing down before it is ready or before one is there, to forget that a door is closed. Each can be known for
 * a mistake from the text that was printed before it.
 */
export function roomMistakes(): MistakeMaker {
  const notes = new RoomNotes();
  return {
    kinds: ['wrong place', 'inadmissible command', 'premature put', 'forgotten door'],
    see: (observation, command) => notes.see(observation, command),
    possible(decision, state) {
      const admissible = new Set(state.admissible);
      const all = [
        ...forgottenDoor(notes, decision),
        ...wrongPlace(notes, decision),
        ...fromAfar(notes, decision),
        ...prematurePut(notes, decision, state),
      ];
      // A command must do what its kind says: all but two are refused.
      return all.filter(
        ({ kind, command, lesson }) =>
          command !== decision.command &&
          admissible.has(command) === (kind === 'wrong place' || (kind === 'premature put' && lesson.endsWith('yet'))),
      );
    },
  };
}

/** Acts on what is in a receptacle whose door is closed, as if it were open. */
function forgottenDoor(notes: RoomNotes, { command, subgoal }: Decision): Mistake[] {
  const name = /^open (.+)$/.exec(command)?.[1];
  if (name === undefined) return [];
  const wanted = /^(?:find|take) (?:second )?([a-z]+)/.exec(subgoal)?.[1];
  const mistake = (command: string): Mistake => ({
    kind: 'forgotten door',
    command,
    belief: `${name} is open`,
    lesson: `${name} is closed`,
  });
  if (notes.held !== undefined && subgoal.startsWith('put ')) return [mistake(put(notes.held, name))];
  if (wanted === undefined || notes.held !== undefined) return [];
  const inside = notes.receptacle(name).contents?.find(thing => kindOf(thing) === wanted);
  return [mistake(`take ${inside ?? `${wanted} 1`} from ${name}`)];
}

/** Goes where it was already seen that nothing is to be found, or to another place than the one that is known. */
function wrongPlace(notes: RoomNotes, { command, searching, subgoal }: Decision): Mistake[] {
  const target = goal(command);
  if (target === undefined) return [];
  const wanted = /^find (?:second )?([a-z]+)/.exec(subgoal)?.[1];
  const others = [...notes.receptacles.values()].filter(({ name }) => name !== target && name !== notes.at?.name);
  if (searching) {
    return others
      .filter(({ contents }) => contents && !contents.some(thing => kindOf(thing) === wanted))
      .map(({ name }) => ({
        kind: 'wrong place',
        command: `go to ${name}`,
        belief: `${name} may have ${wanted}`,
        lesson: `${name} has no ${wanted}`,
      }));
  }
  // A place of the same kind would do as well for what is in hand; for what is to be fetched it is the likeliest to be
  // mixed up with.
  const fetched = /^take ([a-z]+)/.exec(subgoal)?.[1];
  const alike = others.filter(
    ({ kind, contents }) => kind === kindOf(target) && !contents?.some(thing => kindOf(thing) === fetched),
  );
  const useless =
    notes.held === undefined && alike.length > 0
      ? alike
      : others.filter(
          ({ kind, contents }) =>
            kind !== kindOf(target) && contents && !contents.some(thing => kindOf(thing) === fetched),
        );
  return useless.map(({ name }) => ({
    kind: 'wrong place',
    command: `go to ${name}`,
    belief: `${name} is the place`,
    lesson: `${target} is the place`,
  }));
}

/**
 * Does at a distance what is to be done at the place to which one should go; goes to where one is; takes what is not
 * there.
 */
function fromAfar(notes: RoomNotes, { command, because, subgoal }: Decision): Mistake[] {
  const target = goal(command);
  const found: Mistake[] = [];
  const mistake = (command: string, belief: string, lesson: string) =>
    found.push({ kind: 'inadmissible command', command, belief, lesson });
  if (target !== undefined) {
    const there = notes.receptacle(target);
    const kind = /^take ([a-z]+)/.exec(subgoal)?.[1];
    const verb = /^(clean|heat|cool) /.exec(subgoal)?.[1];
    const lesson = `not at ${target}`;
    for (const thing of there.contents ?? [])
      if (notes.held === undefined && kindOf(thing) === kind) mistake(`take ${thing} from ${target}`, because, lesson);
    if (notes.held !== undefined && verb !== undefined)
      mistake(`${verb} ${notes.held} with ${target}`, because, lesson);
    if (there.shut) mistake(`open ${target}`, `${target} is closed`, lesson);
    if (notes.at) mistake(`go to ${notes.at.name}`, `${notes.at.name} is the place`, `already at ${notes.at.name}`);
  }
  const [, thing, from] = /^take (.+) from (.+)$/.exec(command) ?? [];
  if (thing !== undefined && from !== undefined) {
    const other = `${kindOf(thing)} ${Number(thing.split(' ').at(-1)) + 1}`;
    if (!notes.receptacle(from).contents?.includes(other))
      mistake(`take ${other} from ${from}`, `${other} is in ${from}`, `${other} is not in ${from}`);
  }
  return found;
}

/** Puts the thing down before it is clean, hot or cool, or before one has come to where it belongs. */
function prematurePut(
  notes: RoomNotes,
  { command, subgoal, plan }: Decision,
  { admissible }: { readonly admissible: readonly string[] },
): Mistake[] {
  const { held, at } = notes;
  if (held === undefined) return [];
  const found: Mistake[] = [];
  const verb = /^(clean|heat|cool) /.exec(subgoal)?.[1];
  const place = plan
    .map(each => /^put ([a-z]+)(?: \d+)? in ([a-z]+)/.exec(each))
    .find(match => match && match[1] === kindOf(held))?.[2];
  if (place === undefined) return [];
  const belief = `${held} is in hand`;
  if (verb !== undefined && at && admissible.includes(put(held, at.name)))
    found.push({
      kind: 'premature put',
      command: put(held, at.name),
      belief,
      lesson: `${held} is not ${becomes[verb]} yet`,
    });
  if (goal(command) !== undefined)
    for (const { name, kind } of notes.receptacles.values() as Iterable<Receptacle>)
      if (kind === place && name !== at?.name)
        found.push({ kind: 'premature put', command: put(held, name), belief, lesson: `not at ${name}` });
  return found;
}

function goal(command: string): string | undefined {
  return /^go to (.+)$/.exec(command)?.[1];
}

/** As the present release of ALFWorld says it. The older one refuses it, and so it is a mistake there too. */
function put(thing: string, place: string): string {
  return `move ${thing} to ${place}`;
}
