import { ClewError } from '../errors.ts';
import type { Row } from '../policy/index.ts';
import { createRandom, hash, type Random } from '../world/random.ts';
import { documentRows, type TokenDocument } from './pretrain.ts';
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
  /** A variant of a demonstration for one epoch (say with things renamed), of the same length. */
  augment?: { name: string; apply: (row: Row, random: Random) => Row };
  /** Documents of the pre-training that are mixed in, so that it is not forgotten: this share of each step's tokens. */
  replay?: { stream: string; share: number; document: (number: number) => TokenDocument };
}

/** Supervised fine-tuning on demonstrations. Default learning rate 1e-3, for models below a million parameters. */
export function sft({ demonstrations, epochs, tokensPerStep = 4096, seed = 0, augment, replay, ...options }: SftOptions): Promise<TrainResult> {
  if (demonstrations.length === 0) throw new ClewError('Supervised fine-tuning needs at least one demonstration.');
  if (!(epochs >= 1)) throw new ClewError(`Supervised fine-tuning needs at least one epoch, not ${epochs}.`);
  const plan = planSteps(demonstrations, epochs, tokensPerStep, seed);
  const { context } = options.learner.model.config;
  return train({
    learningRate: 1e-3,
    ...options,
    steps: plan.length,
    settings: {
      kind: 'sft', epochs, tokensPerStep, seed, augment: augment?.name, replay: replay && [replay.stream, replay.share],
      demonstrations: hash(JSON.stringify(demonstrations.map(row => [Array.from(row.tokens), Array.from(row.weights)]))),
    },
    rows: step => {
      const rows = plan[step]!.map(({ epoch, demonstration }) => {
        const row = demonstrations[demonstration]!;
        return augment ? augment.apply(row, createRandom('sft augment', seed, epoch, demonstration)) : row;
      });
      return replay ? [...rows, ...replayRows(replay, rows, step, seed, context)] : rows;
    },
  });
}

/** Which demonstration is trained on in which step: every epoch is a new order, cut into steps of about equal tokens. */
function planSteps(demonstrations: readonly Row[], epochs: number, tokensPerStep: number, seed: number | string): { epoch: number; demonstration: number }[][] {
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

/** Rows of replayed documents, drawn until their share of all tokens is reached. */
function replayRows({ share, document }: NonNullable<SftOptions['replay']>, rows: readonly Row[], step: number, seed: number | string, context: number): Row[] {
  const random = createRandom('sft replay', seed, step);
  const wanted = (share / (1 - share)) * rows.reduce((sum, row) => sum + row.tokens.length, 0);
  const replayed: Row[] = [];
  for (let tokens = 0; tokens < wanted;) {
    const added = documentRows(document(random.int(2 ** 31)), context);
    if (added.length === 0) throw new ClewError('A replayed document has fewer than two tokens.');
    replayed.push(...added);
    tokens += added.reduce((sum, row) => sum + row.tokens.length, 0);
  }
  return replayed;
}
