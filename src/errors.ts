/**
 * A mistake of the user's, in a sentence they can act on: what was wrong, where, what would be right.
 * The command line prints the message alone; anything else that is thrown is a defect of ours and keeps its stack.
 */
export class ClewError extends Error {
  override readonly name: string = 'ClewError';
}

/**
 * A loss, a gradient or a parameter that is not a finite number: a training that has gone astray, which its alarms
 * tell.
 */
export class NotFiniteError extends ClewError {
  override readonly name: string = 'NotFiniteError';
}

/** A wrong call (an unknown option, a missing argument): the command line exits with 2 rather than 1. */
export class UsageError extends ClewError {
  override readonly name: string = 'UsageError';
}

/**
 * A world's own code (a guard, an action, a text) has thrown: it costs the episode in which it happened, and no other.
 */
export class WorldFault extends ClewError {
  override readonly name: string = 'WorldFault';

  constructor(
    readonly world: string,
    readonly task: string,
    /** The number of the step, 1 for the first; 0 before any. */
    readonly step: number,
    /** The command that was given; undefined when there was none. */
    readonly command: string | undefined,
    what: string,
    cause: unknown,
  ) {
    const shown = command !== undefined && command.length > 80 ? `${command.slice(0, 80)}…` : command;
    const where = `${step === 0 ? ', at its start' : `, step ${step}`}${shown === undefined ? '' : `, "${shown}"`}`;
    const said = (cause instanceof Error ? cause.message : String(cause)).replaceAll(/\s*\n\s*/g, ' ').slice(0, 300);
    const reason = cause instanceof Error && cause.name !== 'Error' ? `${cause.name}: ${said}` : said;
    super(`The world ${world} has a fault, in task ${task}${where}: ${what} failed (${reason}).`, { cause });
  }
}

/** The names of errors that are sentences for a user. They are known by name, as a world may bring a Clew of its own. */
export const sentences: readonly string[] = ['ClewError', 'NotFiniteError', 'UsageError', 'WorldFault'];

/**
 * What a world needs to be played is not on this machine: its data, or a program. Everything that needs no episode
 * still works.
 */
export class MissingDataError extends UsageError {}
