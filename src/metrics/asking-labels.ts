export const noGap = 'no task leaves anything out';

/** Shares of episodes: what counts and of which episodes, and why there is none where there are no such episodes. */
export const askingShares = {
  recall: ['asks when something is left out', noGap],
  falseAsks: ['asks when nothing is left out', 'no task says all that is wanted'],
  precision: ['asks of tasks with a gap, of all that ask', 'no episode asks'],
  onTheMatter: ['first question is about what is left out', 'no episode asks where something is left out'],
  askedAndWon: ['asked rightly and won, of tasks with a gap', noGap],
  lucky: ['won without asking, of tasks with a gap', noGap],
  fabricated: ['said done without asking rightly, and was wrong, of tasks with a gap', noGap],
  declinedImpossible: ['declines what cannot be done', 'no task is impossible'],
  declinedPossible: ['declines what can be done', 'every task is impossible'],
} as const satisfies Record<string, readonly [label: string, none: string]>;
export type AskingShare = keyof typeof askingShares;

export const askingLabels = Object.fromEntries(
  Object.entries(askingShares).map(([name, [label]]) => [name, label]),
) as Readonly<Record<AskingShare, string>>;
