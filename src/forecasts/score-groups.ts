import { isMissing, lacking, type Missing } from '../steps/index.ts';
import type { ForecastGroup } from './figures.ts';
import { groupFacts, vocabularyOf } from './group-facts.ts';
import { type ForecastPart, forecastParts, type ForecastRule, scoreForecast } from './score.ts';

/** What a rule pays one forecast for each part, and their mean; null where the log does not tell. */
export interface ScoredForecast {
  readonly id: string;
  readonly parts: Readonly<Record<ForecastPart | 'total', number | null>>;
  /** Why a part is null: by part. */
  readonly missing: Partial<Record<ForecastPart | 'total', string>>;
}

/** What a rule pays the forecasts of a log. */
export interface ForecastsScored {
  readonly rule: ForecastRule;
  readonly forecasts: number;
  /** Of each part: how many are known, their mean (null for none), and why the others are not: reason, and how many. */
  readonly parts: Readonly<
    Record<
      ForecastPart | 'total',
      { readonly known: number; readonly mean: number | null; readonly missing: Readonly<Record<string, number>> }
    >
  >;
  /** Why nothing is known; null where something is. */
  readonly reason: string | null;
}

const names = [...forecastParts, 'total'] as const;

/**
 * Scores the forecasts of groups as `scoreForecast` does, with the kinds of all their episodes for a vocabulary. What is
 * not known is null with its reason, never 0: forecasts of a task that nobody played, episodes of which a log does not
 * say whether they won, and things where no command is known.
 *
 * @example
 * import { gatherForecasts, openStore, scoreForecasts } from 'clew';
 *
 * const store = openStore('clew.db', { readonly: true });
 * const gathered = gatherForecasts(store.forecasts.select());
 * for (const trajectory of store.trajectories.select()) gathered.see(trajectory);
 * console.log(scoreForecasts(gathered.groups(), 'masa:fixed').summary.parts.total.mean);
 */
export function scoreForecasts(
  groups: readonly ForecastGroup[],
  rule: ForecastRule,
): { readonly summary: ForecastsScored; readonly scores: readonly ScoredForecast[] } {
  const vocabulary = new Set(vocabularyOf(groups.flatMap(({ episodes }) => episodes)).keys());
  const scores = groups.flatMap(({ forecasts, episodes }) => {
    const facts = groupFacts(episodes);
    return forecasts.map((forecast): ScoredForecast => {
      if (isMissing(facts)) return { id: forecast.id, ...unknown(names, facts) };
      const score = scoreForecast(forecast, facts, { rule, vocabulary });
      if (vocabulary.size > 0) return { id: forecast.id, parts: score, missing: {} };
      const { parts, missing } = unknown(['things', 'total'], lacking.commands);
      return { id: forecast.id, parts: { ...score, ...parts }, missing };
    });
  });
  const parts = Object.fromEntries(
    names.map(name => {
      const known = scores.flatMap(({ parts: { [name]: value } }) => value ?? []);
      const missing: Record<string, number> = {};
      for (const { missing: own } of scores) {
        const reason = own[name];
        if (reason !== undefined) missing[reason] = (missing[reason] ?? 0) + 1;
      }
      const mean = known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
      return [name, { known: known.length, mean, missing }];
    }),
  ) as ForecastsScored['parts'];
  const reason = scores.length === 0 ? 'there are no forecasts' : (Object.keys(parts.steps.missing)[0] ?? null);
  return {
    summary: { rule, forecasts: scores.length, parts, reason: parts.steps.known > 0 ? null : reason },
    scores,
  };
}

function unknown(
  which: readonly (typeof names)[number][],
  { missing }: Missing,
): Pick<ScoredForecast, 'parts' | 'missing'> {
  return {
    parts: Object.fromEntries(which.map(name => [name, null])) as Record<ForecastPart | 'total', null>,
    missing: Object.fromEntries(which.map(name => [name, missing])),
  };
}
