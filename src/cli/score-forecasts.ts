import {
  type ForecastRule,
  forecastRules,
  type ForecastsScored,
  gatherForecasts,
  scoreForecasts,
} from '../forecasts/index.ts';
import type { Store } from '../trajectory/index.ts';

/** The rules that pay forecasts, and not steps. */
export function isForecastRule(name: string): name is ForecastRule {
  return (forecastRules as readonly string[]).includes(name);
}

/** What rules pay the forecasts that were gathered; they are kept where there is a store that has the forecasts. */
export function scoreGathered(
  gathered: ReturnType<typeof gatherForecasts>,
  rules: readonly ForecastRule[],
  store: Store | undefined,
) {
  const stored = store && new Set(Array.from(store.forecasts.select(), ({ id }) => id));
  return rules.map(rule => {
    const scored = scoreForecasts(gathered.groups(), rule);
    for (const { id, parts } of scored.scores)
      if (stored?.has(id))
        store!.forecasts.putScores(
          id,
          Object.entries(parts).flatMap(([part, value]) => (value === null ? [] : [{ method: rule, part, value }])),
        );
    return scored;
  });
}

/** The summary as text for people. */
export function formatForecastsScored({ rule, forecasts, parts, reason }: ForecastsScored): string {
  const title = `${rule}: what was said of tasks beforehand, by what came of them`;
  if (reason !== null) return `${title}\nNot known: ${reason}.`;
  const rows = Object.entries(parts).map(
    ([part, { known, mean }]) =>
      `${part.padEnd(8)}${String(known).padStart(10)}${(mean === null ? '–' : mean.toFixed(3)).padStart(10)}`,
  );
  const reasons = new Map(Object.values(parts).flatMap(({ missing }) => Object.entries(missing)));
  return [
    title,
    `${forecasts} forecasts`,
    '',
    `${'part'.padEnd(8)}${'known'.padStart(10)}${'mean'.padStart(10)}`,
    ...rows,
    ...Array.from(reasons, ([why, count]) => `${count} of a part could not be judged: ${why}.`),
  ].join('\n');
}
