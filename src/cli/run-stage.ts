import pc from 'picocolors';
import { librarySentence, type TrainedPolicy } from '../policy/index.ts';
import { stateFile } from '../runs/index.ts';
import type { RetrievalProbe } from '../training/retrieval-probe.ts';
import type { StageContext } from '../training/stages/index.ts';
import type { StageResult } from '../training/stage.ts';
import type { World } from '../world/index.ts';
import { computeOptions, type ComputeOptions } from './engine-options.ts';
import { untilInterrupted } from './interruption.ts';
import { adviceOnPretraining, formatProbe, probePolicy } from './policy.ts';
import { trainProgress } from './train-progress.ts';

/** What every stage is told on the command line. */
export interface StageRunOptions extends ComputeOptions {
  readonly out: string;
  readonly keepEvery: number;
  readonly json?: boolean;
}

/** Trains, tells how it goes and what came of it. SIGINT keeps the state. */
export async function runStage(
  what: string,
  world: World,
  start: TrainedPolicy,
  options: StageRunOptions,
  train: (context: StageContext) => Promise<StageResult>,
): Promise<void> {
  const progress = trainProgress(what, { quiet: options.json ?? false });
  const from = performance.now();
  let engine = '';
  try {
    const { training, policy } = await untilInterrupted(
      signal =>
        train({
          world,
          start,
          out: options.out,
          every: options.keepEvery,
          learner: computeOptions(options),
          signal,
          onLearner(learner) {
            const { engine: name, provider, device, library, version } = learner.description;
            const advice = librarySentence({ library });
            engine = `${name} ${provider}`;
            const told =
              `${learner.model.parameters.length.toLocaleString('en')} parameters; engine ${name} ` +
              `(${library} ${version}) on ${provider}, ${device}; ${learner.workers} threads`;
            if (!options.json) process.stderr.write(`${pc.dim(told)}\n${advice ? `${advice}\n` : ''}`);
          },
          onStep: progress.onStep,
        }),
      () => process.stderr.write('\nStopping after this step. Run the same command again to go on.\n'),
    );
    progress.end();
    const seconds = Math.round((performance.now() - from) / 100) / 10;
    // The probe exchanges words one for one, which a published model's tokens are not.
    const probe = policy && !policy.published ? await probePolicy(policy, world, options) : null;
    report(options, { what, training, engine, seconds, probe });
    if (training && !training.finished) process.exitCode = 1;
  } finally {
    progress.end();
  }
}

function report(
  { out, json }: StageRunOptions,
  {
    what,
    training,
    engine,
    seconds,
    probe,
  }: {
    what: string;
    training: {
      step: number;
      steps: number;
      finished: boolean;
      loss: number;
      tokens: number;
      best?: { step: number; loss: number };
    } | null;
    engine: string;
    seconds: number;
    probe: RetrievalProbe | null;
  },
): void {
  if (json) {
    const [finished, before] = [training?.finished ?? true, training === null];
    const told = { policy: out, finished, before, ...training, engine: engine || null, seconds, probe };
    process.stdout.write(`${JSON.stringify(told, null, 2)}\n`);
    return;
  }
  if (!training) process.stdout.write(`${pc.bold(out)} was trained before with these settings; nothing was done.\n`);
  else if (!training.finished)
    process.stdout.write(
      `Stopped at step ${training.step} of ${training.steps}. The state is in ${stateFile(out)}; run the same ` +
        `command again to go on.\n`,
    );
  else {
    const best = training.best
      ? `; best on held-out demonstrations at step ${training.best.step}, ${training.best.loss.toFixed(3)}`
      : '';
    process.stdout.write(
      `${pc.bold(out)}: ${training.step} steps, ${training.tokens.toLocaleString('en')} tokens, loss ` +
        `${training.loss.toFixed(3)}${best}; ${seconds} s\n`,
    );
    if (probe) process.stdout.write(formatProbe(probe));
    if (probe && what === 'pretraining') process.stdout.write(pc.yellow(adviceOnPretraining(probe)));
    process.stdout.write(pc.dim(`  clew policy inspect ${out}\n`));
  }
}
