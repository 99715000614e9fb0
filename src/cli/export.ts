import { existsSync } from 'node:fs';
import { Command, Option } from 'commander';
import { writeAtomically } from '../atomic-file.ts';
import { ClewError, UsageError } from '../errors.ts';
import {
  encoded,
  exportFormat,
  exportFormats,
  exportPrompt,
  openStore,
  plainPrompt,
  promptNames,
  refuseEvaluationTasks,
  rowsOf,
  splits,
  taskFormats,
  type ExportPrompt,
  type RowUnit,
  type Store,
  type TrajectoryFilter,
} from '../trajectory/index.ts';
import { exportForecasts } from './export-forecasts.ts';
import { exportTasks } from './export-tasks.ts';
import { dataHelp, loadWorld } from './load-world.ts';
import { shippedWorlds } from './shipped-worlds.ts';
import { listOf, oneOf, wholeNumber } from './options.ts';

interface ExportArguments {
  readonly format: string;
  readonly out: string;
  readonly per?: RowUnit;
  readonly prompt?: string;
  readonly world?: string;
  readonly data?: string;
  readonly admissible?: boolean;
  readonly run?: readonly string[];
  readonly task?: readonly string[];
  readonly split?: readonly string[];
  readonly category?: readonly string[];
  readonly agent?: readonly string[];
  readonly success?: boolean;
  readonly failure?: boolean;
  readonly allowUnknownSplit?: boolean;
  readonly tasks?: number;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** Names may hold commas, so an option that takes several is given several times. */
const several = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

/** `clew export DB --format F --out FILE`: trajectories as other programs read them. */
export function exportCommand(): Command {
  const shapes = Object.entries(exportFormats)
    .map(([name, { title, file }]) => `  ${name.padEnd(13)} ${title} (${file})`)
    .join('\n');
  return new Command('export')
    .summary('write trajectories for other programs')
    .description(
      `Write trajectories for other programs. The formats:\n${shapes}\n` +
        `  ${'forecasts'.padEnd(13)} what agents said of tasks beforehand, and what came (jsonl, or csv by the name of the ` +
        `file)\nAll but clew and forecasts are for training, and refuse tasks of an evaluation split.`,
    )
    .argument('[db]', 'the database to read; none with --tasks')
    .requiredOption('--format <format>', 'the format to write')
    .requiredOption('--out <file>', 'the file to write')
    .option(
      '--per <unit>',
      'what a row is, where the format has a choice: step, episode',
      oneOf('step', 'episode', 'task'),
    )
    .option(
      '--prompt <name>',
      `how the agent is shown what it read: ${promptNames.join(', ')} (default: transcript, or plain where the ` +
        `world is not known)`,
    )
    .option(
      '--world <world>',
      'the world whose commands the prompts list: a name or the path of a world file (default: by its name, if it ' +
        'ships with clew)',
    )
    .option('--data <path>', dataHelp)
    .option('--admissible', 'show the admissible commands before each step')
    .option('--run <name>', 'only this run; give it again for more, as the next three', several)
    .option('--task <id>', 'only this task', several)
    .option('--split <splits>', `only these splits, with commas: ${splits.join(', ')}`, listOf(...splits))
    .option('--category <name>', 'only this category', several)
    .option('--agent <name>', 'only this agent', several)
    .option('--success', 'only episodes that reached the goal')
    .addOption(new Option('--failure', 'only episodes that did not').conflicts('success'))
    .option('--allow-unknown-split', 'train on tasks whose split is not known')
    .option(
      '--tasks <number>',
      `instead of trajectories, this many training tasks of --world, for trainers that play them on clew serve: ` +
        `${taskFormats.join(', ')}; a name that ends in .parquet is written as Parquet`,
      wholeNumber(),
    )
    .option('--force', 'replace the file when it exists')
    .option('--json', 'print what was done as JSON')
    .action(async (db: string | undefined, given: ExportArguments) => {
      if (given.tasks !== undefined) {
        if (db !== undefined) throw new UsageError('--tasks takes its tasks from --world: leave the database out.');
        return exportTasks({ ...given, tasks: given.tasks });
      }
      if (db === undefined)
        throw new UsageError('Give the database to read, or --tasks and --world for tasks that are yet to be played.');
      if (given.format === 'forecasts') return writeForecasts(db, given);
      const { training, file } = exportFormat(given.format);
      refuseExisting(given);
      const store = openStore(db, { readonly: true });
      try {
        const filter: TrajectoryFilter = {
          ...pick(given),
          success: given.success ? true : given.failure ? false : undefined,
        };
        const { trajectories } = store.trajectories.count(filter);
        if (trajectories === 0)
          throw new ClewError(
            `${db} holds no trajectory that fits: ${store.trajectories.count().trajectories} are in it. Nothing ` +
              `was written.`,
          );
        if (training) refuseEvaluationTasks(store.trajectories.select(filter), given.allowUnknownSplit);
        const prompt = training ? await promptOf(store, given, filter) : plainPrompt;
        let rows = 0;
        const counted = function* (): Generator<object> {
          for (const row of rowsOf(given.format, store.trajectories.select(filter), prompt, given.per)) {
            rows += 1;
            yield row;
          }
        };
        await writeAtomically(given.out, encoded(file, counted()));
        process.stdout.write(
          given.json
            ? `${JSON.stringify({ file: given.out, format: given.format, trajectories, rows, prompt: training ? prompt.name : null })}\n`
            : `${given.out}: ${rows} rows of ${trajectories} trajectories ` +
                `(${given.format}${training ? `, prompt ${prompt.name}` : ''})\n`,
        );
      } finally {
        store.close();
      }
    });
}

/** `--format forecasts`: what agents said of tasks beforehand. */
async function writeForecasts(db: string, given: ExportArguments): Promise<void> {
  if (given.success || given.failure)
    throw new UsageError('A forecast is of a task and not of an episode, which alone is won or lost: leave it out.');
  refuseExisting(given);
  const store = openStore(db, { readonly: true });
  try {
    const rows = await exportForecasts(store, { db, out: given.out, filter: pick(given) });
    process.stdout.write(
      given.json
        ? `${JSON.stringify({ file: given.out, format: given.format, forecasts: rows })}\n`
        : `${given.out}: ${rows} forecasts\n`,
    );
  } finally {
    store.close();
  }
}

function refuseExisting({ out, force }: ExportArguments): void {
  if (existsSync(out) && !force) throw new ClewError(`${out} exists: give another name, or --force to replace it.`);
}

function pick({ run, task, split, category, agent }: ExportArguments): TrajectoryFilter {
  return { run, task, split, category, agent };
}

/**
 * The prompt that was asked for; without one, the transcript where the commands of every world are known, else the
 * plain one.
 * @throws ClewError when a world has other commands now than when the trajectories were made.
 */
async function promptOf(store: Store, given: ExportArguments, filter: TrajectoryFilter): Promise<ExportPrompt> {
  const commands = new Map<string, readonly string[] | null>();
  for (const { world, grammar } of store.trajectories.select(filter)) {
    const key = `${world} ${grammar}`;
    if (!commands.has(key)) commands.set(key, await commandsOf(world, grammar, given));
  }
  const known = [...commands.values()].every(templates => templates !== null);
  return exportPrompt(given.prompt ?? (known ? 'transcript' : 'plain'), {
    commands: ({ world, grammar }) => commands.get(`${world} ${grammar}`) ?? null,
    ...(given.admissible ? { admissible: true } : {}),
  });
}

/**
 * The command templates of a world, or null when there is no such world at hand. A grammar that is not known (an
 * imported log) fits any.
 */
async function commandsOf(name: string, grammar: string, given: ExportArguments): Promise<readonly string[] | null> {
  if (given.prompt === 'plain' || (given.world === undefined && !shippedWorlds.has(name))) return null;
  const world = await loadWorld(given.world ?? name, { data: given.data });
  if (grammar !== '' && world.grammar !== grammar)
    throw new ClewError(
      `The commands of ${world.name} are not those that trajectories of ${name} were made with (grammar ` +
        `${world.grammar}, they have ${grammar}), so its prompts would not fit them. Export with --prompt plain, or ` +
        `with the version of the world that made them.`,
    );
  return world.commands;
}
