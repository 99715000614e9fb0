import type { Learner } from '../../policy/index.ts';
import type { Random } from '../../world/index.ts';
import type { Objective } from '../losses/index.ts';
import { type AdamW, clipGradient } from '../optimiser.ts';
import { hasGradient, objectiveGradient, type TokenFigures, type WeighedEpisode } from './objective-gradient.ts';

export interface UpdateOptions {
  readonly learner: Learner;
  /** The policy that a KL term holds to. */
  readonly reference?: Learner | undefined;
  readonly optimiser: AdamW;
  readonly objective: Objective;
  readonly miniBatches: number;
  readonly epochs: number;
  readonly learningRate: number;
  /** Highest norm of a gradient. */
  readonly clip: number;
  /** An update whose gradient is longer than this many times `norm` is skipped. */
  readonly skipAbove: number;
  /** Running mean of the norms so far; null before there is one. */
  readonly norm: number | null;
  /** Parts the episodes into mini-batches. */
  readonly random: Random;
}

/** What the updates of an iteration were like. */
export interface UpdateFigures extends Omit<TokenFigures, 'tokens' | 'differenceMean' | 'differenceMax'> {
  /** Updates made, and those skipped because their gradient was out of all proportion. */
  readonly updates: number;
  readonly skipped: number;
  /** Mean over mini-batches. */
  readonly loss: number;
  /** The largest before clipping. */
  readonly gradientNorm: number;
  /** Tokens that carried a loss, over all epochs. */
  readonly tokens: number;
  /** |log-probability when sampled − when trained on| before the first update, when both are of one policy. */
  readonly mismatchMean: number;
  readonly mismatchMax: number;
  /** Running mean of the norms, to be given to the next iteration. */
  readonly norm: number | null;
}

/** Weight of the past in the running mean of norms. */
const memory = 0.9;

/**
 * The updates of one iteration: `epochs` passes over the episodes, each in `miniBatches` parts. Null when nothing can be
 * learnt: no episode has an advantage, and no term but the advantages is in the objective.
 */
export async function updatePolicy(episodes: readonly WeighedEpisode[], options: UpdateOptions): Promise<UpdateFigures | null> {
  const { learner, reference, optimiser, objective, miniBatches, epochs, learningRate, clip, skipAbove, random } = options;
  let norm = options.norm, updates = 0, skipped = 0, largest = 0, loss = 0;
  const seen: TokenFigures[] = [];
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (const batch of parted(random.shuffle(episodes), miniBatches)) {
      if (!batch.some(episode => hasGradient(episode, objective))) continue;
      const found = await objectiveGradient(learner, batch, objective, reference);
      const length = clipGradient(found.gradient, clip);
      seen.push(found.figures);
      loss += found.loss;
      largest = Math.max(largest, length);
      if (norm !== null && length > skipAbove * norm) {
        skipped++;
        continue;
      }
      norm = norm === null ? length : memory * norm + (1 - memory) * length;
      optimiser.step(found.gradient, learningRate);
      updates++;
    }
  }
  if (seen.length === 0) return null;
  const tokens = seen.reduce((sum, figures) => sum + figures.tokens, 0);
  const mean = (of: (figures: TokenFigures) => number): number => seen.reduce((sum, figures) => sum + of(figures) * figures.tokens, 0) / tokens;
  const optional = (of: (figures: TokenFigures) => number | null): number | null => (seen.some(figures => of(figures) === null) ? null : mean(figures => of(figures)!));
  return {
    updates, skipped, tokens, norm,
    loss: loss / seen.length,
    gradientNorm: largest,
    entropy: mean(({ entropy }) => entropy),
    commandEntropy: optional(({ commandEntropy }) => commandEntropy),
    klToReference: optional(({ klToReference }) => klToReference),
    klToOld: mean(({ klToOld }) => klToOld),
    clippedShare: mean(({ clippedShare }) => clippedShare),
    mismatchMean: seen[0]!.differenceMean,
    mismatchMax: seen[0]!.differenceMax,
  };
}

/** Parts of about equal size, none empty. */
function parted<T>(items: readonly T[], parts: number): T[][] {
  const count = Math.min(parts, items.length);
  return Array.from({ length: count }, (_, i) => items.slice(Math.floor((i * items.length) / count), Math.floor(((i + 1) * items.length) / count)));
}
