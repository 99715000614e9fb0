import type { TrainingRow } from '../training-rows.ts';

/** A figure of an iteration that is drawn over a training. */
export interface TrainingFigure {
  readonly title: string;
  readonly note?: string;
  readonly pick: (row: TrainingRow) => number | null | undefined;
  readonly share?: boolean;
  /** Ends of the axis, where the figure has its own. */
  readonly range?: readonly [number, number];
}

/** What a policy has learnt. */
export const learning: readonly TrainingFigure[] = [
  {
    title: 'Success while training',
    note: 'of the episodes that it learns from',
    pick: row => row.success,
    share: true,
  },
  { title: 'Repetitive actions', note: 'of the first 10 steps', pick: row => row.repetition?.firstTen, share: true },
  {
    title: 'Inadmissible actions',
    note: 'steps that the world did not execute',
    pick: row => row.inadmissible,
    share: true,
  },
  {
    title: 'Steps an episode',
    pick: row => row.meanSteps ?? (row.steps && row.episodes ? row.steps / row.episodes : null),
  },
  { title: 'Well-formed replies', pick: row => row.wellFormed, share: true },
  { title: 'Mean return', note: 'outcome reward of an episode', pick: row => row.meanReturn },
];

const foretelling: readonly TrainingFigure[] = [
  { title: 'Well-formed forecasts', pick: row => row.forecasts?.figures?.wellFormed, share: true },
  { title: 'Gap of forecasts', note: '|foretold − won|', pick: row => row.forecasts?.figures?.gap?.value, share: true },
  { title: 'Skill of forecasts', note: 'against the mean success', pick: row => row.forecasts?.figures?.skill },
  { title: 'Gated tasks', note: 'acting, or in shadow', pick: row => row.forecasts?.gate?.gated },
];

/** Whether the training itself goes well. */
export const health: readonly TrainingFigure[] = [
  ...foretelling,
  { title: 'Entropy of commands', note: 'nats a token', pick: row => row.commandEntropy ?? row.entropy },
  { title: 'Groups with both outcomes', pick: row => row.facts?.mixedShare, share: true },
  { title: 'KL to the reference', note: 'nats a token', pick: row => row.klToReference },
  { title: 'KL of one update', note: 'nats a token', pick: row => row.approxKl },
  { title: 'Clipped tokens', pick: row => row.clipFraction, share: true },
  { title: 'Gradient norm', pick: row => row.gradientNorm },
  {
    title: 'Agreement of half batches',
    note: 'cosine between the gradients of two halves: 1 is all signal, 0 is all noise',
    pick: row => row.gradientCosine,
    range: [-1, 1],
  },
  { title: 'Loss', pick: row => row.loss },
  { title: 'Sampled against trained', note: 'mean difference of log-probabilities', pick: row => row.mismatchMean },
  { title: 'Spread of advantages', note: 'standard deviation over steps', pick: row => row.advantages?.std },
  { title: 'What a tag tells', note: 'bits about the situation', pick: row => row.facts?.tagInformation },
  { title: 'Tokens a reply', pick: row => row.facts?.tokensPerStep },
  { title: 'Learning rate', pick: row => row.learningRate },
  { title: 'Seconds an iteration', pick: row => row.seconds?.total },
];
