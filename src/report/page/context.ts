import type { ReportData } from '../data.ts';
import type { ReportSource } from '../source.ts';
import { armColour } from '../plots/palette.ts';
import { type EpisodeRow, episodeRows } from './episode-filter.ts';

/** What every view is given. */
export interface Context {
  readonly data: ReportData;
  readonly source: ReportSource;
  readonly rows: readonly EpisodeRow[];
  /** The custom property that holds the colour of an arm. */
  armColour(arm: string): string;
  levelLabel(level: string): string;
}

export function contextOf(data: ReportData, source: ReportSource): Context {
  const labels = new Map(data.levels.map(({ name, label }) => [name, label]));
  return {
    data,
    source,
    rows: episodeRows(data),
    armColour: arm => armColour(data.arms, arm),
    levelLabel: level => labels.get(level) ?? level,
  };
}

/** What tells a task from others with the same goal: its id, without the world that is named elsewhere. */
export function taskName({ id, world }: ReportData['tasks'][number]): string {
  return id.startsWith(`${world}:`) ? id.slice(world.length + 1) : id;
}
