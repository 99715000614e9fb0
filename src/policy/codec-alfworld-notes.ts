import type { Codec } from './codec.ts';
import { alfworldCodec } from './codec-alfworld.ts';

/**
 * ALFWorld's sentences with notes of where to look yet: of each kind of place the first one that the episode has not been to.
 *
 *     left cabinet 3 drawer 1 shelf 2;        left none;
 *
 * They take from a small model the bookkeeping of a search and leave it the choice.
 */
export const alfworldNotesCodec: Codec = {
  ...alfworldCodec,
  name: 'alfworld-notes',
  words: `${alfworldCodec.words} ${left([])}`,
  notes(opening, past) {
    const been = new Set(past.flatMap(({ command, observation }) => (observation.startsWith('You arrive at ') ? /^go to (.+)$/.exec(command ?? '')?.[1] ?? [] : [])));
    const first = new Map<string, string>();
    // Places are listed from the highest number of a kind down to the lowest.
    for (const [place, kind] of (/you see ([^.]*)\./.exec(opening)?.[1] ?? '').matchAll(/([a-z]+) \d+/g)) if (!been.has(place)) first.set(kind!, place);
    return left([...first.values()]);
  },
};

function left(places: readonly string[]): string {
  return `left ${places.join(' ') || 'none'};`;
}
