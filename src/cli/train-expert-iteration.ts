import { calledAs } from '../world/index.ts';
import { Command } from 'commander';
import pc from 'picocolors';
import { type Trainable, trainable } from '../policy/index.ts';
import { needPolicy, readPolicy } from './read-policy.ts';
import {
  expertIterationSettingsSchema,
  publishedExpertIterationSettings,
  trainExpertIteration,
  type ExpertIterationRound,
} from '../training/stages/index.ts';
import { openToWrite } from './database.ts';
import { demonstrationsIn } from './demonstrations-in.ts';
import { computeOptions, withComputeOptions, type ComputeOptions } from './engine-options.ts';
import { untilInterrupted } from './interruption.ts';
import { loadWorld, withWorldOptions, type WorldOptions } from './load-world.ts';
import { progressOf } from './progress.ts';
import { settingsIn, withSettings } from './schema-options.ts';
import { withPublishedDefaults, withTrainableOptions } from './trainable-options.ts';
import { trainProgress } from './train-progress.ts';

interface Options extends WorldOptions, ComputeOptions, Trainable {
  readonly seed: number;
  readonly demonstrations: string;
  readonly from: string;
  readonly out: string;
  readonly db: string;
  readonly run: string;
  readonly json?: boolean;
}

export function trainExpertIterationCommand(): Command {
  const command = new Command('expert-iteration')
    .description(
      'let a policy play training tasks and learn from the episodes that it wins, in rounds; run it again to go ' +
        'on where it stopped',
    )
    .argument('<world>', 'a world: the name of one that ships, a file, a folder, or an installed package')
    .requiredOption(
      '--demonstrations <file>',
      'the database of clew cold-start build, learnt from beside the episodes that it wins',
    )
    .requiredOption('--from <policy>', 'the policy to begin with')
    .requiredOption('--db <file>', 'the database for its episodes; made when it does not exist')
    .requiredOption('--out <file>', 'the policy to write, a .safetensors file; those of earlier rounds stand beside it')
    .option('--run <name>', 'names the rounds in the database', 'expert iteration');
  withSettings(command, expertIterationSettingsSchema).option('--json', 'print a line of JSON for each round');
  return withTrainableOptions(withComputeOptions(withWorldOptions(command))).action(
    async (name: string, options: Options) => {
      const { from, out, db, run, json = false } = options;
      const world = await loadWorld(name, options);
      const demonstrations = demonstrationsIn(options.demonstrations, world);
      needPolicy(
        from,
        `Make one with: clew train sft ${calledAs(world)} --demonstrations ${options.demonstrations} --out ${from}`,
      );
      const start = await trainable(await readPolicy(from, world), options, options.seed);
      const settings = settingsIn(
        expertIterationSettingsSchema,
        start.published ? withPublishedDefaults(command, options, publishedExpertIterationSettings) : options,
      );
      const store = openToWrite(db);
      const learning = trainProgress('learning', { quiet: json });
      let playing: ReturnType<typeof progressOf> | undefined;
      const endPlaying = () => {
        playing?.end();
        playing = undefined;
      };
      try {
        const policy = await untilInterrupted(signal =>
          trainExpertIteration(
            {
              world,
              start,
              out,
              store,
              run,
              learner: computeOptions(options),
              signal,
              onEpisode(done, of) {
                playing ??= progressOf('playing: episodes', of - done + 1, { quiet: json });
                playing.advance();
                if (done === of) endPlaying();
              },
              onStep: learning.onStep,
              onRound(round) {
                learning.end();
                process.stdout.write(`${json ? JSON.stringify(round) : roundLine(round)}\n`);
              },
            },
            demonstrations,
            settings,
          ),
        );
        if (!policy) process.exitCode = 1;
        else if (!json)
          process.stdout.write(
            pc.dim(`  clew eval ${calledAs(world)} --agent policy:${out} --split seen --db ${db}\n`),
          );
      } finally {
        endPlaying();
        learning.end();
        store.close();
      }
    },
  );
}

function roundLine({ round, rounds, played, won, learnt, hindsight, file, before }: ExpertIterationRound): string {
  return (
    `round ${round} of ${rounds}: ${won} of ${played} training tasks won ` +
    `(${((100 * won) / Math.max(1, played)).toFixed(1)} %); learnt from ${learnt} won episodes` +
    `${hindsight > 0 ? `, and from ${hindsight} that achieved something else` : ''} → ` +
    `${pc.bold(file)}${before ? ', from before' : ''}`
  );
}
