import { z } from 'zod';
import { median } from '../../forecasts/index.ts';
import { episodeRow, type Replayed, type WeighedEpisode } from '../../learn/index.ts';
import type { EpisodeLayout } from '../../policy/index.ts';
import type { RunId } from '../../ids.ts';
import type { Trajectory } from '../../trajectory/schema.ts';
import type { Store } from '../../trajectory/index.ts';
import type { Random } from '../../world/random.ts';

/** What is learnt from episodes of earlier iterations, by advantages that are recalibrated: SPEAR, arXiv 2509.22601. */
export const replaySchema = z.strictObject({
  coefficient: z.number().positive().default(1).describe('of the replayed episodes, once it has risen'),
  rise: z
    .int()
    .nonnegative()
    .default(100)
    .describe('iterations in which the coefficient rises from 0, along a cosine: the curriculum'),
  keep: z.int().positive().default(5).describe('iterations after which an episode is too old to be learnt from'),
  episodes: z.int().positive().default(64).describe('episodes that are replayed in an iteration, at most'),
});
export type ReplaySettings = z.infer<typeof replaySchema>;

/** Means of groups that the baseline is the median of, at most; the latest. */
const mostMeans = 10_240;

interface Kept {
  readonly iteration: number;
  readonly trajectory: Trajectory;
}

/**
 * Episodes that were better than their group when they were played, for a while (SPEAR, arXiv 2509.22601, section 3; the
 * numbers of its code for ALFWorld). The policy gets better, so what they were worth then is too much now: when they are
 * replayed, an episode is worth its return less the median of the mean returns of all groups so far, and one that is
 * worth nothing by it is left out.
 */
export class ReplayBuffer {
  readonly #layout: Pick<EpisodeLayout, 'commandTokens'>;
  readonly #settings: ReplaySettings;
  #kept: Kept[] = [];
  readonly #means: number[] = [];

  constructor(layout: Pick<EpisodeLayout, 'commandTokens'>, settings: ReplaySettings) {
    this.#layout = layout;
    this.#settings = settings;
  }

  /**
   * Takes in what an iteration has played: mean returns of its groups, and the episodes above their group's. Groups in the
   * order of their names, so that a resumed run has the same buffer.
   */
  add(iteration: number, played: readonly Trajectory[]): void {
    const groups = new Map<string, Trajectory[]>();
    for (const trajectory of played)
      groups.set(trajectory.group, [...(groups.get(trajectory.group) ?? []), trajectory]);
    for (const [, episodes] of [...groups].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
      const mean = episodes.reduce((sum, episode) => sum + returnOf(episode), 0) / episodes.length;
      this.#means.push(mean);
      for (const trajectory of episodes.toSorted((a, b) => a.rollout - b.rollout))
        if (returnOf(trajectory) > mean) this.#kept.push({ iteration, trajectory });
    }
    this.#means.splice(0, this.#means.length - mostMeans);
    this.#kept = this.#kept.filter(each => this.isYoung(each.iteration, iteration));
  }

  /** What an episode's return is compared with now; null before anything was played. */
  get baseline(): number | null {
    return median(this.#means.toSorted((a, b) => a - b));
  }

  /** Whether what was played in an iteration may still be learnt from in a later one. */
  isYoung(played: number, now: number): boolean {
    return now - played <= this.#settings.keep;
  }

  /** The coefficient in an iteration, counted from 1: c · (1 − cos(π · t / rise)) / 2, and c from then on. */
  coefficient(iteration: number): number {
    const { coefficient, rise } = this.#settings;
    return iteration >= rise ? coefficient : (coefficient * (1 - Math.cos((Math.PI * iteration) / rise))) / 2;
  }

  /** Episodes of earlier iterations that are still worth something, drawn at random, in `parts` parts. */
  draw(iteration: number, random: Random, parts: number): Replayed {
    const { episodes: most } = this.#settings;
    const baseline = this.baseline ?? 0;
    const worth = this.#kept.filter(
      ({ iteration: then, trajectory }) =>
        then < iteration && this.isYoung(then, iteration) && returnOf(trajectory) > baseline,
    );
    const drawn: WeighedEpisode[][] = Array.from({ length: parts }, () => []);
    for (const [i, { trajectory }] of random.shuffle(worth).slice(0, most).entries()) {
      const row = episodeRow(trajectory, this.#layout);
      drawn[i % parts]!.push({
        row,
        advantages: trajectory.steps.map(() => returnOf(trajectory) - baseline),
        group: trajectory.group,
      });
    }
    return { weight: this.coefficient(iteration), parts: drawn };
  }
}

/** Fills a buffer with what a run had played when its state was kept: what came after it is played again. */
export function restoreReplay(buffer: ReplayBuffer, store: Store, run: RunId, iterations: number): void {
  const played = new Map<number, Trajectory[]>();
  for (const trajectory of store.trajectories.select({ run })) {
    const { iteration } = trajectory;
    if (iteration === undefined || iteration > iterations) continue;
    // Of an episode that is too old only its return counts: a long run has more of them than fit into memory.
    const kept = buffer.isYoung(iteration, iterations) ? trajectory : { ...trajectory, steps: [] };
    const known = played.get(iteration);
    if (known) known.push(kept);
    else played.set(iteration, [kept]);
  }
  for (const [iteration, episodes] of [...played].toSorted(([a], [b]) => a - b)) buffer.add(iteration, episodes);
}

function returnOf({ success }: Trajectory): number {
  return success ? 1 : 0;
}
