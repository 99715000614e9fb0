import { z } from 'zod';
import { isMissing } from '../steps/index.ts';
import { type Forecast, type ForecastFault, forecastFaults } from '../trajectory/forecast.ts';
import type { Trajectory } from '../trajectory/schema.ts';
import { calibration, type Calibration, calibrationSchema } from './calibration.ts';
import { type GroupFacts, groupFacts, median, vocabularyOf } from './group-facts.ts';
import { lift, scoreForecast, validThings } from './score.ts';

/** The forecasts of one task, and the episodes that they foretold. */
export interface ForecastGroup {
  readonly forecasts: readonly Forecast[];
  readonly episodes: readonly Trajectory[];
}

/** How well an agent foretells its own episodes. Null where there is nothing to tell it from: see `reason`. */
export interface ForecastFigures extends Calibration {
  forecasts: number;
  /** Share without a fault, and how often each fault is there. */
  wellFormed: number | null;
  faults: Partial<Record<ForecastFault, number>>;
  /** Share whose steps lie within one of those of the won episodes, of tasks with a win. */
  stepsInRange: number | null;
  /** Median distance of the steps from the median of the won episodes, in steps. */
  stepsError: number | null;
  /** Share of the named things that won episodes act on more often than lost ones. */
  thingsPrecision: number | null;
  /** Share of the things that won episodes act on more often which a forecast names. */
  thingsRecall: number | null;
  /** Mean over tasks of the standard deviation of wins/of within the forecasts of a task. */
  spread: number | null;
  /** Forecast tokens of all sampled tokens, where tokens are kept. */
  cost: number | null;
  /** Why there are no figures; null where there are. */
  reason: string | null;
  /** Why each figure is null that is, by its name. */
  reasons: Record<string, string>;
}

const share = z.number().nullable();
export const forecastFiguresSchema: z.ZodType<ForecastFigures> = z.strictObject({
  ...calibrationSchema.shape,
  forecasts: z.int().nonnegative(),
  wellFormed: share,
  faults: z.partialRecord(z.enum(forecastFaults), z.int().nonnegative()),
  stepsInRange: share,
  stepsError: share,
  thingsPrecision: share,
  thingsRecall: share,
  spread: share,
  cost: share,
  reason: z.string().nullable(),
  // Figures of before do not say it.
  reasons: z.record(z.string(), z.string()).default({}),
});

/**
 * What forecasts and the episodes of the same groups tell. Forecasts of tasks that were not played count for their form
 * and their spread alone.
 *
 * @example
 * import { forecastFigures, openStore } from 'clew';
 *
 * const store = openStore('clew.db', { readonly: true });
 * const forecasts = [...store.forecasts.select({ group: '1/task 1' })];
 * const { gap, brier, skill } = forecastFigures([
 *   { forecasts, episodes: [...store.trajectories.select({ group: '1/task 1' })] },
 * ]);
 */
export function forecastFigures(groups: readonly ForecastGroup[]): ForecastFigures {
  const forecasts = groups.flatMap(group => group.forecasts);
  const vocabulary = new Set(vocabularyOf(groups.flatMap(({ episodes }) => episodes)).keys());
  const played = groups.flatMap(({ forecasts: own, episodes }) => {
    const facts = groupFacts(episodes);
    return isMissing(facts) ? [] : [{ forecasts: own, facts }];
  });
  const each = played.flatMap(({ forecasts: own, facts }) => own.map(forecast => ({ forecast, facts })));
  const won = each.filter(({ facts }) => facts.won > 0);
  const errors = won.flatMap(({ forecast: { steps }, facts }) =>
    steps === null ? [] : [Math.abs(steps - median(facts.winningSteps)!)],
  );
  const unknown = groups.flatMap(({ episodes }) => {
    const facts = groupFacts(episodes);
    return isMissing(facts) ? [facts.missing] : [];
  })[0];
  const figures = {
    forecasts: forecasts.length,
    wellFormed: mean(forecasts.map(({ faults }) => Number(faults.length === 0))),
    faults: counted(forecasts.flatMap(({ faults }) => faults)),
    ...calibration(
      played.flatMap(({ forecasts: own, facts }) => {
        const shares = own.flatMap(({ wins, of }) => (wins === null ? [] : [wins / of]));
        return shares.length === 0 ? [] : [{ shares, won: facts.won, episodes: facts.episodes }];
      }),
    ),
    stepsInRange: mean(won.map(({ forecast, facts }) => scoreForecast(forecast, facts).steps)),
    stepsError: median(errors.toSorted((a, b) => a - b)),
    thingsPrecision: mean(
      won.flatMap(({ forecast, facts }) =>
        validThings(forecast.things ?? [], facts, { vocabulary }).map(thing => Number(lift(thing, facts) > 0)),
      ),
    ),
    thingsRecall: mean(won.flatMap(({ forecast, facts }) => recallOf(forecast, facts, vocabulary))),
    spread: mean(
      groups.flatMap(({ forecasts: own }) => {
        const shares = own.flatMap(({ wins, of }) => (wins === null ? [] : [wins / of]));
        return shares.length < 2 ? [] : [deviation(shares)];
      }),
    ),
    cost: costOf(forecasts, groups),
    reason: forecasts.length === 0 ? 'there are no forecasts' : played.length === 0 ? (unknown ?? null) : null,
  };
  return { ...figures, reasons: reasonsOf(figures, { won: won.length > 0 }) };
}

