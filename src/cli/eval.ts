import { Command } from 'commander';
import pc from 'picocolors';
import { UsageError } from '../errors.ts';
import { type ForecastFigures, formatForecastFigures } from '../forecasts/index.ts';
import { formatMeasurement, measure, type Measurement, repetitiveAction } from '../metrics/index.ts';
import { percent, percentInterval, textTable } from '../metrics/text-table.ts';
import { inspectCheckpoint, publishedPaths } from '../policy/index.ts';
import { type Level, levelsOf, type LevelOptions, refuseLosses } from '../runs/index.ts';
import type { Store } from '../trajectory/index.ts';
import { allSplits, type World } from '../world/index.ts';
import { agentForms, type AgentOptions, openAgent, type OpenAgent, withSamplingOptions } from './agent-option.ts';
import { withChatOptions } from './chat-option.ts';
import { tellOfReplies } from './reply-notes.ts';
import { defaultDatabase, openToWrite } from './database.ts';
import { withComputeOptions } from './engine-options.ts';
import { untilInterrupted } from './interruption.ts';
import { forecastFiguresOf } from './forecast-figures.ts';
import { loadWorld, withWorldOptions, type WorldOptions } from './load-world.ts';
import { shippedWorlds } from './shipped-worlds.ts';
import { needPolicy } from './read-policy.ts';
import { listOf, wholeNumber } from './options.ts';
import { playNamed, type PlayOptions, samplingWords, withPlayOptions } from './played-run.ts';

interface Options extends Omit<AgentOptions, 'world'>, WorldOptions, LevelOptions, PlayOptions {
  readonly agent: string;
  readonly world?: string;
  readonly arm?: string;
  readonly db: string;
  readonly run?: string;
}

interface Evaluation {
  readonly run: string;
  readonly panel: string;
  readonly level: string | null;
  readonly measurement: Measurement;
  /** How well the agent foretold; null where it was not asked. */
  readonly forecasts: ForecastFigures | null;
}

export function evalCommand(): Command {
  const command = withPlayOptions(
    withComputeOptions(
      withWorldOptions(
        new Command('eval')
          .description(
            'let an agent play every task of panels exactly once, store the trajectories, and measure them; run ' +
              'it again to go on where it stopped',
          )
          .argument(
            '[world]',
            'a world: the name of one that ships, a file, a folder, or an installed package; the one that the ' +
              'policy was trained on if left out',
          )
          .requiredOption('--agent <agent>', agentForms)
          .option('--world <world>', 'the world, as an option')
          .option('--panel <panels...>', 'names of shipped panels, or paths of panel files')
          .option(
            '--split <splits...>',
            `instead of panels: the tasks of ${allSplits.join(', ')}`,
            listOf(...allSplits),
          )
          .option('--tasks <count>', 'only the first so many tasks of each', wholeNumber())
          .option('--arm <name>', 'what was trained, for comparisons: recorded with the run')
          .option('--db <file>', 'the database; made when it does not exist', defaultDatabase)
          .option(
            '--run <name>',
            'the name of the runs, to which the panel is added; made from world and agent if left out',
          ),
      ),
    ),
  );
  return withChatOptions(withSamplingOptions(command)).action(
    async (argument: string | undefined, options: Options) => {
      if (options.panel === undefined && options.split === undefined)
        throw new UsageError('Say what to play: either --panel PANEL or --split SPLIT. Both take several.');
      const world = await loadWorld(await worldName(argument, options), options);
      const parts = levelsOf(world, options);
      await untilInterrupted(async signal => {
        const agent = await openAgent(options.agent, { ...options, world, signal });
        let store: Store | undefined;
        try {
          store = openToWrite(options.db);
          const evaluations: Evaluation[] = [];
          for (const part of parts) {
            const evaluation = await evaluate(store, world, part, agent, options, signal);
            if (!evaluation) return;
            evaluations.push(evaluation);
            if (!options.json)
              process.stdout.write(
                `${pc.bold(evaluation.run)}\n${formatMeasurement(evaluation.measurement)}\n` +
                  `${foretold(evaluation)}${parts.length > 1 ? '\n' : ''}`,
              );
          }
          tellOfReplies(agent);
          if (options.json) {
            const { policyVersion = null } = agent.agent;
            const usage = agent.agent.usage?.() ?? null;
            const told = { db: options.db, engine: agent.engine ?? null, policyVersion, usage, evaluations };
            process.stdout.write(`${JSON.stringify(told, null, 2)}\n`);
          } else if (evaluations.length > 1) process.stdout.write(`${summary(evaluations).join('\n')}\n`);
        } finally {
          store?.close();
          await agent.close?.();
        }
      });
    },
  );
}

