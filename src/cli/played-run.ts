import type { Command } from 'commander';
import pc from 'picocolors';
import { UsageError } from '../errors.ts';
import {
  foretells,
  planRun,
  type Played,
  playRun,
  type PlaySettings,
  playSettingsSchema,
  saysNothing,
} from '../runs/index.ts';
import type { RunKind, Store } from '../trajectory/index.ts';
import type { TaskRecord, World } from '../world/index.ts';
import type { OpenAgent } from './agent-option.ts';
import { wholeNumber } from './options.ts';
import { progressOf } from './progress.ts';
import { withSettings } from './schema-options.ts';

/** How tasks are played, whoever plays them. */
export interface PlayOptions extends PlaySettings {
  readonly parallelEpisodes: number;
  readonly showAdmissible?: boolean;
  readonly showObjects?: boolean;
  readonly forecasts?: number;
  readonly json?: boolean;
}

export function withPlayOptions(command: Command): Command {
  return withSettings(command, playSettingsSchema)
    .option('--show-admissible', 'show the agent the admissible commands')
    .option('--show-objects', 'show the agent what a command could be about, in a world that lists it (scienceworld)')
    .option(
      '--forecasts <count>',
      'ask the agent first how each task will go, so many times: steps, wins, things; for chat:MODEL and policies that ' +
        'learnt to foretell',
      wholeNumber(),
    )
    .option('--parallel-episodes <count>', 'episodes that are played at the same time', wholeNumber(), 64)
    .option('--json', 'print the result as JSON');
}

/** What is played, under which name. */
export interface NamedRun {
  readonly id: string;
  readonly kind: RunKind;
  readonly world: World;
  readonly tasks: readonly TaskRecord<unknown>[];
  readonly agent: OpenAgent;
  /** What the run's settings say beside world, tasks, agent and play. */
  readonly config?: Readonly<Record<string, unknown>>;
}

export interface PlayedEpisodes extends Played {
  readonly episodes: number;
  readonly successes: number;
  readonly seconds: number;
}

/** Plays what is left of a run, and tells how it goes. @throws ClewError as `planRun`. */
export async function playNamed(
  store: Store,
  { id, kind, world, tasks, agent: { agent, engine, label, settings }, config }: NamedRun,
  options: PlayOptions,
  signal: AbortSignal,
): Promise<PlayedEpisodes> {
  const {
    rollouts,
    seed,
    parallelEpisodes,
    maxSteps,
    showAdmissible = false,
    showObjects = false,
    forecasts,
    json = false,
  } = options;
  const [first] = tasks;
  if (showObjects && first && world.objects(world.start(first).state) === undefined)
    throw new UsageError(
      `${world.name} has no list of what a command could be about: leave --show-objects out, or show the commands with ` +
        `--show-admissible.`,
    );
  if (forecasts !== undefined && !foretells(agent)) throw new UsageError(saysNothing(label));
  const plan = planRun(store, {
    id,
    kind,
    world,
    tasks,
    rollouts,
    seed,
    maxSteps,
    showAdmissible,
    showObjects,
    forecasts,
    // Runs of before do not say it.
    settings: {
      agent: label,
      rollouts,
      seed,
      showAdmissible,
      ...(showObjects && { showObjects }),
      ...(forecasts !== undefined && { forecasts }),
      ...settings,
      ...config,
    },
    ...(engine !== undefined && { engine }),
    engineDecides: true,
    remedy: 'Give this one another name with --run.',
  });
  if (engine && !json) process.stderr.write(`${pc.dim(`engine ${engine}, policy version ${agent.policyVersion}`)}\n`);
  const progress = progressOf(`${id}: episodes`, plan.missing.size, { quiet: json });
  const asked =
    forecasts === undefined ? undefined : progressOf(`${id}: forecasts`, tasks.length * forecasts, { quiet: json });
  const from = performance.now();
  const result = await playRun(store, plan, {
    agent,
    parallelEpisodes,
    signal,
    onEpisode: () => progress.advance(),
    onForecast: () => asked?.advance(),
  }).finally(() => {
    asked?.end();
    progress.end();
  });
  const { trajectories: episodes, successes } = store.trajectories.count({ run: id });
  return { ...result, episodes, successes, seconds: Math.round((performance.now() - from) / 10) / 100 };
}

/** How the agent samples, in words for the name of a run: `T 0.4`, `greedy`. */
export function samplingWords({ agent, settings }: OpenAgent): string[] {
  if (agent.policyVersion == null) return [];
  return [
    ...(settings.temperature === null
      ? []
      : [settings.temperature === 0 ? 'greedy' : `T ${String(settings.temperature)}`]),
    ...(settings.onlyAdmissible ? ['only admissible'] : []),
    ...(settings.stripTags === undefined ? [] : [`tags stripped: ${String(settings.stripTags)}`]),
  ];
}
