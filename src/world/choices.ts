/** Commands that could be given in the place of another, told apart by what the episode's text has said so far. */
export interface Choices {
  /** Every command that the text offers in its place, the command itself included. */
  readonly all: readonly string[];
  /** Those that nothing in the text tells from it: each is as right as it. */
  readonly right: readonly string[];
  /** Those that the text shows to be refused now. */
  readonly wrong: readonly string[];
}

/**
 * Reads an episode and says where one choice is as good as another: which place to look into next, while nothing that
 * is wanted has been seen. A rule about the text alone; no expert and no state of the world is asked.
 */
export interface ChoiceReader {
  /** Takes in the initial observation (no command) or the answer to a command. */
  see(observation: string, command?: string): void;
  /** The choices at a command that would be right now; undefined where the text offers none. */
  at(command: string): Choices | undefined;
}
