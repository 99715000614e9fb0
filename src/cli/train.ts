import { Command } from 'commander';
import { existsSync } from 'node:fs';
import pc from 'picocolors';
import { recipeFor } from '../../cold-start/index.ts';
import { refuseLeaks, trajectoryLeaks } from '../demonstrations/index.ts';
import { ClewError, UsageError } from '../errors.ts';
import { type Checkpoint, codecOfWorld, createModel, layoutOfCheckpoint, loadPolicy, modelConfig, type Origin, type Preset, presets, type Row, trajectoryRow } from '../policy/index.ts';
import { pretrain } from '../training/pretrain.ts';
import { priorOf } from '../training/prior.ts';
import { tokenRenaming } from '../training/rename-tokens.ts';
import { type RetrievalProbe, retrievalProbe } from '../training/retrieval-probe.ts';
import { sft } from '../training/sft.ts';
import { type StageOptions, stateFile, trainStage } from '../training/stage.ts';
import { worldTokenizer } from '../training/vocabulary.ts';
import { contentHash, openStore, type Trajectory } from '../trajectory/index.ts';
import { hash, type World } from '../world/index.ts';
import { computeOptions, type ComputeOptions, withComputeOptions } from './engine-options.ts';
import { loadWorld, withWorldOptions, type WorldOptions } from './load-world.ts';
import { numberFrom, oneOf, wholeNumber } from './options.ts';
import { formatProbe } from './policy.ts';
import { trainProgress } from './train-progress.ts';

interface CommonOptions extends WorldOptions, ComputeOptions {
  readonly out: string;
  readonly seed: number;
  readonly learningRate: number;
  readonly tokensPerStep: number;
  readonly preset?: Preset;
  readonly context?: number;
  readonly keepEvery: number;
  readonly json?: boolean;
}

interface PretrainArguments extends CommonOptions {
  readonly tokens: number;
  readonly goals: number;
  readonly renamed: number;
  readonly steps: number;
  readonly from?: string;
}

interface SftArguments extends CommonOptions {
  readonly demonstrations: string;
  readonly from?: string;
  readonly epochs: number;
  readonly observationWeight: number;
  readonly renamed: number;
  readonly replay: number;
  readonly holdOut: number;
  readonly patience: number;
}

export function trainCommand(): Command {
  return new Command('train')
    .description('train a policy: a prior from world text, then demonstrations')
    .addCommand(pretrainCommand())
    .addCommand(sftCommand());
}

function withTrainOptions(command: Command, { learningRate }: { learningRate: number }): Command {
  return withComputeOptions(withWorldOptions(command
    .requiredOption('--out <file>', 'the policy to write, a .safetensors file')
    .option('--preset <preset>', `the size of a new policy: ${Object.keys(presets).join(', ')}; micro if left out`, oneOf(...Object.keys(presets) as Preset[]))
    .option('--context <tokens>', 'tokens that an episode may have, for a new policy; 1280 if left out', wholeNumber(32))
    .option('--learning-rate <number>', 'highest learning rate', numberFrom(0), learningRate)
    .option('--tokens-per-step <count>', 'tokens in one step of the optimiser, about', wholeNumber(), 2500)
    .option('--seed <number>', 'keys every draw', wholeNumber(0), 0)
    .option('--keep-every <steps>', 'steps after which the state is kept, to go on from', wholeNumber(), 25)
    .option('--json', 'print the result as JSON')));
}

function pretrainCommand(): Command {
  return withTrainOptions(new Command('pretrain')
    .description('train a prior on world text: play without goals, and goals without play; run it again to go on where it stopped')
    .argument('<world>', 'the name of a shipped world, or the path of a world file')
    .option('--tokens <count>', 'tokens to train on, about', wholeNumber(), 2_500_000)
    .option('--from <policy>', 'the prior to go on with; a new policy if left out')
    .option('--steps <count>', 'commands in a document; every fourth has twice as many', wholeNumber(), 14)
    .option('--goals <share>', 'share of documents that show a goal without commands', numberFrom(0, 1), 0.2)
    .option('--renamed <share>', 'share of documents in which things have other names', numberFrom(0, 1), 0.7), { learningRate: 3e-3 })
    .action(async (name: string, options: PretrainArguments) => {
      const world = await loadWorld(name, options), recipe = recipeFor(world);
      const start = await startOf(world, options);
      const { tokens, tokensPerStep, learningRate, seed, goals, renamed, steps: commands } = options;
      const { stream, document } = priorOf({ world, recipe, layout: layoutOfCheckpoint(start), seed, goals, renamed, steps: commands });
      // Documents differ in length: so many of them make a step of about the size that was asked for.
      const mean = Array.from({ length: 64 }, (_, n) => document(n).tokens.length).reduce((sum, length) => sum + length, 0) / 64;
      const documentsPerStep = Math.max(1, Math.round(tokensPerStep / mean)), steps = Math.max(1, Math.round(tokens / mean / documentsPerStep));
      await runStage('prior', world, options, {
        out: options.out,
        settings: { stage: 'pretrain', world: world.name, worldVersion: world.version, grammar: world.grammar, stream, seed, from: options.from === undefined ? null : hash(JSON.stringify(start.origin)), steps, documentsPerStep, learningRate, commands, goals, renamed },
        start,
        train: common => pretrain({ ...common, document, stream, documentsPerStep, steps, learningRate }),
      });
    });
}

