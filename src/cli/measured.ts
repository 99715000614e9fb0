import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import pc from 'picocolors';
import { ClewError, UsageError } from '../errors.ts';
import { dimensions, episodeDimensions, type Dimension, type EpisodeDimension } from '../metrics/index.ts';
import { missingOf, noteOnRun } from '../runs/index.ts';
import { type Forecast, openStore, type Trajectory, type TrajectoryFilter } from '../trajectory/index.ts';
import { allSplits } from '../world/index.ts';
import { understoodLines } from './import-report.ts';
import { loadTrajectories, type LoadOptions } from './load-trajectories.ts';
import { startsAsSqlite } from '../trajectory/store/starts-as-sqlite.ts';
import { namedLogOptions, type LogOptions } from './log-options.ts';
import { oneOf } from './options.ts';
import { findRun } from './runs.ts';

/** Which trajectories of a file are looked at. */
export interface FilterOptions extends LogOptions {
  readonly run?: string;
  readonly split?: string;
  readonly category?: readonly string[];
  readonly agent?: readonly string[];
  readonly model?: readonly string[];
}

export function withFilters(command: Command): Command {
  return command
    .option('--run <name>', 'only this run')
    .option('--split <split>', `only tasks of ${allSplits.join(', ')}`, oneOf(...allSplits))
    .option('--category <name>', 'only this category; give it again for more, as the next two', several)
    .option('--agent <name>', 'only this agent', several)
    .option('--model <name>', 'only this model, or version of a policy', several);
}

function several(name: string, before: readonly string[] = []): readonly string[] {
  return [...before, name];
}

/** Reads `world,agent*category`: dimensions with commas, several crossed with `*`. */
export function byOption(
  text: string,
  before: readonly (readonly Dimension[])[] = [],
): readonly (readonly Dimension[])[] {
  const one = (name: string): Dimension => {
    const found = dimensions.find(dimension => dimension === name.trim());
    if (!found)
      throw new InvalidArgumentError(`It takes ${dimensions.join(', ')}, and several at once as agent*category.`);
    return found;
  };
  const asked = text.split(',').map(part => part.split(/[*×]/).map(one));
  if (asked.some(part => part.length > 1 && part.includes('tag')))
    throw new InvalidArgumentError('Tags part steps, not episodes, so they cannot be crossed with anything.');
  return [...before, ...asked];
}

export function areOfEpisodes(part: readonly Dimension[]): part is readonly EpisodeDimension[] {
  return part.every(dimension => (episodeDimensions as readonly string[]).includes(dimension));
}

/** What is measured of a file. */
export interface Measured {
  /** As it is called in tables. */
  readonly name: string;
  /** Read while they are asked for. */
  readonly trajectories: Iterable<Trajectory>;
  /** Episodes that were planned and are not there; 0 where that is not known, and where only a part is looked at. */
  readonly missing: number;
  /** Forecasts that a database has of the episodes that fit; a log has them in its replies. */
  readonly forecasts: () => Forecast[];
}

/**
 * The trajectories of a database or a log that fit. Which runs are not whole, and what of a log was left out, is said
 * on standard error.
 * @throws UsageError for a run that is not there, with those that are
 */
export function measured(file: string, options: FilterOptions): Measured {
  const { run: named, split, category, agent, model } = options;
  if (!existsSync(file)) throw new UsageError(`There is no file "${file}".`);
  const database = startsAsSqlite(file);
  const { run, missing } = database ? runsOf(file, named) : { run: named, missing: 0 };
  const filter: TrajectoryFilter = { run, split, category, agent, policyVersion: model };
  const whole = split === undefined && !category && !agent && !model;
  return {
    name: run === undefined ? file : `${run} (${file})`,
    trajectories: some(file, filter, loadOptions(file, options, database)),
    missing: whole ? missing : 0,
    forecasts: () => (database ? forecastsIn(file, filter) : []),
  };
}

function forecastsIn(file: string, filter: TrajectoryFilter): Forecast[] {
  const store = openStore(file, { readonly: true });
  try {
    return [...store.forecasts.select(filter)];
  } finally {
    store.close();
  }
}

/** The whole name of a run, and how many episodes of it, or of all runs, are missing. */
function runsOf(file: string, named: string | undefined): { run: string | undefined; missing: number } {
  const store = openStore(file, { readonly: true });
  try {
    const run = named === undefined ? undefined : findRun(store, named);
    const runs = run ? [run] : store.runs.list();
    for (const one of runs) {
      const note = noteOnRun(store, one);
      if (note !== undefined) process.stderr.write(`${pc.yellow('Note')}: ${note}\n`);
    }
    return { run: run?.id, missing: runs.reduce((sum, one) => sum + missingOf(store, one), 0) };
  } finally {
    store.close();
  }
}

function loadOptions(file: string, options: LogOptions, database: boolean): LoadOptions {
  const named = namedLogOptions(options);
  if (named.length > 0 && database)
    throw new UsageError(
      `${named.join(', ')} ${named.length === 1 ? 'says' : 'say'} how a log is to be read, and ${file} is a ` +
        `database: give ${named.length === 1 ? 'it' : 'them'} to clew import.`,
    );
  return {
    log: options,
    onRead(reading) {
      const { leftOut, commands, differing } = reading.understood;
      if (leftOut.size > 0 || differing > 0 || reading.skipped.length > 0 || commands.has('none'))
        process.stderr.write(`${understoodLines(file, reading).join('\n')}\n`);
    },
  };
}

/** The trajectories, or a sentence when there is none: a table of nothing would look like a result. */
function* some(file: string, filter: TrajectoryFilter, options: LoadOptions): Generator<Trajectory> {
  let any = false;
  for (const trajectory of loadTrajectories(file, filter, options)) {
    any = true;
    yield trajectory;
  }
  if (any) return;
  const asked = Object.entries({ ...filter, model: filter.policyVersion, policyVersion: undefined })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name} ${[value].flat().join(' or ')}`);
  throw new ClewError(
    `${file} has no trajectory${asked.length > 0 ? ` of ${asked.join(', ')}` : ''}.${told(file, options)}`,
  );
}

/** What there is to ask for. */
function told(file: string, { log }: LoadOptions): string {
  const found = { runs: new Set<string>(), categories: new Set<string>(), agents: new Set<string>() };
  for (const { run, category, agent } of factsOf(file, log)) {
    found.runs.add(run);
    found.categories.add(category);
    found.agents.add(agent);
  }
  const lines = Object.entries(found).map(([what, names]) => {
    const all = [...names].filter(name => name !== '');
    return all.length === 0
      ? ''
      : ` Its ${what}: ${all.slice(0, 8).join(', ')}${all.length > 8 ? ` and ${all.length - 8} more` : ''}.`;
  });
  return lines.join('');
}

function* factsOf(
  file: string,
  log: LogOptions | undefined,
): Generator<{ readonly run: string; readonly category: string; readonly agent: string }> {
  if (startsAsSqlite(file)) {
    const store = openStore(file, { readonly: true });
    try {
      yield* store.trajectories.summaries();
    } finally {
      store.close();
    }
  } else
    for (const { run, task, agent } of loadTrajectories(file, {}, { log }))
      yield { run, category: task.category, agent };
}
