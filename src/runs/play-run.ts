import type { Agent, RolloutResult } from '../agents/index.ts';
import { ClewError } from '../errors.ts';
import type { RunKind, Store } from '../trajectory/index.ts';
import { hash, type TaskRecord, type World } from '../world/index.ts';
import { beginRun, knownRun, type RunIdentity } from './begin.ts';
import { endRunByError } from './ending.ts';
import { foretell } from './foretell.ts';
import type { Settings } from './identity.ts';
import { missingEpisodes, type MissingEpisodes, playMissing } from './play-missing.ts';

/** A run that plays tasks: who plays is said when it is played. */
export interface PlayedRun {
  readonly id: string;
  readonly kind: RunKind;
  readonly world: World;
  readonly tasks: readonly TaskRecord<unknown>[];
  /** Episodes of each task. */
  readonly rollouts: number;
  /** Random seed: with task, rollout and step it decides every draw. */
  readonly seed: string | number;
  /** Replies an episode may have; the world's limit if left out. */
  readonly maxSteps?: number | undefined;
  readonly showAdmissible?: boolean;
  readonly showObjects?: boolean;
  /** Forecasts that the agent is asked for of each task before any is played; none if left out. */
  readonly forecasts?: number | undefined;
  /** What decides the episodes beside world, tasks and limit of steps, and what tables call the run. */
  readonly settings: Settings;
  /** Engine and device that compute the agent, where another engine makes another run. */
  readonly engine?: string;
  readonly engineDecides?: boolean;
  /** What to do instead of going on with other settings. */
  readonly remedy: string;
}

/** A played run with what the store lacks of it. */
export interface PlannedRun {
  readonly run: PlayedRun;
  readonly missing: MissingEpisodes;
  /** Episodes of the whole run. */
  readonly episodes: number;
}

/**
 * What is left to play of a run; nothing is written.
 * @throws ClewError when the store has a run of this name that was begun with other settings.
 */
export function planRun(store: Store, run: PlayedRun): PlannedRun {
  knownRun(store, identityOf(run));
  const { id, tasks, rollouts } = run;
  return { run, missing: missingEpisodes(store, id, tasks, rollouts), episodes: tasks.length * rollouts };
}

export interface PlayOptions {
  readonly agent: Agent;
  /** Engine and device that compute the agent: `onnx cpu`. */
  readonly engine?: string | undefined;
  /** Episodes that are played at the same time; they decide nothing. */
  readonly parallelEpisodes?: number;
  readonly signal?: AbortSignal | undefined;
  /** Called when an episode is over: whether it was stored or could not be finished. */
  readonly onEpisode?: (stored: boolean) => void;
  /** Called for every forecast that is there, from before or new. */
  readonly onForecast?: () => void;
}

export interface Played extends RolloutResult {
  /** Why episodes could not be finished: `TASK, rollout K: REASON`. */
  readonly failures: readonly string[];
}

/**
 * Plays what is left of a run as a run of the store, so that an interrupted one goes on. It is left `done`, `stopped`
 * when the signal was aborted, or `failed` when an episode could not be finished: see `refuseLosses`.
 */
export async function playRun(store: Store, { run, missing }: PlannedRun, options: PlayOptions): Promise<Played> {
  const { id, world, tasks, rollouts, seed, maxSteps, showAdmissible = false, showObjects = false } = run;
  const { agent, engine = run.engine, parallelEpisodes = 64, signal, onEpisode, onForecast } = options;
  beginRun(store, identityOf(run, engine));
  if (run.forecasts !== undefined)
    await foretell(store, {
      run: id,
      world,
      tasks,
      agent,
      each: run.forecasts,
      rollouts,
      seed,
      maxSteps,
      parallelTasks: Math.max(1, Math.floor(parallelEpisodes / run.forecasts)),
      signal,
      ...(onForecast && { onForecast }),
    }).catch((error: unknown) => {
      endRunByError(store, id, error, signal);
      throw error;
    });
  return playMissing(store, {
    missing,
    world,
    tasks,
    agent,
    run: id,
    rollouts,
    seed,
    parallelEpisodes,
    showAdmissible,
    showObjects,
    ...(maxSteps !== undefined && { maxSteps }),
    ...(signal && { signal }),
    ...(onEpisode && { onEpisode }),
  });
}

/** @throws ClewError when an episode could not be finished: a figure of the others would be of another set of tasks. */
export function refuseLosses(run: string, { failures }: Pick<Played, 'failures'>): void {
  if (failures.length > 0)
    throw new ClewError(
      `${failures.length} episodes of ${run} could not be finished and were not stored; run the same command ` +
`again to retry them. The first: ${failures[0]}`,
    );
}

/**
 * Tasks go into the identity by a hash of their ids; the names of these settings are those of every database so far.
 */
function identityOf(
  { id, kind, world, tasks, maxSteps = world.maxSteps, settings, engineDecides, remedy, ...run }: PlayedRun,
  engine = run.engine,
): RunIdentity {
  return {
    id,
    kind,
    world: world.name,
    config: {
      ...settings,
      world: { version: world.version, grammar: world.grammar },
      tasks: { count: tasks.length, hash: hash(tasks.map(task => task.id).join('\n')) },
      maxSteps,
    },
    ...(engine !== undefined && { engine }),
    ...(engineDecides && { engineDecides }),
    remedy,
  };
}
