import { existsSync, rmSync } from 'node:fs';
import { basename } from 'node:path';
import { Command } from 'commander';
import { ClewError, UsageError } from '../errors.ts';
import {
  importFormats,
  importFormatShapes,
  openLog,
  openReading,
  openStore,
  splits,
  type ImportOptions,
  type LogReading,
  type Store,
  type Trajectory,
} from '../trajectory/index.ts';
import type { RunId } from '../ids.ts';
import { beginRun, endRun, LogReplay, refuseStrangers } from '../runs/index.ts';
import type { World } from '../world/index.ts';
import { replayLines, understoodLines, type SampleStep } from './import-report.ts';
import { readingOptions, withLogOptions, type LogOptions } from './log-options.ts';
import { loadWorld, withWorldOptions, type WorldOptions } from './load-world.ts';
import { oneOf } from './options.ts';

interface ImportArguments extends LogOptions, WorldOptions {
  readonly db?: string;
  readonly run?: string;
  readonly world?: string;
  readonly agent?: string;
  readonly split?: (typeof splits)[number];
  readonly replay?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** `clew import FILE… --db FILE`: logs from elsewhere into a database; all of them, or nothing. */
export function importCommand(): Command {
  const command = withWorldOptions(new Command('import'))
    .summary('bring logs into a database')
    .description(
      `Bring logs into a database: all of the files, or nothing. The format is ` +
        `detected:\n${importFormats.map(name => `  ${name.padEnd(12)} ${importFormatShapes[name]}`).join('\n')}`,
    )
    .argument('<file...>', 'logs to read')
    .option('--db <file>', 'the database; it is created when there is none')
    .option('--dry-run', 'say what would be understood, with three steps as they were read, and store nothing')
    .option(
      '--run <name>',
      'the run that the trajectories belong to (default: what the log says, or the name of each file)',
    )
    .option('--world <name>', 'the world that the episodes were played in')
    .option(
      '--replay',
      'play the commands again in the world (--world NAME or FILE), say how much agrees, and store states, ' +
        'admissible commands and all else that it knows',
    )
    .option('--agent <name>', 'who played them, where the log does not say')
    .option(
      '--split <split>',
      `the split of their tasks, where the log does not say: ${splits.join(', ')}`,
      oneOf(...splits),
    );
  return withLogOptions(command)
    .option('--json', 'print what was done as JSON')
    .action(async (files: string[], given: ImportArguments) => {
      const { db, dryRun = false } = given;
      if (db === undefined && !dryRun)
        throw new UsageError(
          'Say where the trajectories go with --db FILE, or see what would be understood with --dry-run.',
        );
      const replay = await openReplay(given);
      const read = (keep: (trajectory: Trajectory) => boolean) => readAll(files, given, replay, keep);
      if (dryRun)
        report(
          given,
          read(() => false),
          replay,
          undefined,
        );
      else intoStore(db!, store => report(given, read(storeIn(store, files, given, replay)), replay, db!));
    });
}

/** The world in which episodes are to be played again, if they are. */
async function openReplay({ replay = false, world, ...options }: ImportArguments): Promise<OpenReplay | undefined> {
  if (!replay) return undefined;
  if (world === undefined)
    throw new UsageError(
      'Say in which world the episodes were played with --world NAME, or with the path of a world file.',
    );
  const loaded = await loadWorld(world, options);
  return { world: loaded, log: new LogReplay(loaded) };
}

interface OpenReplay {
  readonly world: World;
  readonly log: LogReplay;
}

/** Does the work on a store in one transaction. A database that this made is gone again when it fails. */
function intoStore(path: string, work: (store: Store) => void): void {
  const isNew = !existsSync(path);
  const store = openStore(path);
  try {
    store.transaction(() => work(store));
    store.close();
  } catch (error) {
    store.close();
    if (isNew) for (const file of [path, `${path}-wal`, `${path}-shm`, `${path}-writer`]) rmSync(file, { force: true });
    throw error;
  }
}

/** A file that was read. */
interface ReadFile {
  readonly file: string;
  readonly reading: LogReading;
  readonly trajectories: number;
  readonly added: number;
  /** Up to three steps as they were read. */
  readonly samples: readonly SampleStep[];
}

/**
 * Reads the files one by one, an episode at a time. @param keep does something with a trajectory, and says whether it
 * is new.
 */
function readAll(
  files: readonly string[],
  given: ImportArguments,
  replay: OpenReplay | undefined,
  keep: (trajectory: Trajectory) => boolean,
): ReadFile[] {
  const { run, agent, split } = given;
  const world = replay?.world.name ?? given.world;
  const rollouts = new Map<string, number>();
  const read = files.map(file => {
    // Episodes without a task of their own are named after their file; two files of one name need their directories
    // too.
    const sameName = files.filter(other => basename(other) === basename(file)).length > 1;
    const options: ImportOptions = {
      ...readingOptions(given),
      run,
      world,
      agent,
      split,
      rollouts,
      name: sameName ? file : undefined,
    };
    const reading = openReading(openLog(file), options, given.format);
    const samples: SampleStep[] = [];
    let trajectories = 0;
    let added = 0;
    for (const logged of reading.trajectories) {
      const trajectory = replay?.log.replay(logged) ?? logged;
      trajectories++;
      for (const [step, { reply, command, observation }] of trajectory.steps.entries())
        if (samples.length < 3) samples.push({ episode: trajectory.id, step: step + 1, reply, command, observation });
      if (keep(trajectory)) added++;
    }
    const { length: skipped, 0: first } = reading.skipped;
    if (trajectories === 0)
      throw new ClewError(
        `${file} has no episode that can be read` +
          (skipped > 0 ? `: ${skipped} records were left out, the first because of ${first}` : '.'),
      );
    return { file, reading, trajectories, added, samples };
  });
  if (replay) refuseStrangers(replay.log.summary, replay.world);
  return read;
}

/** Stores trajectories, each in its run, which is made when it is new. */
function storeIn(
  store: Store,
  files: readonly string[],
  given: ImportArguments,
  replay: OpenReplay | undefined,
): (trajectory: Trajectory) => boolean {
  const played = new Map<string, boolean>();
  const { thinking, refusal, state } = given;
  const begin = (run: RunId, world: string) => {
    const known = store.runs.get(run);
    const { files: before = [] } = (known?.config ?? {}) as { files?: readonly string[] };
    beginRun(store, {
      id: run,
      kind: 'import',
      world,
      config: {
        files: [...new Set([...before, ...files.map(file => basename(file))])],
        thinking,
        ...(refusal && { refusal: refusal.source }),
        ...(state !== undefined && { state }),
        ...(replay && { replay: { version: replay.world.version, grammar: replay.world.grammar } }),
      },
      free: ['files'],
      // Imports of before thinking was set apart do not say what became of it.
      current: kept => ({ thinking, ...kept }),
      remedy: 'Give these logs a run of their own with --run. Nothing was imported.',
    });
    endRun(store, run);
  };
  return trajectory => {
    const { run } = trajectory;
    if (!played.has(run)) {
      const known = store.runs.get(run);
      played.set(run, known !== undefined && known.kind !== 'import');
      if (!played.get(run)) begin(run, trajectory.world);
    }
    const isNew = store.trajectories.add(trajectory);
    if (isNew && played.get(run))
      throw new ClewError(
        `${store.path} already has a run ${run}, which was played and not imported, and trajectories of this log ` +
          `are not in it (${trajectory.id}). Give them a run of their own with --run. Nothing was imported.`,
      );
    return isNew;
  };
}

function report(
  given: ImportArguments,
  read: readonly ReadFile[],
  replay: OpenReplay | undefined,
  database: string | undefined,
): void {
  const trajectories = read.reduce((sum, file) => sum + file.trajectories, 0);
  const added = read.reduce((sum, file) => sum + file.added, 0);
  if (given.json) {
    const counts = (map: ReadonlyMap<string, number>) => Object.fromEntries(map);
    process.stdout.write(
      `${JSON.stringify({
        database: database ?? null,
        trajectories,
        added,
        files: read.map(({ file, reading: { format, understood, skipped }, trajectories: episodes, samples }) => ({
          file,
          format,
          trajectories: episodes,
          steps: understood.steps,
          commands: counts(understood.commands),
          answered: understood.answered,
          differing: understood.differing,
          thinking: understood.thinking,
          leftOut: counts(understood.leftOut),
          skipped,
          ...(database === undefined && { samples }),
        })),
        ...(replay && { replay: { world: replay.world.name, ...replay.log.summary } }),
      })}\n`,
    );
    return;
  }
  for (const { file, reading, samples } of read)
    process.stdout.write(`${understoodLines(file, reading, database === undefined ? samples : []).join('\n')}\n`);
  if (replay) process.stdout.write(`${replayLines(replay.world.name, replay.log.summary).join('\n')}\n`);
  process.stdout.write(
    database === undefined
      ? 'Nothing was stored (--dry-run).\n'
      : `${database}: ${added} added${added < trajectories ? `, ${trajectories - added} were there already` : ''}\n`,
  );
}
