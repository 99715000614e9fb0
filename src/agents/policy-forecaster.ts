import { ClewError } from '../errors.ts';
import { type EpisodeLayout, episodeLayoutOf, type Sampler, type TrainedPolicy } from '../policy/index.ts';
import type { Forecaster } from './forecast.ts';

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
