import { ClewError, UsageError } from '../errors.ts';
import { episodeId } from '../ids.ts';
import { beginRun, endRun, endRunByError } from '../runs/index.ts';
import type { Store, Trajectory } from '../trajectory/index.ts';
import type { TaskRecord, World } from '../world/index.ts';
import { type Annotator, commandOf } from './annotator.ts';
import type { Demonstration } from './demonstrate.ts';
import { refuseLeaks, taskLeaks, trajectoryLeaks } from './leaks.ts';
import { completeKit } from './complete-kit.ts';
import { trajectoryOf } from './trajectory-of.ts';

export interface BuildOptions {
  readonly world: World;
  readonly store: Store;
  readonly run: string;
  readonly annotator: Annotator;
  /** A demonstration of a task; undefined where none can be made. Only those that were won are kept. */
  readonly demonstrate: (record: TaskRecord<unknown>, rollout: number) => Demonstration | undefined;
  /** How many trajectories; 200 if left out. */
  readonly trajectories?: number;
  /** The categories to build from; all that the world trains on if left out. The others count as held out. */
  readonly categories?: readonly string[];
  readonly seed?: string | number;
  /** Tasks to try, each once; the training tasks of the world if left out. */
  readonly tasks?: Iterable<TaskRecord<unknown>>;
  /** Further settings that decide the result, for the record of the run. */
  readonly config?: Readonly<Record<string, unknown>>;
  readonly signal?: AbortSignal;
  readonly onTrajectory?: (trajectory: Trajectory) => void;
  /** Called before each task is played: so many were tried before it, and won. A search may take long for one. */
  readonly onTry?: (tried: number, won: number) => void;
}

export interface BuildResult {
  readonly stored: number;
  /** Of those, how many were in the store before. */
  readonly before: number;
  /** Demonstrations that the annotator did not give usable replies for, with the reason. */
  readonly refused: readonly { readonly task: string; readonly rollout: number; readonly reason: string }[];
  /** Demonstrations that could not be made, or were not won within the limit of steps. */
  readonly lost: number;
}

/** Tasks in a row of which a search wins none before it is given up: at first, and once it has won one. */
const mostInVain = { first: 40, later: 400 };

function needsExpert(world: World, inVain: number, wonBefore: boolean): ClewError {
  return new ClewError(
    `${world.name} has no expert, and a search won none of ` +
      `${wonBefore ? `${inVain} training tasks in a row` : `its first ${inVain} training tasks`}: it imagines tasks ` +
      `that print what was printed, and where every task opens with another text there are none. Give the world an ` +
      `expert: docs/reference/expert.md has one of 60 lines.`,
  );
}

/** Demonstrations of one task, at most, in worlds with few tasks. */
const mostRollouts = 10;

/**
 * Builds a set of demonstrations: training tasks in the world's order, each category as often as the others, every
 * episode won, annotated and checked for leaks before it is stored. What is in the store is not made again, so that an
 * interrupted build goes on where it stopped and ends with the same trajectories.
 *
 * @example
 * import { openStore } from 'clew';
 * import { buildDemonstrations, rlvmrMethod, rulesAnnotator } from 'clew/train';
 * import world from 'clew/worlds/household';
 *
 * const store = openStore('demonstrations.sqlite');
 * const annotator = rulesAnnotator();
 * const method = rlvmrMethod(world, { seed: 0 });
 * await buildDemonstrations({ world, store, run: 'cold start', annotator, trajectories: 200, seed: 0, ...method });
 *
 * @throws ClewError for a leak, for a store with another build under the same name, and when the world has too few
 *   tasks.
 */
