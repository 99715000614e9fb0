import type { Learner } from '../policy/index.ts';
import type { Objective } from './losses/index.ts';
import { miniBatchOf, hasSignal, type WeighedEpisode } from './mini-batch.ts';
import { objectiveGradient } from './objective-gradient.ts';

/** Episodes of earlier iterations that are learnt from once more, each worth one number at all its steps. */
export interface Replayed {
  /** Of their objective beside that of the iteration's own episodes. */
  readonly weight: number;
  /** Those of each update. */
  readonly parts: readonly (readonly WeighedEpisode[])[];
}

/**
 * Adds `weight` times the gradient of the objective over earlier episodes to a gradient, if there is one. Their tokens
 * are weighed among themselves, and their log-probabilities are those of the policy that drew them, so that the ratio
 * says how far it has gone since, and the clip holds. Without the objective's KL and entropy, which are of the
 * iteration's own episodes.
 *
 * @returns their loss and the sum, which the learner's next call overwrites; undefined where none of them is worth
 *   anything
 */
export async function addReplay(
  learner: Learner,
  gradient: Float32Array | undefined,
  episodes: readonly WeighedEpisode[],
  { weight, objective }: { readonly weight: number; readonly objective: Objective },
): Promise<{ loss: number; sum: Float32Array } | undefined> {
  if (weight === 0 || !episodes.some(hasSignal)) return undefined;
  // The learner overwrites what it gave before.
  const before = gradient?.slice();
  const own = { ...objective, klCoefficient: 0, entropyCoefficient: 0 };
  const { loss, gradient: sum } = await objectiveGradient(learner, miniBatchOf(episodes, own), own);
  for (let i = 0; i < sum.length; i++) sum[i] = (before?.[i] ?? 0) + weight * sum[i]!;
  return { loss, sum };
}
