/** What a training is charged with. Episodes stand for tasks where a database does not tell those. */
export const budgetAxes = ['tasks', 'episodes', 'tokens', 'seconds'] as const;
export type BudgetAxis = (typeof budgetAxes)[number];

/** What a forecast warm-up took before the first iteration; null where its row does not tell. */
export interface WarmUpCost {
  tasks: number | null;
  episodes: number | null;
  tokens: number | null;
  seconds: number | null;
}

/** What an arm took to have the success that the baseline of the same seed ended with, on one axis. */
export interface ReportSpeedUpAxis {
  axis: BudgetAxis;
  /** Geometric mean over the seeds that have a ratio; above 1 the arm needs less than the baseline. */
  ratio: number | null;
  /** Seeds whose arm was trained to its end and never had that success. */
  never: number;
  /** Why there is no ratio with any seed. */
  reason: string | null;
  seeds: {
    seed: string;
    /** The budget at which each first had that success, linear between evaluations. */
    baseline: number | null;
    arm: number | null;
    ratio: number | null;
    reason: string | null;
  }[];
}

/** How soon an arm had what the baseline ended with, by the evaluations during training on one level. */
export interface ReportSpeedUp {
  world: string;
  level: string;
  baseline: string;
  arm: string;
  /** Of every seed with which either was trained: the baseline's last success, smoothed over three evaluations. */
  seeds: { seed: string; success: number | null }[];
  /** Tasks (or episodes), tokens, seconds. */
  axes: ReportSpeedUpAxis[];
  /** What the arm saved of the baseline's tokens, where both ended equal. */
  saved: {
    /** Success after training, arm − baseline. */
    difference: number | null;
    /** Share of the baseline's tokens over all of both trainings; below 0 where the arm took more. */
    tokens: number | null;
    /** Why no share is told. */
    reason: string | null;
  };
}
