import { z } from 'zod';
import type { IndexedEpisode } from '../steps/index.ts';
import { unknown, yes } from './flags.ts';
import { type Rate, rateSchema } from './rate.ts';
import { type RecoveryFigure, recoveryLabels } from './recovery-labels.ts';
import { RatioSums } from './statistics/ratio-sums.ts';
import { inadmissible } from './validity.ts';

/** What becomes of an episode once the world refused a command. */
export interface Recovery {
  /** Share of the solved episodes in which nothing was refused. */
  winsWithoutRefusal: Rate;
  /** P(refused | refused): share of the steps right after a refused one that are refused too. */
  refusedAgain: Rate;
  /** P(same | refused): share of the steps right after a refused one that give the very same command. */
  sameAgain: Rate;
  /** Share of the runs of refused steps that last until the episode ends. */
  chainsWithoutEnd: Rate;
}

export const recoverySchema: z.ZodType<Recovery> = z.strictObject({
  winsWithoutRefusal: rateSchema,
  refusedAgain: rateSchema,
  sameAgain: rateSchema,
  chainsWithoutEnd: rateSchema,
});
const names = Object.keys(recoveryLabels) as RecoveryFigure[];

interface Counted {
  readonly yes: number;
  readonly known: number;
  /** What could not be counted, because the log does not say whether a step was refused. */
  readonly missing: number;
}
export type RecoveryCounts = Readonly<Record<RecoveryFigure, Counted>>;

/** Counts one episode. A step is refused when the world executed nothing. */
export function countRecovery(episode: IndexedEpisode, success: boolean | null): RecoveryCounts {
  const flags = inadmissible(episode);
  const { commands } = episode;
  const counts = Object.fromEntries(names.map(name => [name, { yes: 0, known: 0, missing: 0 }])) as Record<
    RecoveryFigure,
    { yes: number; known: number; missing: number }
  >;
  const count = (name: RecoveryFigure, fact: boolean | undefined): void => {
    if (fact === undefined) counts[name].missing++;
    else {
      counts[name].known++;
      if (fact) counts[name].yes++;
    }
  };
  const refused = (t: number): boolean | undefined => (flags[t] === unknown ? undefined : flags[t] === yes);

  if (success === true) {
    const any = flags.includes(yes);
    count('winsWithoutRefusal', !any && flags.includes(unknown) ? undefined : !any);
  }
  for (let t = 0; t < flags.length; t++) {
    if (refused(t) !== true) continue;
    const last = t === flags.length - 1;
    const next = last ? undefined : refused(t + 1);
    if (!last) {
      count('refusedAgain', next);
      count('sameAgain', commands[t]! >= 0 && commands[t + 1] === commands[t]);
    }
    // A chain is counted where it stops.
    if (last || next !== true) count('chainsWithoutEnd', last ? true : next === undefined ? undefined : false);
  }
  return counts;
}

/** Sums of recovery counts. */
export class RecoverySums {
  private readonly sums = names.map(() => new RatioSums());

  add(counts: RecoveryCounts): void {
    names.forEach((name, i) => this.sums[i]!.add(counts[name].yes, counts[name].known, counts[name].missing));
  }

  /**
   * `rate` makes a rate of sums; `lacking` says why none can be made where facts are missing, and `noWins` where there is
   * no solved episode.
   */
  figures(
    rate: (sums: RatioSums, lacking: string) => Recovery[RecoveryFigure],
    lacking: string,
    noWins: string,
  ): Recovery {
    const why = (sums: RatioSums, none: string): string => (sums.missing > 0 ? lacking : none);
    return Object.fromEntries(
      names.map((name, i) => {
        const sums = this.sums[i]!;
        const none = name === 'winsWithoutRefusal' ? noWins : 'no step follows a refused one';
        return [name, rate(sums, why(sums, name === 'chainsWithoutEnd' ? 'no command was refused' : none))];
      }),
    ) as Record<RecoveryFigure, Rate>;
  }
}
