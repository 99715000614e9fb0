import { calledAs } from '../world/index.ts';
import { Command } from 'commander';
import type { z } from 'zod';
import { UsageError } from '../errors.ts';
import { type Preset, type Trainable, trainable, type TrainedPolicy } from '../policy/index.ts';
import {
  newPolicy,
  policySettingsSchema,
  pretrainingSettingsSchema,
  publishedSftSettings,
  sftSettingsSchema,
  trainPretraining,
  trainSft,
} from '../training/stages/index.ts';
import type { World } from '../world/index.ts';
import { demonstrationsIn } from './demonstrations-in.ts';
import { withComputeOptions } from './engine-options.ts';
import { loadWorld, withWorldOptions, type WorldOptions } from './load-world.ts';
import { wholeNumber } from './options.ts';
import { withPublishedDefaults, withTrainableOptions } from './trainable-options.ts';
import { needPolicy, readPolicy } from './read-policy.ts';
import { runStage, type StageRunOptions } from './run-stage.ts';
import { settingsIn, withSettings } from './schema-options.ts';
import { trainEtoCommand } from './train-eto.ts';
import { trainExpertIterationCommand } from './train-expert-iteration.ts';

interface CommonOptions extends WorldOptions, StageRunOptions, Trainable {
  readonly seed: number;
  readonly preset?: Preset;
  readonly context?: number;
  readonly from?: string;
  /** Of a pretraining. */
  readonly manual?: number;
  readonly lookUps?: boolean;
}

export function trainCommand(): Command {
  return new Command('train')
    .description('train a policy: on world text, on demonstrations, on its own play')
    .addCommand(pretrainCommand())
    .addCommand(sftCommand())
    .addCommand(trainExpertIterationCommand())
    .addCommand(trainEtoCommand());
}

function withTrainOptions(command: Command, settings: z.ZodObject): Command {
  command.requiredOption('--out <file>', 'the policy to write, a .safetensors file');
  // Without a default of their own, so that it shows when they are given beside --from, where they mean nothing.
  withSettings(command, policySettingsSchema, { only: ['preset', 'context'], open: true });
  withSettings(command, settings)
    .option('--keep-every <steps>', 'steps after which the state is kept, to go on from', wholeNumber(), 25)
    .option('--json', 'print the result as JSON');
  return withComputeOptions(withWorldOptions(command));
}

function pretrainCommand(): Command {
  return withTrainOptions(
    new Command('pretrain')
      .description(
        'pretrain on world text: play without goals, and goals without play; run it again to go on where it stopped',
      )
      .argument('<world>', 'a world: the name of one that ships, a file, a folder, or an installed package')
      .option('--from <policy>', 'the policy to go on with; a new policy if left out'),
    pretrainingSettingsSchema,
  ).action(async (name: string, options: CommonOptions) => {
    const world = await loadWorld(name, options);
    const settings = settingsIn(pretrainingSettingsSchema, options);
    await runStage('pretraining', world, await startOf(world, options), options, context =>
      trainPretraining(context, settings),
    );
  });
}

function sftCommand(): Command {
  const command = withTrainOptions(
    new Command('sft')
      .description('fine-tune on demonstrations; run it again to go on where it stopped')
      .argument('<world>', 'a world: the name of one that ships, a file, a folder, or an installed package')
      .requiredOption('--demonstrations <file>', 'the database of clew cold-start build')
      .option('--from <policy>', 'the pretrained policy to begin with; a new policy if left out'),
    sftSettingsSchema,
  ).action(async (name: string, options: CommonOptions & { readonly demonstrations: string }) => {
    const world = await loadWorld(name, options);
    const demonstrations = demonstrationsIn(options.demonstrations, world);
    const start = await trainable(await startOf(world, options), options, options.seed);
    const settings = settingsIn(
      sftSettingsSchema,
      start.published ? withPublishedDefaults(command, options, publishedSftSettings) : options,
    );
    await runStage('SFT', world, start, options, context => trainSft(context, demonstrations, settings));
  });
  return withTrainableOptions(command);
}

/** The policy to go on with, or a new one. */
async function startOf(world: World, options: CommonOptions): Promise<TrainedPolicy> {
  const { from, preset, context, seed } = options;
  if (from === undefined)
    return newPolicy(world, settingsIn(policySettingsSchema, { preset, context, seed }), undefined, [], options);
  const ignored = preset !== undefined ? '--preset' : context !== undefined ? '--context' : undefined;
  if (ignored)
    throw new UsageError(
      `${ignored} is for a new policy; ${from} has its size already. Leave out ${ignored}, or --from.`,
    );
  needPolicy(from, `Make one with: clew train pretrain ${calledAs(world)} --out ${from}`);
  return readPolicy(from, world);
}
