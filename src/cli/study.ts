import { Command } from 'commander';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import path from 'node:path';
import pc from 'picocolors';
import { UsageError } from '../errors.ts';
import {
  checkMachine,
  estimateStudy,
  fileName,
  formatEstimate,
  openStudy,
  formatStudy,
  readStudyRecipe,
  runStudy,
  type Study,
  type StudyOutcome,
  type StudyRecipe,
} from '../study/index.ts';
import { checkStart } from '../study/run-study.ts';
import { openStore } from '../trajectory/index.ts';
import type { World } from '../world/index.ts';
import { computeOptions, type ComputeOptions, withComputeOptions } from './engine-options.ts';
import { untilInterrupted } from './interruption.ts';
import { loadWorld } from './load-world.ts';
import { printJson } from './print-json.ts';
import { type RewardFileOption, rewardsIn, withRewardFile } from './reward-file.ts';
import { readSettings } from './settings-file.ts';
import { dataHelp } from './load-world.ts';
import { shippedWorlds } from './shipped-worlds.ts';
import { studyProgress } from './study-progress.ts';

interface Options extends ComputeOptions, RewardFileOption {
  readonly out?: string;
  readonly data?: string;
  readonly json?: boolean;
}

export function studyCommand(): Command {
  return withComputeOptions(
    withRewardFile(
      new Command('study')
        .description(
          'compare training methods from one cold start, as a recipe file says: train, evaluate, report; run it ' +
            'again to go on where it stopped',
        )
        .argument('<files...>', 'recipes, as YAML or TypeScript files; several are done one after the other')
        .option('--out <folder>', 'the folder of the study; runs/ and its name if left out')
        .option('--data <path>', dataHelp)
        .option('--json', 'print the result as JSON'),
    ),
  ).action(async (files: readonly string[], options: Options) => {
    if (options.out !== undefined && files.length > 1)
      throw new UsageError(
        '--out names the folder of one study, and there are several recipes. Leave it out: each study has a ' +
          'folder of its own under runs/.',
      );
    // What is wrong with the last recipe should be known before the first has run for hours.
    const recipes: { recipe: StudyRecipe; file: string }[] = [];
    for (const file of files) recipes.push({ recipe: await loadStudyRecipe(file), file });
    const twice = recipes.find(({ recipe }, i) =>
      recipes.some((other, k) => k < i && fileName(other.recipe.name) === fileName(recipe.name)),
    );
    if (twice)
      throw new UsageError(`Two of the recipes are called "${twice.recipe.name}": their folders would be one.`);
    const outcomes: StudyOutcome[] = [];
    for (const { recipe, file } of recipes) {
      const out = options.out ?? path.join('runs', fileName(recipe.name));
      const outcome = await conductStudy(recipe, {
        ...options,
        out,
        folder: path.dirname(file),
        command: `clew study ${file}`,
        estimate: true,
      });
      if (!outcome) return;
      outcomes.push(outcome);
    }
    if (options.json) printJson(outcomes.length === 1 ? outcomes[0]!.result : outcomes.map(({ result }) => result));
  });
}

async function loadStudyRecipe(file: string): Promise<StudyRecipe> {
  const { value, at } = await readSettings(file, {
    missing: () => 'docs/reference/study.md says what is in one.',
    example: "{ name: 'my-study', world: './world.ts', … }",
  });
  return readStudyRecipe(value, at);
}

export interface ConductOptions extends ComputeOptions, RewardFileOption {
  readonly out: string;
  /** From which paths in the recipe are read. */
  readonly folder: string;
  /** What the user typed, for the report. */
  readonly command: string;
  readonly data?: string | undefined;
  readonly json?: boolean | undefined;
  /** Say first how long a study that is begun may take. */
  readonly estimate?: boolean;
}

/** Says what a study will do and about how long that takes here; of a published model nothing is known. */
async function tellEstimate(study: Study, out: string, compute: ComputeOptions): Promise<void> {
  const { recipe } = study;
  if (!recipe.pretraining) return;
  const { tokensPerSecond } = await checkMachine(out, computeOptions(compute));
  const estimate = await estimateStudy(study, tokensPerSecond);
  if (estimate) process.stderr.write(`${recipe.name}: ${formatEstimate(estimate)}\n`);
}

/**
 * Runs a study with its progress on standard error and its table on standard output. Undefined when it was interrupted;
 * the exit code is then 1.
 */
export async function conductStudy(
  recipe: StudyRecipe,
  { out, folder, command, data, json = false, rewardFile, estimate = false, ...compute }: ConductOptions,
): Promise<StudyOutcome | undefined> {
  const world = await worldOf(recipe, folder, data);
  const study = openStudy(recipe, {
    world,
    folder,
    rewards: await rewardsIn({ rewardFile }),
  });
  if (existsSync(out) && !statSync(out).isDirectory())
    throw new UsageError(`${out} is a file, and --out takes a folder: choose another name, or remove the file.`);
  await checkStart(study);
  if (estimate && !json && !existsSync(path.join(out, 'recipe.json'))) await tellEstimate(study, out, compute);
  mkdirSync(out, { recursive: true });
  const store = openStore(path.join(out, 'clew.db'));
  const progress = studyProgress({ quiet: json });
  try {
    const outcome = await untilInterrupted(
      signal =>
        runStudy(study, { out, store, compute: computeOptions(compute), signal, progress, commands: [command] }),
      () => {
        progress.close();
        process.stderr.write(
          'Stopping as soon as what is under way is kept. Run the same command again to go on; press Ctrl-C again ' +
            'to end at once.\n',
        );
      },
    );
    if (!outcome) {
      process.stderr.write(`Stopped. ${out} has everything so far; the same command goes on from there.\n`);
      process.exitCode = 1;
      return undefined;
    }
    if (!json) printStudy(outcome);
    return outcome;
  } finally {
    progress.close();
    store.close();
  }
}

/** The world that a recipe names: one that ships, or a file beside the recipe. */
function worldOf(
  { world, heldOut, data }: StudyRecipe,
  folder: string,
  games = data === undefined ? undefined : path.resolve(folder, data),
): Promise<World> {
  const beside = path.resolve(folder, world);
  const isFile = existsSync(beside) || /^[./]/.test(world);
  return loadWorld(!shippedWorlds.has(world) && isFile ? beside : world, { data: games, heldOut });
}

function printStudy({ result, files }: StudyOutcome): void {
  process.stdout.write(`\n${formatStudy(result)}\n`);
  for (const { arm, seed, stoppedBy, iterations } of result.study.policies)
    if (stoppedBy !== null)
      process.stdout.write(
        `${pc.yellow('Note')}: ${arm}, seed ${seed} was ended by the alarm "${stoppedBy}"; its figures are of the ` +
          `policy after ${iterations} iterations.\n`,
      );
  process.stdout.write(
    `\n${pc.bold(files.report)}  the page to read and to show\n${files.result}  the same figures as data\n`,
  );
}