export async function buildDemonstrations({
  world,
  store,
  run,
  annotator,
  demonstrate,
  trajectories = 200,
  categories = trainedCategories(world),
  seed = 0,
  tasks,
  config = {},
  signal,
  onTrajectory,
  onTry,
}: BuildOptions): Promise<BuildResult> {
  checkCategories(world, categories);
  const heldOut = world.categories.filter(
    category => !categories.includes(category) || world.heldOut.includes(category),
  );
  const kit = completeKit(world);
  const rules = kit.leaks(heldOut);
  const settings = {
    ...config,
    annotator: annotator.name,
    world: { version: world.version, grammar: world.grammar },
    trajectories,
    categories,
    heldOut,
    seed,
  };
  beginRun(store, {
    id: run,
    kind: 'cold-start',
    world: world.name,
    config: settings,
    // No facts about the machine: the file is handed out, and does not depend on it.
    machine: {},
    remedy: 'Build into another file with --out, or start anew with --replace.',
  });

  const open = new Map(
    categories.map((category, i) => [
      category,
      Math.floor(trajectories / categories.length) + (i < trajectories % categories.length ? 1 : 0),
    ]),
  );
  const refused: { task: string; rollout: number; reason: string }[] = [];
  let lost = 0;
  /** Tasks in a row that were searched in vain. */
  let inVain = 0;
  let tried = 0;
  let won = 0;
  let before = 0;
  let stored = 0;
  let unreachable = '';
  /** A demonstration that is stored and would have other commands now. */
  let other: string | undefined;
  const source = demonstrations();
  try {
    for (let batch = next(); batch.length > 0; batch = next()) {
      await Promise.all(batch.map(keep));
      if (signal?.aborted || unreachable) break;
      if (refused.length > trajectories + 20)
        throw new ClewError(
          `The annotator ${annotator.name} was refused ${refused.length} times, the last time because ` +
            `${refused.at(-1)!.reason}. ${stored} trajectories are kept.`,
        );
    }
    const missing = trajectories - stored;
    if (signal?.aborted) endRun(store, run, { signal });
    else if (unreachable)
      throw new ClewError(
        `${missing} of ${trajectories} episodes have no replies yet: ${unreachable}. What was answered is kept; ` +
          `run the same command again to go on.`,
      );
    else if (missing > 0)
      throw new ClewError(
        `${world.name} has too few training tasks for ${trajectories} trajectories: ${missing} are missing, of ${[
          ...open,
        ]
          .filter(([, count]) => count > 0)
          .map(([category, count]) => `${category} ${count}`)
          .join(', ')}. ${stored} are kept.`,
      );
    else endRun(store, run);
  } catch (error) {
    endRunByError(store, run, error);
    throw error;
  }
  return { stored, before, refused, lost };

  /**
   * Won demonstrations of categories that are still short, in order: each task once before any comes again, however
   * often it is listed.
   */
  function* demonstrations(): Generator<Demonstration, void, undefined> {
    for (let rollout = 0; rollout < (tasks ? 1 : mostRollouts); rollout++) {
      const had = new Set<string>();
      for (const record of tasks ?? kit.tasks(seed)) {
        if (had.has(record.id)) continue;
        had.add(record.id);
        if (![...open.values()].some(count => count > 0)) return;
        if (!(open.get(record.category)! > 0)) continue;
        refuseLeaks(`The task ${record.id}`, taskLeaks(record, rules));
        onTry?.(tried++, won);
        const demonstration = demonstrate(record, rollout);
        if (demonstration?.won) {
          inVain = 0;
          won++;
          yield demonstration;
          continue;
        }
        lost++;
        if (!world.expert && ++inVain >= (won > 0 ? mostInVain.later : mostInVain.first))
          throw needsExpert(world, inVain, won > 0);
      }
    }
  }

  /** As many demonstrations as are missing, each taken from what its category is short of. */
  function next(): Demonstration[] {
    const batch: Demonstration[] = [];
    for (let wanted = remaining(); wanted > 0; wanted--) {
      const { value } = source.next();
      if (!value) break;
      open.set(value.record.category, open.get(value.record.category)! - 1);
      batch.push(value);
    }
    return batch;
  }

  function remaining(): number {
    return [...open.values()].reduce((sum, count) => sum + count, 0);
  }

  async function keep(demonstration: Demonstration): Promise<void> {
    const { record, rollout } = demonstration;
    const there = store.trajectories.get(episodeId({ run, task: record.id, rollout }));
    if (there) {
      before++;
      stored++;
      if (!sameCommands(there, demonstration)) other ??= there.id;
      return;
    }
    if (signal?.aborted) return;
    refuseMixture();
    const replies = await annotator.annotate(demonstration);
    const again = () => void open.set(record.category, open.get(record.category)! + 1);
    if ('refused' in replies) {
      if (signal?.aborted) return;
      if (replies.again) unreachable = replies.refused;
      else refused.push({ task: record.id, rollout, reason: replies.refused });
      return again();
    }
    const trajectory = trajectoryOf(demonstration, replies, run, `demonstrator, ${annotator.name}`);
    const leaks = trajectoryLeaks(trajectory, rules, world);
    // A teacher may write anything; what the rules write comes from the world.
    if (leaks.length > 0 && annotator.name !== 'rules') {
      refused.push({ task: record.id, rollout, reason: leaks[0]! });
      return again();
    }
    refuseLeaks(`The trajectory ${trajectory.id}`, leaks);
    refuseMixture();
    // Counted is what the store says is new.
    if (!store.trajectories.add(trajectory)) return again();
    stored++;
    onTrajectory?.(trajectory);
  }

  /** A whole build of another version is taken as it is; half of each would be neither. */
  function refuseMixture(): void {
    if (other !== undefined)
      throw new ClewError(
        `${store.path} holds demonstrations that are made differently now: ${other} of the run "${run}". The world, its ` +
          `expert or mistakes, or this version of Clew plays them otherwise. Build into another file with --out, or ` +
          `start anew with --replace.`,
      );
  }
}

/** Whether a stored demonstration has the commands that are demonstrated now. */
function sameCommands({ steps: stored }: Trajectory, { steps }: Demonstration): boolean {
  return stored.length === steps.length && steps.every((step, t) => commandOf(step) === stored[t]!.command);
}

/** The categories that a world trains on. */
export function trainedCategories(world: World): string[] {
  return world.categories.filter(category => !world.heldOut.includes(category));
}

/** @throws UsageError for a list that is empty, or names a category that is unknown or held out. */
export function checkCategories(world: World, categories: readonly string[]): void {
  const trained = trainedCategories(world);
  if (categories.length === 0) throw new UsageError(`Name at least one category: ${trained.join(', ')}.`);
  for (const category of categories) {
    if (!world.categories.includes(category))
      throw new UsageError(`${world.name} has no category "${category}"; it trains on ${trained.join(', ')}.`);
    if (world.heldOut.includes(category))
      throw new UsageError(
        `The category "${category}" of ${world.name} is held out of training; it trains on ${trained.join(', ')}.`,
      );
  }
}
