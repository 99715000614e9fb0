import type { ReportData, ResultRow } from '../data.ts';
import { axisNote } from './axis.ts';
import { intervalRange } from './draw-intervals.ts';
import { armColour, tagColour, tagNames } from './palette.ts';
import { type CalibrationPlot, type IntervalPlot, type IntervalRow, type MatrixPlot, plotName } from './plot.ts';

/** A figure of a row of results, and of each of its seeds. */
interface MeasuredFigure {
  readonly title: string;
  readonly note: string;
  readonly share: boolean;
  readonly pick: (row: ResultRow) => Pick<IntervalRow, 'value' | 'interval' | 'reason'> | undefined;
  readonly ofSeed?: (seed: ResultRow['seeds'][number]) => number | null;
}

const headline: readonly MeasuredFigure[] = [
  {
    title: 'Success',
    note: '95 % intervals',
    share: true,
    pick: ({ figures }) => figures.success,
    ofSeed: ({ success }) => success.value,
  },
  {
    title: 'Repetitive actions',
    note: 'of the first 10 steps',
    share: true,
    pick: ({ figures }) => figures.rates.stateActionRepeat.first10,
    ofSeed: ({ repetition }) => repetition.value,
  },
];

/** Success and repetition of every arm on every level. */
export function headlinePlots(data: ReportData): IntervalPlot[] {
  return headline.flatMap(figure => intervalPlot(data, 'results', figure));
}

const thinking: readonly MeasuredFigure[] = [
  {
    title: 'Detour',
    note: 'share of the steps that were no part of the way without loops, where solved',
    share: true,
    pick: ({ figures }) => figures.detour,
  },
  {
    title: 'Underthinking',
    note: 'share of the steps after an episode first stood still, where lost',
    share: true,
    pick: ({ figures }) => figures.underthinking,
  },
  {
    title: 'Lost with the answer',
    note: 'of the lost episodes',
    share: true,
    pick: ({ figures }) => figures.answerInclusive,
  },
  {
    title: 'Phases',
    note: 'of five: understanding, planning, monitoring, correction, verification; mean of an episode',
    share: false,
    pick: ({ figures }) => figures.phases,
  },
];

/** MBT's indices and phases of every arm on every level. */
export function thinkingPlots(data: ReportData): IntervalPlot[] {
  return thinking.flatMap(figure => intervalPlot(data, 'thinking', figure));
}

function intervalPlot(
  { results, levels, arms }: ReportData,
  section: string,
  { title, note, share, pick, ofSeed }: MeasuredFigure,
): IntervalPlot[] {
  const shown = levels
    .map(({ name, label }) => ({
      label,
      rows: results
        .filter(({ level }) => level === name)
        .flatMap((row): IntervalRow[] => {
          const figure = pick(row);
          if (!figure) return [];
          const { value, interval, reason } = figure;
          const seeds = row.seeds.length > 1 && ofSeed ? row.seeds.map(ofSeed).filter(of => of !== null) : [];
          return [{ arm: row.arm, colour: armColour(arms, row.arm), value, interval, reason, seeds }];
        }),
    }))
    .filter(({ rows }) => rows.length > 0);
  if (shown.every(({ rows }) => rows.every(({ value }) => value === null))) return [];
  const axis = axisNote(intervalRange({ levels: shown, share }), share);
  const described = { name: plotName(section, title), title, note: [note, axis].filter(Boolean).join('; ') };
  return [{ kind: 'intervals', ...described, share, levels: shown }];
}

const situationWords: Readonly<Record<string, string>> = {
  start: 'first step',
  failed: 'after failure',
  unchanged: 'after no effect',
  progress: 'after progress',
  'going on': 'otherwise',
  unknown: 'not known',
};

/** Which tag an arm uses in which situation, on every level. */
export function tagUsePlots({
  results,
}: ReportData): (MatrixPlot & { readonly level: string; readonly arm: string })[] {
  return results.flatMap(({ arm, level, figures: { tags } }) => {
    if (tags.shares.none.value === null) return [];
    const rows = Object.entries(tags.situations).map(([situation, counts]) => ({
      name: situationWords[situation] ?? situation,
      counts: tagNames.map(tag => counts[tag]),
    }));
    return [
      {
        kind: 'matrix' as const,
        name: plotName('tag use', level, arm),
        arm,
        level,
        title: `Tags of ${arm} on ${level}`,
        note:
          'tags by situation' +
          (tags.information === null
            ? `; what the tag tells about the situation is not known: ${tags.informationReason ?? 'it is not said why'}`
            : `; the tag tells ${tags.information.toFixed(2)} bits about the situation`),
        columns: tagNames.map(name => ({ name, colour: tagColour(name) })),
        rows: rows.filter(({ counts }) => counts.some(count => count > 0)),
      },
    ];
  });
}

/** How well each run knows itself; runs without a forecast that could be compared are left out. */
export function calibrationPlots({ forecasts }: ReportData): CalibrationPlot[] {
  return forecasts.flatMap(({ arm, run, figures: { curve } }) =>
    curve.length === 0
      ? []
      : [
          {
            kind: 'calibration',
            name: plotName('calibration', run),
            title: 'Calibration',
            note: arm === run ? run : `${arm}, ${run}`,
            points: curve,
          },
        ],
  );
}