/** The world that was named, or else the one that the policy was trained on. */
async function worldName(argument: string | undefined, { world: option, agent }: Options): Promise<string> {
  if (argument !== undefined && option !== undefined && argument !== option)
    throw new UsageError(`Two worlds are named, ${argument} and ${option}: leave one of them out.`);
  const named = argument ?? option;
  if (named !== undefined) return named;
  const file = /^policy:(.+)$/.exec(agent)?.[1];
  if (file === undefined)
    throw new UsageError(`Say in which world ${agent} shall play: clew eval WORLD --agent ${agent} …`);
  needPolicy(file);
  if (publishedPaths(file))
    throw new UsageError(`A published model plays any world. Say which: clew eval WORLD --agent ${agent} …`);
  const trained = (await inspectCheckpoint(file)).origin?.world;
  if (trained === undefined || !shippedWorlds.has(trained))
    throw new UsageError(
      `${file} was trained on ${trained ?? 'texts that it does not name'}, which is no world that ships: give the ` +
        `path of the world file, clew eval ./WORLD.ts --agent ${agent} …`,
    );
  return trained;
}

/** Plays and measures one level. Undefined when it was interrupted: half a panel is no figure. */
async function evaluate(
  store: Store,
  world: World,
  { panel, level, tasks }: Level,
  agent: OpenAgent,
  options: Options,
  signal: AbortSignal,
): Promise<Evaluation | undefined> {
  const { arm, seed, tasks: first } = options;
  const name =
    options.run ??
    ['eval', world.name, arm ?? agent.label, ...samplingWords(agent), ...(seed ? [`seed ${seed}`] : [])].join(' ');
  const run = [name, panel, ...(first === undefined ? [] : [`first ${tasks.length}`])].join(' ');
  const played = await playNamed(
    store,
    { id: run, kind: 'evaluation', world, tasks, agent, config: { panel, level, arm: arm ?? null } },
    options,
    signal,
  );
  refuseLosses(run, played);
  if (signal.aborted) {
    process.exitCode = 1;
    return undefined;
  }
  const measurement = measure(store.trajectories.select({ run }), { by: ['category'] });
  const forecasts = options.forecasts === undefined ? null : forecastFiguresOf(store, run);
  const temperature = agent.settings.temperature ?? null;
  store.metrics.put(run, {
    iteration: 0,
    phase: `evaluation ${level ?? panel}`,
    data: { iteration: 0, panel, level: level ?? panel, temperature, measurement },
  });
  return { run, panel, level, measurement, forecasts };
}

function foretold({ forecasts }: Evaluation): string {
  return forecasts ? `\n${formatForecastFigures(forecasts)}\n` : '';
}

/** One column for each level. */
function summary(evaluations: readonly Evaluation[]): string[] {
  const row = (title: string, cell: (measurement: Measurement) => string) => [
    title,
    ...evaluations.map(({ measurement }) => cell(measurement)),
  ];
  const rate = (of: (measurement: Measurement) => { value: number | null }) => (measurement: Measurement) =>
    percent(of(measurement).value);
  return textTable([
    ['', ...evaluations.map(({ panel, level }) => (level === null ? panel : `${panel} (${level})`))],
    row('episodes', ({ episodes }) => String(episodes)),
    row(
      'success',
      rate(({ success }) => success),
    ),
    row('95 % interval', ({ success }) => percentInterval(success.interval)),
    row('steps', ({ steps }) => steps.all.value?.toFixed(1) ?? '-'),
    row(
      'format-invalid',
      rate(({ rates }) => rates.formatInvalid.pooled),
    ),
    row(
      'inadmissible',
      rate(({ rates }) => rates.inadmissible.pooled),
    ),
    row(
      'repetitive, all steps',
      rate(({ rates }) => rates[repetitiveAction].pooled),
    ),
    row(
      'repetitive, first 10 steps',
      rate(({ rates }) => rates[repetitiveAction].first10),
    ),
    row('repetitive, mean of episodes', ({ rates }) => percent(rates[repetitiveAction].pooled.macro)),
  ]);
}
