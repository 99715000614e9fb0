import { Command } from 'commander';
import pc from 'picocolors';
import { UsageError } from '../errors.ts';
import { refuseLosses } from '../runs/index.ts';
import { openStore, type Store } from '../trajectory/index.ts';
import { allSplits, loadPanel, panelTasks, type Split } from '../world/index.ts';
import { agentForms, type AgentOptions, openAgent, withSamplingOptions } from './agent-option.ts';
import { withChatOptions } from './chat-option.ts';
import { withComputeOptions } from './engine-options.ts';
import { untilInterrupted } from './interruption.ts';
import { loadWorld, withWorldOptions, type WorldOptions } from './load-world.ts';
import { oneOf, wholeNumber } from './options.ts';
import { formatForecastFigures } from '../forecasts/index.ts';
import { forecastFiguresOf } from './forecast-figures.ts';
import { remoteAddress } from '../remote/index.ts';
import { remoteRollout } from './remote-run.ts';
import { tellOfReplies } from './reply-notes.ts';
import { playNamed, type PlayOptions, samplingWords, withPlayOptions } from './played-run.ts';

interface Options extends Omit<AgentOptions, 'world'>, WorldOptions, PlayOptions {
  readonly agent: string;
  readonly panel?: string;
  readonly split?: Split;
  readonly tasks: number;
  readonly db: string;
  readonly run?: string;
}

export function rolloutCommand(): Command {
  const command = withPlayOptions(
    withComputeOptions(
      withWorldOptions(
        new Command('rollout')
          .description(
            'let an agent play tasks of a world, and store the trajectories; run it again to go on where it stopped',
          )
          .argument('<world>', 'a world: the name of one that ships, a file, a folder, or an installed package')
          .requiredOption('--agent <agent>', agentForms)
          .requiredOption('--db <file>', 'the database; made when it does not exist')
          .option('--panel <panel>', 'the name of a shipped panel, or the path of a panel file')
          .option(
            '--split <split>',
            `instead of a panel: the first tasks of ${allSplits.join(', ')}`,
            oneOf(...allSplits),
          )
          .option('--tasks <count>', 'how many tasks of the split', wholeNumber(), 100)
          .option('--run <name>', 'the name of the run; made from world, agent and panel if left out'),
      ),
    ),
  );
  return withChatOptions(withSamplingOptions(command)).action(async (name: string, options: Options) => {
    const { panel, split, seed, json } = options;
    const address = remoteAddress(name);
    if (address) {
      if (panel !== undefined || split !== undefined)
        throw new UsageError('An environment of another program has no panels and splits: say how many with --tasks.');
      if (options.forecasts !== undefined)
        throw new UsageError('An environment of another program is played as it is served: leave --forecasts out.');
      return remoteRollout(address, options);
    }
    if ((panel === undefined) === (split === undefined))
      throw new UsageError('Say what to play: either --panel PANEL or --split SPLIT.');
    const world = await loadWorld(name, options);
    const tasks = panel === undefined ? world.tasks(split!, options.tasks) : panelTasks(loadPanel(panel, world), world);
    await untilInterrupted(async signal => {
      const agent = await openAgent(options.agent, { ...options, world, signal });
      const id =
        options.run ??
        [
          world.name,
          agent.label,
          ...samplingWords(agent),
          panel?.replace(/^.*\//, '').replace(/\.json$/, '') ?? split,
          ...(seed ? [`seed ${seed}`] : []),
        ].join(' ');
      let store: Store | undefined;
      try {
        store = openStore(options.db);
        const played = await playNamed(store, { id, kind: 'rollout', world, tasks, agent }, options, signal);
        const { episodes, successes, skipped, steps, seconds } = played;
        const usage = agent.agent.usage?.();
        const forecasts = options.forecasts === undefined ? undefined : forecastFiguresOf(store, id);
        if (json) {
          const {
            engine,
            agent: { policyVersion },
          } = agent;
          const by = engine && { engine, policyVersion };
          const kept = forecasts && { forecasts };
          const told = { run: id, db: options.db, ...by, ...played, usage: usage ?? null, ...kept };
          process.stdout.write(`${JSON.stringify(told, null, 2)}\n`);
        } else {
          process.stdout.write(
            `${pc.bold(id)}: ${episodes} episodes, ${successes} won ` +
              `(${episodes > 0 ? Math.round((1000 * successes) / episodes) / 10 : 0} ` +
              `%)${skipped > 0 ? `, ${skipped} of them from before` : ''}; ${steps} steps in ${seconds.toFixed(1)} s\n`,
          );
          for (const [what, amount] of Object.entries(usage ?? {})) process.stdout.write(`  ${what} ${amount}\n`);
          if (forecasts) process.stdout.write(`\n${formatForecastFigures(forecasts)}\n\n`);
          process.stdout.write(pc.dim(`  clew measure ${options.db} --run ${JSON.stringify(id)}\n`));
        }
        tellOfReplies(agent);
        refuseLosses(id, played);
        if (signal.aborted) process.exitCode = 1;
      } finally {
        store?.close();
        await agent.close?.();
      }
    });
  });
}
