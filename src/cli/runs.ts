import { Command } from 'commander';
import { UsageError } from '../errors.ts';
import { percent, textTable } from '../metrics/text-table.ts';
import type { Run, Store } from '../trajectory/index.ts';
import { defaultDatabase, openToRead } from './database.ts';
import { nearest } from '../nearest.ts';
import { wholeNumber } from './options.ts';
import { recentSuccess, trainingRows } from './run-rows.ts';
import { describeRun } from './describe-run.ts';

interface ListOptions {
  readonly db: string;
  readonly json?: boolean;
}
interface ShowOptions extends ListOptions {
  readonly every?: number;
}

export function runsCommand(): Command {
  const withDatabase = (command: Command) =>
    command.option('--db <file>', 'the database', defaultDatabase).option('--json', 'print everything as JSON');
  return new Command('runs')
    .description('look at the runs of a database: trainings, evaluations and everything else that was stored')
    .addCommand(
      withDatabase(new Command('list').description('list the runs (what `clew runs` does by itself)')).action(list),
      { isDefault: true },
    )
    .addCommand(
      withDatabase(
        new Command('show')
          .description('show one run: settings, machine, progress, evaluations, alarms, checkpoints')
          .argument('<run>', 'its name, or the beginning of it')
          .option('--every <count>', 'show every so manieth iteration; about 25 of them if left out', wholeNumber()),
      ).action(show),
    );
}

/** What a line of the list says. */
interface Listed {
  readonly id: string;
  readonly kind: string;
  readonly world: string;
  readonly status: string;
  readonly started: string;
  readonly iterations: number | null;
  readonly episodes: number;
  /** Of a training the mean of its last ten iterations, of anything else the share of its episodes that were won. */
  readonly success: number | null;
}

function list({ db, json }: ListOptions): void {
  const store = openToRead(db);
  try {
    const runs = store.runs.list().map(run => listed(store, run));
    if (json) process.stdout.write(`${JSON.stringify(runs, null, 2)}\n`);
    else if (runs.length === 0) process.stdout.write(`${db} holds no runs.\n`);
    else {
      const words = columnsOf([
        ['run', 'kind', 'world', 'status', 'started (UTC)'],
        ...runs.map(({ id, kind, world, status, started }) => [
          id,
          kind,
          world,
          status,
          started.slice(0, 16).replace('T', ' '),
        ]),
      ]);
      const numbers = [
        ['iterations', 'episodes', 'success'],
        ...runs.map(({ iterations, episodes, success }) => [
          iterations === null ? '' : String(iterations),
          String(episodes),
          percent(success),
        ]),
      ];
      process.stdout.write(
        `${textTable(
          numbers.map((row, i) => [words[i]!, ...row]),
          '',
        ).join('\n')}\n`,
      );
    }
  } finally {
    store.close();
  }
}

/** Rows of words as lines, every column aligned to the left. */
function columnsOf(rows: readonly (readonly string[])[]): string[] {
  return rows.map(row =>
    row.map((cell, c) => cell.padEnd(Math.max(...rows.map(other => other[c]!.length)))).join('  '),
  );
}

function listed(store: Store, { id, kind, world, status, created }: Run): Listed {
  const training = trainingRows(store, id);
  const { trajectories: episodes, successes, unknown } = store.trajectories.count({ run: id });
  return {
    id,
    kind,
    world,
    status,
    started: created,
    episodes,
    iterations: training.length > 0 ? training.at(-1)!.iteration : null,
    success:
      training.length > 0 ? recentSuccess(training) : episodes > unknown ? successes / (episodes - unknown) : null,
  };
}

function show(name: string, { db, json, every }: ShowOptions): void {
  const store = openToRead(db);
  try {
    const run = findRun(store, name);
    if (json) {
      const { id } = run;
      const episodes = store.trajectories.count({ run: id });
      const told = { ...run, episodes, metrics: store.metrics.of(id), checkpoints: store.checkpoints.of(id) };
      process.stdout.write(`${JSON.stringify(told, null, 2)}\n`);
    } else process.stdout.write(`${describeRun(store, run, every)}\n`);
  } finally {
    store.close();
  }
}

/** A run by its name, or by the beginning of only one name. @throws UsageError that names the runs there are. */
export function findRun(store: Store, name: string): Run {
  const exact = store.runs.get(name);
  if (exact) return exact;
  const runs = store.runs.list();
  const begun = runs.filter(run => run.id.startsWith(name));
  if (begun.length === 1) return begun[0]!;
  const names = (begun.length > 1 ? begun : runs).map(run => run.id);
  const meant = nearest(name, names);
  const there = `Its runs: ${names.slice(-8).join('; ')}${names.length > 8 ? ` and ${names.length - 8} older ones` : ''}.`;
  throw new UsageError(
    begun.length > 1
      ? `The names of ${begun.length} runs in ${store.path} begin with "${name}": ${names.slice(-8).join('; ')}. ` +
          `Give the whole name.`
      : `${store.path} has no run "${name}". ` +
          (meant !== undefined ? `Did you mean "${meant}"?` : names.length === 0 ? 'It holds no runs.' : there),
  );
}
