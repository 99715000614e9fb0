import type { Indices, Ops, Tensor } from './ops.ts';

/** What a loss gives: the number to minimise, what each token had, and the gradient of the logits. */
export interface LossOutput {
  /** [1, 1]. */
  loss: Tensor;
  /** Log-probabilities of the target tokens, [m, 1]. */
  logProbabilities: Tensor;
  /** Further figures for each token, [m, 1], by name. */
  figures: Record<string, Tensor>;
  /** [m, vocabulary]. */
  gradient: Tensor;
}

/**
 * −Σ weight · log p(target). With weight = mask / count this is supervised training; with weight = advantage / count it
 * is the on-policy gradient. logits [m, vocabulary], targets [m], weights [m, 1].
 */
export function likelihood(ops: Ops, logits: Tensor, targets: Indices, weights: Tensor): LossOutput {
  const logs = ops.logSoftmax(logits);
  const logProbabilities = ops.pick(logs, targets);
  return {
    loss: ops.negate(ops.sum(ops.multiply(weights, logProbabilities), 0)),
    logProbabilities,
    figures: {},
    gradient: ops.addAt(ops.multiply(ops.exp(logs), weights), targets, ops.negate(weights)),
  };
}

/** Words that are right and wrong at each token: 1 or 0, [m, vocabulary]. A row's own target is right where it is learnt. */
export interface ChoiceInputs {
  /** Of −log Σ p(right), [m, 1]. */
  weights: Tensor;
  /** Of −log(1 − Σ p(wrong)), [m, 1]. */
  unlikelihood: Tensor;
  right: Tensor;
  wrong: Tensor;
}

/**
 * Σ weight · (−log Σ p(right)) + unlikelihood · (−log(1 − Σ p(wrong))): any right word will do, and which of them is left
 * to the model; and the unlikelihood of Welleck et al. 2020 (equation 4), of the wrong words together. With the target
 * alone right and nothing wrong it is `likelihood`.
 *
 * Both sums are those of a softmax over a part of the words, so no logarithm of a small number is taken:
 * log Σ p(part) = log p(x) − log p(x | part) for any x of the part.
 */
export function choiceLikelihood(
  ops: Ops,
  logits: Tensor,
  targets: Indices,
  { weights, unlikelihood, right, wrong }: ChoiceInputs,
): LossOutput {
  const far = ops.constant([1e9], [1, 1]);
  const one = ops.constant([1], [1, 1]);
  const logs = ops.logSoftmax(logits);
  const probabilities = ops.exp(logs);
  const within = ops.logSoftmax(ops.subtract(logs, ops.multiply(ops.subtract(one, right), far)));
  const outside = ops.logSoftmax(ops.subtract(logs, ops.multiply(wrong, far)));
  const [chosen, allowed] = [ops.exp(within), ops.exp(outside)];
  // The difference is the same for every word of the part; where a word is not of it, it counts 0 times.
  const massOf = (given: Tensor, logarithm: Tensor): Tensor =>
    ops.sum(ops.multiply(given, ops.subtract(logs, logarithm)), 1);
  const loss = ops.add(
    ops.multiply(weights, massOf(chosen, within)),
    ops.multiply(unlikelihood, massOf(allowed, outside)),
  );
  return {
    loss: ops.negate(ops.sum(loss, 0)),
    logProbabilities: ops.pick(logs, targets),
    figures: {},
    gradient: ops.add(
      ops.multiply(weights, ops.subtract(probabilities, chosen)),
      ops.multiply(unlikelihood, ops.subtract(probabilities, allowed)),
    ),
  };
}

/** A loss that was computed elsewhere: only its gradient with respect to the logits is known, [m, vocabulary]. */
export function givenGradient(ops: Ops, logits: Tensor, targets: Indices, gradient: Tensor): LossOutput {
  return {
    loss: ops.constant([0], [1, 1]),
    logProbabilities: ops.pick(ops.logSoftmax(logits), targets),
    figures: {},
    gradient,
  };
}

/** The tensors of a policy gradient. Those of one number, [1, 1], are inputs so that changing them rebuilds nothing. */
export interface PolicyInputs {
  /** Share of each token in the average, [m, 1]: for a token mean 1 / count over the whole mini-batch. */
  weights: Tensor;
  /** [m, 1]. */
  advantages: Tensor;
  /** Log-probabilities at sampling time, [m, 1]. */
  oldLogProbabilities: Tensor;
  /** The ratio is held within [1 − clipLow, 1 + clipHigh]. */
  clipLow: Tensor;
  clipHigh: Tensor;
  /** For a negative advantage the loss never exceeds dualClip · |advantage| (Ye et al. 2020); above 1. */
  dualClip: Tensor;
  entropyCoefficient: Tensor;
  klCoefficient: Tensor;
  /** Log-probabilities of the whole vocabulary under the reference, [m, vocabulary]; without it there is no KL term. */
  reference?: Tensor;
}

