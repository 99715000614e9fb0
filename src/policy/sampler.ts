import { DecodingLoop } from './decoding-loop.ts';
import type { Sampling } from './draw.ts';
import type { EngineDescription } from './engines/engine.ts';
import type { EngineOptions } from './engines/open.ts';
import type { Model } from './parameters.ts';
import { openHost } from './threads.ts';

export interface ReplyOptions extends Sampling {
  /** The reply ends with the first of these tokens, which it includes. */
  stop: readonly number[];
  /** Most tokens of a reply. */
  limit: number;
  /**
   * Once `after` has been written, only these sequences may follow, each of them whole (the admissible commands, each
   * with the stop token at its end). The log-probabilities stay the unrestricted model's.
   */
  only?: { after: number; sequences: readonly (readonly number[])[] };
}

export interface Reply {
  /** Where in the lane's tokens the reply begins. */
  from: number;
  tokens: number[];
  /** Of each token under the model at temperature 1 without restriction: what the trainer computes for it. */
  logProbabilities: number[];
  /** Whether it ended by a stop token, at the limit, or because the context is full. */
  finish: 'stop' | 'limit' | 'context';
}

export interface SamplerOptions {
  engine?: EngineOptions;
  /** Worker threads, each decoding its own share of the lanes; 0 decodes in the caller's thread. Default 1. */
  workers?: number;
}

/** One episode in the sampler: tokens are fed, replies are written after them. */
export interface Lane {
  /** Everything in the context: tokens fed and tokens written. */
  readonly tokens: readonly number[];
  /** Adds tokens the policy did not write: the prompt, an observation. They are read when the next reply is asked for. */
  feed(tokens: readonly number[]): void;
  /** Writes a reply. Throws when there is nothing to follow, and when what was fed does not fit the context. */
  reply(options: ReplyOptions): Promise<Reply>;
  /** Gives the lane's place to others. */
  close(): void;
}

/**
 * Writes replies for many episodes at once. Each episode has a lane and asks for itself; whatever lanes want a token at
 * the same moment are decoded together. What a lane writes depends on its key and its tokens alone, never on the others.
 */
export class Sampler {
  readonly model: Model;
  readonly description: EngineDescription;
  readonly #loops: readonly DecodingLoop[];

  private constructor(model: Model, loops: readonly DecodingLoop[], description: EngineDescription) {
    this.model = model;
    this.#loops = loops;
    this.description = description;
  }

  /** Throws when the engine or the provider that was asked for is missing. */
  static async open(model: Model, options: SamplerOptions = {}): Promise<Sampler> {
    const { workers = 1, engine = {} } = options;
    const host = { config: model.config, engine, parameters: model.parameters.buffer, gradients: [] };
    const hosts = await Promise.all(Array.from({ length: Math.max(1, workers) }, () => openHost(host, workers === 0)));
    return new Sampler(model, hosts.map(host => new DecodingLoop(model, host)), await hosts[0]!.describe());
  }

  /** A lane for one episode. The key names it among all draws: (run, iteration, task, rollout). */
  lane(...key: readonly (string | number)[]): Lane {
    const emptiest = this.#loops.reduce((least, loop) => (loop.lanes < least.lanes ? loop : least));
    return emptiest.open(key);
  }

  async close(): Promise<void> {
    await Promise.all(this.#loops.map(loop => loop.close()));
  }
}
