/** What an expert would do now, and why: enough to annotate the step with a tag and a thought that can be checked. */
export interface Decision {
  readonly command: string;
  /** The subgoal that the command serves, in the world's words: `find mug`, `take mug 1`, `cool mug 1`. */
  readonly subgoal: string;
  /** What the command acts on, as the text names it: `fridge 1`. */
  readonly target: string;
  /** True while the thing that is wanted has not been seen. */
  readonly searching: boolean;
  /** The subgoals from here to the end, `subgoal` first. */
  readonly plan: readonly string[];
  /**
   * What is known of the things that play a part, where a decision rests on more than one fact: `battery in hand`. It is
   * said before anything else, also while searching.
   */
  readonly known?: readonly string[];
  /**
   * Every other look-up that the command rests on, in the order in which one leads to the next: `heat with microwave`,
   * `at shelf 2 of 3`. Thoughts say them right before the command where they are asked to (`--look-ups`).
   */
  readonly lookUps?: readonly string[];
  /** The fact from the text that the decision rests on: `mug 2 is in drawer 1`, `drawer 1 is closed`. */
  readonly because: string;
}

/**
 * An expert that knows only what it has read. It is told every text the world prints, also the answers to commands
 * that it would not have given, and says what it would do next.
 */
export interface Expert {
  /** Take in the initial observation text (no command) or the answer to a command. */
  see(observation: string, command?: string): void;
  /** What to do now; undefined when the expert has nothing left to try. */
  decide(): Decision | undefined;
}
