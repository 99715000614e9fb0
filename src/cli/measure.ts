import { Command } from 'commander';
import { UsageError } from '../errors.ts';
import { formatForecastFigures, gatherForecasts } from '../forecasts/index.ts';
import {
  compare,
  type Dimension,
  dimensions,
  formatComparison,
  formatMeasurement,
  lostEpisodes,
  measure,
} from '../metrics/index.ts';
import type { Trajectory } from '../trajectory/index.ts';
import { csvLine } from './csv.ts';
import { withLogOptions } from './log-options.ts';
import { comparisonCsv, measurementCsv } from './measure-csv.ts';
import { figureFile, plotTo } from './plot.ts';
import { areOfEpisodes, byOption, measured, withFilters, type FilterOptions, type Measured } from './measured.ts';

interface Options extends FilterOptions {
  readonly otherRun?: string;
  readonly by?: readonly (readonly Dimension[])[];
  readonly compare?: string;
  readonly plot?: string;
  readonly firstErrors?: boolean;
  readonly csv?: boolean;
  readonly json?: boolean;
}

export function measureCommand(): Command {
  const command = withFilters(
    new Command('measure')
      .description('measure trajectories: success, invalid actions, repetition in three views, use of tags')
      .argument('<file>', 'a database, or a log in any format that `clew import` reads'),
  )
    .option(
      '--by <dimensions>',
      `also for each part, with commas: ${dimensions.join(', ')}; for each of several at once: agent*category`,
      byOption,
    )
    .option('--compare <other>', 'another database or log: also the differences, on the tasks that both sides played')
    .option(
      '--other-run <name>',
      'only this run of the other; with --run and without --compare, a run of the same database',
    )
    .option('--plot <file>', 'draw repetition by step and by category instead, as .svg or .png', figureFile)
    .option('--first-errors', 'a line of CSV for every lost episode instead: by what it first erred, at which step')
    .option('--csv', 'print every figure as a line of CSV')
    .option('--json', 'print everything as JSON');
  return withLogOptions(command).action(async (file: string, options: Options) => {
    const { run, otherRun, by = [] } = options;
    const other = options.compare ?? (otherRun === undefined ? undefined : file);
    if (options.plot !== undefined && other !== undefined)
      throw new UsageError('A figure is of one side: leave --compare and --other-run out.');
    if (options.firstErrors) return printLost(measured(file, options), options);
    if (options.plot !== undefined) return plotTo(options.plot, measured(file, options));
    if (other === undefined)
      return print(options, measureOne(measured(file, options), by), formatWithForecasts, measurementCsv);
    if (other === file && otherRun === run)
      throw new UsageError(
        'Both sides of the comparison are the same: name two runs with --run and --other-run, or another file ' +
          'with --compare.',
      );
    const { run: _, ...ofOther } = options;
    compareTwo(
      options,
      measured(file, options),
      measured(other, { ...ofOther, ...(otherRun !== undefined && { run: otherRun }) }),
    );
  });
}

/** How each lost episode first erred, a line each. */
function printLost({ trajectories }: Measured, { otherRun, compare, by, plot, json }: Options): void {
  const beside = Object.entries({ '--compare': compare, '--other-run': otherRun, '--by': by, '--plot': plot }).find(
    ([, value]) => value !== undefined,
  );
  if (beside) throw new UsageError(`--first-errors lists the episodes of one side: leave ${beside[0]} out.`);
  const lost = [...lostEpisodes(trajectories)];
  if (json) process.stdout.write(`${JSON.stringify(lost, null, 2)}\n`);
  else {
    const columns = [
      'episode',
      'run',
      'task',
      'category',
      'split',
      'agent',
      'model',
      'kind',
      'step',
      'command',
    ] as const;
    process.stdout.write(csvLine(columns));
    for (const episode of lost) process.stdout.write(csvLine(columns.map(column => episode[column])));
  }
}

function measureOne({ trajectories, missing, forecasts }: Measured, by: readonly (readonly Dimension[])[]) {
  const gathered = gatherForecasts(forecasts());
  const measurement = measure(seenBy(gathered, trajectories), {
    by: by.flatMap(part => (part.length === 1 ? part : [])),
    crossed: by.filter(areOfEpisodes).filter(part => part.length > 1),
    missing,
  });
  return { ...measurement, forecasts: gathered.figures() };
}

function* seenBy(
  gathered: ReturnType<typeof gatherForecasts>,
  trajectories: Iterable<Trajectory>,
): Generator<Trajectory> {
  for (const trajectory of trajectories) {
    gathered.see(trajectory);
    yield trajectory;
  }
}

function formatWithForecasts(measured: ReturnType<typeof measureOne>): string {
  const text = formatMeasurement(measured);
  return measured.forecasts.forecasts === 0 ? text : `${text}\n\n${formatForecastFigures(measured.forecasts)}`;
}

/** What both sides have in common, so that their parts can be compared. */
const shared: readonly Dimension[] = ['world', 'split', 'category'];

function compareTwo({ by = [], json, csv }: Options, a: Measured, b: Measured): void {
  const wrong = by.flat().find(dimension => !shared.includes(dimension));
  if (wrong !== undefined)
    throw new UsageError(
      `A comparison is parted by what both sides have in common (${shared.join(', ')}), not by ${wrong}.`,
    );
  const comparison = compare(a.trajectories, b.trajectories, {
    by: by.filter(areOfEpisodes),
    missing: [a.missing, b.missing],
  });
  print({ json, csv }, comparison, all => `A is ${a.name}\nB is ${b.name}\n\n${formatComparison(all)}`, comparisonCsv);
}

function print<T>(
  { json = false, csv = false }: Pick<Options, 'json' | 'csv'>,
  figures: T,
  format: (figures: T) => string,
  asCsv: (figures: T) => string,
): void {
  process.stdout.write(json ? `${JSON.stringify(figures, null, 2)}\n` : csv ? asCsv(figures) : `${format(figures)}\n`);
}
