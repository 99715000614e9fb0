import type { Learner } from '../policy/index.ts';
import type { GradientSteps } from './gradient-steps.ts';
import type { Objective } from './losses/index.ts';
import { hasGradient, type MiniBatch } from './mini-batch.ts';
import { addObjective, type ObjectiveLoss } from './objective-gradient.ts';
import { TokenSums } from './token-figures.ts';

/** What a mini-batch gave, with the cosine between the gradients of its halves. */
export interface HalvedLoss extends ObjectiveLoss {
  /** Null where there are no two halves with a gradient each. */
  readonly cosine: number | null;
}

/**
 * Adds the gradient of a mini-batch, computed in two halves of whole groups, which is the same but for rounding: tokens
 * keep the weights that they have in the whole. The cosine between the halves says how much of the gradient is signal:
 * with independent halves its expectation is about s / (1 + s), where s is |mean|² over the variance of a half. Members
 * of one group stay together, because advantages that are compared within a group pull its members apart.
 *
 * @param steps to which nothing has been added yet
 */
export async function addHalves(
  steps: GradientSteps,
  batch: MiniBatch,
  objective: Objective,
  reference: Learner | undefined,
): Promise<HalvedLoss> {
  const halves = halvesOf(batch);
  if (halves.some(half => !half.some(episode => hasGradient(episode, objective))))
    return { ...(await addObjective(steps, batch, objective, reference)), cosine: null };
  const first = await addObjective(steps, halves[0], objective, reference);
  const { value: second, cosine } = await steps.compared(() => addObjective(steps, halves[1], objective, reference));
  const sums = new TokenSums();
  sums.addAll(first.sums);
  sums.addAll(second.sums);
  return { loss: first.loss + second.loss, figures: sums.figures(), sums, cosine };
}

/** Groups go to the halves in turn, in the order in which they first occur. */
export function halvesOf(batch: MiniBatch): [MiniBatch, MiniBatch] {
  const half = new Map<string, 0 | 1>();
  for (const { group = '' } of batch) if (!half.has(group)) half.set(group, half.size % 2 === 0 ? 0 : 1);
  const of = (which: 0 | 1) => batch.filter(({ group = '' }) => half.get(group) === which);
  return [of(0), of(1)];
}
