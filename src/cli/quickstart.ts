import { Command } from 'commander';
import path from 'node:path';
import pc from 'picocolors';
import { UsageError } from '../errors.ts';
import {
  checkMachine,
  type MachineReport,
  type QuickstartRecipe,
  quickstartRecipe,
  type QuickstartSettings,
  quickstartSettingsSchema,
  usualMinutesOf,
  usualSpeed,
} from '../study/index.ts';
import { computeOptions, type ComputeOptions, withComputeOptions } from './engine-options.ts';
import { dataHelp, loadWorld, loadWorldModule } from './load-world.ts';
import { demonstrationSteps } from '../training/needed-context.ts';
import { worldTokenizer } from '../training/vocabulary.ts';
import { withSettings } from './schema-options.ts';
import { quickstartWorld } from './shipped-worlds.ts';
import { printJson } from './print-json.ts';
import { conductStudy } from './study.ts';

interface Options extends ComputeOptions, QuickstartSettings {
  readonly world: string;
  readonly data?: string;
  readonly out?: string;
  readonly json?: boolean;
}

export function quickstartCommand(): Command {
  const command = new Command('quickstart').description(
    'watch an agent learn to think before it acts: train GRPO and RLVMR from one cold start, compare them, write ' +
      'a report; run it again to go on where it stopped',
  );
  withSettings(command, quickstartSettingsSchema)
    .option(
      '--world <world>',
      'a world: the name of one that ships, a file, a folder, or an installed package',
      quickstartWorld,
    )
    .option('--data <path>', dataHelp)
    .option(
      '--out <folder>',
      'the folder for everything that comes of it; runs/quickstart, or with --world runs/quickstart-NAME',
    )
    .option('--json', 'print the result as JSON');
  return withComputeOptions(command).action(
    async ({ minutes: asked, world: name, data, out: given, seed, json, ...compute }: Options) => {
      const usual = name === quickstartWorld;
      const module = await loadWorldModule(name);
      if (data !== undefined && typeof module.default !== 'function')
        throw new UsageError(`--data says where a world finds its data, and ${name} is made from none: leave it out.`);
      const world = await loadWorld(name, { data, heldOut: module.kit?.suggestedHeldOut });
      const out = given ?? path.join('runs', usual ? 'quickstart' : `quickstart-${world.name}`);
      // What ships demonstrations has its settings; of any other world its texts say how large a policy it needs.
      const vocabulary = world.kit.demonstrations ? Infinity : (await worldTokenizer(world)).size;
      const usualHere = usualMinutesOf(world, vocabulary);
      const minutes = asked ?? usualHere;
      const recipe = quickstartRecipe(world, {
        minutes,
        seed,
        name,
        vocabulary,
        demonstrationSteps: vocabulary === Infinity || !world.expert ? null : await demonstrationSteps(world),
      });
      if (!json)
        process.stderr.write(`${plan(recipe, minutes, await checkMachine(out, computeOptions(compute)), out)}\n`);
      const again = [
        'clew quickstart',
        ...(minutes === usualHere ? [] : [`--minutes ${minutes}`]),
        ...(usual ? [] : [`--world ${name}`]),
        ...(seed === 0 ? [] : [`--seed ${seed}`]),
      ].join(' ');
      const outcome = await conductStudy(recipe, {
        ...compute,
        out,
        data,
        json,
        folder: process.cwd(),
        command: again,
      });
      if (!outcome) return;
      if (json) printJson(outcome.result);
      else
        process.stdout.write(
          pc.dim(`  clew studio ${path.join(out, 'clew.db')}   the same live, and worlds to play\n`),
        );
    },
  );
}

/** What will be done, on what, and how long it will take. */
function plan(
  { world, pretraining, demonstrations, sft, expertIteration, arms, evaluation }: QuickstartRecipe,
  minutes: number,
  machine: MachineReport,
  out: string,
): string {
  const { iterations, tasks, rollouts } = arms[0]!.rl!;
  const here = (minutes * usualSpeed) / machine.tokensPerSecond;
  const line = (title: string, text: string) => `  ${pc.dim(title.padEnd(8))} ${text}`;
  return [
    `${pc.bold('Clew quickstart')}: an agent learns to think before it acts, in the world ${world}.`,
    line(
      'machine',
      `Node ${machine.node}, ${machine.cores} ${machine.cores === 1 ? 'core' : 'cores'} of ${machine.processor}, ` +
        `${Math.round(machine.memoryGiB)} GiB; ${machine.freeDiskGiB.toFixed(0)} GiB free for ${out}`,
    ),
    line('engine', machine.engine),
    ...(machine.advice ? [line('', machine.advice)] : []),
    line(
      'plan',
      `pretraining on ${pretraining.tokens.toLocaleString('en')} tokens of play, ${sft.epochs} passes over ` +
        `${demonstrationsText(demonstrations)}: the cold start;`,
    ),
    ...(expertIteration
      ? [
          line(
            '',
            `${expertIteration.rounds} rounds of expert iteration: it plays ${expertIteration.tasks} training ` +
              `tasks and learns from those it wins;`,
          ),
        ]
      : []),
    line(
      '',
      `from there ${arms.map(({ name }) => name).join(' and ')}, ${iterations} iterations of ${tasks} × ` +
        `${rollouts} episodes each;`,
    ),
    line(
      '',
      `all of them play ${evaluation.panels.map(panel => `${panel.tasks} tasks of ${panel.level}`).join(', ')}.`,
    ),
    line(
      'time',
      `about ${inMinutes(minutes)} on two cores of a laptop; by the speed of its engine about ${inMinutes(here)} ` +
        `here. Ctrl-C stops; the same command goes on.`,
    ),
  ].join('\n');
}

function demonstrationsText(demonstrations: QuickstartRecipe['demonstrations']): string {
  return typeof demonstrations === 'object' && 'build' in demonstrations
    ? `${demonstrations.build.trajectories} demonstrations by rules`
    : '200 demonstrations';
}

function inMinutes(minutes: number): string {
  return minutes < 1.5 ? 'a minute' : `${Math.round(minutes)} minutes`;
}
