import { MetricsAccumulator, repetitiveAction } from '../metrics/index.ts';
import type { ResultRow } from './data.ts';
import { alignSeeds, episodesBySeed, pairKey, type SeededEpisode, withSeedIntervals } from './seeds.ts';

/** The measured episodes of one arm on one level. */
export interface Cell {
  readonly arm: string;
  readonly level: string;
  readonly world: string;
  readonly episodes: readonly SeededEpisode[];
  readonly runs: readonly string[];
  readonly rewards: ResultRow['rewards'];
}

/** The headline: a row for each arm on each level. */
export function resultRows(
  cells: readonly Cell[],
  cautionsOf: (cell: Cell) => readonly string[] = () => [],
): ResultRow[] {
  return cells.map((cell): ResultRow => {
    const { notes, by: _, ...figures } = measured(cell.episodes);
    const others = cells.filter(({ level }) => level === cell.level);
    return {
      arm: cell.arm,
      level: cell.level,
      runs: [...cell.runs],
      figures: withSeedIntervals(figures, cell.episodes),
      matched: others.length < 2 ? null : matchedView(others, others.indexOf(cell)),
      seeds: [...episodesBySeed(cell.episodes)].map(([seed, episodes]) => {
        const { success, rates } = measured(episodes);
        return {
          seed,
          episodes: episodes.length,
          success,
          repetition: rates[repetitiveAction].first10,
          inadmissible: rates.inadmissible.pooled,
        };
      }),
      rewards: cell.rewards,
      notes: seedNotes(notes, cell.episodes),
      cautions: [...cautionsOf(cell)],
    };
  });
}

/** Repetition of one arm over the tasks, rollouts and seeds that every arm of the level solved. */
function matchedView(cells: readonly Cell[], own: number): NonNullable<ResultRow['matched']> {
  const sides = alignSeeds(cells.map(({ episodes }) => episodes));
  const solved = sides.map(side => new Set(side.filter(({ counts }) => counts.success === true).map(pairKey)));
  const episodes = sides[own]!.filter(episode => solved.every(keys => keys.has(pairKey(episode))));
  const { rates } = withSeedIntervals(measured(episodes), episodes);
  return { episodes: episodes.length, repetition: rates[repetitiveAction].pooled };
}

/** With several seeds, intervals are not those that the note on recurring tasks speaks of. */
function seedNotes(notes: readonly string[], episodes: readonly SeededEpisode[]): string[] {
  const seeds = episodesBySeed(episodes).size;
  if (seeds < 2) return [...notes];
  return [
    ...notes.filter(note => !note.includes('intervals take episodes as independent')),
    `The intervals of success, steps, inadmissible commands, repetition, format, recovery and what the world tells ` +
      `of the end hold the chance of ${seeds} trainings and of the tasks.`,
  ];
}

function measured(episodes: readonly SeededEpisode[]): ReturnType<MetricsAccumulator['result']> {
  const accumulator = new MetricsAccumulator([]);
  for (const { counts } of episodes) accumulator.add(counts);
  return accumulator.result();
}
