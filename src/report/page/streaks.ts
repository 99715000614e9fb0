import type { TrainingRow } from '../training-rows.ts';

type Alarm = NonNullable<TrainingRow['alarms']>[number];

/** An alarm that was raised in one iteration after another. */
export interface Streak {
  readonly rule: string;
  readonly level: 'warn' | 'stop';
  readonly from: number;
  readonly to: number;
  /** As the last of them says it. */
  readonly message: string;
  readonly remedy: string;
}

/**
 * Alarms of one run; those of one rule and level in neighbouring iterations, with at most two quiet ones between, are
 * one streak.
 */
export function inStreaks(alarms: readonly Alarm[]): Streak[] {
  const streaks: Streak[] = [];
  for (const { rule, level, iteration, message, remedy } of alarms) {
    const at = streaks.findLastIndex(
      streak => streak.rule === rule && streak.level === level && iteration - streak.to <= 3,
    );
    if (at < 0) streaks.push({ rule, level, from: iteration, to: iteration, message, remedy });
    else streaks[at] = { ...streaks[at]!, to: iteration, message, remedy };
  }
  return streaks;
}
