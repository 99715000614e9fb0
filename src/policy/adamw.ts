/** A step of AdamW: what it is told and the arrays it works on, all in the model's order. */
export interface AdamWStep {
  readonly gradient: Float32Array;
  /** Running means of the gradient and of its square. */
  readonly first: Float32Array;
  readonly second: Float32Array;
  /** Steps with this one, from 1: what the bias correction needs. */
  readonly steps: number;
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
}

/** Parameters that lie beside each other; matrices decay, gains, biases and embeddings do not. */
export interface Stretch {
  readonly offset: number;
  readonly size: number;
  readonly decays: boolean;
}

/**
 * AdamW (Loshchilov & Hutter 2019, algorithm 2) on the parameters from `from` up to `to`: Adam with bias correction and
 * decoupled weight decay, in float64, kept in float32. Every parameter is moved by its own numbers alone, so parts
 * computed on several threads give the same bits as the whole.
 */
export function adamW(
  parameters: Float32Array,
  layout: readonly Stretch[],
  { gradient, first, second, steps, learningRate, beta1, beta2, epsilon, weightDecay }: AdamWStep,
  from = 0,
  to = parameters.length,
): void {
  const firstCorrection = 1 / (1 - beta1 ** steps);
  const secondCorrection = 1 / (1 - beta2 ** steps);
  for (const { offset, size, decays } of layout) {
    const keep = decays ? 1 - learningRate * weightDecay : 1;
    const end = Math.min(to, offset + size);
    for (let i = Math.max(from, offset); i < end; i++) {
      const derivative = gradient[i]!;
      const mean = beta1 * first[i]! + (1 - beta1) * derivative;
      const square = beta2 * second[i]! + (1 - beta2) * derivative * derivative;
      first[i] = mean;
      second[i] = square;
      parameters[i] =
        keep * parameters[i]! -
        (learningRate * mean * firstCorrection) / (Math.sqrt(square * secondCorrection) + epsilon);
    }
  }
}
