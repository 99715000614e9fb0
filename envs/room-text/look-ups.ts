import type { Decision } from 'clew';
import { placeAmong } from './reading.ts';

/** What is known of the room when a decision is taken. */
interface Standing {
  /** The place where the agent stands; undefined before it has gone anywhere. */
  readonly at: string | undefined;
  readonly held: string | undefined;
  /** Every place that the room has. */
  readonly places: Iterable<string>;
}

/**
 * The look-ups that a command in a room rests on beside its reason, in the order in which one leads to the next: what is
 * in hand while a lamp is looked for or used, which kind of place a verb needs, and where one stands.
 */
export function roomLookUps(
  { command, subgoal }: Pick<Decision, 'command' | 'subgoal'>,
  { at, held, places }: Standing,
): string[] {
  const lookUps: string[] = [];
  if (held !== undefined) {
    if (/^(find|use) /.test(subgoal)) lookUps.push(`${held} is in hand`);
    const verb = /^(clean|heat|cool) /.exec(subgoal)?.[1];
    const tool = /^(?:go to|\w+ .+ with) ([a-z]+) \d+$/.exec(command)?.[1];
    if (verb !== undefined && tool !== undefined) lookUps.push(`${verb} with ${tool}`);
  }
  if (at !== undefined) lookUps.push(`at ${placeAmong(at, places)}`);
  return lookUps;
}
