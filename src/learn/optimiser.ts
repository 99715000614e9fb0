import { ClewError, NotFiniteError } from '../errors.ts';
import { adamW, type AdamWStep, type Stretch } from '../policy/adamw.ts';
import { type Learner, type Model, parameterLayout, type UpdateScalars } from '../policy/index.ts';

export interface AdamWOptions {
  /** Decay of the first moment. Default 0.9. */
  beta1?: number;
  /** Decay of the second moment. Default 0.95. */
  beta2?: number;
  /** Default 1e-8. */
  epsilon?: number;
  /**
   * Pulls matrices towards 0 by this share of the learning rate each step; never gains, biases or embeddings. Default
   * 0.01.
   */
  weightDecay?: number;
}

/** Everything an optimiser needs to go on where it stopped. */
export interface OptimiserState {
  /** Running means of the gradient and of its square, in the model's order. */
  first: Float32Array;
  second: Float32Array;
  steps: number;
}

/** AdamW (Loshchilov & Hutter 2019, algorithm 2): Adam with bias correction and decoupled weight decay. */
export class AdamW {
  readonly #model: Model;
  readonly #options: Required<AdamWOptions>;
  readonly #layout: readonly Stretch[];
  readonly state: OptimiserState;

  constructor(model: Model, options: AdamWOptions = {}, state?: OptimiserState) {
    this.#model = model;
    this.#options = { beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.01, ...options };
    const { length } = model.parameters;
    if (state && (state.first.length !== length || state.second.length !== length))
      throw new ClewError(`The optimiser's state is for ${state.first.length} parameters, the model has ${length}.`);
    this.state = {
      first: shared(length, state?.first),
      second: shared(length, state?.second),
      steps: state?.steps ?? 0,
    };
    this.#layout = parameterLayout(model.config);
  }

  /**
   * Begins the next step where another computes it: counts it, and gives the numbers that it takes for all parameters
   * alike.
   */
  scalars(learningRate: number): Omit<UpdateScalars, 'scale'> {
    const { beta1, beta2, epsilon, weightDecay } = this.#options;
    const steps = ++this.state.steps;
    return {
      beta1,
      rest1: 1 - beta1,
      beta2,
      rest2: 1 - beta2,
      rate: learningRate / (1 - beta1 ** steps),
      correction: 1 / (1 - beta2 ** steps),
      epsilon,
      keep: 1 - learningRate * weightDecay,
    };
  }

  /** Moves the parameters against the gradient and raises the model's version. */
  step(gradient: Float32Array, learningRate: number): void {
    adamW(this.#model.parameters, this.#layout, this.#next(gradient, learningRate));
    this.#model.version++;
  }

  /** The same, bit for bit, on the threads of the model's learner, whose own the gradient is. */
  async stepOn(learner: Learner, gradient: Float32Array, learningRate: number): Promise<void> {
    await learner.adamW(this.#next(gradient, learningRate));
    this.#model.version++;
  }

  #next(gradient: Float32Array, learningRate: number): AdamWStep {
    const { first, second } = this.state;
    return { gradient, first, second, steps: ++this.state.steps, learningRate, ...this.#options };
  }
}

/** Numbers on memory that threads share: those given, else 0. */
function shared(length: number, values?: Float32Array): Float32Array {
  const made = new Float32Array(new SharedArrayBuffer(4 * length));
  if (values) made.set(values);
  return made;
}

/**
 * Scales the gradient in place so that its Euclidean norm is at most `limit`. Returns the norm before.
 * @throws NotFiniteError when the gradient is not finite, so that a broken batch never reaches the parameters.
 */
export function clipGradient(gradient: Float32Array, limit: number): number {
  const norm = gradientNorm(gradient);
  scaleTo(gradient, norm, limit);
  return norm;
}

/** The Euclidean norm of a gradient. @throws NotFiniteError where it is not finite */
export function gradientNorm(gradient: Float32Array): number {
  let square = 0;
  for (let i = 0; i < gradient.length; i++) square += gradient[i]! * gradient[i]!;
  const norm = Math.sqrt(square);
  refuseNotFinite(norm);
  return norm;
}

/** Scales a gradient of a norm in place, where that is over the limit. */
export function scaleTo(gradient: Float32Array, norm: number, limit: number): void {
  if (norm <= limit) return;
  const scale = limit / norm;
  for (let i = 0; i < gradient.length; i++) gradient[i]! *= scale;
}

/** @throws NotFiniteError for the norm of a gradient that is not finite */
export function refuseNotFinite(norm: number): void {
  if (!Number.isFinite(norm))
    throw new NotFiniteError(
      'The gradient is not finite. Lower the learning rate, and start again from the last checkpoint.',
    );
}
