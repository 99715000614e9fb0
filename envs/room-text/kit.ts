import type { WorldKit } from 'clew';
import { roomChoices } from './choices.ts';
import { roomCodec } from './codec.ts';
import { goalPatterns } from './goals.ts';
import { roomMistakes } from './mistakes.ts';
import { roomGoalQuestions, roomQuestions } from './questions.ts';

/** The names that are in a room. */
export interface RoomNames {
  /** Every kind of thing, those that stay where they are too. */
  readonly objects: readonly string[];
  /** Kinds of things that can be carried. */
  readonly things: readonly string[];
  /** Kinds of receptacles at which nothing else can be done than at the others. */
  readonly places: readonly string[];
}

/** What worlds with ALFWorld's sentences have in common: what people in rooms get wrong, are asked, and want. */
export function roomKit({ objects, things, places }: RoomNames): WorldKit {
  return {
    codec: roomCodec,
    choices: roomChoices,
    mistakes: roomMistakes,
    questions: () => roomQuestions(objects),
    goalQuestions: goal => roomGoalQuestions(things, goal),
    permutableThings: things,
    permutablePlaces: places,
    lookUpVerbs: ['take'],
    goalPatterns,
  };
}
