import { calledAs } from '../world/index.ts';
import { Command, Option } from 'commander';
import { dirname, join } from 'node:path';
import { UsageError } from '../errors.ts';
import { type Trainable, trainable, type TrainedPolicy } from '../policy/index.ts';
import { levelsOf } from '../runs/index.ts';
import {
  advantagesOfRecipe,
  forecastMethods,
  readRlRecipe,
  type RlOptions,
  type RlRecipe,
  type RlRecipeInput,
  trainRl,
} from '../training/rl/index.ts';
import { neededReference } from '../training/rl/prepare.ts';
import { allSplits, type Split, type World } from '../world/index.ts';
import { defaultDatabase, openToWrite } from './database.ts';
import { demonstrationsIn } from './demonstrations-in.ts';
import { needPolicy, readPolicy } from './read-policy.ts';
import { computeOptions, type ComputeOptions, withComputeOptions } from './engine-options.ts';
import { explainRecipe } from './explain-recipe.ts';
import { untilInterrupted } from './interruption.ts';
import { keptRun, keepCall, type RlCall } from './kept-run.ts';
import { liveProgress } from './live-view.ts';
import { loadWorld, withWorldOptions, type WorldOptions } from './load-world.ts';
import { listOf, wholeNumber } from './options.ts';
import { withTrainableOptions } from './trainable-options.ts';
import { loadRecipe } from './recipe-file.ts';
import { type RewardFileOption, rewardsIn, withRewardFile } from './reward-file.ts';
import { sayEnd } from './rl-end.ts';
import { rlJsonLines, rlLines } from './rl-lines.ts';

interface Options extends WorldOptions, ComputeOptions, RewardFileOption, Trainable {
  readonly recipe?: string;
  readonly from?: string;
  readonly reference?: string;
  readonly demonstrations?: string;
  readonly out?: string;
  readonly resume?: string;
  readonly run?: string;
  readonly arm?: string;
  readonly seed?: number;
  readonly method?: (typeof forecastMethods)[number];
  readonly iterations?: number;
  readonly alarms?: RlRecipe['alarms'];
  readonly panel?: readonly string[];
  readonly split?: readonly Split[];
  readonly evaluateEvery?: number;
  readonly evaluateTasks?: number;
  readonly db: string;
  readonly explain?: boolean;
  readonly json?: boolean;
}

/** Everything that `trainRl` needs but the store, and what the user said to get it. */
interface Prepared {
  readonly call: RlCall;
  readonly options: Omit<RlOptions, 'store'>;
}

/** Evaluations while a policy learns are sampled as `clew eval` samples. */
const evaluationTemperature = 0.4;

export function trainRlCommand(): Command {
  const command = withComputeOptions(
    withRewardFile(
      withWorldOptions(
        new Command('rl')
          .description('train a policy by reinforcement learning; run it again to go on where it stopped')
          .argument(
            '[world]',
            'a world: the name of one that ships, a file, a folder, or an installed package; with --resume that of the run',
          )
          .option(
            '--recipe <file>',
            'what is learnt and how: a YAML or TypeScript file; all defaults if left out (see --explain)',
          )
          .option('--from <policy>', 'the policy to begin with: the cold start')
          .option('--reference <policy>', 'what a KL term holds to; the cold start if left out')
          .option('--demonstrations <file>', 'learnt from beside won episodes, where the recipe has selfImitation')
          .option('--out <file>', 'the policy to write; if left out, beside the database and named after the run')
          .option('--resume <run>', 'go on with this run: everything else is known')
          .option('--run <name>', 'the name of the run; made from world, arm and seed if left out')
          .option('--arm <name>', 'what the run is called in comparisons; the name of the advantages if left out')
          .option('--seed <number>', 'random seed; 0 if left out', wholeNumber(0))
          .addOption(
            new Option(
              '--method <name>',
              'instead of the forecasts of the recipe: learn to say beforehand how a task will go',
            ).choices(forecastMethods),
          )
          .option('--iterations <count>', 'instead of those of the recipe', wholeNumber())
          .addOption(
            new Option('--alarms <what>', 'instead of those of the recipe: whether an alarm ends the run').choices([
              'stop',
              'warn',
            ]),
          )
          .option('--panel <panels...>', 'panels to play before the first iteration, as it goes, and after the last')
          .option(
            '--split <splits...>',
            `instead of panels: the tasks of ${allSplits.join(', ')}`,
            listOf(...allSplits),
          )
          .option(
            '--evaluate-every <count>',
            'iterations from one such evaluation to the next; 10 if left out',
            wholeNumber(),
          )
          .option('--evaluate-tasks <count>', 'only the first so many tasks of each', wholeNumber())
          .option('--db <file>', 'the database; made when it does not exist', defaultDatabase)
          .option('--explain', 'print the recipe with every default and what each setting means, and train nothing')
          .option('--json', 'print everything as JSON lines'),
      ),
    ),
  ).action(async (world: string | undefined, options: Options) => {
    if (options.explain) process.stdout.write(explainRecipe(await loadRecipe(options.recipe, changesOf(options))));
    else await train(await prepared(world, options), options);
  });
  return withTrainableOptions(command);
}

/** What the command line says instead of the recipe. */
function changesOf({ method, iterations, alarms }: Options): Partial<RlRecipeInput> {
  return {
    ...(method !== undefined && { forecasts: method }),
    ...(iterations !== undefined && { iterations }),
    ...(alarms !== undefined && { alarms }),
  };
}

