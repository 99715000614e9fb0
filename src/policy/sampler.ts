import { ClewError } from '../errors.ts';
import type { SlotUse } from './decoding-loop.ts';
import { checkSampling } from './draw.ts';
import type { EngineDescription } from './engines/engine.ts';
import type { EngineOptions } from './engines/open.ts';
import type { Model } from './parameters.ts';
import type { Reply, ReplyOptions } from './reply.ts';
import { openHosts, type RemoteHost, usualWorkers } from './threads.ts';

export interface SamplerOptions {
  engine?: EngineOptions;
  /**
   * Worker threads, each decoding its own share of the slots; 0 decodes in the caller's thread. One a core if left out,
   * up to 8; up to 2 of a published model; 1 on a GPU.
   */
  workers?: number;
  /** What each token id reads, for `stopTexts` of replies. */
  texts?: readonly string[] | undefined;
  /**
   * Keep parameters, keys and values in the engine's own memory, so that of a step only what was drawn comes back, and
   * what it adds to keys and values. Default: where the engine has a memory and computes on a GPU.
   */
  resident?: boolean | undefined;
}

/** One episode in the sampler: tokens are fed, replies are written after them. */
export interface Slot {
  /** Everything in the context: tokens fed and tokens written. */
  readonly tokens: readonly number[];
  /**
   * Adds tokens the policy did not write: the prompt, an observation. They are read when the next reply is asked for.
   */
  feed(tokens: readonly number[]): void;
  /** Writes a reply. Throws when there is nothing to follow, and when what was fed does not fit the context. */
  reply(options: ReplyOptions): Promise<Reply>;
  /** Gives the slot's place to others. */
  close(): void;
}

/**
 * Writes replies for many episodes at once. Each episode has a slot and asks for itself; whatever slots want a token at
 * the same moment are decoded together. What a slot writes depends on its key and its tokens alone, never on the
 * others.
 */
export class Sampler {
  readonly model: Model;
  readonly description: EngineDescription;
  /** Threads that decode, 0 for the caller's own. */
  readonly workers: number;
  readonly #hosts: readonly { readonly host: RemoteHost; slots: number }[];
  #opened = 0;

  private constructor(model: Model, hosts: readonly RemoteHost[], workers: number, description: EngineDescription) {
    this.model = model;
    this.workers = workers;
    this.#hosts = hosts.map(host => ({ host, slots: 0 }));
    this.description = description;
  }

  /** Throws when the engine or the provider that was asked for is missing. */
  static async open(model: Model, options: SamplerOptions = {}): Promise<Sampler> {
    const { engine = {}, workers = usualWorkers(model.config, engine) } = options;
    const host = {
      config: model.config,
      engine,
      parameters: model.parameters.buffer,
      gradients: [],
      frozen: model.frozen,
      texts: options.texts,
      resident: options.resident,
    };
    const { hosts, description } = await openHosts(host, workers);
    return new Sampler(model, hosts, workers, description);
  }

  /** A slot for one episode. The key names it among all draws: (run, iteration, task, rollout). */
  slot(...key: readonly (string | number)[]): Slot {
    const emptiest = this.#hosts.reduce((least, host) => (host.slots < least.slots ? host : least));
    emptiest.slots++;
    return new SampledSlot(this.model, emptiest.host, this.#opened++, key, () => emptiest.slots--);
  }

  /** What the threads have computed so far, and what of it somebody had asked for: both grow with every token. */
  async use(): Promise<SlotUse> {
    const all = await Promise.all(this.#hosts.map(({ host }) => host.use()));
    const sum = (of: keyof SlotUse): number => all.reduce((total, use) => total + use[of], 0);
    return {
      graphs: sum('graphs'),
      computed: sum('computed'),
      read: sum('read'),
      places: sum('places'),
      kept: sum('kept'),
      readings: sum('readings'),
      pieces: sum('pieces'),
    };
  }

  async close(): Promise<void> {
    await Promise.all(this.#hosts.map(({ host }) => host.close()));
  }
}

/** The caller's end of a slot; the other end, which reads and writes, is in the host's loop. */
class SampledSlot implements Slot {
  readonly tokens: number[] = [];
  readonly #model: Model;
  readonly #host: RemoteHost;
  readonly #number: number;
  readonly #key: readonly (string | number)[];
  readonly #onClose: () => void;
  /** How many of `tokens` the host has. */
  #sent = 0;
  #state: 'waiting' | 'writing' | 'closed' = 'waiting';

  constructor(model: Model, host: RemoteHost, number: number, key: readonly (string | number)[], onClose: () => void) {
    this.#model = model;
    this.#host = host;
    this.#number = number;
    this.#key = key;
    this.#onClose = onClose;
  }

  feed(tokens: readonly number[]): void {
    const { vocabulary } = this.#model.config;
    for (const token of tokens)
      if (!Number.isInteger(token) || token < 0 || token >= vocabulary)
        throw new ClewError(`The sampler was fed the token ${token}; the vocabulary has ids 0 to ${vocabulary - 1}.`);
    if (this.#state === 'writing') throw new Error('A slot is fed between its replies, not while it writes one.');
    this.tokens.push(...tokens);
  }

  reply(options: ReplyOptions): Promise<Reply> {
    const { context } = this.#model.config;
    checkSampling(options);
    if (this.#state === 'writing') throw new Error('A slot writes one reply at a time.');
    if (this.#state === 'closed') throw new Error('The slot is closed.');
    if (this.tokens.length === 0)
      throw new ClewError('A reply needs at least one token before it: feed the prompt first.');
    if (this.tokens.length > context)
      throw new ClewError(
        `The episode has ${this.tokens.length} tokens and the model's context is ${context}. Shorten the prompt, ` +
          `or train a model with a longer context.`,
      );
    if (options.only?.sequences.length === 0)
      throw new ClewError('The reply may only contain given sequences, but none is given.');
    return this.#write(options);
  }

  async #write(options: ReplyOptions): Promise<Reply> {
    const from = this.tokens.length;
    const fed = this.tokens.slice(this.#sent);
    this.#state = 'writing';
    this.#sent = from;
    try {
      const written = await this.#host.reply({
        version: this.#model.version,
        slot: this.#number,
        key: this.#key,
        fed,
        options,
      });
      this.tokens.push(...written.tokens);
      this.#sent = this.tokens.length;
      return { from, ...written };
    } finally {
      if (this.#state === 'writing') this.#state = 'waiting';
    }
  }

  close(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#onClose();
    // A host that has ended has no slots.
    this.#host.closeSlot(this.#number).catch(() => {});
  }
}
