import { createHash } from 'node:crypto';
import {
  type Checkpoint,
  episodeSpans,
  type Slot,
  type EpisodeLayout,
  episodeLayoutOf,
  Sampler,
  type SamplerOptions,
  type TrainedPolicy,
} from '../policy/index.ts';
import { ClewError } from '../errors.ts';
import { parseReply } from '../tags/index.ts';
import { type Stripping, strippedTags } from './strip-tags.ts';
import type { Agent, Failure, Reply, Turn } from './agent.ts';
import { policyForecaster } from './policy-forecaster.ts';

export interface PolicyAgentOptions extends SamplerOptions {
  /** Its model may be trained on between episodes: what is written is always the newest parameters'. */
  readonly checkpoint: TrainedPolicy;
  /** A sampler of the same model that several agents share; it is then not closed with the agent. */
  readonly sampler?: Sampler;
  /** Goes into trajectories. Default `policy`. */
  readonly name?: string;
  /** Divides the logits; 0 is greedy. Default 0.4. */
  readonly temperature?: number;
  readonly topP?: number;
  /**
   * Tokens that a reply may have; one that is longer has no `</action>` and is malformed. Default 64; for a published
   * model, which writes free words, 128.
   */
  readonly replyTokens?: number;
  /**
   * Let the policy write only commands that are admissible. It then knows more than the text: say so beside its
   * figures.
   */
  readonly onlyAdmissible?: boolean;
  /** An ablation: what it is kept from saying, or from reading of what it said. Not together with `keepTokens`. */
  readonly stripTags?: Stripping | undefined;
  /** Keep ids and log-probabilities in the trajectory, for training. Default false. */
  readonly keepTokens?: boolean;
}

/** Tokens that a reply of a published model has at most, if nothing else is said: it writes letters, not words. */
export const publishedReplyTokens = 128;

/** An agent that holds threads until it is closed. */
export interface PolicyAgent extends Agent {
  /** Engine and device, as runs record them: `onnx cpu`. */
  readonly engine: string;
  close(): Promise<void>;
}

/** Tokens that a forecast may have, as in trainings. */
const forecastTokens = 48;

/** What is remembered of an episode. */
interface Played {
  readonly slot: Slot;
  steps: number;
  /** The tokens of the last reply. */
  reply: readonly number[];
}

/**
 * A trained policy. Each episode has a slot of the sampler and is fed only what is new; what it writes depends on the
 * run's seed, the task and the rollout, never on who else is played at the same time. An episode that no longer fits
 * the model's context is cut off.
 */
