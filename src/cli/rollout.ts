import { Command } from 'commander';
import pc from 'picocolors';
import { rollout } from '../agents/index.ts';
import { ClewError, UsageError } from '../errors.ts';
import { promptTemplates } from '../tags/index.ts';
import { openStore, type Store } from '../trajectory/index.ts';
import { allSplits, canonicalJson, hash, panelTasks, type Split, type TaskRecord, type World } from '../world/index.ts';
import { agentForms, type AgentOptions, openAgent, type OpenAgent } from './agent-option.ts';
import { withComputeOptions } from './engine-options.ts';
import { loadPanel } from './load-panel.ts';
import { loadWorld, withWorldOptions, type WorldOptions } from './load-world.ts';
import { numberFrom, oneOf, wholeNumber } from './options.ts';
import { progressOf } from './progress.ts';

interface Options extends Omit<AgentOptions, 'world'>, WorldOptions {
  readonly agent: string;
  readonly panel?: string;
  readonly split?: Split;
  readonly tasks: number;
  readonly rollouts: number;
  readonly maxSteps?: number;
  readonly lanes: number;
  readonly showAdmissible?: boolean;
  readonly db: string;
  readonly run?: string;
  readonly json?: boolean;
}

export function rolloutCommand(): Command {
  const prompts = Object.keys(promptTemplates) as (keyof typeof promptTemplates)[];
  return withComputeOptions(withWorldOptions(new Command('rollout')
    .description('let an agent play tasks of a world, and store the trajectories; run it again to go on where it stopped')
    .argument('<world>', 'the name of a shipped world, or the path of a world file')
    .requiredOption('--agent <agent>', agentForms)
    .requiredOption('--db <file>', 'the database; made when it does not exist')
    .option('--panel <panel>', 'the name of a shipped panel, or the path of a panel file')
    .option('--split <split>', `instead of a panel: the first tasks of ${allSplits.join(', ')}`, oneOf(...allSplits))
    .option('--tasks <count>', 'how many tasks of the split', wholeNumber(), 100)
    .option('--rollouts <count>', 'episodes of each task', wholeNumber(), 1)
    .option('--seed <number>', 'keys every draw', wholeNumber(0), 0)
    .option('--max-steps <count>', 'replies an episode may have; the limit of the world if left out', wholeNumber())
    .option('--run <name>', 'the name of the run; made from world, agent and panel if left out')
    .option('--show-admissible', 'show the agent the admissible commands')
    .option('--lanes <count>', 'episodes that are played at the same time', wholeNumber(), 64)
    .option('--json', 'print the result as JSON'))
    .optionsGroup('For policy:FILE and chat:MODEL')
    .option('--temperature <number>', 'of the sampling; 0.4 if left out', numberFrom(0))
    .option('--log-probabilities', 'keep token ids and log-probabilities (from a server: where it sends ids)')
    .optionsGroup('For policy:FILE')
    .option('--greedy', 'always the likeliest token')
    .option('--only-admissible', 'let the policy write only admissible commands, so that it knows more than it reads'))
    .optionsGroup('For chat:MODEL')
    .option('--base-url <url>', 'the OpenAI-compatible endpoint, up to /v1', 'http://127.0.0.1:8000/v1')
    .option('--api-key-env <name>', 'the environment variable that holds the key', 'OPENAI_API_KEY')
    .option('--prompt <template>', `how the agent is asked: ${prompts.join(', ')}`, oneOf(...prompts), 'transcript')
    .option('--aliases', 'accept <exploration>, <plan> and the like for the tags that they mean')
    .option('--max-tokens <count>', 'tokens that a reply may have', wholeNumber(), 512)
    .option('--concurrency <count>', 'requests under way at once', wholeNumber(), 16)
    .option('--requests-per-minute <count>', 'requests begun in a minute', wholeNumber())
    .option('--timeout <seconds>', 'for one request', wholeNumber(), 120)
    .option('--retries <count>', 'further tries of a request that failed', wholeNumber(0), 5)
    .option('--prices <prompt,reply>', 'of a million tokens: adds the cost to the report')
    .action(async (name: string, options: Options) => {
      if ((options.panel === undefined) === (options.split === undefined)) throw new UsageError('Say what to play: either --panel PANEL or --split SPLIT.');
      const world = await loadWorld(name, options);
      const tasks = options.panel === undefined ? world.tasks(options.split!, options.tasks) : panelTasks(loadPanel(options.panel, world), world);
      const stop = new AbortController();
      const agent = await openAgent(options.agent, { ...options, world: world.name, signal: stop.signal });
      const store = openStore(options.db);
      const interrupted = () => { process.stderr.write('\nStopping. Run the same command again to go on.\n'); stop.abort(); };
      process.once('SIGINT', interrupted);
      try {
        await play(world, tasks, agent, store, options, stop.signal);
      } finally {
        process.off('SIGINT', interrupted);
        store.close();
        await agent.close?.();
      }
    });
}

