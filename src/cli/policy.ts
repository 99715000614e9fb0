import { Command } from 'commander';
import pc from 'picocolors';
import { UsageError } from '../errors.ts';
import { inspectCheckpoint, layoutOfPolicy, publishedPaths, type TrainedPolicy } from '../policy/index.ts';
import { plainName } from '../policy/origin.ts';
import { type RetrievalProbe, retrievalProbe } from '../training/retrieval-probe.ts';
import { knowsTaggedAnswers } from '../training/stages/index.ts';
import type { World } from '../world/index.ts';
import { computeOptions, type ComputeOptions, withComputeOptions } from './engine-options.ts';
import { loadWorld, withWorldOptions, type WorldOptions } from './load-world.ts';
import { needPolicy, readPolicy } from './read-policy.ts';
import { checkFolderCommand, fetchCommand, inspectFolder } from './policy-folder.ts';

interface InspectOptions extends WorldOptions, ComputeOptions {
  readonly probe?: string;
  readonly json?: boolean;
}

export function policyCommand(): Command {
  return new Command('policy')
    .description('look at a trained policy, or at the folder of a published model')
    .addCommand(
      withComputeOptions(
        withWorldOptions(
          new Command('inspect')
            .description('what a policy is, how it was trained, and how well it looks things up')
            .argument(
              '<file>',
              'the checkpoint, a .safetensors file, or what a published model is in: FOLDER or FOLDER+ADAPTER',
            )
            .option(
              '--probe <world>',
              'measure whether it can look things up in texts of this world, under names it has not learnt by heart',
            )
            .option('--json', 'print it as JSON'),
        ),
      ).action(inspect),
    )
    .addCommand(checkFolderCommand())
    .addCommand(fetchCommand());
}

async function inspect(name: string, options: InspectOptions): Promise<void> {
  const file = plainName(name);
  needPolicy(file);
  if (publishedPaths(file)) {
    if (options.probe !== undefined)
      throw new UsageError(`${file} is a published model, whose words cannot be exchanged: leave out --probe.`);
    await inspectFolder(file, options);
    return;
  }
  const summary = await inspectCheckpoint(file);
  const probe = options.probe === undefined ? undefined : await probed(file, options.probe, options);
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ file, ...summary, ...(probe && { probe }) }, null, 2)}\n`);
    return;
  }
  const { config, origin } = summary;
  const lines = [
    pc.bold(file),
    `  ${summary.parameters.toLocaleString('en')} parameters: ${config.layers} layers of width ${config.width}, ` +
      `${config.heads} heads, feed-forward ${config.feedForward}, context ` +
      `${config.context}${config.tokenShift ? ', token shift' : ''}`,
    `  architecture ${summary.configHash}, tokenizer ${summary.tokenizerHash} (${summary.vocabulary} tokens)`,
    origin
      ? `  reads ${origin.world} in version ${origin.codecVersion ?? 1} of the codec "${origin.codec}"`
      : '  does not say which texts it reads',
    ...(origin?.stages ?? []).map((stage, i) => `  stage ${i + 1}: ${JSON.stringify(stage)}`),
    ...(summary.optimiserSteps === undefined
      ? []
      : [`  a training under way, ${summary.optimiserSteps} steps so far: ${JSON.stringify(summary.progress)}`]),
  ];
  process.stdout.write(`${lines.join('\n')}\n${probe ? formatProbe(probe) : ''}`);
}

async function probed(file: string, name: string, options: InspectOptions): Promise<RetrievalProbe> {
  const world = await loadWorld(name, options);
  const checkpoint = await readPolicy(file, world);
  return probePolicy(checkpoint, world, options);
}

/** The retrieval probe of a policy, in the form that it knows. */
export function probePolicy(checkpoint: TrainedPolicy, world: World, options: ComputeOptions): Promise<RetrievalProbe> {
  return retrievalProbe({
    model: checkpoint.model,
    layout: layoutOfPolicy(checkpoint),
    world,
    tagged: knowsTaggedAnswers(checkpoint),
    learner: computeOptions(options),
  });
}

/** The retrieval probe for people; it says so where there is nothing to look up. */
export function formatProbe(probe: RetrievalProbe): string {
  const titles = {
    objectNumber: 'number of an object',
    answerNumber: 'number in an answer',
    answerKnown: 'whether a thing was seen',
    answerWord: 'what an answer tells',
  } as const;
  if (Object.values(probe).every(({ of }) => of === 0))
    return `  looks up nothing: the world's kit has no questions (see "What a world brings along")\n`;
  return Object.entries(titles)
    .map(([key, title]) => {
      const { right, of } = probe[key as keyof typeof titles];
      return of === 0
        ? ''
        : `  looks up ${title.padEnd(26)}${((100 * right) / of).toFixed(1).padStart(5)} % of ${of}\n`;
    })
    .join('');
}

/** Share of each look-up below which a pretrained policy is not ready for demonstrations. */
const readyFrom = 0.8;

/** What to do about a pretrained policy that does not look things up yet; empty when it does. */
export function adviceOnPretraining(probe: RetrievalProbe): string {
  const ready = Object.values(probe).every(({ right, of }) => right >= readyFrom * of);
  return ready
    ? ''
    : `This policy does not look things up yet (it should in ${100 * readyFrom} % and more): demonstrations would ` +
        `be wasted on it. Train one with more --tokens or another --seed.\n`;
}
