import { calledAs } from '../world/index.ts';
import { Command } from 'commander';
import { existsSync } from 'node:fs';
import { UsageError } from '../errors.ts';
import { type Trainable, trainable } from '../policy/index.ts';
import { needPolicy, readPolicy } from './read-policy.ts';
import { etoSettingsSchema, trainEto } from '../training/stages/index.ts';
import { openStore, type Trajectory } from '../trajectory/index.ts';
import { withComputeOptions } from './engine-options.ts';
import { loadWorld, withWorldOptions, type WorldOptions } from './load-world.ts';
import { wholeNumber } from './options.ts';
import { runStage, type StageRunOptions } from './run-stage.ts';
import { settingsIn, withSettings } from './schema-options.ts';
import { withTrainableOptions } from './trainable-options.ts';

interface Options extends WorldOptions, StageRunOptions, Trainable {
  readonly seed: number;
  readonly db: string;
  readonly run?: string;
  readonly from: string;
}

export function trainEtoCommand(): Command {
  const command = new Command('eto')
    .description('train on pairs of a success and a failure of one task (ETO); run it again to go on where it stopped')
    .argument('<world>', 'a world: the name of one that ships, a file, a folder, or an installed package')
    .requiredOption('--db <file>', 'the database with several rollouts of each training task')
    .requiredOption('--from <policy>', 'the policy to begin with, and to be held to')
    .requiredOption('--out <file>', 'the policy to write, a .safetensors file')
    .option('--run <name>', 'only the trajectories of this run');
  withSettings(command, etoSettingsSchema)
    .option('--keep-every <steps>', 'steps after which the state is kept, to go on from', wholeNumber(), 25)
    .option('--json', 'print the result as JSON');
  return withTrainableOptions(withComputeOptions(withWorldOptions(command))).action(
    async (name: string, options: Options) => {
      const world = await loadWorld(name, options);
      const settings = settingsIn(etoSettingsSchema, options);
      needPolicy(options.from, `Make one with: clew train sft ${calledAs(world)} --out ${options.from}`);
      const start = await trainable(await readPolicy(options.from, world), options, options.seed);
      await runStage('ETO', world, start, options, context => trainEto(context, trajectoriesIn(options), settings));
    },
  );
}

function trajectoriesIn({ db, run }: Options): Trajectory[] {
  if (!existsSync(db))
    throw new UsageError(
      `There is no database ${db}. Play several rollouts of each training task: clew rollout WORLD --agent ` +
        `policy:FILE --split train --rollouts 4 --db ${db}`,
    );
  const store = openStore(db, { readonly: true });
  try {
    if (run !== undefined && !store.runs.get(run))
      throw new UsageError(`${db} has no run "${run}". clew runs --db ${db} lists those that there are.`);
    return [...store.trajectories.select(run === undefined ? {} : { run })];
  } finally {
    store.close();
  }
}
