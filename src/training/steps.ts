import type { Learner, Row } from '../policy/index.ts';
import {
  AdamW,
  type AdamWOptions,
  type GradientSteps,
  openGradientSteps,
  type OptimiserState,
  totalWeight,
} from '../learn/index.ts';

export interface StepResult {
  readonly loss: number;
  readonly tokens: number;
  /** Before clipping. */
  readonly gradientNorm: number;
}

/** The steps of a training: gradient, clipping and AdamW, wherever they are computed. */
export interface Steps {
  step(number: number, learningRate: number, maxGradNorm: number): Promise<StepResult>;
  /** Brings the model up to date, and gives the optimiser's state that belongs to it. */
  state(): Promise<OptimiserState>;
  close(): Promise<void>;
}

/** A step whose loss is no likelihood of rows: it adds its own gradient. */
export type OwnGradient = (
  step: number,
  steps: Pick<GradientSteps, 'learner' | 'add'>,
) => Promise<{ readonly loss: number; readonly tokens: number }>;

/** What of a training decides its steps: see `TrainOptions`. */
interface StepOptions {
  readonly learner: Learner;
  readonly optimiser?: AdamWOptions;
  readonly steps: number;
  readonly rows?: (step: number) => readonly Row[] | Promise<readonly Row[]>;
  readonly gradient?: OwnGradient;
}

/** In the engine's memory where the learner is to train there, else here. */
export async function openSteps(options: StepOptions, state: OptimiserState | undefined): Promise<Steps> {
  const { learner } = options;
  const taken = await openGradientSteps(learner, new AdamW(learner.model, options.optimiser, state));
  const rows = options.rows && inAdvance(options.rows, options.steps);
  const likelihood = async (number: number) => {
    const computing = taken.add(...lossOf(await rows!.of(number)));
    rows!.prepare(number + 1);
    return computing;
  };
  return {
    async step(number, learningRate, maxGradNorm) {
      await taken.clear();
      const { loss, tokens } = await (options.gradient ? options.gradient(number, taken) : likelihood(number));
      const gradientNorm = await taken.norm();
      await taken.step(learningRate, maxGradNorm);
      return { loss, tokens, gradientNorm };
    },
    state: () => taken.bring(),
    close: () => taken.close(),
  };
}

function lossOf(rows: readonly Row[]) {
  const kind = rows.some(({ choices }) => choices) ? 'choices' : 'likelihood';
  return [rows, { kind, normaliser: totalWeight(rows) }] as const;
}

interface RowsInAdvance {
  of(step: number): Promise<readonly Row[]>;
  /** Has the rows of a step made once the threads are at work. */
  prepare(step: number): void;
}

/** The rows of a step, made while the threads compute the step before. */
function inAdvance(rows: NonNullable<StepOptions['rows']>, steps: number): RowsInAdvance {
  let made: { readonly step: number; readonly rows: Promise<readonly Row[]> } | undefined;
  let begun = -1;
  return {
    of(step) {
      begun = step;
      return made?.step === step ? made.rows : (async () => rows(step))();
    },
    prepare(step) {
      setImmediate(() => {
        // Somebody who could not wait has begun with it.
        if (step >= steps || begun >= step) return;
        made = { step, rows: (async () => rows(step))() };
        // Whoever asks for them hears of it.
        made.rows.catch(() => {});
      });
    },
  };
}