function sftCommand(): Command {
  return withTrainOptions(new Command('sft')
    .description('fine-tune on demonstrations; run it again to go on where it stopped')
    .argument('<world>', 'the name of a shipped world, or the path of a world file')
    .requiredOption('--demonstrations <file>', 'the database of clew cold-start build')
    .option('--from <policy>', 'the prior to begin with; a new policy if left out')
    .option('--epochs <count>', 'times that each demonstration is seen', wholeNumber(), 36)
    .option('--observation-weight <number>', 'weight of what the world says, where the policy\'s own tokens weigh 1', numberFrom(0, 1), 0.1)
    .option('--renamed <share>', 'share of demonstrations in which things have other names, drawn for each epoch', numberFrom(0, 1), 0.5)
    .option('--replay <share>', 'share of tokens of the world text, so that it is not forgotten; 0 without --from', numberFrom(0, 0.9), 0.1)
    .option('--hold-out <count>', 'demonstrations that are kept apart to keep the model that is best on them; 0: all are trained on, and the last model is kept', wholeNumber(0), 0)
    .option('--patience <count>', 'epochs without a better model after which the training stops, with --hold-out', wholeNumber(), 6), { learningRate: 1e-3 })
    .action(async (name: string, options: SftArguments) => {
      const world = await loadWorld(name, options), recipe = recipeFor(world);
      const { epochs, tokensPerStep, learningRate, seed, renamed, observationWeight, holdOut } = options;
      const { trajectories, content } = demonstrationsIn(options.demonstrations, world);
      const start = await startOf(world, options);
      const layout = layoutOfCheckpoint(start), rows = trajectories.map(trajectory => fittingRow(trajectory, trajectoryRow(trajectory, layout, { observationWeight }), start.model.config.context));
      if (holdOut >= rows.length) throw new UsageError(`--hold-out ${holdOut} leaves nothing to train on: ${options.demonstrations} has ${rows.length} demonstrations.`);
      // Held out are those at even distances, so that each category is among them.
      const apart = new Set(Array.from({ length: holdOut }, (_, i) => Math.floor((i + 0.5) * rows.length / holdOut)));
      const trained = rows.filter((_, i) => !apart.has(i)), heldOut = rows.filter((_, i) => apart.has(i));
      const prior = start.origin.stages.length > 0 && options.replay > 0 ? priorOf({ world, recipe, layout, seed }) : undefined;
      const rename = tokenRenaming(layout.tokenizer, recipe);
      const stepsAnEpoch = Math.max(1, Math.ceil(trained.reduce((sum, row) => sum + row.tokens.length, 0) / tokensPerStep));
      await runStage('SFT', world, options, {
        out: options.out,
        settings: {
          stage: 'sft', world: world.name, worldVersion: world.version, grammar: world.grammar, demonstrations: content, count: trained.length, from: hash(JSON.stringify(start.origin)),
          seed, epochs, tokensPerStep, learningRate, observationWeight, renamed, replay: prior ? options.replay : 0, holdOut, ...(holdOut > 0 && { patience: options.patience }),
        },
        start,
        train: common => sft({
          ...common, demonstrations: trained, epochs, tokensPerStep, learningRate, seed,
          augment: { name: `renamed ${renamed}`, apply: (row, random) => (random() < renamed ? { ...row, tokens: rename(random)(row.tokens) } : row) },
          ...(prior && { replay: { stream: prior.stream, share: options.replay, document: number => prior.document(number % replayed) } }),
          ...(holdOut > 0 && { validation: { rows: heldOut, every: stepsAnEpoch, patience: options.patience } }),
        }),
      });
    });
}

/** Documents of the prior that are replayed. */
const replayed = 512;

/** The policy to go on with, or a new one. */
async function startOf(world: World, options: CommonOptions & { readonly from?: string }): Promise<Checkpoint & { origin: Origin }> {
  if (options.from === undefined) return newPolicy(world, options);
  const ignored = options.preset !== undefined ? '--preset' : options.context !== undefined ? '--context' : undefined;
  if (ignored) throw new UsageError(`${ignored} is for a new policy; ${options.from} has its size already. Leave out ${ignored}, or --from.`);
  return startFrom(options.from, world);
}

async function newPolicy(world: World, { preset = 'micro', context = 1280, seed }: CommonOptions): Promise<Checkpoint & { origin: Origin }> {
  const tokenizer = await worldTokenizer(world, recipeFor(world));
  const model = createModel(modelConfig(preset, { vocabulary: tokenizer.size, context }), seed);
  return { model, tokenizer, origin: { world: world.name, codec: codecOfWorld(world.name).name, stages: [] } };
}

