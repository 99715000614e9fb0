import { forecastTasks, type Forecaster } from '../agents/forecast.ts';
import type { Agent } from '../agents/index.ts';
import { ClewError } from '../errors.ts';
import { forecastId } from '../trajectory/forecast.ts';
import type { Store } from '../trajectory/index.ts';
import type { TaskRecord, World } from '../world/index.ts';

/** Out of how many episodes wins are told where a task is played once: MASA's 8. */
const usualOf = 8;

export interface ForetellOptions {
  readonly run: string;
  readonly world: World;
  readonly tasks: readonly TaskRecord<unknown>[];
  readonly agent: Agent;
  /** Forecasts of each task. */
  readonly each: number;
  /** Episodes of each task, out of which wins are told; of 8 where there is one. */
  readonly rollouts: number;
  readonly seed: string | number;
  readonly maxSteps?: number | undefined;
  /** Tasks that are asked for at the same time; what is told is kept when all of them are there. */
  readonly parallelTasks?: number;
  readonly signal?: AbortSignal | undefined;
  /** Called for every forecast that is there, from before or new. */
  readonly onForecast?: () => void;
}

/** Whether an agent says something of a task before it plays it. */
export function foretells(agent: Agent): agent is Agent & Forecaster {
  return agent.forecast !== undefined;
}

/**
 * Asks an agent for the forecasts of tasks that a run of the store lacks, and stores them. Ends early, without an error,
 * when the signal is aborted.
 * @throws ClewError for an agent that says nothing beforehand, and when forecasts could not be had: those that were had
 *   are stored, and the same call asks for the others.
 */
export async function foretell(store: Store, options: ForetellOptions): Promise<void> {
  const { run, world, tasks, agent, each, rollouts, seed, maxSteps, parallelTasks = 8, signal, onForecast } = options;
  if (!foretells(agent)) throw new ClewError(saysNothing(agent.name));
  const known = new Set(Array.from(store.forecasts.select({ run }), ({ id }) => id));
  const ids = (task: string) => Array.from({ length: each }, (_, rollout) => forecastId({ run, task, rollout }));
  const missing = tasks.filter(({ id }) => ids(id).some(forecast => !known.has(forecast)));
  for (const _ of known) onForecast?.();
  const failures: string[] = [];
  for (let from = 0; from < missing.length && !signal?.aborted; from += parallelTasks) {
    const asked = missing.slice(from, from + parallelTasks);
    const forecasts = await forecastTasks({
      world,
      tasks: asked,
      forecaster: agent,
      run,
      each,
      of: rollouts > 1 ? rollouts : usualOf,
      seed,
      ...(maxSteps !== undefined && { maxSteps }),
      skip: forecast => known.has(forecast),
      onFailure: (task, rollout, error) => failures.push(`${task}, forecast ${rollout}: ${error}`),
    });
    store.forecasts.addAll(forecasts);
    for (const _ of forecasts) onForecast?.();
  }
  if (failures.length > 0 && !signal?.aborted)
    throw new ClewError(
      `${failures.length} forecasts of ${run} could not be had, and nothing was played; run the same command again to ` +
        `ask for them. The first: ${failures[0]}`,
    );
}

/** Why an agent cannot be asked for forecasts. */
export function saysNothing(agent: string): string {
  return (
    `${agent} says nothing of a task before it plays it. Forecasts come from chat:MODEL, and from a policy that was ` +
    `trained with forecasts (clew train rl, a recipe with forecasts).`
  );
}
