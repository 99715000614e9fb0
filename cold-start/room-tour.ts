import type { Tour } from '../src/demonstrations/index.ts';
import type { Random } from '../src/world/index.ts';
import { RoomNotes } from './room-notes.ts';

/** Steps after which another thing is wanted, found or not. */
const patience = 10;

/**
 * A curious player without a goal: it wants to see a thing of some kind, looks where it has not been (of each kind of place at the lowest number),
 * opens what is closed, and when one turns up it wants to see another. It knows nothing of where things usually are, takes nothing and
 * is asked for the things of no goal. What it thinks is said in the words of answers and thoughts: `no mug seen yet. go to drawer 1.`
 *
 * @param kinds kinds of things to look for
 */
export function roomTour(kinds: readonly string[]): Tour {
  const notes = new RoomNotes();
  let wanted: string | undefined, left = 0;

  function next(random: Random): ReturnType<Tour['next']> {
    if (wanted === undefined || left-- === 0 || notes.seen(wanted).length > 0) {
      const unseen = kinds.filter(kind => notes.seen(kind).length === 0);
      if (unseen.length === 0) return undefined;
      [wanted, left] = [random.pick(unseen), patience];
    }
    const say = (command: string, ...facts: string[]) => ({ question: `${wanted!}?`, answer: [`no ${wanted!} seen yet`, ...facts, command].map(fact => `${fact}.`).join(' '), command });
    const { at } = notes;
    if (at?.shut) return say(`open ${at.name}`, `${at.name} is closed`);
    const first = new Map<string, string>();
    for (const { name, kind, contents, shut } of notes.receptacles.values()) if (contents === undefined && !shut) first.set(kind, name);
    return first.size === 0 ? undefined : say(`go to ${random.pick([...first.values()])}`);
  }
  return { see: (observation, command) => notes.see(observation, command), next };
}