/** Why each figure is null that is. */
function reasonsOf(
  figures: Omit<ForecastFigures, 'reasons'>,
  { won }: { readonly won: boolean },
): ForecastFigures['reasons'] {
  const ofWins = 'no forecast of a task that was played says its wins';
  const ofWon = (otherwise: string): string => (won ? otherwise : 'no task that was foretold was won');
  const reasons: Readonly<Record<NullableFigure, string>> = {
    wellFormed: 'there are no forecasts',
    gap: ofWins,
    brier: ofWins,
    brierOfMean: ofWins,
    unavoidable: ofWins,
    skill: figures.tasks === 0 ? ofWins : 'every episode was won, or every one lost',
    avoidableSkill: figures.tasks === 0 ? ofWins : 'every task was won as often as the others',
    stepsInRange: ofWon('no forecast says its steps'),
    stepsError: ofWon('no forecast says its steps'),
    thingsPrecision: ofWon('no forecast names a thing that is there'),
    thingsRecall: ofWon('won episodes act on nothing more often than lost ones'),
    spread: 'no task has two forecasts that say their wins',
    cost: 'the tokens of the forecasts, or of the replies, are not kept by themselves',
  };
  // Without episodes only the form and the spread of forecasts tell anything.
  const general = (name: NullableFigure): string | null =>
    name === 'spread' && figures.forecasts > 0 ? null : figures.reason;
  return Object.fromEntries(
    (Object.keys(reasons) as NullableFigure[]).flatMap(name => {
      const figure = figures[name];
      const value = typeof figure === 'object' ? (figure?.value ?? null) : figure;
      return value === null ? [[name, general(name) ?? reasons[name]]] : [];
    }),
  );
}

type NullableFigure =
  | Exclude<keyof typeof calibrationSchema.shape, 'tasks' | 'episodes' | 'curve'>
  | 'wellFormed'
  | 'stepsInRange'
  | 'stepsError'
  | 'thingsPrecision'
  | 'thingsRecall'
  | 'spread'
  | 'cost';

/** Forecasts and episodes of one key belong together: of the same run, group and task. */
export function groupKey({ run, group, task }: Pick<Trajectory, 'run' | 'group' | 'task'>): string {
  return JSON.stringify([run, group, task.id]);
}

function recallOf(forecast: Forecast, facts: GroupFacts, vocabulary: ReadonlySet<string>): number[] {
  const matter = validThings([...facts.uses.keys()], facts, { vocabulary }).filter(kind => lift(kind, facts) > 0);
  if (matter.length === 0) return [];
  const named = new Set(validThings(forecast.things ?? [], facts, { vocabulary }));
  return [matter.filter(kind => named.has(kind)).length / matter.length];
}

function costOf(forecasts: readonly Forecast[], groups: readonly ForecastGroup[]): number | null {
  if (forecasts.length === 0 || forecasts.some(({ tokens }) => tokens === null)) return null;
  const told = forecasts.reduce((sum, { tokens }) => sum + tokens!.reply.length, 0);
  const steps = groups.flatMap(({ episodes }) => episodes.flatMap(episode => episode.steps));
  if (steps.some(({ tokens }) => tokens === null)) return null;
  const played = steps.reduce((sum, { tokens }) => sum + tokens!.reply.length, 0);
  return told + played === 0 ? null : told / (told + played);
}

/** Standard deviation, n in the denominator. */
export function deviation(values: readonly number[]): number {
  const centre = mean(values)!;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / values.length);
}

/** Null for no values. */
export function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function counted(faults: readonly ForecastFault[]): ForecastFigures['faults'] {
  const counts: ForecastFigures['faults'] = {};
  for (const fault of faults) counts[fault] = (counts[fault] ?? 0) + 1;
  return counts;
}
