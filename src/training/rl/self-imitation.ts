import { z } from 'zod';
import { isBetter, wonDemonstrations, type Won } from '../../demonstrations/index.ts';
import type { TaskId } from '../../ids.ts';
import { type EpisodeLayout, type Row, trajectoryRow } from '../../policy/index.ts';
import type { Trajectory } from '../../trajectory/schema.ts';
import type { Random, WorldKit } from '../../world/index.ts';
import { permuteShare } from '../permute-entities.ts';
import { fitsContext, fittingRow } from '../stages/fitting-row.ts';

/** What is learnt from won episodes of the run beside the advantages. */
export const selfImitationSchema = z.strictObject({
  weight: z.number().positive().default(1).describe('of the likelihood of won episodes beside the objective'),
  tokens: z
    .int()
    .positive()
    .default(30_000)
    .describe('tokens of them that are read in an iteration, about, parted among its updates'),
  observationWeight: z
    .number()
    .min(0)
    .max(1)
    .default(0.1)
    .describe("weight of what the world says, where the policy's own tokens weigh 1"),
  permuteThings: z
    .number()
    .min(0)
    .max(1)
    .default(0.6)
    .describe('share of them in which things have other names, drawn each time'),
  permutePlaces: z
    .number()
    .min(0)
    .max(1)
    .default(0.5)
    .describe('share of those in which places have other names too, where the world allows it'),
  hindsight: z
    .boolean()
    .optional()
    .describe(
      'imitate too what lost episodes did achieve, as won episodes of that other goal, with thoughts by rules; where the ' +
        'kit of the world names other goals',
    ),
});
export type SelfImitation = z.infer<typeof selfImitationSchema>;

interface Imitated extends Won {
  readonly row: Row | undefined;
}

interface Surroundings {
  /**
   * What may change names in them; no kind of thing if left out. Null: nothing at all, where words are not one token
   * each.
   */
  readonly kit?: Pick<WorldKit, 'permutableThings' | 'permutablePlaces'> | null | undefined;
  /** Imitated beside them. */
  readonly demonstrations?: readonly Trajectory[] | undefined;
  /** Of the policy: what it can read, in tokens. */
  readonly context: number;
  /** What a lost episode did achieve, if it is to be imitated: see `hindsightEpisode`. */
  readonly achieved?: ((lost: Trajectory) => Trajectory | undefined) | undefined;
}

/**
 * The episodes that a run has won, to be learnt from again (self-imitation, arXiv 1806.05635): of each task the
 * shortest, of equally short ones the first, in which refused and ill-formed replies are read and not imitated (see
 * `wonDemonstrations`); with `achieved` also what the shortest lost episode of a task that was never won did achieve.
 */
export class SuccessBuffer {
  readonly #layout: EpisodeLayout;
  readonly #settings: SelfImitation;
  readonly #context: number;
  readonly #rename: ReturnType<typeof permuteShare>;
  readonly #demonstrated: readonly Row[];
  readonly #achieved: NonNullable<Surroundings['achieved']>;
  readonly #won = new Map<TaskId, Imitated>();
  /** What lost episodes of a task did achieve; forgotten when it is won. */
  readonly #inHindsight = new Map<TaskId, Imitated>();

  constructor(
    layout: EpisodeLayout,
    settings: SelfImitation,
    { kit = {}, demonstrations = [], context, achieved = () => undefined }: Surroundings,
  ) {
    this.#layout = layout;
    this.#settings = settings;
    this.#context = context;
    this.#achieved = achieved;
    this.#rename =
      kit === null
        ? row => row
        : permuteShare(layout.tokenizer, kit, { share: settings.permuteThings, places: settings.permutePlaces });
    this.#demonstrated = demonstrations.map(trajectory => fittingRow(trajectory, this.#row(trajectory), context));
  }

  /**
   * Takes in what was played, in any order; what is no better than a known episode is passed over, and so are lost ones
   * that achieved nothing.
   */
  add(played: Iterable<Trajectory>): void {
    for (const trajectory of played) {
      const { task, run, success } = trajectory;
      const episodes = success ? this.#won : this.#inHindsight;
      const known = episodes.get(task.id);
      if (!success && this.#won.has(task.id)) continue;
      if (known && !isBetter(trajectory, known)) continue;
      const [own] = success ? wonDemonstrations([trajectory], run) : [this.#achieved(trajectory)];
      if (!own && !success) continue;
      if (success) this.#inHindsight.delete(task.id);
      episodes.set(task.id, { ...chosenBy(trajectory), row: own && this.#fitting(own) });
    }
  }

  /**
   * About as many tokens as the settings say, each episode at most once, in `parts` parts. It does not depend on the
   * order in which they were won.
   */
  draw(random: Random, parts: number): Row[][] {
    const drawn: Row[][] = Array.from({ length: parts }, () => []);
    const won = [...this.#won, ...this.#inHindsight]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([, { row }]) => (row ? [row] : []));
    let left = this.#settings.tokens;
    for (const [i, row] of random.shuffle([...this.#demonstrated, ...won]).entries()) {
      if (left <= 0) break;
      drawn[i % parts]!.push(this.#rename(row, random));
      left -= row.tokens.length;
    }
    return drawn;
  }

  /**
   * Written anew, a malformed reply may take a token more than it was drawn with: at the edge of the context that is one
   * too many.
   */
  #fitting(own: Trajectory): Row | undefined {
    const row = this.#row(own);
    return fitsContext(row, this.#context) ? row : undefined;
  }

  #row(trajectory: Trajectory): Row {
    return trajectoryRow(trajectory, this.#layout, { observationWeight: this.#settings.observationWeight });
  }
}

function chosenBy({ run, iteration, group, rollout, steps }: Trajectory): Won {
  return { run, iteration, group, rollout, steps: { length: steps.length } };
}
