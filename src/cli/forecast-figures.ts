import { type ForecastFigures, gatherForecasts } from '../forecasts/index.ts';
import type { Store } from '../trajectory/index.ts';

/** How well the agent of a run foretold its own episodes. */
export function forecastFiguresOf(store: Store, run: string): ForecastFigures {
  const gathered = gatherForecasts(store.forecasts.select({ run }));
  for (const trajectory of store.trajectories.select({ run })) gathered.see(trajectory);
  return gathered.figures();
}