/**
 * Σ weight · (clipped surrogate + klCoefficient · KL(policy ‖ reference) − entropyCoefficient · entropy), Schulman et
 * al. 2017 equation 7 with the dual clip; KL and entropy are exact over the vocabulary. Figures: ratio, entropy, kl,
 * clipped (1 where the clip stopped the gradient).
 */
export function policyGradient(ops: Ops, logits: Tensor, targets: Indices, inputs: PolicyInputs): LossOutput {
  const { weights, advantages } = inputs;
  const one = ops.constant([1], [1, 1]);
  const bound = ops.constant([20], [1, 1]);
  const zero = ops.constant([0], [1, 1]);
  const logs = ops.logSoftmax(logits);
  const probabilities = ops.exp(logs);
  const logProbabilities = ops.pick(logs, targets);

  const shift = ops.subtract(logProbabilities, inputs.oldLogProbabilities);
  const ratio = ops.exp(ops.minimum(ops.maximum(shift, ops.negate(bound)), bound));
  const held = ops.minimum(ops.maximum(ratio, ops.subtract(one, inputs.clipLow)), ops.add(one, inputs.clipHigh));
  const free = ops.negate(ops.multiply(advantages, ratio));
  const clipped = ops.negate(ops.multiply(advantages, held));
  const pessimistic = ops.maximum(free, clipped);
  const negative = ops.greater(zero, advantages);
  const ceiling = ops.negate(ops.multiply(inputs.dualClip, advantages));
  // Where the ceiling rules it is a constant, so is the clipped branch where it is the larger: no gradient in either.
  const overCeiling = ops.multiply(negative, ops.greater(pessimistic, ceiling));
  const stopped = ops.maximum(ops.greater(clipped, free), overCeiling);
  const surrogate = ops.add(
    ops.multiply(pessimistic, ops.subtract(one, overCeiling)),
    ops.multiply(ceiling, overCeiling),
  );
  const derivative = ops.multiply(free, ops.subtract(one, stopped));

  // d(Σ p · f(log p)) through a softmax: p · (f − Σ p · f) for f = log p − log reference and f = log p.
  const expectation = (x: Tensor): Tensor => ops.sum(ops.multiply(probabilities, x), 1);
  const entropy = ops.negate(expectation(logs));
  const entropyPart = ops.multiply(inputs.entropyCoefficient, ops.add(logs, entropy));
  let perToken = ops.subtract(surrogate, ops.multiply(inputs.entropyCoefficient, entropy));
  let centred = ops.subtract(entropyPart, derivative);
  let kl: Tensor | undefined;
  if (inputs.reference) {
    const distance = ops.subtract(logs, inputs.reference);
    kl = expectation(distance);
    perToken = ops.add(perToken, ops.multiply(inputs.klCoefficient, kl));
    centred = ops.add(centred, ops.multiply(inputs.klCoefficient, ops.subtract(distance, kl)));
  }
  return {
    loss: ops.sum(ops.multiply(weights, perToken), 0),
    logProbabilities,
    figures: { ratio, entropy, clipped: stopped, ...(kl && { kl }) },
    // derivative · (target − p) for the surrogate; the rest is already multiplied by p.
    gradient: ops.addAt(
      ops.multiply(ops.multiply(probabilities, centred), weights),
      targets,
      ops.multiply(derivative, weights),
    ),
  };
}

/** The tensors of a loss whose derivative with respect to each token's log-probability is known already. */
export interface DerivedInputs extends Pick<
  PolicyInputs,
  'weights' | 'entropyCoefficient' | 'klCoefficient' | 'reference'
> {
  /** d loss / d log p(target) of each token, [m, 1]. */
  derivatives: Tensor;
}

/**
 * Σ weight · (f(log p(target)) + klCoefficient · KL − entropyCoefficient · entropy) of which f's derivatives were
 * computed elsewhere: for surrogates that look at more than a token (sequence ratios) and estimates of KL. The loss is
 * that of KL and entropy alone.
 */
export function derivedGradient(ops: Ops, logits: Tensor, targets: Indices, inputs: DerivedInputs): LossOutput {
  const none = ops.multiply(inputs.weights, ops.constant([0], [1, 1]));
  const one = ops.constant([1], [1, 1]);
  // With advantages of 0 nothing is left of the surrogate but its place for the derivative.
  const rest = policyGradient(ops, logits, targets, {
    ...inputs,
    advantages: none,
    oldLogProbabilities: none,
    clipLow: one,
    clipHigh: one,
    dualClip: one,
  });
  const slope = ops.multiply(inputs.derivatives, inputs.weights);
  const probabilities = ops.exp(ops.logSoftmax(logits));
  return {
    ...rest,
    gradient: ops.addAt(ops.subtract(rest.gradient, ops.multiply(probabilities, slope)), targets, slope),
  };
}
