import { countEpisode } from '../metrics/index.ts';
import type { Store, TrajectorySummary } from '../trajectory/store/index.ts';
import type { ReportData, ReportTask, ResultRow } from './data.ts';
import type { Place } from './places.ts';
import type { Cell } from './results.ts';
import type { SeededEpisode } from './seeds.ts';
import { stripOf } from './trajectory-view.ts';

/** An episode without its steps, and where it stands. */
export interface Placed {
  readonly head: TrajectorySummary;
  readonly place: Place;
}

export interface EpisodeLists {
  readonly arms: readonly string[];
  readonly levels: readonly string[];
  readonly runs: readonly string[];
  /** Runs whose episodes are listed only. */
  readonly replaced: ReadonlyMap<string, string>;
  readonly readable: ReadonlySet<string>;
}

/** A cell in the making. */
interface Sums {
  readonly arm: string;
  readonly level: string;
  readonly world: string;
  readonly episodes: SeededEpisode[];
  readonly runs: Set<string>;
  readonly rewards: Map<string, { sum: number; episodes: number }>;
}

/**
 * Reads the listed episodes once, one by one: a row of each for the list, and counts of those that are measured.
 * @returns cells in the order of levels and arms.
 */
export function readEpisodes(
  store: Store,
  listed: readonly Placed[],
  lists: EpisodeLists,
): Pick<ReportData, 'tasks' | 'episodes'> & { cells: Cell[] } {
  const { arms, levels, runs, replaced, readable } = lists;
  const tasks: ReportTask[] = [];
  const taskPlaces = new Map<string, number>();
  const cells = new Map<string, Sums>();
  const episodes: ReportData['episodes'] = {
    id: [],
    run: [],
    arm: [],
    level: [],
    task: [],
    rollout: [],
    iteration: [],
    success: [],
    strip: [],
    refused: [],
    readable: [],
  };
  for (const { head, place } of listed) {
    const trajectory = store.trajectories.get(head.id)!;
    const task = { ...trajectory.task, world: trajectory.world };
    const taskKey = JSON.stringify([task.world, task.id, task.goal, task.category, task.split]);
    let taskAt = taskPlaces.get(taskKey);
    if (taskAt === undefined) {
      taskPlaces.set(taskKey, (taskAt = tasks.length));
      tasks.push(task);
    }
    episodes.id.push(head.id);
    episodes.run.push(runs.indexOf(head.run));
    episodes.arm.push(arms.indexOf(place.arm));
    episodes.level.push(levels.indexOf(place.level));
    episodes.task.push(taskAt);
    episodes.rollout.push(head.rollout);
    episodes.iteration.push(place.measured ? null : head.iteration);
    episodes.success.push(head.success);
    episodes.strip.push(stripOf(trajectory));
    episodes.refused.push(trajectory.steps.filter(({ accepted }) => accepted === false).length);
    episodes.readable.push(readable.has(head.id));
    if (!place.measured || replaced.has(head.run)) continue;
    const key = JSON.stringify([levels.indexOf(place.level), arms.indexOf(place.arm)]);
    const sums: Sums = cells.get(key) ?? {
      arm: place.arm,
      level: place.level,
      world: trajectory.world,
      episodes: [],
      runs: new Set(),
      rewards: new Map(),
    };
    cells.set(key, sums);
    sums.episodes.push({ counts: countEpisode(trajectory), replicate: place.seed });
    sums.runs.add(head.run);
    addRewards(sums.rewards, store, head.id);
  }
  const ordered = levels.flatMap((_, level) =>
    arms.flatMap((__, arm) => cells.get(JSON.stringify([level, arm])) ?? []),
  );
  return {
    tasks,
    episodes,
    cells: ordered.map(({ rewards, runs: own, ...cell }) => ({ ...cell, runs: [...own], rewards: meansOf(rewards) })),
  };
}

function addRewards(rewards: Sums['rewards'], store: Store, id: string): void {
  for (const { method, kind, part, steps } of store.scores.of(id)) {
    if (kind !== 'reward') continue;
    const name = `${method}/${part}`;
    const sums = rewards.get(name) ?? { sum: 0, episodes: 0 };
    rewards.set(name, sums);
    sums.sum += steps.reduce((total, paid) => total + paid, 0);
    sums.episodes++;
  }
}

function meansOf(rewards: Sums['rewards']): ResultRow['rewards'] {
  return Object.fromEntries(
    [...rewards].map(([name, { sum, episodes }]) => [name, { mean: sum / episodes, episodes }]),
  );
}
