import type { Briefs } from '../briefs/index.ts';
import { NotFiniteError } from '../errors.ts';
import type { EpisodeLayout, Learner } from '../policy/index.ts';
import type { Reward } from '../rewards/index.ts';
import type { EpisodeId } from '../ids.ts';
import type { Trajectory } from '../trajectory/schema.ts';
import type { Random } from '../world/index.ts';
import {
  type AdvantageRecipe,
  type Advantages,
  advantagesOf,
  type BatchFacts,
  batchOf,
  type EpisodeSignals,
  type TagCounts,
} from './advantages/index.ts';
import { type GradientSteps, StepsHere } from './gradient-steps.ts';
import { addLikelihood, type Imitated } from './imitation.ts';
import type { Objective } from './losses/index.ts';
import { hasGradient, hasSignal, miniBatchesOf, type WeighedEpisode, weighedEpisodes } from './mini-batch.ts';
import { addHalves } from './half-batches.ts';
import { addObjective, measureTokens } from './objective-gradient.ts';
import type { AdamW } from './optimiser.ts';
import { decideUpdate } from './update-decision.ts';
import { addReplay, type Replayed } from './replay.ts';
import { type UpdateFigures, UpdateLog } from './update-figures.ts';

export interface UpdateOptions {
  readonly learner: Learner;
  /** The policy that a KL term holds to. */
  readonly reference?: Learner | undefined;
  readonly optimiser: AdamW;
  /** Where updates are computed, with this learner and optimiser; in this process if left out. */
  readonly steps?: GradientSteps | undefined;
  readonly objective: Objective;
  readonly miniBatches: number;
  readonly epochs: number;
  readonly learningRate: number;
  /** A longer gradient is scaled down to this Euclidean norm. */
  readonly maxGradNorm: number;
  /** An update whose gradient is longer than this many times `norm` is skipped: see `decideUpdate`. */
  readonly gradientSpikeThreshold: number;
  /** Running mean of the norms so far; null before there is one. */
  readonly norm: number | null;
  /** Learnt beside the objective. */
  readonly imitated?: Imitated | undefined;
  /** Earlier episodes that are learnt from once more. */
  readonly replayed?: Replayed | undefined;
  /** Parts the episodes into mini-batches. */
  readonly random: Random;
}

export interface IterationOptions extends UpdateOptions {
  readonly advantages: AdvantageRecipe;
  /** Rollouts of each task. */
  readonly groupSize: number;
  /** How tags were used before reinforcement learning: needed for terms on `tag-divergence`. */
  readonly tagReference?: TagCounts;
  /** What branching found each step to be worth: needed for terms on `vine`. */
  readonly vine?: BatchFacts['vine'];
  /**
   * For episodes that somebody began: their first own step. Those before are worth 0, whatever the advantages say: all
   * of a group have them.
   */
  readonly begun?: ReadonlyMap<EpisodeId, number>;
  /** Rewards of one's own that the advantages name. */
  readonly rewards?: readonly Reward[];
  /** What is to be known of the tasks, for rewards that need it. */
  readonly briefs?: Briefs | undefined;
  /** In which the policy reads. */
  readonly layout: Pick<EpisodeLayout, 'commandTokens'>;
  /** Learnt from in the same mini-batches: forecasts. */
  readonly beside?: readonly WeighedEpisode[];
  /** Called when it is known what the episodes are worth, before the policy is updated. */
  readonly onAdvantages?: () => void;
}

export interface Learnt {
  /** What the rewards paid, a number a step. */
  readonly signals: readonly EpisodeSignals[];
  readonly advantages: Advantages;
  readonly update: UpdateFigures;
}

/**
 * One iteration of reinforcement learning, from the episodes that the policy has just played to the policy that plays
 * the next ones. `docs/explain/one-iteration.md` walks it in numbers.
 * @throws ClewError where a group is none, a log lacks a fact that a reward needs, or a step kept no tokens.
 */
