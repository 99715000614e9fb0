/** Success at a budget: tasks drawn, tokens sampled or seconds, from low to high. */
export interface BudgetPoint {
  readonly budget: number;
  readonly success: number;
}

/** How much less budget an arm needs for what a baseline ends with. */
export interface SpeedUp {
  /** The last smoothed success of the baseline. */
  readonly level: number | null;
  /** The budget at which each first has that level, linear between points; null where it never has it. */
  readonly baseline: number | null;
  readonly arm: number | null;
  /**
   * baseline / arm; null where the arm never reaches the level, whatever else is known, and where either has it before
   * it is trained.
   */
  readonly ratio: number | null;
  /** Whether the arm was measured and never had the level. */
  readonly never: boolean;
  /** Why there is no ratio. */
  readonly reason: string | null;
}

/**
 * The speed-up of an arm over a baseline, both measured while they were trained. Curves are means over the last `window`
 * points that are there; a window of 1 takes them as they are.
 */
export function speedUp(
  baseline: readonly BudgetPoint[],
  arm: readonly BudgetPoint[],
  { window = 3 }: { readonly window?: number } = {},
): SpeedUp {
  const smooth = smoothed(baseline, window);
  const level = smooth.at(-1)?.success ?? null;
  if (level === null || arm.length === 0) {
    const reason = 'there are no evaluations while it was trained';
    return { level, baseline: null, arm: null, ratio: null, never: false, reason };
  }
  const [of, by] = [firstCrossing(smooth, level)!, firstCrossing(smoothed(arm, window), level)];
  if (by === null) {
    const reason = `not reached within ${arm.at(-1)!.budget}`;
    return { level, baseline: of, arm: by, ratio: null, never: true, reason };
  }
  // A ratio with 0 in it says nothing of training.
  const reason =
    by === 0 ? 'reached before training' : of === 0 ? 'the baseline had it before it was trained, and lost it' : null;
  return { level, baseline: of, arm: by, ratio: reason === null ? of / by : null, never: false, reason };
}

/** The geometric mean of ratios, null when there is none; and how many never had the level. */
export function meanSpeedUp(speedUps: readonly Pick<SpeedUp, 'ratio' | 'never'>[]): {
  readonly ratio: number | null;
  readonly never: number;
} {
  const ratios = speedUps.flatMap(({ ratio }) => (ratio === null ? [] : [ratio]));
  const logs = ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0);
  return {
    ratio: ratios.length === 0 ? null : Math.exp(logs / ratios.length),
    never: speedUps.filter(({ never }) => never).length,
  };
}

function smoothed(points: readonly BudgetPoint[], window: number): BudgetPoint[] {
  return points.map(({ budget }, i) => {
    const last = points.slice(Math.max(0, i + 1 - window), i + 1);
    return { budget, success: last.reduce((sum, { success }) => sum + success, 0) / last.length };
  });
}

function firstCrossing(points: readonly BudgetPoint[], level: number): number | null {
  const at = points.findIndex(({ success }) => success >= level - 1e-12);
  if (at < 0) return null;
  const [after, before] = [points[at]!, points[at - 1]];
  if (!before || after.success === before.success) return after.budget;
  const part = (level - before.success) / (after.success - before.success);
  return before.budget + Math.min(1, part) * (after.budget - before.budget);
}
