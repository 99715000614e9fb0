import type { Learner, Loss, Row } from '../policy/index.ts';
import type { LossResult } from '../policy/token-figures.ts';
import { cosineOf } from './cosine.ts';
import { type AdamW, gradientNorm, type OptimiserState, refuseNotFinite, scaleTo } from './optimiser.ts';
import { atTemperatureOne, lastGain } from './temperature.ts';

/** How a gradient is added to others. */
export interface AddedGradient {
  /** What it is multiplied by. Default 1. */
  readonly weight?: number;
  /** That of the sampling, where rows are learnt as the model is at temperature 1. Default 1. */
  readonly temperature?: number;
}

/**
 * The steps of a training, wherever they are computed: gradients are added up, and the parameters are moved against
 * their sum.
 */
export interface GradientSteps {
  /** Scores rows with the parameters as they are. */
  readonly learner: Learner;
  /** Forgets the gradients that were added, to begin another step. */
  clear(): Promise<void>;
  /** Computes a loss over rows, and adds its gradient. @throws NotFiniteError where the loss is not finite */
  add(rows: readonly Row[], loss: Loss, added?: AddedGradient): Promise<LossResult>;
  /**
   * The cosine between what had been added and what `compute` adds, which must be something; null where one of them is
   * 0. Then the sum is that of both.
   */
  compared<Result>(compute: () => Promise<Result>): Promise<{ readonly value: Result; readonly cosine: number | null }>;
  /** The Euclidean norm of the sum. @throws NotFiniteError */
  norm(): Promise<number>;
  /** Takes a step of AdamW against the sum, scaled down to a norm of at most `maxNorm`. */
  step(learningRate: number, maxNorm: number): Promise<void>;
  /** Brings the model up to date for others than the learner, and gives the optimiser's state that belongs to it. */
  bring(): Promise<OptimiserState>;
  close(): Promise<void>;
}

/**
 * The steps of a learner's model: in the engine's memory where the learner is to train there, else in this process.
 * @param here in this process in any case
 */
export async function openGradientSteps(learner: Learner, optimiser: AdamW, here = false): Promise<GradientSteps> {
  return learner.resident && !here ? residentSteps(learner, optimiser) : new StepsHere(learner, optimiser);
}

/** Gradients are added up in this process, and moved against on the threads of the learner. */
export class StepsHere implements GradientSteps {
  readonly learner: Learner;
  readonly #optimiser: AdamW;
  /** In the learner's own place for gradients, which its next call overwrites. */
  #sum: Float32Array | undefined;
  #norm: number | undefined;

  constructor(learner: Learner, optimiser: AdamW) {
    this.learner = learner;
    this.#optimiser = optimiser;
  }

  /** What has been added up; overwritten by what is added next. */
  get gradient(): Float32Array {
    return this.#sum!;
  }

  async clear(): Promise<void> {
    this.#sum = undefined;
  }

  async add(
    rows: readonly Row[],
    loss: Loss,
    { weight = 1, temperature = 1 }: AddedGradient = {},
  ): Promise<LossResult> {
    const before = this.#sum?.slice();
    const { model } = this.learner;
    const { gradient, ...result } = await atTemperatureOne(model, temperature, () => this.learner.gradient(rows, loss));
    if (temperature !== 1)
      lastGain(model, gradient).forEach((derivative, i, gain) => {
        gain[i] = derivative * temperature;
      });
    if (before || weight !== 1)
      for (let i = 0; i < gradient.length; i++) gradient[i] = (before?.[i] ?? 0) + weight * gradient[i]!;
    this.#sum = gradient;
    this.#norm = undefined;
    return result;
  }

  async compared<Result>(compute: () => Promise<Result>): Promise<{ value: Result; cosine: number | null }> {
    const before = this.#sum!.slice();
    await this.clear();
    const value = await compute();
    const sum = this.#sum!;
    const cosine = cosineOf(before, sum);
    for (let i = 0; i < sum.length; i++) sum[i]! += before[i]!;
    this.#norm = undefined;
    return { value, cosine };
  }

  async norm(): Promise<number> {
    return (this.#norm ??= gradientNorm(this.#sum!));
  }

  async step(learningRate: number, maxNorm: number): Promise<void> {
    scaleTo(this.#sum!, await this.norm(), maxNorm);
    await this.#optimiser.stepOn(this.learner, this.#sum!, learningRate);
  }

  async bring(): Promise<OptimiserState> {
    return this.#optimiser.state;
  }

  async close(): Promise<void> {}
}

/** The same where the engine has its numbers: only rows go there, and figures come back. */
async function residentSteps(learner: Learner, optimiser: AdamW): Promise<GradientSteps> {
  const resident = await learner.openResident(optimiser.state);
  /** Whether the model here is as it is there. */
  let current = true;
  return {
    learner,
    clear: () => resident.clear(),
    add(rows, loss, { weight = 1, temperature = 1 } = {}) {
      if (temperature !== 1) throw new Error('A temperature is folded into a model that is in this process.');
      return resident.add(rows, loss, weight);
    },
    async compared(compute) {
      await resident.setAside();
      const value = await compute();
      return { value, cosine: await resident.join() };
    },
    async norm() {
      const norm = await resident.norm();
      refuseNotFinite(norm);
      return norm;
    },
    async step(learningRate, maxNorm) {
      current = false;
      await resident.step(maxNorm, optimiser.scalars(learningRate));
    },
    async bring() {
      if (!current) await resident.download();
      current = true;
      return optimiser.state;
    },
    close: () => resident.close(),
  };
}
