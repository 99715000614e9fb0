import type { ReportData } from '../data.ts';
import type { EvaluationRow } from '../training-rows.ts';
import { number, percent } from '../numbers.ts';
import { partName } from '../part-name.ts';
import { axisNote } from './axis.ts';
import { rangeOf } from './draw-lines.ts';
import { armColour, partColour, tagColour, tagNames } from './palette.ts';
import { type Line, type LinePlot, plotName } from './plot.ts';
import { acrossSeeds, byArm, iterationsOf, type Points, smoothed } from './series.ts';
import { health, learning, type TrainingFigure } from './training-figures.ts';

/** Iterations from which on a curve shows the mean of several unless the reader chooses otherwise. */
const manyIterations = 30;

/** How many iterations a point of a curve is the mean of, when nobody has chosen. */
export function usualWidth({ curves }: Pick<ReportData, 'curves'>): number {
  return curves.some(({ training }) => training.length >= manyIterations) ? 5 : 1;
}

/** Learning curves: a line for the mean of an arm's seeds, a band from the lowest to the highest seed. */
export function learningPlots(data: ReportData, width = usualWidth(data)): LinePlot[] {
  return learning.flatMap(figure => curvePlots(data, 'curves', figure, width));
}

/** What tells whether a training goes well. */
export function healthPlots(data: ReportData, width = usualWidth(data)): LinePlot[] {
  return health.flatMap(figure => curvePlots(data, 'health', figure, width));
}

function curvePlots(
  data: ReportData,
  section: string,
  { title, note, pick, share = false, range }: TrainingFigure,
  width: number,
): LinePlot[] {
  return perWorld(data).flatMap(({ world, arms }) =>
    linePlot(
      data,
      arms.map(({ arm, curves }) => [arm, curves.map(({ training }) => smoothed(pointsOf(training, pick), width))]),
      {
        name: plotName(section, title, world),
        title,
        note: noteOf(world, note, width > 1 ? `mean of ${width} iterations` : ''),
        share,
        ...(range && { range }),
      },
    ),
  );
}

/** Evaluations during training, level by level. */
export function evaluationPlots(data: ReportData): LinePlot[] {
  const levels = [...new Set(data.curves.flatMap(({ evaluation }) => evaluation.map(({ level }) => level)))].toSorted();
  const figures = [
    ['Success', 'evaluated during training', (row: EvaluationRow) => row.success],
    ['Repetitive actions', 'of the first 10 steps', (row: EvaluationRow) => row.repetition],
  ] as const;
  return figures.flatMap(([title, note, pick]) =>
    levels.flatMap(level =>
      perWorld(data).flatMap(({ world, arms }) =>
        linePlot(
          data,
          arms.map(({ arm, curves }) => [
            arm,
            curves.map(({ evaluation }) =>
              pointsOf(
                evaluation.filter(row => row.level === level),
                pick,
              ),
            ),
          ]),
          {
            name: plotName('evaluation', title, level, world),
            title: `${title} on ${data.levels.find(({ name }) => name === level)?.label ?? level}`,
            note: noteOf(world, note),
            share: true,
            points: true,
          },
        ),
      ),
    ),
  );
}

/** How the tags share the steps of training, arm by arm. */
export function tagPlots(data: ReportData): LinePlot[] {
  return byArm(data).flatMap(({ world, arm, curves }): LinePlot[] => {
    const shares = tagNames.map(tag => curves.map(({ training }) => pointsOf(training, row => row.tags?.[tag])));
    if (shares.every(seeds => seeds.every(own => own.every(({ value }) => value === null)))) return [];
    const x = iterationsOf(shares.flat());
    const below = x.map(() => 0);
    const lines = tagNames.map((tag, i): Line => {
      const { mean } = acrossSeeds(shares[i]!, x);
      return {
        name: tag,
        colour: tagColour(tag),
        told: mean,
        values: mean.map((value, at) => (value === null ? null : (below[at]! += value))),
        stacked: true,
      };
    });
    const note = noteOf(world, 'shares of the steps', curves.length > 1 ? `mean of ${curves.length} seeds` : '');
    const described = { name: plotName('tags', arm, world), title: `Tags of ${arm}`, note };
    return [{ kind: 'lines', ...described, x, lines, share: true, range: [0, 1] }];
  });
}

