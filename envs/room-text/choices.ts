import type { ChoiceReader, Choices } from 'clew';
import { RoomNotes } from './notes.ts';

/**
 * Where to look next in a room of ALFWorld's sentences. Somebody with empty hands who rightly goes to a place that he
 * has not looked into is searching, and then every listed place that he has not looked into is as right. To go where one
 * stands is refused.
 */
export function roomChoices(): ChoiceReader {
  const notes = new RoomNotes();
  return {
    see: (observation, command) => notes.see(observation, command),
    at(command): Choices | undefined {
      const goal = /^go to (.+)$/.exec(command)?.[1];
      if (goal === undefined || !notes.receptacles.has(goal)) return undefined;
      const places = [...notes.receptacles.values()];
      const here = notes.at?.name;
      const unseen = places.filter(({ name, contents }) => contents === undefined && name !== here);
      const searching = notes.held === undefined && unseen.some(({ name }) => name === goal);
      const going = (names: readonly string[]): string[] => names.map(name => `go to ${name}`);
      return {
        all: going(places.map(({ name }) => name)),
        right: searching ? going(unseen.map(({ name }) => name)) : [command],
        wrong: here === undefined ? [] : going([here]),
      };
    },
  };
}
