import type { Question, QuestionWriter, Random } from 'clew';
import { RoomNotes } from './notes.ts';
import { becomes, kindOf } from './reading.ts';

/** Share of the entries that speak of what is in hand. */
const inHandShare = 0.6;

/**
 * A manual of a room, entry by entry: which appliance does what, that a lamp is used to look at things, that two are one
 * and another. Where something is in hand an entry says what is to be done with it to make it clean, hot or cool, in the
 * very words that thoughts use: `cool mug?`, `mug 1 is in hand. cool with fridge.` It says what verbs and appliances do,
 * and never where a thing is wanted, so no entry is a goal.
 *
 * @param tools the kind of place that each verb needs: `cool` → `fridge`
 */
export function roomManual(tools: Readonly<Record<string, string>>): QuestionWriter {
  const notes = new RoomNotes();
  const facts = [
    ...Object.entries(tools).flatMap(([verb, tool]): [string, string][] => [
      [`${becomes[verb] ?? verb}?`, `${verb} with ${tool}.`],
      [`${tool}?`, `${verb} with ${tool}.`],
    ]),
    ['look?', 'use desklamp.'],
    ['two?', 'one, then another one.'],
  ] as const;
  return {
    see: (observation, command) => notes.see(observation, command),
    ask(random) {
      return (random() < inHandShare ? treatment(random) : undefined) ?? fact(random);
    },
  };

  function fact(random: Random): Question {
    const [question, answer] = random.pick(facts);
    return { question, answer, tag: 'monitor' };
  }

  function treatment(random: Random): Question | undefined {
    const { held, made } = notes;
    if (held === undefined) return undefined;
    const verb = random.pick(Object.keys(tools));
    const look = becomes[verb] ?? verb;
    return {
      question: `${look} ${kindOf(held)}?`,
      answer: made.get(held)?.has(look) ? `${held} is ${look}.` : `${held} is in hand. ${verb} with ${tools[verb]}.`,
      tag: 'monitor',
    };
  }
}
