import { existsSync } from 'node:fs';
import { ClewError } from '../errors.ts';
import {
  type Learner,
  loadCheckpoint,
  type Origin,
  type Row,
  saveCheckpoint,
  type Tokenizer,
} from '../policy/index.ts';
import { bestFile, refuseOtherState } from '../runs/index.ts';
import { hash } from '../world/random.ts';
import { type AdamWOptions, cosineSchedule, type OptimiserState, totalWeight } from '../learn/index.ts';
import { nameOfRows } from './name-of-rows.ts';
import { openSteps, type OwnGradient } from './steps.ts';

/** What every training by likelihood (or by pairs) can be told, beside what it learns from. */
export interface LikelihoodOptions {
  learner: Learner;
  /** Kept in every checkpoint, which belongs to it. */
  tokenizer: Tokenizer;
  /** Kept likewise: what the policy reads and how it was trained. */
  origin?: Origin;
  /** Highest learning rate; it warms up in a straight line and falls along a cosine to a tenth. */
  learningRate?: number;
  /** Steps of the warm-up. Default 20. */
  warmUp?: number;
  optimiser?: AdamWOptions;
  /** Highest Euclidean norm of the gradient. Default 1. */
  maxGradNorm?: number;
  /** Where to keep the state, and after how many steps. When the file exists, the training goes on from it. */
  checkpoint?: { file: string; every: number };
  /** Stop when the loss on rows kept apart has not fallen for `patience` looks, and go back to the best model. */
  validation?: { rows: readonly Row[]; every: number; patience: number };
  /** Called after every step. */
  onStep?: (report: StepReport) => void;
  /** Ends the training after the step under way; its state is kept, and a later call goes on from it. */
  signal?: AbortSignal;
}

export interface TrainOptions extends LikelihoodOptions {
  learningRate: number;
  steps: number;
  /** The rows of a step, a pure function of its number: what makes a resumed run equal to one never interrupted. */
  rows?: (step: number) => readonly Row[] | Promise<readonly Row[]>;
  /** Another loss than the likelihood of rows: what a step is, as purely, given the model as it stands. */
  gradient?: OwnGradient;
  /** Whatever decides the rows, as JSON: a checkpoint of other settings is not gone on from. */
  settings: Readonly<Record<string, unknown>>;
}

export interface StepReport {
  /** Steps done, and in all. */
  step: number;
  steps: number;
  /** Weighted mean negative log-likelihood of the step's tokens, in nats. */
  loss: number;
  /** Before clipping. */
  gradientNorm: number;
  learningRate: number;
  /** Tokens in the rows so far, without padding, and per second since the training was (re)started. */
  tokens: number;
  tokensPerSecond: number;
  secondsLeft: number;
  /** The loss on the validation rows, when this step looked. */
  validationLoss?: number;
}

export interface TrainResult {
  step: number;
  steps: number;
  /** False when the signal ended it. */
  finished: boolean;
  /** Set when the validation rows decided which model is kept. */
  best?: { step: number; loss: number };
  /** The last step's loss. */
  loss: number;
  tokens: number;
}

/** What a checkpoint keeps of a training. */
interface Progress {
  settings: string;
  step: number;
  tokens: number;
  loss: number;
  best?: { step: number; loss: number };
  /** Names the rows of the last step; absent in states of before, and where a gradient is given. */
  rows?: string;
}

/**
 * Trains the learner's model on rows by weighted likelihood, or on the gradient that it is given: AdamW, warm-up and
 * cosine, gradient clipping, checkpoints. Throws when a checkpoint in the way is damaged or another training's, and
 * when loss or gradient stop being finite; the file on disk is then still the last good state.
 */
