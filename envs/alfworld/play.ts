import type { Engine } from './engine.ts';
import { fastEngine } from './fast.ts';
import type { Game } from './game.ts';
import { interpret, type InterpreterState } from './interpreter.ts';
import { knownRules } from './known-rules.ts';
import type { FastState } from './scene.ts';

export type State = FastState | InterpreterState;

/** The fast engine where the game's rules and problem are of the official kind, the interpreter for anything else. */
export function engineFor(game: Game): Engine<State> {
  const rules = knownRules.get(game.rules);
  return ((rules && fastEngine(game, rules)) ?? interpret(game)) as Engine<State>;
}
