import type { GradientSteps } from './gradient-steps.ts';
import type { Objective } from './losses/index.ts';
import { miniBatchOf, hasSignal, type WeighedEpisode } from './mini-batch.ts';
import { addObjective } from './objective-gradient.ts';

/** Episodes of earlier iterations that are learnt from once more, each worth one number at all its steps. */
export interface Replayed {
  /** Of their objective beside that of the iteration's own episodes. */
  readonly weight: number;
  /** Those of each update. */
  readonly parts: readonly (readonly WeighedEpisode[])[];
}

/**
 * Adds `weight` times the gradient of the objective over earlier episodes. Their tokens are weighed among themselves,
 * and their log-probabilities are those of the policy that drew them, so that the ratio says how far it has gone since,
 * and the clip holds. Without the objective's KL and entropy, which are of the iteration's own episodes.
 *
 * @returns their loss; undefined where none of them is worth anything
 */
export async function addReplay(
  steps: GradientSteps,
  episodes: readonly WeighedEpisode[],
  { weight, objective }: { readonly weight: number; readonly objective: Objective },
): Promise<{ loss: number } | undefined> {
  if (weight === 0 || !episodes.some(hasSignal)) return undefined;
  const own = { ...objective, klCoefficient: 0, entropyCoefficient: 0 };
  const weighed = {
    learner: steps.learner,
    add: (...[rows, loss]: Parameters<GradientSteps['add']>) => steps.add(rows, loss, { weight }),
  };
  const { loss } = await addObjective(weighed, miniBatchOf(episodes, own), own);
  return { loss };
}
