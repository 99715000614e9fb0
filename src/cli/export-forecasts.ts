import { writeAtomically } from '../atomic-file.ts';
import { ClewError } from '../errors.ts';
import { gatherForecasts, groupFacts } from '../forecasts/index.ts';
import { isMissing } from '../steps/index.ts';
import type { Forecast, Store, TrajectoryFilter } from '../trajectory/index.ts';
import { csvLine } from './csv.ts';

/** What a row has beside the forecast: what came of its group, and what a rule paid for each part. */
interface ForecastRow extends Forecast {
  /** Episodes of its group, and how many of them won; null where a log does not say. */
  readonly episodes: number;
  readonly won: number | null;
  /** `masa:fixed/steps` and what it was paid; empty where no rule paid. */
  readonly paid: Readonly<Record<string, number>>;
}

const columns = {
  id: forecast => forecast.id,
  run: forecast => forecast.run,
  world: forecast => forecast.world,
  task: forecast => forecast.task.id,
  category: forecast => forecast.task.category,
  split: forecast => forecast.task.split,
  group: forecast => forecast.group,
  rollout: forecast => forecast.rollout,
  iteration: forecast => forecast.iteration ?? null,
  agent: forecast => forecast.agent,
  policy_version: forecast => forecast.policyVersion,
  steps: forecast => forecast.steps,
  wins: forecast => forecast.wins,
  of: forecast => forecast.of,
  things: forecast => forecast.things?.join(', ') ?? null,
  thought: forecast => forecast.thought,
  faults: forecast => forecast.faults.join(', '),
  episodes: forecast => forecast.episodes,
  won: forecast => forecast.won,
} as const satisfies Readonly<Record<string, (row: ForecastRow) => string | number | null>>;

/**
 * Writes the forecasts of a store: as CSV where the file is called so, without replies and tokens, else all of them as
 * JSON lines. Each with what came of its group, and what it was paid.
 * @returns how many
 * @throws ClewError when there is none, and nothing is written.
 */
export async function exportForecasts(
  store: Store,
  { db, out, filter }: { readonly db: string; readonly out: string; readonly filter: TrajectoryFilter },
): Promise<number> {
  const forecasts = [...store.forecasts.select(filter)];
  if (forecasts.length === 0)
    throw new ClewError(
      `${db} holds no forecast that fits: ${store.forecasts.count()} are in it. Ask for some with clew rollout or eval ` +
        `--forecasts 8, or train with forecasts. Nothing was written.`,
    );
  const gathered = gatherForecasts(forecasts);
  for (const trajectory of store.trajectories.select(filter)) gathered.see(trajectory);
  const rows = gathered.groups().flatMap(({ forecasts: own, episodes }): ForecastRow[] => {
    const facts = groupFacts(episodes);
    const came = { episodes: episodes.length, won: isMissing(facts) ? null : facts.won };
    return own.map(forecast => ({ ...forecast, ...came, paid: paidOf(store, forecast.id) }));
  });
  await writeAtomically(out, out.endsWith('.csv') ? csvOf(rows) : jsonLinesOf(rows));
  return rows.length;
}

function* jsonLinesOf(rows: readonly ForecastRow[]): Generator<string> {
  for (const row of rows) yield `${JSON.stringify(row)}\n`;
}

function* csvOf(rows: readonly ForecastRow[]): Generator<string> {
  const paid = [...new Set(rows.flatMap(row => Object.keys(row.paid)))].toSorted();
  yield csvLine([...Object.keys(columns), ...paid]);
  for (const row of rows)
    yield csvLine([...Object.values(columns).map(of => of(row)), ...paid.map(name => row.paid[name] ?? null)]);
}

function paidOf(store: Store, forecast: string): Record<string, number> {
  return Object.fromEntries(
    store.forecasts.scoresOf(forecast).map(({ method, part, value }) => [`${method}/${part}`, value]),
  );
}
