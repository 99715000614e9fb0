import { ClewError } from '../errors.ts';
import type { Row } from '../policy/index.ts';
import { createRandom, type Random } from '../world/random.ts';
import { nameOfRows } from './name-of-rows.ts';
import { type LikelihoodOptions, train, type TrainResult } from './train.ts';

export interface SftOptions extends LikelihoodOptions {
  /**
   * One row a demonstration: weight 1 on what the policy is to write, 0 on what it must not learn (mistakes), and a
   * small weight, such as 0.1, on observations if it shall also keep its picture of the world.
   */
  demonstrations: readonly Row[];
  epochs: number;
  /** Tokens of demonstrations in a step, about. Default 4096. */
  tokensPerStep?: number;
  /** Decides the order of the demonstrations. Default 0. */
  seed?: number | string;
  /**
   * A variant of a demonstration, told by its number, for one epoch: say with things renamed. It fits into the context
   * too.
   */
  augment?: { name: string; apply: (row: Row, random: Random, demonstration: number) => Row };
}

/** Supervised fine-tuning on demonstrations. Default learning rate 1e-3, for models below a million parameters. */
export function sft({
  demonstrations,
  epochs,
  tokensPerStep = 4096,
  seed = 0,
  augment,
  ...options
}: SftOptions): Promise<TrainResult> {
  if (demonstrations.length === 0) throw new ClewError('Supervised fine-tuning needs at least one demonstration.');
  if (!(epochs >= 1)) throw new ClewError(`Supervised fine-tuning needs at least one epoch, not ${epochs}.`);
  const plan = planSteps(demonstrations, epochs, tokensPerStep, seed);
  return train({
    learningRate: 1e-3,
    ...options,
    steps: plan.length,
    settings: {
      kind: 'sft',
      epochs,
      tokensPerStep,
      seed,
      augment: augment?.name,
      demonstrations: nameOfRows(demonstrations),
    },
    rows: step =>
      plan[step]!.map(({ epoch, demonstration }) => {
        const row = demonstrations[demonstration]!;
        return augment
          ? augment.apply(row, createRandom('sft augment', seed, epoch, demonstration), demonstration)
          : row;
      }),
  });
}

/**
 * Which demonstration is trained on in which step: every epoch is a new order, cut into steps of about equal tokens.
 */
function planSteps(
  demonstrations: readonly Row[],
  epochs: number,
  tokensPerStep: number,
  seed: number | string,
): { epoch: number; demonstration: number }[][] {
  const plan: { epoch: number; demonstration: number }[][] = [];
  for (let epoch = 0; epoch < epochs; epoch++) {
    let tokens = Infinity;
    for (const demonstration of createRandom('sft order', seed, epoch).shuffle(demonstrations.map((_, i) => i))) {
      const { length } = demonstrations[demonstration]!.tokens;
      if (tokens + length > tokensPerStep) {
        plan.push([]);
        tokens = 0;
      }
      plan.at(-1)!.push({ epoch, demonstration });
      tokens += length;
    }
  }
  return plan;
}