export async function policyAgent({
  checkpoint,
  name = 'policy',
  temperature = 0.4,
  topP,
  replyTokens = checkpoint.published ? publishedReplyTokens : 64,
  onlyAdmissible = false,
  stripTags,
  keepTokens = false,
  sampler: shared,
  ...options
}: PolicyAgentOptions): Promise<PolicyAgent> {
  const layout = episodeLayoutOf(checkpoint);
  const { model } = checkpoint;
  if (onlyAdmissible && !layout.only)
    throw new ClewError(
      'A published model writes free words, which cannot be held to admissible commands: leave out --only-admissible.',
    );
  if (stripTags && keepTokens)
    throw new ClewError(
      'Replies whose tags are stripped are not what the policy would write, so nothing may be trained on them: keep ' +
        'no tokens and log-probabilities of them.',
    );
  if (stripTags === 'reply' && onlyAdmissible)
    throw new ClewError('Replies without tags and only admissible commands are two ablations: ask for one of them.');
  const stripped = stripTags && strippedTags(checkpoint, layout, stripTags);
  const read = stripped?.read ?? readTagged;
  const sampler = shared ?? (await openSampler(checkpoint, options));
  const version = { of: -1, hash: '' };
  const episodes = new Map<string, Played>();
  const sampling = { temperature, ...(topP !== undefined && { topP }), ...layout.stop, limit: replyTokens };

  async function reply(turn: Turn): Promise<Reply | Failure> {
    // Where the past is shown otherwise than it was written, every reply is written after a past of its own.
    if (stripped?.context) forget(turn.episodeId);
    const before = episodes.get(turn.episodeId);
    const fed = [...(stripped?.context?.(turn) ?? newTokens(turn, before, layout)), ...(stripped?.opening ?? [])];
    if (!before && turn.past.length === 0 && fed.length > model.config.context)
      return {
        error: checkpoint.published
          ? `The prompt of the task "${turn.goal}" (the rules and what is read first) has ${fed.length} tokens, and ` +
            `the model's context is ${model.config.context}. Take a model with a longer context.`
          : `The initial observation has ${fed.length} tokens and the model's context is ${model.config.context}. ` +
            `Train a policy with a longer context.`,
      };
    const played = before ?? {
      slot: sampler.slot('policy', turn.random.int(2 ** 32), turn.random.int(2 ** 32)),
      steps: 0,
      reply: [],
    };
    episodes.set(turn.episodeId, played);
    const { slot } = played;
    const written = { text: '', parsed: null, command: null };
    if (slot.tokens.length + fed.length > model.config.context) return { ...written, truncated: true };
    slot.feed(fed);
    const only = onlyAdmissible ? layout.only!(turn.episode.admissible) : undefined;
    const { tokens: own, logProbabilities, finish } = await slot.reply({ ...sampling, ...(only && { only }) });
    if (finish === 'context') return { ...written, truncated: true };
    const tokens = stripped ? [...stripped.opening, ...own] : own;
    played.steps = turn.past.length + 1;
    played.reply = tokens;
    const text = layout.replyText(tokens);
    return {
      text,
      ...read(text),
      ...(keepTokens && { tokens: { prompt: fed, reply: tokens, logProbabilities } }),
    };
  }

  const versionNow = (): string => {
    if (version.of !== model.version) Object.assign(version, { of: model.version, hash: policyVersion(checkpoint) });
    return version.hash;
  };
  const forecaster =
    layout.forecast &&
    policyForecaster({ checkpoint, sampler, name, version: versionNow, temperature, tokens: forecastTokens });

  function forget(episodeId: Turn['episodeId']): void {
    episodes.get(episodeId)?.slot.close();
    episodes.delete(episodeId);
  }

  return {
    // A slot that has finished its reply reads on while others write: waiting for the slowest would leave two of three
    // slots idle.
    name,
    batching: 'asynchronous',
    atOnce: parallelOf(model),
    get policyVersion() {
      return versionNow();
    },
    engine: [sampler.description.engine, sampler.description.provider].join(' '),
    reply: turns => Promise.all(turns.map(reply)),
    ...(forecaster && {
      async forecast(ask) {
        const said = await forecaster.forecast(ask);
        return 'error' in said || keepTokens ? said : { ...said, tokens: null };
      },
    }),
    forget,
    close: async () => {
      if (!shared) await sampler.close();
    },
  };
}

function readTagged(text: string): Pick<Reply, 'parsed' | 'command'> {
  const parsed = parseReply(text);
  return { parsed, command: parsed.action };
}

/** What the slot has not read yet: everything of a new episode, else the answer to its last reply. */
function newTokens(turn: Turn, before: Played | undefined, layout: EpisodeLayout): number[] {
  const { initialObservation, goal, hint, past } = turn;
  if (before && before.steps === past.length && past.length > 0)
    return layout.answer(past.at(-1)!, before.reply, { initialObservation });
  if (before) throw new Error('An episode was not played turn by turn.');
  // An episode that somebody else began: his replies are read as they were sampled, or else as text.
  return episodeSpans({ initialObservation, task: { goal }, hint, steps: past }, layout, {
    kept: past.length > 0 && past.every(step => step.tokens),
  }).flatMap(span => span.tokens);
}

/** Memory for keys and values that episodes played at once may take, and the length that they are reckoned with. */
const cache = { bytes: 2 ** 31, tokens: 2048 };

/** Episodes that a model plays at once: as many as one likes of a small one. */
function parallelOf({ config: { published, layers, keyHeads, headWidth } }: Checkpoint['model']): number {
  if (!published) return Infinity;
  const perToken = 2 * 4 * layers * keyHeads * headWidth;
  return Math.max(4, Math.floor(cache.bytes / (cache.tokens * perToken)));
}

/** A sampler for a policy, which finds the ends of a published model's replies in what its tokens read. */
export function openSampler(
  { model, published }: Pick<TrainedPolicy, 'model' | 'published'>,
  options: Omit<SamplerOptions, 'texts'> = {},
): Promise<Sampler> {
  return Sampler.open(model, { ...options, texts: published?.folder.tokenizer.rawTexts() });
}

/** Names a policy by its parameters: equal parameters, equal version. 16 hexadecimal digits. */
export function policyVersion({ model }: Pick<Checkpoint, 'model'>): string {
  return createHash('sha256')
    .update(model.frozenHash ?? '')
    .update(new Uint8Array(model.parameters.buffer, model.parameters.byteOffset, model.parameters.byteLength))
    .digest('hex')
    .slice(0, 16);
}
