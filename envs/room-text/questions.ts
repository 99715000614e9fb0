import type { Question, QuestionWriter } from 'clew';
import { RoomNotes } from './notes.ts';
import { kindOf, placeAmong } from './reading.ts';

/**
 * Shares of the questions that ask for a kind that was not seen, for what is in hand, and why a command was refused.
 */
const unseenShare = 0.5;
const inHandShare = 0.3;
const whyShare = 0.5;

/** Share of the questions that ask where one stands, if any do. */
const whereShare = 0.2;

/** Share of the questions that also name a state: `hot mug?`. */
const looksShare = 0.3;

/**
 * Questions about what the text has told, in the form of a reminder (`mug?`, `hot mug?`), answered in the very words
 * that thoughts use later:
 * `mug 1 is in drawer 2`, `no mug seen yet`, `mug 1 is in hand`, `mug 1 is hot`; and after a refused command `why?`,
 * `not at drawer 2`. A model that can answer them can state the fact that its next action needs. Kinds that were not
 * seen are asked for as often as kinds that were, or the answer would be no question. No question names a place for a
 * thing, so none is a goal.
 *
 * @param kinds kinds of things to ask for when they were not seen.
 * @param options `lookUps`: it is also asked where one stands: `where?`, `at drawer 1 of 2`
 */
export function roomQuestions(kinds: readonly string[], { lookUps = false } = {}): QuestionWriter {
  const notes = new RoomNotes();
  let refused: string | undefined;
  return {
    see(observation, command) {
      notes.see(observation, command);
      refused = observation.trim() === 'Nothing happens.' && command ? reasonOfRefusal(notes, command) : undefined;
    },
    ask(random) {
      if (refused !== undefined && random() < whyShare)
        return { question: 'why?', answer: `${refused}.`, tag: 'reflection' };
      if (lookUps && notes.at !== undefined && random() < whereShare)
        return {
          question: 'where?',
          answer: `at ${placeAmong(notes.at.name, notes.receptacles.keys())}.`,
          tag: 'monitor',
        };
      const seen = seenKinds(notes);
      const unseen = kinds.filter(kind => !seen.includes(kind));
      const pool =
        seen.length === 0 || random() < unseenShare
          ? unseen
          : notes.held !== undefined && random() < inHandShare
            ? [kindOf(notes.held)]
            : seen;
      if (pool.length === 0) return undefined;
      const kind = random.pick(pool);
      const looks = random() < looksShare ? random.pick(['clean', 'hot', 'cool']) : undefined;
      const found = whereIs(notes, kind, looks);
      return found && { question: `${looks ? `${looks} ` : ''}${kind}?`, ...found };
    },
  };
}

/** What is said of the thing that a goal wants, wherever it is asked: whether and where one has been seen. */
export function roomGoalQuestions(kinds: readonly string[], goal: string): QuestionWriter {
  const notes = new RoomNotes();
  const words = new Set(goal.toLowerCase().split(/[^a-z]+/));
  const wanted = kinds.find(kind => words.has(kind));
  return {
    see: (observation, command) => notes.see(observation, command),
    ask() {
      const found = wanted === undefined ? undefined : whereIs(notes, wanted);
      return found && { question: `${wanted}?`, ...found };
    },
  };
}

function seenKinds({ receptacles, held }: RoomNotes): string[] {
  return [
    ...new Set(
      [
        ...[...receptacles.values()].flatMap(({ contents }) => contents ?? []),
        ...(held === undefined ? [] : [held]),
      ].map(kindOf),
    ),
  ];
}

/**
 * Where a thing of a kind is, or that it is as asked for; undefined where it is in several places and none of them
 * here, when no answer would be the right one. What is known is gone on with (`monitor`); what is not has to be found
 * (`explore`).
 */
function whereIs(notes: RoomNotes, kind: string, looks?: string): Pick<Question, 'answer' | 'tag'> | undefined {
  const { held } = notes;
  const places = notes.seen(kind);
  if (held !== undefined && kindOf(held) === kind)
    return {
      answer: `${held} is ${looks !== undefined && notes.made.get(held)?.has(looks) ? looks : 'in hand'}.`,
      tag: 'monitor',
    };
  if (places.length === 0) return { answer: `no ${kind} seen yet.`, tag: 'explore' };
  const here =
    places.find(({ place }) => place === notes.at) ??
    (new Set(places.map(({ place }) => place)).size === 1 ? places[0] : undefined);
  return here && { answer: `${here.thing} is in ${here.place.name}.`, tag: 'monitor' };
}

/** Why a command was refused, as far as the text tells: what lessons say too. */
function reasonOfRefusal({ at, held, receptacles }: RoomNotes, command: string): string | undefined {
  const goal = /^go to (.+)$/.exec(command)?.[1];
  if (goal !== undefined) return at?.name === goal ? `already at ${goal}` : undefined;
  const [, verb, thing, name] = /^(take|move|put|clean|heat|cool) ([a-z]+ \d+) (?:from|to|in\/on|with) (.+)$/.exec(
    command,
  ) ?? [undefined, ...(/^(open|close) ()(.+)$/.exec(command) ?? []).slice(1)];
  const place = name === undefined ? undefined : receptacles.get(name);
  if (!verb || !place) return undefined;
  if (place !== at) return `not at ${place.name}`;
  if (verb === 'open' || verb === 'close') return undefined;
  if (verb !== 'take')
    return held === thing ? (place.shut ? `${place.name} is closed` : undefined) : `${thing} is not in hand`;
  if (held !== undefined) return `${held} is in hand`;
  if (place.shut) return `${place.name} is closed`;
  return place.contents?.includes(thing!) === false ? `${thing} is not in ${place.name}` : undefined;
}
