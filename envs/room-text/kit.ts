import type { WorldKit } from 'clew';
import { roomChoices } from './choices.ts';
import { roomCodec } from './codec.ts';
import { goalPatterns } from './goals.ts';
import { roomManual } from './manual.ts';
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
  /** The kind of place that a verb needs: `cool` → `fridge`. */
  readonly tools: Readonly<Record<string, string>>;
}

/** What worlds with ALFWorld's sentences have in common: what people in rooms get wrong, are asked, and want. */
export function roomKit({ objects, things, places, tools }: RoomNames): WorldKit {
  return {
    codec: roomCodec,
    choices: roomChoices,
    mistakes: roomMistakes,
    questions: () => roomQuestions(objects),
    lookUpQuestions: () => roomQuestions(objects, { lookUps: true }),
    goalQuestions: goal => roomGoalQuestions(things, goal),
    manual: () => roomManual(tools),
    permutableThings: things,
    permutablePlaces: places,
    lookUpVerbs: ['take'],
    goalPatterns,
  };
}
