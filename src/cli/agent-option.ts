import { chatAgent, expertAgent, openEndpoint, randomAgent, readPrices, readReAct, replayAgent, humanAgent, type Agent } from '../agents/index.ts';
import { UsageError } from '../errors.ts';
import { parseReply, promptTemplates } from '../tags/index.ts';
import { openStore } from '../trajectory/index.ts';
import { createInterface } from 'node:readline/promises';

/** The options that say how an agent behaves; those that do not concern the chosen agent are left unused. */
export interface AgentOptions {
  readonly seed: number;
  readonly temperature?: number;
  readonly baseUrl: string;
  readonly apiKeyEnv: string;
  readonly prompt: keyof typeof promptTemplates;
  readonly aliases?: boolean;
  readonly concurrency: number;
  readonly requestsPerMinute?: number;
  readonly timeout: number;
  readonly retries: number;
  readonly maxTokens: number;
  readonly prices?: string;
  readonly logProbabilities?: boolean;
  readonly signal?: AbortSignal;
}

export const agentForms = 'random, expert, human, replay:DATABASE or chat:MODEL';

/** An agent by what `--agent` says. */
export function agentOf(text: string, options: AgentOptions): Agent {
  const [kind, rest] = [text.split(':')[0]!, text.slice(text.indexOf(':') + 1)];
  if (text === 'random') return randomAgent();
  if (text === 'expert') return expertAgent({ seed: options.seed });
  if (text === 'human') return humanAgent(createInterface({ input: process.stdin, output: process.stdout }), line => process.stdout.write(`${line}\n`));
  if (kind === 'replay' && rest && rest !== text) {
    const store = openStore(rest, { readonly: true });
    try {
      return replayAgent(store.trajectories.select());
    } finally {
      store.close();
    }
  }
  if (kind === 'chat' && rest && rest !== text) {
    const { baseUrl, concurrency, requestsPerMinute, timeout, retries, temperature, maxTokens, aliases = false, prompt, prices, logProbabilities, signal } = options;
    const endpoint = openEndpoint({
      baseUrl, model: rest, concurrency, retries, timeout: timeout * 1000, apiKey: process.env[options.apiKeyEnv], signal,
      ...(requestsPerMinute !== undefined && { requestsPerMinute }),
    });
    return chatAgent({
      endpoint, model: rest, prompt: promptTemplates[prompt], maxTokens,
      read: prompt === 'react' ? readReAct : reply => { const verdict = parseReply(reply, { aliases }); return { verdict, command: verdict.action }; },
      ...(temperature !== undefined && { temperature }),
      ...(prices !== undefined && { prices: readPrices(prices) }),
      ...(logProbabilities && { logProbabilities }),
    });
  }
  throw new UsageError(`"${text}" is no agent: --agent takes ${agentForms}.`);
}
