import { ClewError } from '../../errors.ts';
import {
  forecastPrompt,
  reactCommand,
  readReply,
  splitThinking,
  type Reading,
  type ThinkingMode,
} from '../../tags/index.ts';
import type { Agent, Failure, ForecastAsk, Foretelling, Reply, Turn } from '../agent.ts';
import type { ChatAnswer } from './answer.ts';
import type { Endpoint } from './endpoint.ts';
import { ContextFull, Filtered, RequestFailed } from './failure.ts';
import type { ChatMessage, ChatRequest } from './request.ts';

export interface ChatAgentOptions {
  readonly endpoint: Endpoint;
  readonly model: string;
  /** Writes the messages of a turn: a prompt template of `src/tags`, or one's own. */
  readonly prompt: (turn: Turn) => readonly ChatMessage[];
  /** Reads a reply without its thinking: the parsed reply, or null for formats without tags, and the command in it. */
  readonly read: (text: string) => Reading;
  /**
   * What is done with thinking that the server leaves in the text; `keep` if left out. What it keeps apart stays apart.
   */
  readonly thinking?: ThinkingMode;
  /** 0.4 if left out. */
  readonly temperature?: number;
  readonly topP?: number;
  /** Tokens a reply may have, thinking included; 512 if left out. */
  readonly maxTokens?: number;
  /** Texts that end a reply. */
  readonly stop?: readonly string[];
  readonly logProbabilities?: boolean;
  /** Price of a million tokens, in whatever currency, for `usage().cost`. */
  readonly prices?: { readonly prompt: number; readonly reply: number };
}

/** A language model behind an OpenAI-compatible endpoint. */
export function chatAgent({
  endpoint,
  model,
  prompt,
  read,
  thinking: mode = 'keep',
  temperature = 0.4,
  topP,
  maxTokens = 512,
  stop,
  logProbabilities,
  prices,
}: ChatAgentOptions): Agent {
  const replies = { replies: 0, cutReplies: 0, repliesWithThinking: 0 };
  const sampling: Omit<ChatRequest, 'messages' | 'seed'> = { temperature, topP, maxTokens, stop, logProbabilities };

  async function reply(turn: Turn): Promise<Reply | Failure> {
    let answer: ChatAnswer;
    try {
      const messages = prompt(turn);
      answer = await endpoint.complete({ messages, seed: turn.random.int(2 ** 31), ...sampling }, turn.random);
    } catch (error) {
      // A first prompt that does not fit is a fault of the settings, and no episode.
      if (error instanceof ContextFull && turn.past.length > 0)
        return { text: '', parsed: null, command: null, truncated: true };
      if (error instanceof Filtered) return { text: '', ...read(''), finishReason: 'content_filter' };
      if (error instanceof RequestFailed) return { error: error.message };
      throw error;
    }
    const { text, finish, usage } = answer;
    const { thinking, reply, parsed, command } = readReply(text, { read, thinking: mode, apart: answer.thinking });
    replies.replies++;
    if (finish === 'length') replies.cutReplies++;
    if (mode === 'keep' && splitThinking(text).answer !== text) replies.repliesWithThinking++;
    return {
      text: reply,
      parsed,
      command,
      tokens: tokensOf(answer),
      ...(thinking !== null && { thinking }),
      ...(finish !== null && { finishReason: finish }),
      ...(usage !== null && { usage }),
    };
  }

  /** Asked anew, before the conversation of the episode begins: what it says there is not part of it. */
  async function forecast({ random, ...ask }: ForecastAsk): Promise<Foretelling | Failure> {
    let answer: ChatAnswer;
    try {
      const messages = forecastPrompt(ask);
      answer = await endpoint.complete({ messages, seed: random.int(2 ** 31), ...sampling, stop: undefined }, random);
    } catch (error) {
      if (error instanceof Filtered) return { text: '', tokens: null };
      if (error instanceof RequestFailed) return { error: error.message };
      throw error;
    }
    const unread = () => ({ parsed: null, command: null });
    const { reply: text } = readReply(answer.text, { read: unread, thinking: mode, apart: answer.thinking });
    return { text, tokens: tokensOf(answer) };
  }

  return {
    name: `chat:${model}`,
    batching: 'asynchronous',
    policyVersion: model,
    reply: turns => Promise.all(turns.map(reply)),
    forecast,
    usage() {
      const { promptTokens, replyTokens } = endpoint.usage;
      return {
        ...endpoint.usage,
        ...replies,
        ...(prices && { cost: (promptTokens * prices.prompt + replyTokens * prices.reply) / 1e6 }),
      };
    },
  };
}

/**
 * Ids and log-probabilities of all that was generated, thinking included; null unless the server gives both for every
 * token.
 */
function tokensOf({ logProbabilities }: ChatAnswer): NonNullable<Reply['tokens']> | null {
  if (!logProbabilities?.length) return null;
  const reply: number[] = [];
  const values: number[] = [];
  for (const { id, logProbability } of logProbabilities) {
    if (id === null || logProbability === null) return null;
    reply.push(id);
    values.push(logProbability);
  }
  return { prompt: [], reply, logProbabilities: values };
}

/** Reads `Thought: … Action: …`, as ReAct writes it: see `reactCommand`. */
export function readReAct(text: string): { parsed: null; command: string | null } {
  return { parsed: null, command: reactCommand(text) };
}

/** Reads the price of a million tokens as `PROMPT,REPLY`. */
export function readPrices(text: string): { prompt: number; reply: number } {
  const [prompt, reply, ...more] = text.split(',').map(Number);
  if (prompt === undefined || reply === undefined || more.length > 0 || !(prompt >= 0) || !(reply >= 0))
    throw new ClewError(
      `"${text}" is not PROMPT,REPLY: the prices of a million prompt and reply tokens, such as 0.15,0.6.`,
    );
  return { prompt, reply };
}
