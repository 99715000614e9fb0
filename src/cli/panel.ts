import { Command } from 'commander';
import { writeAtomically } from '../atomic-file.ts';
import { allSplits, makePanel, type Split } from '../world/index.ts';
import { loadWorld, withWorldOptions, type WorldOptions } from './load-world.ts';
import { oneOf, wholeNumber } from './options.ts';

export function panelCommand(): Command {
  return withWorldOptions(
    new Command('panel')
      .description('write a panel: a fixed list of task ids that an evaluation plays exactly once')
      .argument('<world>', 'a world: the name of one that ships, a file, a folder, or an installed package')
      .requiredOption('--split <split>', `one of ${allSplits.join(', ')}`, oneOf(...allSplits))
      .option('--tasks <count>', 'how many tasks', wholeNumber(), 512)
      .option('--from <number>', 'the task to begin with', wholeNumber(0), 0)
      .option('--name <name>', 'the name of the panel; the split if left out')
      .option('--out <file>', 'where to write it; standard output if left out'),
  ).action(
    async (
      name: string,
      options: { split: Split; tasks: number; from: number; name?: string; out?: string } & WorldOptions,
    ) => {
      const world = await loadWorld(name, options);
      const { split, tasks, from, name: called = split } = options;
      const text = `${JSON.stringify(makePanel(world, called, split, tasks, from), null, 1)}\n`;
      if (options.out) await writeAtomically(options.out, text);
      else process.stdout.write(text);
    },
  );
}
