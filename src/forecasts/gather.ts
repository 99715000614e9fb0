import { type Forecast, forecastId } from '../trajectory/forecast.ts';
import type { Trajectory } from '../trajectory/schema.ts';
import { forecastFigures, type ForecastFigures, type ForecastGroup, groupKey } from './figures.ts';
import { readForecast } from './read-forecast.ts';

/**
 * Gathers forecasts with the episodes that they foretold while trajectories stream by; those without a forecast are
 * not kept. Forecasts come from a store, or stand in the first reply of an episode, as any agent can write them.
 *
 * @example
 * import { gatherForecasts, openStore } from 'clew';
 *
 * const store = openStore('clew.db', { readonly: true });
 * const gathered = gatherForecasts(store.forecasts.select());
 * for (const trajectory of store.trajectories.select()) gathered.see(trajectory);
 * console.log(gathered.figures().skill);
 */
export function gatherForecasts(stored: Iterable<Forecast> = []): {
  /** Takes in the next trajectory. */
  see(trajectory: Trajectory): void;
  groups(): readonly ForecastGroup[];
  figures(): ForecastFigures;
} {
  const groups = new Map<string, { forecasts: Forecast[]; episodes: Trajectory[] }>();
  const groupOf = (record: Parameters<typeof groupKey>[0]) => {
    const key = groupKey(record);
    const group = groups.get(key) ?? { forecasts: [], episodes: [] };
    groups.set(key, group);
    return group;
  };
  for (const forecast of stored) groupOf(forecast).forecasts.push(forecast);
  return {
    see(trajectory) {
      const own = ownForecast(trajectory);
      if (own) groupOf(trajectory).forecasts.push(own);
      groups.get(groupKey(trajectory))?.episodes.push(trajectory);
    },
    groups: () => [...groups.values()],
    figures: () => forecastFigures([...groups.values()]),
  };
}

/**
 * What an agent said of the episode in its first reply, in Clew's form or in MASA's own JSON; undefined when it said
 * nothing.
 */
export function ownForecast(trajectory: Trajectory): Forecast | undefined {
  const { id: _, steps, success: __, stopReason: ___, optimalSteps: ____, outcomes: _____, ...head } = trajectory;
  const [first] = steps;
  if (!first) return undefined;
  const { maxSteps, run, rollout, iteration, task } = trajectory;
  const reading = readForecast(first.reply, { json: true, ...(maxSteps !== null && { maxSteps }) });
  if (reading.faults.includes('no forecast')) return undefined;
  return {
    ...head,
    id: forecastId({ run, rollout, iteration, task: task.id }),
    reply: first.reply,
    ...reading,
    tokens: null,
  };
}
