import type { Mean, Rate } from './rate.ts';
import type { MeanSums } from './statistics/mean-sums.ts';
import type { RatioSums } from './statistics/ratio-sums.ts';
import { wilson } from './statistics/wilson.ts';

export interface EpisodeTicks {
  yes: number;
  known: number;
  missing: number;
}

/** Why nothing is known of success. */
export const noOutcomes = 'the log does not say which episodes succeeded';

/** The rate of steps, with an interval that takes the steps of an episode as one cluster. */
export function stepRate(sums: RatioSums, lacking: string): Rate {
  const bounds = sums.interval();
  return {
    value: sums.pooled,
    numerator: sums.yes,
    denominator: sums.known,
    missing: sums.missing,
    macro: sums.macro,
    interval: bounds && { ...bounds, level: 0.95, method: 'Wilson, clustered by episode' },
    reason: sums.known === 0 ? lacking : null,
  };
}

/** The share of episodes, with Wilson's interval. */
export function episodeRate({ yes, known, missing }: EpisodeTicks, lacking: string): Rate {
  const bounds = known === 0 ? null : wilson(yes / known, known);
  return {
    value: known === 0 ? null : yes / known,
    numerator: yes,
    denominator: known,
    missing,
    macro: null,
    interval: bounds && { ...bounds, level: 0.95, method: 'Wilson' },
    reason: known === 0 ? lacking : null,
  };
}

/** A mean of numbers from `least` to `most`: its interval does not leave them. */
export function meanOf(sums: MeanSums, lacking: string, most = Infinity, least = 0): Mean {
  const bounds = sums.interval();
  return {
    value: sums.mean,
    episodes: sums.count,
    missing: sums.missing,
    interval: bounds && {
      low: Math.max(least, bounds.low),
      high: Math.min(most, bounds.high),
      level: 0.95,
      method: 'Student t',
    },
    reason: sums.count === 0 ? lacking : null,
  };
}
