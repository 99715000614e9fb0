import { ClewError } from '../errors.ts';
import { createRandom } from '../world/random.ts';
import { checkSampling, draw } from './draw.ts';
import type { Model } from './parameters.ts';
import type { Lane, Reply, ReplyOptions } from './sampler.ts';
import type { RemoteHost } from './threads.ts';

/** The lanes of one host, and the loop that decodes them while any of them has a reply to write. */
export class DecodingLoop {
  readonly model: Model;
  readonly #host: RemoteHost;
  /** In the host's order: a closed lane's place is taken by the last. */
  readonly #lanes: DecodedLane[] = [];
  #running = false;

  constructor(model: Model, host: RemoteHost) {
    this.model = model;
    this.#host = host;
  }

  get lanes(): number {
    return this.#lanes.length;
  }

  open(key: readonly (string | number)[]): Lane {
    const lane = new DecodedLane(key, this);
    this.#lanes.push(lane);
    this.#host.openLane().catch(error => this.#fail(error as Error));
    return lane;
  }

  release(lane: DecodedLane): void {
    const at = this.#lanes.indexOf(lane);
    if (at < 0) return;
    const last = this.#lanes.pop()!;
    if (last !== lane) this.#lanes[at] = last;
    lane.request?.reject(new Error('The lane was closed while it wrote a reply.'));
    lane.request = undefined;
    this.#host.closeLane(at).catch(error => this.#fail(error as Error));
  }

  wake(): void {
    if (this.#running) return;
    this.#running = true;
    // Whoever asks in the same turn of the event loop is decoded together.
    setImmediate(() => {
      this.#run().catch(error => this.#fail(error as Error)).finally(() => {
        this.#running = false;
        if (this.#lanes.some(lane => lane.request)) this.wake();
      });
    });
  }

  async close(): Promise<void> {
    await this.#host.close();
  }

  async #run(): Promise<void> {
    for (;;) {
      for (const lane of this.#lanes) lane.write();
      // A finished reply lets its episode go on: the world answers and asks for the next reply before we step again.
      await new Promise(resolve => {
        setImmediate(resolve);
      });
      for (const lane of this.#lanes) lane.write();
      const reading = this.#lanes.filter(lane => lane.request && lane.read < lane.tokens.length);
      if (reading.length === 0) return;
      const logits = await this.#host.step({
        version: this.model.version,
        lanes: reading.map(lane => this.#lanes.indexOf(lane)),
        tokens: reading.map(lane => lane.tokens[lane.read]!),
        previous: reading.map(lane => lane.tokens[lane.read - 1] ?? 0),
      });
      const width = this.model.config.vocabulary;
      reading.forEach((lane, i) => {
        lane.read++;
        lane.logits = logits.subarray(i * width, (i + 1) * width);
      });
    }
  }

  #fail(error: Error): void {
    for (const lane of this.#lanes) {
      lane.request?.reject(error);
      lane.request = undefined;
    }
  }
}

/** A lane and how far the model has read it. */
class DecodedLane implements Lane {
  readonly tokens: number[] = [];
  /** How many of `tokens` the model has read. */
  read = 0;
  /** The distribution after the last token read, as long as nothing has been drawn from it. */
  logits: Float32Array | undefined;
  request: { options: ReplyOptions; reply: Reply; resolve: (reply: Reply) => void; reject: (error: Error) => void } | undefined;
  readonly #key: readonly (string | number)[];
  readonly #loop: DecodingLoop;

  constructor(key: readonly (string | number)[], loop: DecodingLoop) {
    this.#key = key;
    this.#loop = loop;
  }

  feed(tokens: readonly number[]): void {
    const { vocabulary } = this.#loop.model.config;
    for (const token of tokens)
      if (!Number.isInteger(token) || token < 0 || token >= vocabulary) throw new ClewError(`The sampler was fed the token ${token}; the vocabulary has ids 0 to ${vocabulary - 1}.`);
    this.tokens.push(...tokens);
  }

  reply(options: ReplyOptions): Promise<Reply> {
    const { context } = this.#loop.model.config;
    checkSampling(options);
    if (this.request) throw new Error('A lane writes one reply at a time.');
    if (this.tokens.length === 0) throw new ClewError('A reply needs at least one token before it: feed the prompt first.');
    if (this.tokens.length > context) throw new ClewError(`The episode has ${this.tokens.length} tokens and the model's context is ${context}. Shorten the prompt, or train a model with a longer context.`);
    if (options.only?.sequences.length === 0) throw new ClewError('The reply may only contain given sequences, but none is given.');
    return new Promise((resolve, reject) => {
      this.request = { options, reply: { from: this.tokens.length, tokens: [], logProbabilities: [], finish: 'limit' }, resolve, reject };
      this.#loop.wake();
    });
  }

  close(): void {
    this.#loop.release(this);
  }

  /** Draws from the logits until the model has to read again or the reply is complete. Called by the loop. */
  write(): void {
    const request = this.request;
    if (!request || !this.logits || this.read < this.tokens.length) return;
    const { options, reply } = request;
    const finish = (reason: Reply['finish']): void => {
      this.request = undefined;
      request.resolve({ ...reply, finish: reason });
    };
    if (reply.tokens.length >= options.limit) return finish('limit');
    // A generator of its own for each token, so that a draw depends on the episode and the position and nothing else.
    const uniform = createRandom(...this.#key, this.tokens.length)();
    const { token, logProbability } = draw(this.logits, uniform, options, permittedTokens(options.only, reply.tokens));
    this.logits = undefined;
    this.tokens.push(token);
    reply.tokens.push(token);
    reply.logProbabilities.push(logProbability);
    if (options.stop.includes(token)) finish('stop');
    else if (reply.tokens.length >= options.limit) finish('limit');
    else if (this.tokens.length > this.#loop.model.config.context) finish('context');
  }
}

/** The tokens that may come next under a restriction; undefined where there is none (yet). */
function permittedTokens(only: ReplyOptions['only'], written: readonly number[]): ReadonlySet<number> | undefined {
  const at = only ? written.indexOf(only.after) : -1;
  if (!only || at < 0) return undefined;
  const begun = written.slice(at + 1);
  const next = only.sequences.filter(sequence => sequence.length > begun.length && begun.every((token, i) => sequence[i] === token)).map(sequence => sequence[begun.length]!);
  // A sequence that is complete restricts nothing any more (its stop token has ended the reply before this).
  return next.length > 0 ? new Set(next) : undefined;
}
