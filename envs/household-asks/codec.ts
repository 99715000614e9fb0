import type { Codec } from 'clew';
import { roomCodec } from '../room-text/codec.ts';
import { taskIn } from '../room-text/reading.ts';

/**
 * The household's short sentences. What the user says is as short as it is: `In shelf.` The reminder names what the
 * sentence says instead of what it leaves out, and what it says beside the point is left out:
 *
 *     put a hot mug where it belongs.                      belongs hot mug?
 *     put a mug in shelf. There may be a pen about.        shelf mug?
 */
export const asksCodec: Codec = {
  ...roomCodec,
  name: 'household-asks',
  get words() {
    return [
      roomCodec.words,
      ...gaps.map(([, words]) => words.replaceAll(/\{\w+\}/g, '')),
      'put something where it belongs my the way I like it There may be about',
      'ask what where which how many done decline In A Mine is Hot Clean Cool Two will do',
      'You know all that I know The user takes note',
    ].join(' ');
  },
  reminder(initialObservation) {
    const goal = taskIn(initialObservation)?.replace(/\. There may be .*$/, '');
    for (const [pattern, words] of gaps) {
      const slots = goal === undefined ? undefined : pattern.exec(goal)?.groups;
      if (slots)
        return `${words
          .replaceAll(/\{(\w+)\}/g, (_, slot: string) => slots[slot] ?? '')
          .split(/\s+/)
          .filter(Boolean)
          .join(' ')}?`;
    }
    return roomCodec.reminder!(goal === undefined ? initialObservation : `Your task is to: ${goal}.`);
  },
};

const state = '(?:(?<state>clean|hot|cool) )?';
/** How the sentences with a gap are reminded of. */
const gaps: readonly (readonly [RegExp, string])[] = [
  [new RegExp(`^put a ${state}(?<object>[a-z]+) where it belongs$`), 'belongs {state} {object}'],
  [new RegExp(`^put something ${state}in (?<place>[a-z]+)$`), '{place} {state} something'],
  [/^put my (?<object>[a-z]+) in (?<place>[a-z]+?)(?:, (?<state>clean|hot|cool))?$/, '{place} {state} my {object}'],
  [/^put a (?<object>[a-z]+) in (?<place>[a-z]+) the way I like it$/, '{place} like {object}'],
  [/^put the (?<object>[a-z]+) in (?<place>[a-z]+)$/, '{place} the {object}'],
];