/** Reads everything that is named, so that what is wrong with it is said before anything is written. */
async function prepared(worldName: string | undefined, options: Options): Promise<Prepared> {
  const kept = options.resume === undefined ? undefined : keptRun(options.db, options.resume);
  if (options.resume !== undefined && !kept)
    throw new UsageError(
      `There is no database ${options.db}, so there is no run "${options.resume}" to go on with. Name the ` +
        `database with --db FILE.`,
    );
  const recipe =
    kept && options.recipe === undefined
      ? readRlRecipe({ ...kept.recipe, ...changesOf(options) }, `The recipe of ${kept.id}`)
      : await loadRecipe(options.recipe, changesOf(options));
  const said = saidIn(worldName, options, kept?.call);
  const world = await loadWorld(said.world, said);
  const reference = said.reference === undefined ? undefined : await policyFrom(said.reference, world, '--reference');
  if (said.demonstrations !== undefined && !recipe.selfImitation)
    throw new UsageError(
      '--demonstrations are learnt from beside won episodes: give the recipe selfImitation (see --explain), or ' +
        'leave them out.',
    );
  const demonstrations = said.demonstrations === undefined ? undefined : demonstrationsIn(said.demonstrations, world);
  const rewards = await rewardsIn(said);
  const seed = options.seed ?? kept?.seed ?? 0;
  const start = await trainable(await policyFrom(said.from, world, '--from'), said, seed);
  const arm = options.arm ?? kept?.arm ?? advantagesOfRecipe(recipe).name;
  const run = kept?.id ?? options.run ?? `${world.name} ${arm} seed ${seed}`;
  const before = kept ?? keptRun(options.db, run, { exactly: true });
  const call: RlCall = {
    ...said,
    out:
      said.out ??
      before?.call?.out ??
      join(dirname(options.db), `${run.replaceAll(/[^\w.-]+/g, '-')}${start.published ? '' : '.safetensors'}`),
  };
  neededReference({ recipe, start, ...(reference && { reference }) });
  const panels = levelsOf(world, {
    ...said,
    ...(said.evaluateTasks !== undefined && { tasks: said.evaluateTasks }),
  }).map(({ panel, level, tasks }) => ({ name: panel, level: level ?? panel, tasks }));
  return {
    call,
    options: {
      world,
      recipe,
      ...(demonstrations && { demonstrations }),
      rewards,
      start,
      seed,
      run,
      arm,
      out: call.out,
      compute: computeOptions(options),
      ...(reference && { reference }),
      ...(panels.length > 0 && {
        evaluation: { every: said.evaluateEvery ?? 10, temperature: evaluationTemperature, panels },
      }),
    },
  };
}

/** The options that are kept with a run, so that going on need not say them again. */
const keptOptions = [
  'data',
  'heldOut',
  'from',
  'reference',
  'demonstrations',
  'rewardFile',
  'out',
  'panel',
  'split',
  'evaluateEvery',
  'evaluateTasks',
  'lora',
  'loraAlpha',
  'full',
] as const satisfies readonly (keyof Options & keyof RlCall)[];

/** What the user said, now or when the run was begun. */
function saidIn(
  worldName: string | undefined,
  options: Options,
  kept: RlCall | undefined,
): Omit<RlCall, 'out'> & { readonly out?: string } {
  const given = { world: worldName, ...Object.fromEntries(keptOptions.map(name => [name, options[name]])) };
  const said: Partial<RlCall> = {
    ...kept,
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  };
  const { world, from: start } = said;
  if (world === undefined)
    throw new UsageError('Say which world to train in: clew train rl WORLD --recipe FILE --from POLICY.');
  if (start === undefined)
    throw new UsageError(
      `Say with which policy to begin: --from POLICY, the cold start. Make one with: clew train sft ${world} ` +
        `--demonstrations FILE --out cold-start.safetensors`,
    );
  return { ...said, world, from: start };
}

async function policyFrom(file: string, world: World, option: string): Promise<TrainedPolicy> {
  const remedy = `Make a cold start with: clew train sft ${calledAs(world)} --demonstrations FILE --out ${file}`;
  needPolicy(file, remedy, option);
  return readPolicy(file, world);
}

async function train({ call, options: prepared }: Prepared, { db, json }: Options): Promise<void> {
  const { run, recipe } = prepared;
  const write = (text: string) => process.stdout.write(text);
  const live = !json && process.stdout.isTTY;
  await untilInterrupted(
    async signal => {
      const progress = json
        ? rlJsonLines(run, write)
        : live
          ? liveProgress(run, recipe.iterations, process.stdout, signal)
          : rlLines(run, write);
      const store = openToWrite(db);
      try {
        const result = await trainRl({
          ...prepared,
          store,
          signal,
          onStart(start) {
            keepCall(store, run, call);
            progress.onStart(start);
          },
          onWarmUp: progress.onWarmUp,
          onIteration: progress.onIteration,
          onEvaluation: progress.onEvaluation,
        });
        progress.end();
        sayEnd(result, { call, run, recipe, db, json: json ?? false });
        if (!result.finished) process.exitCode = 1;
      } finally {
        progress.end();
        store.close();
      }
    },
    () => {
      if (!live)
        process.stderr.write(
          '\nStopping after this iteration. Run the same command again to go on; press ' +
            'Ctrl-C again to end at once.\n',
        );
    },
  );
}
