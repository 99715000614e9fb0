import { z } from 'zod';
import { type Asking, askingOf, isMissing } from '../steps/index.ts';
import type { Trajectory } from '../trajectory/schema.ts';
import { type AskingShare as Share, askingShares as shares, noGap } from './asking-labels.ts';
import { type Interval, intervalSchema, type Mean, meanSchema, type Rate, rateSchema } from './rate.ts';
import { episodeRate, noOutcomes } from './rates-of-sums.ts';
import { MeanSums } from './statistics/mean-sums.ts';
import { wilson } from './statistics/wilson.ts';

const shareNames = Object.keys(shares) as Share[];

/** Figures of asking, over the episodes whose task says what its sentence leaves out. */
export interface AskingFigures {
  episodes: number;
  shares: Record<Share, Rate>;
  /**
   * Harmonic mean of precision and recall. Its interval follows from Wilson's of TP / (TP + FP + FN), of which F1 is a
   * rising function.
   */
  f1: { value: number | null; interval: Interval | null; reason: string | null };
  /** Commands that changed the house before the first right question. */
  changesBeforeAsking: Mean;
  /**
   * Steps after the goal first held, of episodes in which it did and that ended with `done`: MBT's overthinking has its
   * own meaning here.
   */
  stepsAfterGoal: Mean;
}

export const askingSchema: z.ZodType<AskingFigures> = z.strictObject({
  episodes: z.int().nonnegative(),
  shares: z.record(z.enum(shareNames), rateSchema),
  f1: z.strictObject({
    value: z.number().nullable(),
    interval: intervalSchema.nullable(),
    // Measurements of before do not say it.
    reason: z.string().nullable().default(null),
  }),
  changesBeforeAsking: meanSchema,
  stepsAfterGoal: meanSchema,
});

/** What one episode says of each share (null: it does not count; undefined: the log does not say) and mean. */
export interface AskingCounts {
  readonly shares: Readonly<Record<Share, boolean | null | undefined>>;
  /** Undefined: it asked rightly, and the log does not say what had changed by then. */
  readonly changesBefore: number | null | undefined;
  readonly stepsAfterGoal: number | null;
}

/** Null for an episode that says nothing of asking. */
export function countAsking(trajectory: Pick<Trajectory, 'task' | 'steps' | 'success'>): AskingCounts | null {
  const asking = askingOf(trajectory);
  if (isMissing(asking)) return null;
  const { asks, gap, ended, goalHeld } = asking;
  const posed = poseOf(gap);
  const right = asks.find(ask => ask.right);
  const asked = asks.length > 0;
  const { success } = trajectory;
  const ill = <T>(value: T) => (posed === 'ill' ? value : null);
  return {
    shares: {
      recall: ill(asked),
      falseAsks: posed === 'well' ? asked : null,
      precision: posed !== 'impossible' && asked ? posed === 'ill' : null,
      onTheMatter: asked ? ill(asks[0]!.right) : null,
      askedAndWon: ill(success === null ? undefined : right !== undefined && success),
      lucky: ill(success === null ? undefined : !asked && success),
      fabricated: ill(success === null ? undefined : ended === 'done' && right === undefined && !success),
      declinedImpossible: posed === 'impossible' ? ended === 'decline' : null,
      declinedPossible: posed === 'impossible' ? null : ended === 'decline',
    },
    changesBefore: right === undefined ? null : isMissing(right.changesBefore) ? undefined : right.changesBefore,
    stepsAfterGoal: ended === 'done' && goalHeld !== null ? trajectory.steps.length - 2 - goalHeld : null,
  };
}

function poseOf({ kind, matter }: Asking['gap']): 'ill' | 'well' | 'impossible' {
  return matter !== null ? 'ill' : kind === 'impossible' ? 'impossible' : 'well';
}

/** Sums of what episodes say of asking. */
export class AskingSums {
  private episodes = 0;
  private readonly sums = shareNames.map(() => ({ yes: 0, known: 0, missing: 0 }));
  private readonly changes = new MeanSums();
  private readonly after = new MeanSums();

  add(counts: AskingCounts | null): void {
    if (counts === null) return;
    this.episodes++;
    shareNames.forEach((name, i) => {
      const value = counts.shares[name];
      if (value === undefined) this.sums[i]!.missing++;
      if (value == null) return;
      this.sums[i]!.known++;
      if (value) this.sums[i]!.yes++;
    });
    if (counts.changesBefore !== null) this.changes.add(counts.changesBefore ?? null);
    if (counts.stepsAfterGoal !== null) this.after.add(counts.stepsAfterGoal);
  }

  /** Undefined when no episode says anything. */
  figures(mean: (sums: MeanSums, lacking: string) => Mean): AskingFigures | undefined {
    if (this.episodes === 0) return undefined;
    return {
      episodes: this.episodes,
      shares: Object.fromEntries(
        shareNames.map((name, i) => [
          name,
          episodeRate(this.sums[i]!, this.sums[i]!.missing > 0 ? noOutcomes : shares[name][1]),
        ]),
      ) as AskingFigures['shares'],
      f1: this.f1(),
      changesBeforeAsking: mean(
        this.changes,
        this.changes.missing > 0 ? 'the log does not say which commands changed anything' : 'no episode asks rightly',
      ),
      stepsAfterGoal: mean(this.after, 'the goal held in no episode that ended with done'),
    };
  }

  private f1(): AskingFigures['f1'] {
    const of = (name: Share) => this.sums[shareNames.indexOf(name)]!;
    const [found, missed, wrong] = [of('recall').yes, of('recall').known - of('recall').yes, of('falseAsks').yes];
    const all = found + missed + wrong;
    if (all === 0) return { value: null, interval: null, reason: `${noGap}, and no episode asks` };
    const f1 = (jaccard: number) => (2 * jaccard) / (1 + jaccard);
    const bounds = wilson(found / all, all)!;
    return {
      value: f1(found / all),
      interval: { low: f1(bounds.low), high: f1(bounds.high), level: 0.95, method: 'Wilson' },
      reason: null,
    };
  }
}
