import { efficiency, type Effort } from '../metrics/efficiency.ts';
import type { ResultRow } from './data.ts';

type Row = Pick<ResultRow, 'arm' | 'level' | 'figures'>;

/** Null with the reason, or a number without. */
export interface Efficiency {
  readonly value: number | null;
  readonly reason: string | null;
}

/**
 * Steps saved and success gained beside the first arm of the level, which is what the others are more, or less,
 * efficient than.
 */
export function efficiencyIn(results: readonly Row[], own: Row): Efficiency {
  const none = (reason: string): Efficiency => ({ value: null, reason });
  const first = results.find(({ level }) => level === own.level);
  if (!first || first.arm === own.arm) return none('it is the first arm of its level, beside which the others stand');
  for (const { arm, figures } of [own, first])
    if (effortOf({ figures }) === null) return none(`of ${arm}: ${figures.success.reason ?? figures.steps.all.reason}`);
  const value = efficiency(effortOf(own)!, effortOf(first)!);
  return value === null ? none(`${first.arm} takes no step or wins nothing`) : { value, reason: null };
}

function effortOf({ figures: { steps, success } }: Pick<Row, 'figures'>): Effort | null {
  return steps.all.value === null || success.value === null ? null : { steps: steps.all.value, success: success.value };
}