async function startFrom(file: string, world: World): Promise<Checkpoint & { origin: Origin }> {
  if (!existsSync(file)) throw new UsageError(`There is no policy ${file}. Make one with: clew train pretrain ${world.name} --out ${file}`);
  const { model, tokenizer, origin } = await loadPolicy(file, world.name);
  return { model, tokenizer, origin: origin! };
}

/** The demonstrations of a database that may be trained on. Throws for one that is of another world, or leaks. */
function demonstrationsIn(file: string, world: World): { trajectories: Trajectory[]; content: string } {
  if (!existsSync(file)) throw new UsageError(`There is no file ${file}. Make demonstrations with: clew cold-start build ${world.name} --out ${file}`);
  const store = openStore(file, { readonly: true });
  try {
    const trajectories = [...store.trajectories.select()];
    if (trajectories.length === 0) throw new ClewError(`${file} has no trajectories. Make some with: clew cold-start build ${world.name} --out ${file}`);
    const other = trajectories.find(trajectory => trajectory.world !== world.name || trajectory.grammar !== world.grammar);
    if (other) throw new ClewError(`${file}: ${other.id} was played in ${other.world} (grammar ${other.grammar}); the policy learns ${world.name} (grammar ${world.grammar}).`);
    const rules = recipeFor(world).leaks(world.heldOut);
    for (const trajectory of trajectories) refuseLeaks(`${file}: ${trajectory.id}`, trajectoryLeaks(trajectory, rules));
    return { trajectories, content: contentHash(store) };
  } finally {
    store.close();
  }
}

function fittingRow(trajectory: Trajectory, row: Row, context: number): Row {
  if (row.tokens.length > context + 1) throw new ClewError(`${trajectory.id} has ${row.tokens.length} tokens and the policy's context is ${context}. Train a policy with --context ${row.tokens.length} or more, or leave the episode out.`);
  return row;
}

/** Trains, tells how it goes and what came of it. SIGINT keeps the state. */
async function runStage(what: string, world: World, options: CommonOptions, stage: Omit<StageOptions, 'learner' | 'every' | 'signal' | 'onLearner'>): Promise<void> {
  const stop = new AbortController(), progress = trainProgress(what, { quiet: options.json ?? false });
  const interrupted = () => { process.stderr.write('\nStopping after this step. Run the same command again to go on.\n'); stop.abort(); };
  process.once('SIGINT', interrupted);
  const from = performance.now();
  let engine = '';
  try {
    const { training, policy } = await trainStage({
      ...stage, every: options.keepEvery, learner: computeOptions(options), signal: stop.signal,
      onLearner(learner) {
        const { engine: name, provider, device, library, version } = learner.description;
        engine = `${name} ${provider}`;
        if (!options.json) process.stderr.write(`${pc.dim(`${learner.model.parameters.length.toLocaleString('en')} parameters; engine ${name} (${library} ${version}) on ${provider}, ${device}; ${learner.workers} threads`)}\n`);
      },
      train: common => stage.train({ ...common, onStep: progress.onStep }),
    });
    progress.end();
    const seconds = Math.round((performance.now() - from) / 100) / 10;
    const probe = policy && await retrievalProbe({ model: policy.model, layout: layoutOfCheckpoint(policy), world, recipe: recipeFor(world), learner: computeOptions(options) });
    report(options, { training, engine, seconds, probe });
    if (training && !training.finished) process.exitCode = 1;
  } finally {
    progress.end();
    process.off('SIGINT', interrupted);
  }
}

function report({ out, json }: CommonOptions, { training, engine, seconds, probe }: { training: { step: number; steps: number; finished: boolean; loss: number; tokens: number; best?: { step: number; loss: number } } | null; engine: string; seconds: number; probe: RetrievalProbe | null }): void {
  if (json) {
    process.stdout.write(`${JSON.stringify({ policy: out, finished: training?.finished ?? true, before: training === null, ...training, engine: engine || null, seconds, probe }, null, 2)}\n`);
    return;
  }
  if (!training) process.stdout.write(`${pc.bold(out)} was trained before with these settings; nothing was done.\n`);
  else if (!training.finished) process.stdout.write(`Stopped at step ${training.step} of ${training.steps}. The state is in ${stateFile(out)}; run the same command again to go on.\n`);
  else {
    process.stdout.write(`${pc.bold(out)}: ${training.step} steps, ${training.tokens.toLocaleString('en')} tokens, loss ${training.loss.toFixed(3)}${training.best ? `; best on held-out demonstrations at step ${training.best.step}, ${training.best.loss.toFixed(3)}` : ''}; ${seconds} s\n`);
    if (probe) process.stdout.write(formatProbe(probe));
    process.stdout.write(pc.dim(`  clew policy inspect ${out}\n`));
  }
}