/** What each part of the rewards paid over training, arm by arm. */
export function rewardPlots(data: ReportData): LinePlot[] {
  const parts = [
    ...new Set(data.curves.flatMap(({ training }) => training.flatMap(row => Object.keys(row.rewards ?? {})))),
  ].toSorted();
  return byArm(data).flatMap(({ world, arm, curves }): LinePlot[] => {
    const width = usualWidth({ curves });
    const series = parts.map(part =>
      curves.map(({ training }) =>
        smoothed(
          pointsOf(training, row => row.rewards?.[part]),
          width,
        ),
      ),
    );
    const x = iterationsOf(series.flat());
    const lines = parts.flatMap((part, i): Line[] =>
      isKnown(series[i]!)
        ? [{ name: partName(part, parts), colour: partColour(i), values: acrossSeeds(series[i]!, x).mean }]
        : [],
    );
    if (lines.length === 0) return [];
    const note = noteOf(world, 'rewards, mean of an episode', width > 1 ? `over ${width} iterations` : '');
    return [
      {
        kind: 'lines',
        name: plotName('rewards', arm, world),
        title: `Rewards of ${arm}`,
        note,
        x,
        lines,
        share: false,
        legend: true,
      },
    ];
  });
}

/** Arms with seeds that belong together in one plot: those of one world. */
function perWorld(data: ReportData): { world: string | null; arms: ReturnType<typeof byArm> }[] {
  const all = byArm(data);
  return [...new Set(all.map(({ world }) => world))].map(world => ({
    world,
    arms: all.filter(arm => arm.world === world),
  }));
}

function linePlot(
  data: ReportData,
  arms: readonly (readonly [arm: string, seeds: readonly Points[][]])[],
  described: Omit<LinePlot, 'kind' | 'x' | 'lines'>,
): LinePlot[] {
  const known = arms.filter(([, seeds]) => isKnown(seeds));
  if (known.length === 0) return [];
  const x = iterationsOf(known.flatMap(([, seeds]) => seeds));
  const lines = known.map(([arm, seeds]): Line => {
    const { mean, low, high } = acrossSeeds(seeds, x);
    return { name: arm, colour: armColour(data.arms, arm), values: mean, low, high };
  });
  const { share, note } = described;
  const axis = axisNote(rangeOf({ ...described, lines }), share);
  return [{ kind: 'lines', ...described, note: noteOf(note, axis), x, lines }];
}

function isKnown(seeds: readonly Points[][]): boolean {
  return seeds.some(own => own.some(({ value }) => value !== null));
}

function noteOf(...parts: readonly (string | null | undefined)[]): string {
  return parts.filter(Boolean).join('; ');
}

function pointsOf<T extends { readonly iteration: number }>(
  rows: readonly T[],
  pick: (row: T) => number | null | undefined,
): Points[] {
  return rows.map(row => ({ iteration: row.iteration, value: pick(row) ?? null }));
}

/** What is known at an iteration, in words: the last one where none is pointed at. */
export function toldAt({ x, lines, share }: LinePlot, at: number | null): string {
  if (x.length === 0) return '';
  const i = at ?? x.length - 1;
  const parts = lines.flatMap(({ name, values, told }) => {
    const value = (told ?? values)[i];
    return value === null || value === undefined ? [] : [`${name} ${share ? percent(value) : number(value)}`];
  });
  return `${at === null ? 'last, ' : ''}iteration ${x[i]}: ${parts.join(' · ')}`;
}
