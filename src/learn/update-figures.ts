import type { Imitated } from './imitation.ts';
import type { Replayed } from './replay.ts';
import { type TokenFigures, TokenSums } from './token-figures.ts';
import type { UpdateOutcome } from './update-decision.ts';

/**
 * What the updates of an iteration were like. Every update has one of three outcomes: see `decideUpdate`. Figures are
 * over the tokens that carried a loss; in an iteration without any they are those of the first mini-batch, before
 * anything moved.
 */
export interface UpdateFigures {
  /** Updates that were applied. */
  readonly updates: number;
  /** Updates left out because their gradient was out of all proportion. */
  readonly skipped: number;
  /** Updates left out because there was nothing to learn from: no advantage, and nothing to imitate. */
  readonly noSignal: number;
  /** False when a loss or a gradient was not a finite number, which ended the updates of the iteration. */
  readonly finite: boolean;
  /** The largest before clipping; null without a gradient. */
  readonly gradientNorm: number | null;
  /** Running mean of the norms, to be given to the next iteration. */
  readonly norm: number | null;
  /** Mean over mini-batches; null without a gradient. */
  readonly loss: number | null;
  /** Tokens that carried a loss, over all epochs; those that were imitated not counted. */
  readonly tokens: number;
  readonly entropy: TokenFigures['entropy'] | null;
  readonly commandEntropy: TokenFigures['commandEntropy'];
  readonly klToReference: TokenFigures['klToReference'];
  /** This and the clip fraction are null where no token carried a loss. */
  readonly approxKl: TokenFigures['approxKl'] | null;
  readonly clipFraction: TokenFigures['clipFraction'] | null;
  /**
   * |log-probability when sampled − when trained on| in the first mini-batch, before anything moved: both are of one
   * policy.
   */
  readonly mismatchMean: number | null;
  readonly mismatchMax: number | null;
  /**
   * Cosine between the gradients of the two halves of the first mini-batch that had one: how much of it is signal. See
   * `addHalves`. Null where there are no two halves; rows of older runs lack it.
   */
  readonly gradientCosine?: number | null;
  /** Null where nothing was imitated. */
  readonly imitation: ImitationFigures | null;
  /** Absent where nothing was replayed. */
  readonly replay?: ReplayFigures;
}

/** What was learnt of earlier episodes: how many, with which weight, and the mean of their loss. */
export interface ReplayFigures {
  readonly episodes: number;
  readonly weight: number;
  readonly loss: number;
}

/**
 * What was imitated in an iteration: episodes, their tokens, and the mean negative log-likelihood before each update,
 * nats a token.
 */
export interface ImitationFigures {
  readonly episodes: number;
  readonly tokens: number;
  readonly loss: number;
}

/** One update, as it is noted. */
interface Noted {
  readonly outcome: UpdateOutcome;
  readonly gradientNorm: number | null;
  /** Of the objective; missing where it had no gradient. */
  readonly objective?: { readonly loss: number; readonly sums: TokenSums } | undefined;
  /** Of what was imitated; missing where nothing was. */
  readonly likelihood?: { readonly loss: number } | undefined;
  /** Of what was replayed; missing where nothing was. */
  readonly replay?: { readonly loss: number } | undefined;
}

/** Notes the updates of an iteration, one after the other. */
export class UpdateLog {
  /** Of the first mini-batch, before anything moved. */
  start: TokenSums | undefined;
  finite = true;
  /** Between the halves of the first mini-batch that had a gradient; undefined before it. */
  cosine: number | null | undefined;
  readonly #outcomes: Record<UpdateOutcome, number> = { 'no signal': 0, applied: 0, skipped: 0 };
  readonly #norms: number[] = [];
  readonly #losses: number[] = [];
  readonly #likelihoods: number[] = [];
  readonly #replays: number[] = [];
  readonly #trained = new TokenSums();

  add({ outcome, gradientNorm, objective, likelihood, replay }: Noted): void {
    this.#outcomes[outcome]++;
    if (gradientNorm !== null) this.#norms.push(gradientNorm);
    if (likelihood) this.#likelihoods.push(likelihood.loss);
    if (replay) this.#replays.push(replay.loss);
    if (objective) {
      this.#losses.push(objective.loss);
      this.#trained.addAll(objective.sums);
    }
  }

  figures(norm: number | null, imitated?: Pick<Imitated, 'parts'>, replayed?: Replayed): UpdateFigures {
    const learnt = this.#trained.tokens > 0 ? this.#trained.figures() : null;
    const start = this.start?.figures();
    const shown = imitated?.parts.flat() ?? [];
    return {
      updates: this.#outcomes.applied,
      skipped: this.#outcomes.skipped,
      noSignal: this.#outcomes['no signal'],
      finite: this.finite,
      gradientNorm: this.#norms.length === 0 ? null : Math.max(...this.#norms),
      norm,
      loss: average(this.#losses),
      tokens: this.#trained.tokens,
      entropy: learnt?.entropy ?? start?.entropy ?? null,
      commandEntropy: learnt?.commandEntropy ?? start?.commandEntropy ?? null,
      klToReference: learnt?.klToReference ?? null,
      approxKl: learnt?.approxKl ?? null,
      clipFraction: learnt?.clipFraction ?? null,
      mismatchMean: start?.differenceMean ?? null,
      mismatchMax: start?.differenceMax ?? null,
      gradientCosine: this.cosine ?? null,
      imitation:
        this.#likelihoods.length === 0
          ? null
          : {
              episodes: shown.length,
              tokens: shown.reduce((sum, { tokens }) => sum + tokens.length, 0),
              loss: average(this.#likelihoods)!,
            },
      ...(this.#replays.length > 0 && {
        replay: {
          episodes: replayed!.parts.flat().length,
          weight: replayed!.weight,
          loss: average(this.#replays)!,
        },
      }),
    };
  }
}

function average(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
