import { commandText, type Message, taskText } from './prompts.ts';

/** Most things that a forecast may name. */
export const mostThings = 8;

/** What a forecast is asked of. */
export interface ForecastPromptInput {
  readonly goal: string;
  /** What the world says before the first step. */
  readonly initialObservation: string;
  readonly commands: readonly string[];
  /** Replies that an episode may have. */
  readonly maxSteps: number;
  /** Out of how many episodes wins are to be told. */
  readonly of: number;
}

/**
 * Asks an agent what will come of a task before it plays it, in the form that `readForecast` reads. MASA (arXiv
 * 2510.03259) asks for the same three things; the words are ours.
 */
export function forecastPrompt(input: ForecastPromptInput): Message[] {
  const { initialObservation, maxSteps, of } = input;
  const form = `steps S; wins W of ${of}; things: a, b, c`;
  const sections = [
    `You are about to act in a text world.\n\n${taskText(input)}`,
    `What you see now:\n${initialObservation}`,
    commandText(input.commands),
    `Do not act yet. Say first how it will go: think in a sentence or two inside <meta> and </meta>, and then write ` +
      `one line inside <forecast> and </forecast>:\n<meta>a short thought</meta>\n<forecast>${form}</forecast>`,
    `S: how many steps an episode takes that reaches the goal, from 1 to ${maxSteps}.\n` +
      `W: in how many of ${of} tries you would reach it, from 0 to ${of}.\n` +
      `things: at most ${mostThings} kinds of things or places, without numbers, that a try which reaches the goal acts ` +
      `on and that the task does not name.`,
  ];
  return [{ role: 'user', content: sections.join('\n\n') }];
}
