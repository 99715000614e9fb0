import type { Command } from 'commander';
import { wholeNumber } from './options.ts';

/** Settings whose options nobody gave, with the values that fit a published model. */
export function withPublishedDefaults(command: Command, options: object, fitting: Readonly<object>): object {
  const left = Object.entries(fitting).filter(([name]) => command.getOptionValueSource(name) === 'default');
  return { ...options, ...Object.fromEntries(left) };
}

/** What of a published model is trained. */
export function withTrainableOptions(command: Command): Command {
  return command
    .optionsGroup('For a published model (--from policy:FOLDER)')
    .option('--lora <rank>', 'train an adapter of this rank beside the frozen weights', wholeNumber())
    .option(
      '--lora-alpha <number>',
      'the product of the adapter is multiplied by this / rank; twice the rank if left out',
      wholeNumber(),
    )
    .option('--full', 'train all weights, which takes several times the memory');
}