export async function learnFrom(trajectories: readonly Trajectory[], options: IterationOptions): Promise<Learnt> {
  // Rewards: what each part of each reward pays for each step.
  const signals = batchOf(options.advantages, trajectories, options);
  // Advantages: each term compares a value with those of its group (and tag, state, …); their sum is what a step is
  // worth.
  const advantages = ownSteps(advantagesOf(options.advantages, signals, options.groupSize), options.begun);
  // Rows: the very tokens that were sampled, with their log-probabilities then. A step's advantage is that of its
  // tokens.
  const episodes = [...weighedEpisodes(trajectories, advantages, options.layout), ...(options.beside ?? [])];
  options.onAdvantages?.();
  return { signals, advantages, update: await updatePolicy(episodes, options) };
}

function ownSteps(advantages: Advantages, begun: IterationOptions['begun']): Advantages {
  if (!begun || begun.size === 0) return advantages;
  const own = advantages.episodes.map(({ id }) => begun.get(id) ?? 0);
  return {
    ...advantages,
    steps: advantages.steps.map((steps, i) => steps.map((value, t) => (t < own[i]! ? 0 : value))),
  };
}

/**
 * The updates of one iteration: `epochs` passes over the episodes, each in `miniBatches` parts. A part in which no
 * episode has an advantage and nothing is imitated makes no update, also where the objective has a KL or an entropy
 * term: AdamW divides by the size of the gradient, so that these terms alone would move the policy as far as a real
 * signal does.
 */
export async function updatePolicy(
  episodes: readonly WeighedEpisode[],
  options: UpdateOptions,
): Promise<UpdateFigures> {
  const { learner, reference, objective, imitated, replayed, random } = options;
  const steps = options.steps ?? new StepsHere(learner, options.optimiser);
  const log = new UpdateLog();
  let { norm } = options;
  try {
    for (let epoch = 0; epoch < options.epochs; epoch++) {
      const miniBatches = miniBatchesOf(random.shuffle(episodes), options.miniBatches, objective);
      for (const [i, miniBatch] of miniBatches.entries()) {
        const shown = imitated?.parts[epoch * options.miniBatches + i] ?? [];
        const again = replayed?.parts[epoch * options.miniBatches + i] ?? [];
        await steps.clear();
        const signal = shown.length > 0 || again.some(hasSignal) || miniBatch.some(hasSignal);

        // Σ weight · (surrogate(ratio, advantage) + klCoefficient · KL − entropyCoefficient · entropy), and its
        // gradient.
        const computed = signal && miniBatch.some(episode => hasGradient(episode, objective));
        // The first of an iteration in halves, to see how far they agree.
        const halved =
          computed && log.cosine === undefined ? await addHalves(steps, miniBatch, objective, reference) : undefined;
        if (halved) log.cosine = halved.cosine;
        const policy = halved ?? (computed ? await addObjective(steps, miniBatch, objective, reference) : undefined);
        const measured = policy?.sums ?? (log.start ? undefined : await measureTokens(learner, miniBatch));
        const replay = replayed && (await addReplay(steps, again, { ...replayed, objective }));
        const likelihood = shown.length > 0 ? await addLikelihood(steps, shown, imitated!) : undefined;

        const gradientNorm = (policy ?? replay ?? likelihood) ? await steps.norm() : null;
        log.start ??= measured;
        const decision = decideUpdate(gradientNorm, norm, options.gradientSpikeThreshold);
        if (decision.outcome === 'applied') await steps.step(options.learningRate, options.maxGradNorm);
        norm = decision.norm;
        log.add({ outcome: decision.outcome, gradientNorm, objective: policy, likelihood, replay });
      }
    }
  } catch (error) {
    // Nothing of it has reached the parameters. The alarm "not finite" tells it.
    if (!(error instanceof NotFiniteError)) throw error;
    log.finite = false;
  }
  // The policy plays next.
  await steps.bring();
  return log.figures(norm, imitated, replayed);
}
