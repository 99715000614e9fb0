import type { GradientResult, Learner, Row } from '../policy/index.ts';
import {
  AdamW,
  type AdamWOptions,
  clipGradient,
  type OptimiserState,
  refuseNotFinite,
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

/** What of a training decides its steps: see `TrainOptions`. */
interface StepOptions {
  readonly learner: Learner;
  readonly optimiser?: AdamWOptions;
  readonly steps: number;
  readonly rows?: (step: number) => readonly Row[] | Promise<readonly Row[]>;
  readonly gradient?: (step: number) => Promise<Pick<GradientResult, 'loss' | 'gradient' | 'tokens'>>;
}

/** In the engine's memory where the learner is to train there; a gradient that is given is applied here. */
export async function openSteps(options: StepOptions, state: OptimiserState | undefined): Promise<Steps> {
  const { learner } = options;
  const optimiser = new AdamW(learner.model, options.optimiser, state);
  if (learner.resident && !options.gradient) return residentSteps(options, optimiser);
  const rows = options.rows && inAdvance(options.rows, options.steps);
  return {
    async step(number, learningRate, maxGradNorm) {
      const { loss, gradient, tokens } = await gradientOf(options, rows, number);
      const gradientNorm = clipGradient(gradient, maxGradNorm);
      // A gradient that is given may not be the learner's own, which alone its threads see.
      if (options.gradient) optimiser.step(gradient, learningRate);
      else await optimiser.stepOn(learner, gradient, learningRate);
      return { loss, tokens, gradientNorm };
    },
    state: async () => optimiser.state,
    close: async () => {},
  };
}

async function residentSteps({ learner, rows, steps }: StepOptions, optimiser: AdamW): Promise<Steps> {
  const given = inAdvance(rows!, steps);
  const resident = await learner.openResident(optimiser.state);
  return {
    async step(number, learningRate, maxGradNorm) {
      const computing = resident.gradient(...lossOf(await given.of(number)));
      given.prepare(number + 1);
      const { loss, tokens } = await computing;
      const gradientNorm = await resident.step(maxGradNorm, optimiser.scalars(learningRate));
      refuseNotFinite(gradientNorm);
      return { loss, tokens, gradientNorm };
    },
    async state() {
      await resident.download();
      return optimiser.state;
    },
    close: () => resident.close(),
  };
}

async function gradientOf(
  { learner, gradient }: StepOptions,
  rows: RowsInAdvance | undefined,
  step: number,
): Promise<Pick<GradientResult, 'loss' | 'gradient' | 'tokens'>> {
  if (gradient) return gradient(step);
  const result = learner.gradient(...lossOf(await rows!.of(step)));
  rows!.prepare(step + 1);
  return result;
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
