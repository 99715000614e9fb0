import { Command } from 'commander';
import { mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import pc from 'picocolors';
import {
  type Annotator,
  buildDemonstrations,
  type BuildSettings,
  buildSettingsSchema,
  checkCategories,
  completeKit,
  inspectDemonstrations,
  marMethod,
  marRulesAnnotator,
  type Method,
  type Cut,
  cuts,
  methods,
  mbtRMethod,
  mbtRulesAnnotator,
  mbtSMethod,
  openAnswerLog,
  rlvmrMethod,
  rulesAnnotator,
  teacherAnnotator,
  textLeakRules,
  trainedCategories,
} from '../demonstrations/index.ts';
import { ClewError, MissingDataError, UsageError } from '../errors.ts';
import { contentHash, openStore } from '../trajectory/index.ts';
import type { World, WorldKit } from '../world/index.ts';
import { formatInspection, readableTrajectory } from './cold-start-report.ts';
import { coldStartTextCommand, namesIn } from './cold-start-text.ts';
import { type EndpointOptions, endpointOf, withEndpointOptions } from './endpoint-options.ts';
import { untilInterrupted } from './interruption.ts';
import { dataHelp, loadWorld, loadWorldModule, withWorldOptions, type WorldOptions } from './load-world.ts';
import { shippedWorlds } from './shipped-worlds.ts';
import { oneOf, wholeNumber } from './options.ts';
import { wonDemonstrationsCommand } from './won-demonstrations.ts';
import { progressOf } from './progress.ts';
import { searchProgress } from './search-progress.ts';
import { withSettings } from './schema-options.ts';

interface BuildArguments extends WorldOptions, BuildSettings, EndpointOptions {
  readonly annotator: 'rules' | 'teacher';
  readonly method: Method;
  readonly categories?: string;
  readonly students?: string;
  readonly cut: Cut;
  readonly out?: string;
  readonly replace?: boolean;
  readonly json?: boolean;
  readonly model?: string;
  readonly attempts: number;
  readonly maxTokens: number;
}

export function coldStartCommand(): Command {
  return new Command('cold-start')
    .description('make, read and check the demonstrations that training begins with')
    .addCommand(buildCommand())
    .addCommand(wonDemonstrationsCommand())
    .addCommand(inspectCommand())
    .addCommand(coldStartTextCommand());
}

function buildCommand(): Command {
  const command = new Command('build')
    .description(
      'play training tasks with mistakes and recovery, write down the thinking, and store it; run it again to go ' +
        'on where it stopped',
    )
    .argument('<world>', 'a world: the name of one that ships, a file, a folder, or an installed package')
    .option(
      '--annotator <who>',
      'who writes tags and thoughts: rules, or a teacher behind an OpenAI-compatible endpoint',
      oneOf('rules', 'teacher'),
      'rules',
    )
    .option(
      '--method <method>',
      'rlvmr: an expert with mistakes; mar: the same, saying first what can be known; mbt-s: five-phase traces; ' +
        "mbt-r: a student's own episodes rewritten",
      oneOf(...methods),
      'rlvmr',
    )
    .option('--categories <names>', 'the categories to build from, with commas; the others count as held out')
    .option('--students <file>', "for mbt-r: the database with the student's episodes")
    .option(
      '--cut <where>',
      "for mbt-r: where a student's episode is cut; first-error takes lost ones; any is a step that is drawn, a ceiling; both write plain thoughts",
      oneOf(...cuts),
      'stagnation',
    )
    .option('--out <file>', 'the database to write; cold-start/WORLD.sqlite if left out')
    .option('--replace', 'remove the database first');
  withSettings(command, buildSettingsSchema).option('--json', 'print the result as JSON');
  return withEndpointOptions(withWorldOptions(command).optionsGroup('For --annotator teacher'))
    .option('--model <name>', 'the model that is asked')
    .option('--attempts <count>', 'answers asked for one episode before it is left out', wholeNumber(), 3)
    .option('--max-tokens <count>', 'tokens that an answer may have', wholeNumber(), 4096)
    .action(async (name: string, options: BuildArguments) => {
      if (options.annotator === 'teacher' && !options.model)
        throw new UsageError('Say which model is the teacher: --model NAME.');
      if (options.method === 'mbt-r' && !options.students)
        throw new UsageError("mbt-r rewrites a student's episodes: say where they are with --students FILE.");
      if (options.lookUps && (options.annotator !== 'rules' || hasPhases(options) || options.method === 'mar'))
        throw new UsageError('--look-ups is for plain thoughts by rules: leave it out, or --method and --annotator.');
      const world = await loadWorld(name, options);
      const categories = namesIn(options.categories) ?? trainedCategories(world);
      checkCategories(world, categories);
      const out = options.out ?? `cold-start/${world.name}.sqlite`;
      if (options.replace) for (const file of [out, `${out}-wal`, `${out}-shm`]) rmSync(file, { force: true });
      if (options.out === undefined) mkdirSync(dirname(out), { recursive: true });
      await untilInterrupted(signal => build(world, categories, out, options, signal));
    });
}

async function build(
  world: World,
  categories: readonly string[],
  out: string,
  options: BuildArguments,
  signal: AbortSignal,
): Promise<void> {
  const {
    seed,
    mistakes: rate,
    chain,
    stubborn,
    noise,
    trajectories,
    method,
    maxSteps = Math.min(30, world.maxSteps),
  } = options;
  const annotator = annotatorOf(options, out, signal);
  const made = { seed, maxSteps, rate, chain, stubborn, noise };
  const part =
    method === 'rlvmr'
      ? rlvmrMethod(world, made)
      : method === 'mar'
        ? marMethod(world, made)
        : method === 'mbt-s'
          ? mbtSMethod(world, made)
          : mbtRMethod(world, studentsIn(options.students!), {
              ...made,
              ...(options.cut !== 'stagnation' && { cut: options.cut }),
            });
  const run = `${method === 'rlvmr' ? 'cold start' : method} ${world.name}`;
  const store = openStore(out);
  const progress = progressOf(`${run}: trajectories`, trajectories, { quiet: options.json ?? false });
  try {
    const result = await buildDemonstrations({
      world,
      store,
      run,
      annotator,
      trajectories,
      categories,
      seed,
      ...part,
      signal,
      onTrajectory: () => progress.advance(),
      onTry: searchProgress(world, { quiet: options.json ?? false }),
    });
    progress.end();
    store.pack();
    const hash = contentHash(store);
    if (options.json)
      process.stdout.write(
        `${JSON.stringify({ file: out, run, ...result, contentHash: hash, usage: annotator.usage?.() ?? null }, null, 2)}\n`,
      );
    else {
      process.stdout.write(
        `${pc.bold(out)}: ${result.stored} ` +
          `trajectories${result.before > 0 ? `, ${result.before} of them from before` : ''}; content hash ${hash}\n`,
      );
      if (result.lost > 0)
        process.stdout.write(
          `  ${result.lost} ${result.lost === 1 ? 'task was' : 'tasks were'} left out: ` +
            `${method === 'mbt-s' ? 'no mistake to correct, or ' : ''}not won within ${maxSteps} steps\n`,
        );
      for (const { task, reason } of result.refused.slice(0, 10))
        process.stdout.write(`  left out: ${task}: ${reason}\n`);
      if (result.refused.length > 10)
        process.stdout.write(`  … and ${result.refused.length - 10} more were left out\n`);
      for (const [what, amount] of Object.entries(annotator.usage?.() ?? {}))
        process.stdout.write(`  ${what} ${amount}\n`);
      process.stdout.write(pc.dim(`  clew cold-start inspect ${out}\n`));
    }
    if (signal.aborted) process.exitCode = 1;
  } finally {
    progress.end();
    store.close();
  }
}

/** Whether thoughts are written in MBT's five phases. */
function hasPhases({ method, cut }: BuildArguments): boolean {
  return method.startsWith('mbt') && cut === 'stagnation';
}

function annotatorOf(options: BuildArguments, out: string, signal: AbortSignal): Annotator {
  const { method, model, attempts, maxTokens } = options;
  if (options.annotator === 'rules')
    return method === 'mar' ? marRulesAnnotator() : hasPhases(options) ? mbtRulesAnnotator() : rulesAnnotator(options);
  if (method === 'mar')
    throw new UsageError('What mar says first comes from the world: it has the annotator rules, and no teacher.');
  return teacherAnnotator({
    endpoint: endpointOf(model!, options, { signal }),
    model: model!,
    style: method,
    attempts,
    maxTokens,
    log: openAnswerLog(`${out}.answers.jsonl`),
  });
}

function* studentsIn(path: string) {
  const store = openStore(path, { readonly: true });
  try {
    yield* store.trajectories.select({ split: 'train' });
  } finally {
    store.close();
  }
}

function inspectCommand(): Command {
  return new Command('inspect')
    .description(
      'count what a set of demonstrations holds, replay it, look for leaks, and print three of its trajectories',
    )
    .argument('<file>', 'the database')
    .option('--world <world>', 'the path of the world file, when it is no shipped world')
    .option('--data <path>', `${dataHelp}; without them its trajectories are not replayed`)
    .option('--json', 'print the counts as JSON')
    .action(async (file: string, options: { world?: string; json?: boolean } & WorldOptions) => {
      const store = openStore(file, { readonly: true });
      try {
        const [first] = store.trajectories.select();
        if (!first) throw new ClewError(`${file} holds no trajectory.`);
        const world = await worldOf(first.world, options);
        const heldOut = heldOutOf(store.runs.get(first.run)?.config) ?? world?.heldOut ?? [];
        const rules = world ? completeKit(world).leaks(heldOut) : textLeakRules(await kitOf(first.world), heldOut);
        const inspection = inspectDemonstrations(store, rules, world);
        if (options.json) process.stdout.write(`${JSON.stringify(inspection, null, 2)}\n`);
        else {
          process.stdout.write(formatInspection(file, inspection));
          for (const trajectory of typical([...store.trajectories.select()]))
            process.stdout.write(`\n${readableTrajectory(trajectory)}`);
        }
        if (inspection.violations > 0 || inspection.leaks > 0 || (inspection.replayFaults ?? 0) > 0)
          process.exitCode = 1;
      } finally {
        store.close();
      }
    });
}

/** The world of a database; undefined for one that neither ships nor is named, and for one whose data are not here. */
async function worldOf(name: string, options: { world?: string } & WorldOptions): Promise<World | undefined> {
  if (options.world !== undefined) {
    const world = await loadWorld(options.world, options);
    if (world.name !== name)
      throw new UsageError(`The trajectories are of the world "${name}", not of "${world.name}".`);
    return world;
  }
  if (!shippedWorlds.has(name)) return undefined;
  try {
    return await loadWorld(name, options);
  } catch (error) {
    if (error instanceof MissingDataError && options.data === undefined) return undefined;
    throw error;
  }
}

/** The kit of a world of which no episode can be played here. */
async function kitOf(name: string): Promise<WorldKit> {
  return (shippedWorlds.has(name) && (await loadWorldModule(name)).kit) || {};
}

function heldOutOf(config: unknown): readonly string[] | undefined {
  const heldOut = (config as { heldOut?: unknown } | undefined)?.heldOut;
  return Array.isArray(heldOut) ? (heldOut as string[]) : undefined;
}

/** Three to read: the first of three categories, with a mistake in it where there is one. */
function typical<
  T extends { readonly task: { readonly category: string }; readonly steps: readonly { readonly mistake: boolean }[] },
>(all: readonly T[]): T[] {
  const categories = [...new Set(all.map(({ task }) => task.category))];
  const chosen = categories.map(category => {
    const of = all.filter(({ task }) => task.category === category);
    return of.find(({ steps }) => steps.some(({ mistake }) => mistake)) ?? of[0]!;
  });
  return [...chosen, ...all.filter(each => !chosen.includes(each))].slice(0, 3);
}
