import type { Question, QuestionWriter } from '../src/demonstrations/index.ts';
import type { Random } from '../src/world/index.ts';
import { kindOf, RoomNotes } from './room-notes.ts';

/**
 * Questions about what the text has told, answered in the very words that thoughts use later: `mug 1 is in drawer 2`,
 * `no mug seen yet`, `mug 1 is in hand`, `drawer 1 is closed`. A model that can answer them can state the fact that its next
 * action needs. Kinds that were not seen are asked for as often as kinds that were, or the answer would be no question.
 *
 * @param kinds kinds of things to ask for when they were not seen.
 */
export function roomQuestions(kinds: readonly string[]): QuestionWriter {
  const notes = new RoomNotes();
  return {
    see: (observation, command) => notes.see(observation, command),
    ask(random) {
      const makers = random.shuffle([whereIs, whereIs, inHand, state, made]);
      for (const make of makers) {
        const question = make(notes, random, kinds);
        if (question) return question;
      }
      return undefined;
    },
  };
}

/**
 * Questions about the thing that a goal wants: its name, and whether and where one has been seen. They link the goal's noun
 * to the facts that a thought begins with.
 */
export function roomGoalQuestions(kinds: readonly string[], goal: string): QuestionWriter {
  const notes = new RoomNotes(), words = new Set(goal.toLowerCase().split(/[^a-z]+/)), wanted = kinds.find(kind => words.has(kind));
  return {
    see: (observation, command) => notes.see(observation, command),
    ask(random) {
      if (wanted === undefined) return undefined;
      if (random() < 0.3) return { question: 'what is wanted?', answer: `${wanted}.` };
      const places = notes.seen(wanted), here = places.find(({ place }) => place === notes.at) ?? places[0];
      return { question: 'where is it?', answer: here ? `${here.thing} is in ${here.place.name}.` : `no ${wanted} seen yet.` };
    },
  };
}

function whereIs(notes: RoomNotes, random: Random, kinds: readonly string[]): Question | undefined {
  const known = [...new Set([...notes.receptacles.values()].flatMap(({ contents }) => (contents ?? []).map(kindOf)))];
  const unseen = kinds.filter(kind => !known.includes(kind) && (!notes.held || kindOf(notes.held) !== kind));
  const pool = known.length === 0 || (random() < 0.4 && unseen.length > 0) ? unseen : known;
  if (pool.length === 0) return undefined;
  const kind = random.pick(pool), places = notes.seen(kind);
  if (places.length === 0) return { question: `where is ${kind}?`, answer: `no ${kind} seen yet.` };
  // In several places and none of them here: no answer would be the right one.
  const here = places.find(({ place }) => place === notes.at) ?? (new Set(places.map(({ place }) => place)).size === 1 ? places[0] : undefined);
  return here && { question: `where is ${kind}?`, answer: `${here.thing} is in ${here.place.name}.` };
}

function inHand({ held }: RoomNotes): Question {
  return { question: 'what is in hand?', answer: held === undefined ? 'nothing is in hand.' : `${held} is in hand.` };
}

function state(notes: RoomNotes, random: Random): Question | undefined {
  const visited = [...notes.receptacles.values()].filter(({ shut, contents }) => shut || contents);
  if (visited.length === 0) return undefined;
  const { name, shut, contents } = random.pick(visited);
  return { question: `what of ${name}?`, answer: shut ? `${name} is closed.` : contents!.length === 0 ? `${name} is empty.` : `${name} has ${contents!.join(', ')}.` };
}

function made(notes: RoomNotes, random: Random): Question | undefined {
  if (notes.held === undefined) return undefined;
  const done = notes.made.get(notes.held), what = random.pick(['clean', 'hot', 'cool']);
  return { question: `is ${notes.held} ${what}?`, answer: `${notes.held} is ${done?.has(what) ? what : `not ${what} yet`}.` };
}
