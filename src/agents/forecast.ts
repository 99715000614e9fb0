import { groupOf, type RunId } from '../ids.ts';
import { readForecast } from '../forecasts/read-forecast.ts';
import { ClewError } from '../errors.ts';
import { type Forecast, forecastId } from '../trajectory/forecast.ts';
import { createRandom, type TaskRecord, type World } from '../world/index.ts';
import type { Failure, ForecastAsk, Foretelling } from './agent.ts';
import { taskOf } from './task-of.ts';

/** Whoever says what will come of a task. */
export interface Forecaster {
  readonly name: string;
  readonly policyVersion?: string | null;
  forecast(ask: ForecastAsk): Promise<Foretelling | Failure>;
}

export interface ForecastOptions {
  readonly world: World;
  readonly tasks: readonly TaskRecord<unknown>[];
  readonly forecaster: Forecaster;
  readonly run: RunId;
  readonly iteration?: number;
  /** Forecasts of each task. */
  readonly each: number;
  readonly of: number;
  readonly maxSteps?: number;
  readonly seed: string | number;
  /** Forecasts that are not asked for again. */
  readonly skip?: (forecast: string) => boolean;
  /** Is told of a forecast that could not be had. It throws if left out. */
  readonly onFailure?: (task: string, rollout: number, error: string) => void;
}

/**
 * Asks for the forecasts of tasks, in the order of task and number. Every draw is keyed by seed, task and number.
 * @throws ClewError when a forecast could not be had, and nobody is to be told of it.
 */
export async function forecastTasks(options: ForecastOptions): Promise<Forecast[]> {
  const { world, forecaster, run, iteration, each, of, maxSteps = world.maxSteps, seed, skip, onFailure } = options;
  const { name, policyVersion = null } = forecaster;
  const tasks = options.tasks.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const asked = tasks.flatMap(record => {
    const episode = world.start(record);
    return Array.from({ length: each }, (_, rollout) => {
      const id = forecastId({ run, task: record.id, rollout, iteration });
      return { id, record, episode, rollout };
    });
  });
  const forecasts = await Promise.all(
    asked.map(async ({ id, record, episode, rollout }): Promise<Forecast | null> => {
      if (skip?.(id)) return null;
      const initialObservation = episode.observation;
      const random = createRandom('forecast', seed, record.id, rollout);
      const said = await forecaster.forecast({
        goal: episode.goal,
        initialObservation,
        commands: world.commands,
        maxSteps,
        of,
        random,
      });
      if ('error' in said) {
        if (!onFailure) throw new ClewError(`${name} has not foretold ${record.id}: ${said.error}`);
        onFailure(record.id, rollout, said.error);
        return null;
      }
      const { text, tokens } = said;
      return {
        id,
        run,
        world: world.name,
        worldVersion: world.version,
        grammar: world.grammar,
        task: taskOf(record, episode),
        group: groupOf(record.id, policyVersion ?? name, iteration),
        rollout,
        ...(iteration !== undefined && { iteration }),
        seed: JSON.stringify(['forecast', seed, record.id, rollout]),
        agent: name,
        policyVersion,
        maxSteps,
        initialObservation,
        reply: text,
        ...readForecast(text, { of, maxSteps }),
        tokens,
      };
    }),
  );
  return forecasts.filter(forecast => forecast !== null);
}