async function play(world: World, tasks: readonly TaskRecord<unknown>[], { agent, settings, engine }: OpenAgent, store: Store, options: Options, signal: AbortSignal): Promise<void> {
  const sampling = options.agent.startsWith('policy:') ? [settings.temperature === 0 ? 'greedy' : `T ${String(settings.temperature)}`, ...(settings.onlyAdmissible ? ['only admissible'] : [])] : [];
  const run = options.run ?? [world.name, options.agent.startsWith('policy:') ? agent.name : options.agent, ...sampling, options.panel?.replace(/^.*\//, '').replace(/\.json$/, '') ?? options.split, ...(options.seed ? [`seed ${options.seed}`] : [])].join(' ');
  begin(store, run, world, engine, {
    agent: options.agent.startsWith('policy:') ? agent.name : options.agent, world: { version: world.version, grammar: world.grammar },
    tasks: { count: tasks.length, hash: hash(tasks.map(task => task.id).join('\n')) },
    rollouts: options.rollouts, seed: options.seed, maxSteps: options.maxSteps ?? world.maxSteps, showAdmissible: options.showAdmissible ?? false,
    ...settings,
  });
  if (engine && !options.json) process.stderr.write(`${pc.dim(`engine ${engine}, policy version ${agent.policyVersion}`)}\n`);
  const missing = new Set(store.trajectories.missing(run, tasks.map(task => task.id), options.rollouts).map(({ task, rollout: k }) => `${k} ${task}`));
  const progress = progressOf(`${run}: episodes`, missing.size, { quiet: options.json ?? false });
  const failures: string[] = [];
  const from = performance.now();
  const result = await rollout({
    world, tasks, agent, run, rollouts: options.rollouts, seed: options.seed, lanes: options.lanes, signal,
    ...(options.maxSteps !== undefined && { maxSteps: options.maxSteps }),
    showAdmissible: options.showAdmissible ?? false,
    optimalSteps: ({ task }) => world.optimalSteps(task) ?? null,
    skip: (task, k) => !missing.has(`${k} ${task}`),
    onTrajectory(trajectory) {
      store.trajectories.add(trajectory);
      progress.advance();
    },
    onFailure(task, k, error) {
      failures.push(`${task}, rollout ${k}: ${error}`);
      progress.advance();
    },
  });
  progress.end();
  store.runs.finish(run, signal.aborted ? 'stopped' : result.failed > 0 ? 'failed' : 'done');
  const { trajectories: episodes, successes } = store.trajectories.count({ run });
  const seconds = (performance.now() - from) / 1000;
  if (options.json) process.stdout.write(`${JSON.stringify({ run, db: options.db, ...(engine && { engine, policyVersion: agent.policyVersion }), episodes, successes, ...result, seconds: Math.round(seconds * 100) / 100, usage: agent.usage?.() ?? null, failures }, null, 2)}\n`);
  else {
    process.stdout.write(`${pc.bold(run)}: ${episodes} episodes, ${successes} won (${episodes > 0 ? Math.round(1000 * successes / episodes) / 10 : 0} %)${result.skipped > 0 ? `, ${result.skipped} of them from before` : ''}; ${result.steps} steps in ${seconds.toFixed(1)} s\n`);
    for (const [what, amount] of Object.entries(agent.usage?.() ?? {})) process.stdout.write(`  ${what} ${amount}\n`);
    process.stdout.write(pc.dim(`  clew measure ${options.db} --run ${JSON.stringify(run)}\n`));
  }
  if (result.failed > 0) throw new ClewError(`${result.failed} episodes could not be finished and were not stored; run the same command again to retry them. The first: ${failures[0]}`);
  if (signal.aborted) process.exitCode = 1;
}

/** Adds the run, or goes on with it when it was begun with the same settings. */
function begin(store: Store, id: string, world: World, engine: string | undefined, config: Record<string, unknown>): void {
  const before = store.runs.get(id);
  if (!before) {
    store.runs.add({ id, kind: 'rollout', world: world.name, config, ...(engine && { engine }) });
    return;
  }
  const old = before.config as Record<string, unknown>;
  const other = [...new Set([...Object.keys(old), ...Object.keys(config)])].filter(key => canonicalJson(old[key] ?? null) !== canonicalJson(config[key] ?? null));
  if (other.length > 0) throw new ClewError(`${store.path} holds a run "${id}" that was begun with other settings (${other.map(key => `${key}: ${canonicalJson(old[key] ?? null)}, now ${canonicalJson(config[key] ?? null)}`).join('; ')}). Give this one another name with --run.`);
  store.runs.reopen(id);
}
