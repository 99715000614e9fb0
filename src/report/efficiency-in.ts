import { efficiency, type Effort } from '../metrics/efficiency.ts';
import type { ResultRow } from './data.ts';

type Row = Pick<ResultRow, 'arm' | 'level' | 'figures'>;

/**
 * Steps saved and success gained beside the first arm of the level, which is what the others are more, or less,
 * efficient than. Null for that one itself, and where either is not known.
 */
export function efficiencyIn(results: readonly Row[], own: Row): number | null {
  const first = results.find(({ level }) => level === own.level);
  const [mine, base] = [effortOf(own), first && first.arm !== own.arm ? effortOf(first) : null];
  return mine && base ? efficiency(mine, base) : null;
}

function effortOf({ figures: { steps, success } }: Row): Effort | null {
  return steps.all.value === null || success.value === null ? null : { steps: steps.all.value, success: success.value };
}
