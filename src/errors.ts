/**
 * A mistake of the user's, in a sentence they can act on: what was wrong, where, what would be right.
 * The command line prints the message alone; anything else that is thrown is a defect of ours and keeps its stack.
 */
export class ClewError extends Error {
  override readonly name: string = 'ClewError';
}

/** A wrong call (an unknown option, a missing argument): the command line exits with 2 rather than 1. */
export class UsageError extends ClewError {
  override readonly name: string = 'UsageError';
}