export async function train(options: TrainOptions): Promise<TrainResult> {
  const { learner, steps, checkpoint, validation, maxGradNorm = 1, warmUp = 20 } = options;
  const { model } = learner;
  const rate = cosineSchedule({ peak: options.learningRate, warmUp, steps });
  const settings = hash(
    JSON.stringify({
      steps,
      clip: maxGradNorm, // The name of before: the hash names states that are kept.
      warmUp,
      learningRate: options.learningRate,
      optimiser: options.optimiser,
      patience: validation && [validation.every, validation.patience],
      ...options.settings,
    }),
  );
  const resumed = checkpoint && (await resume(options, checkpoint.file, settings));
  const made = keepRows(options.rows);
  const stepping = await openSteps({ ...options, ...(made && { rows: made.rows }) }, resumed?.optimiser);
  const progress: Progress = resumed?.progress ?? { settings, step: 0, tokens: 0, loss: NaN };
  let best = resumed?.best;

  const save = async (): Promise<void> => {
    if (!checkpoint) return;
    const optimiser = await stepping.state();
    await saveCheckpoint(checkpoint.file, {
      model,
      tokenizer: options.tokenizer,
      optimiser,
      progress: { ...progress, ...made?.nameOf(progress.step - 1) },
      ...(options.origin && { origin: options.origin }),
    });
  };
  const keepBest = async (loss: number): Promise<void> => {
    progress.best = { step: progress.step, loss };
    await stepping.state();
    best = model.parameters.slice();
    if (checkpoint)
      await saveCheckpoint(bestFile(checkpoint.file), {
        model,
        tokenizer: options.tokenizer,
        progress: { ...progress },
      });
  };
  const stopsEarly = (): boolean =>
    validation !== undefined &&
    progress.best !== undefined &&
    progress.step - progress.best.step >= validation.patience * validation.every;

  const started = { time: performance.now(), step: progress.step, tokens: progress.tokens };
  while (progress.step < steps && !stopsEarly() && !options.signal?.aborted) {
    const learningRate = rate(progress.step);
    const { loss, gradientNorm, tokens } = await stepping.step(progress.step, learningRate, maxGradNorm);
    progress.step++;
    progress.tokens += tokens;
    progress.loss = loss;

    let validationLoss: number | undefined;
    if (validation && (progress.step % validation.every === 0 || progress.step === steps)) {
      validationLoss = await meanLoss(learner, validation.rows);
      if (validationLoss < (progress.best?.loss ?? Infinity)) await keepBest(validationLoss);
    }
    if (checkpoint && progress.step % checkpoint.every === 0) await save();
    const seconds = (performance.now() - started.time) / 1000;
    options.onStep?.({
      step: progress.step,
      steps,
      loss,
      gradientNorm,
      learningRate,
      tokens: progress.tokens,
      tokensPerSecond: (progress.tokens - started.tokens) / seconds,
      secondsLeft: (seconds / (progress.step - started.step)) * (steps - progress.step),
      ...(validationLoss !== undefined && { validationLoss }),
    });
  }

  const finished = progress.step === steps || stopsEarly();
  await stepping.state();
  await save();
  await stepping.close();
  if (finished && best) {
    model.parameters.set(best);
    model.version++;
  }
  return {
    step: progress.step,
    steps,
    finished,
    loss: progress.loss,
    tokens: progress.tokens,
    ...(progress.best && { best: progress.best }),
  };
}

/** Weighted mean negative log-likelihood of rows, in nats. */
export async function meanLoss(learner: Learner, rows: readonly Row[]): Promise<number> {
  const scores = await learner.score(rows);
  let sum = 0;
  rows.forEach((row, r) => {
    for (let i = 0; i < row.tokens.length; i++) sum -= row.weights[i]! * scores[r]![i]!;
  });
  return sum / totalWeight(rows);
}

/** The rows of steps, and the names of the last ones that were made. */
function keepRows(rows: TrainOptions['rows']) {
  if (!rows) return undefined;
  const made = new Map<number, readonly Row[]>();
  return {
    async rows(step: number): Promise<readonly Row[]> {
      const those = await rows(step);
      made.set(step, those);
      // Those of the next step are made while this one is computed.
      made.delete(step - 2);
      return those;
    },
    nameOf(step: number): Pick<Progress, 'rows'> {
      const those = made.get(step);
      return those ? { rows: nameOfRows(those) } : {};
    },
  };
}

/**
 * The settings name what a user decides, not the code that makes rows of it: a world's questions, what may trade names,
 * how a reply is written. So the rows of the last step are made once more and compared.
 */
async function refuseOtherRows(
  file: string,
  { step, rows: known }: Progress,
  rows: TrainOptions['rows'],
): Promise<void> {
  if (known === undefined || !rows || nameOfRows(await rows(step - 1)) === known) return;
  throw new ClewError(
    `${file} is the state of a training that learnt other text than is made now: the world, what comes with it, or ` +
      `this version of Clew writes the texts of step ${step} differently. Remove that file to begin anew, or go on ` +
      `with what it was begun with.`,
  );
}

/** Reads the state that an earlier call left, into the learner's own model. */
async function resume(
  { learner, tokenizer, rows }: TrainOptions,
  file: string,
  settings: string,
): Promise<{ optimiser: OptimiserState; progress: Progress; best?: Float32Array } | undefined> {
  if (!existsSync(file)) return undefined;
  const { model } = learner;
  const { model: kept, optimiser, progress } = await loadCheckpoint(file, { tokenizer, config: model.config });
  const known = progress as Progress | undefined;
  refuseOtherState(file, optimiser && known?.settings, [settings]);
  await refuseOtherRows(file, known!, rows);
  model.parameters.set(kept.parameters);
  model.version++;
  const best =
    known!.best && (await loadCheckpoint(bestFile(file), { tokenizer, config: model.config })).model.parameters.slice();
  return { optimiser: optimiser!, progress: { ...known! }, ...(best && { best }) };
}
