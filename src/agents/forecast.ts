import { groupOf, type RunId } from '../ids.ts';
import { readForecast } from '../forecasts/read-forecast.ts';
import { type EpisodeLayout, episodeLayoutOf, type Sampler, type TrainedPolicy } from '../policy/index.ts';
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

export interface PolicyForecasterOptions {
  readonly checkpoint: TrainedPolicy;
  readonly sampler: Sampler;
  readonly name: string;
  readonly version: () => string;
  readonly temperature: number;
  /** Tokens that a forecast may have. */
  readonly tokens: number;
}

/**
 * A policy that says what will come of a task.
 * @throws ClewError when it has no words for it: see `withWords`.
 */
export function policyForecaster(options: PolicyForecasterOptions): Forecaster {
  const { checkpoint, sampler, name, version, temperature, tokens: limit } = options;
  const layout = forecastLayoutOf(episodeLayoutOf(checkpoint));
  return {
    name,
    get policyVersion() {
      return version();
    },
    async forecast({ initialObservation, goal, random }) {
      const slot = sampler.slot('forecast', random.int(2 ** 32), random.int(2 ** 32));
      try {
        const prompt = layout.prompt({ initialObservation, task: { goal } });
        if (prompt.length >= checkpoint.model.config.context)
          throw new ClewError(
            `What comes before a forecast has ${prompt.length} tokens and the model's context is ` +
              `${checkpoint.model.config.context}. Train a policy with a longer context.`,
          );
        slot.feed(prompt);
        const written = await slot.reply({ temperature, stop: layout.stop, limit });
        const { tokens: reply, logProbabilities } = written;
        return { text: layout.decode(reply), tokens: { prompt, reply, logProbabilities } };
      } finally {
        slot.close();
      }
    },
  };
}

/** @throws ClewError when the policy has no words for forecasts. */
export function forecastLayoutOf({ forecast }: EpisodeLayout): NonNullable<EpisodeLayout['forecast']> {
  if (forecast) return forecast;
  throw new ClewError(
    'This policy has no words for forecasts. A policy of Clew gets them when it is trained with forecasts (clew train ' +
      'rl, recipe with forecasts); a published model writes none.',
  );
}
