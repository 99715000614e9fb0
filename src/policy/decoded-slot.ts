import { createRandom } from '../world/random.ts';
import type { ModelConfig } from './config.ts';
import { type Draw, draw, notFinite } from './draw.ts';
import type { Reply, ReplyOptions } from './reply.ts';

/** Tokens that are read in one go; slots that begin alike share what they have read by whole blocks. */
export const block = 256;

/** Fewer tokens than that are read sooner than copied. */
const fewAlike = 8;

/** Without `from`, which the slot's owner knows. */
export type Written = Omit<Reply, 'from'>;

/** A slot and how far the model has read it. */
export class DecodedSlot {
  readonly id: number;
  readonly tokens: number[] = [];
  closed = false;
  /** How many of `tokens` the model has read. */
  read = 0;
  /** The distribution after the last token read, as long as nothing has been drawn from it. */
  logits: Float32Array | undefined;
  /** The model's version when it was opened. */
  readonly version: number;
  /** Blocks at its beginning that were read whole, in one go each. */
  #wholeBlocks = 0;
  /** The slot whose first `alike` tokens are its own: they are copied as soon as that slot has read them. */
  #leader: DecodedSlot | undefined;
  #alike = 0;
  /** Whether it has looked for a leader. */
  begun = false;
  readonly #key: readonly (string | number)[];
  readonly #config: Pick<ModelConfig, 'context' | 'vocabulary' | 'drawable' | 'published'>;
  readonly #texts: readonly string[] | undefined;
  /** The end of what the reply reads so far. */
  #tail = '';
  #request:
    | { options: ReplyOptions; reply: Written; resolve: (reply: Written) => void; reject: (error: Error) => void }
    | undefined;

  constructor(
    id: number,
    key: readonly (string | number)[],
    version: number,
    config: Pick<ModelConfig, 'context' | 'vocabulary' | 'drawable' | 'published'>,
    texts: readonly string[] | undefined,
  ) {
    this.id = id;
    this.version = version;
    this.#key = key;
    this.#config = config;
    this.#texts = texts;
  }

  get asked(): boolean {
    return this.#request !== undefined;
  }

  get unread(): number {
    return this.tokens.length - this.read;
  }

  ask(fed: readonly number[], options: ReplyOptions): Promise<Written> {
    this.tokens.push(...fed);
    this.#tail = '';
    return new Promise((resolve, reject) => {
      this.#request = { options, reply: { tokens: [], logProbabilities: [], finish: 'limit' }, resolve, reject };
    });
  }

  fail(error: Error): void {
    this.#request?.reject(error);
    this.#request = undefined;
  }

  /** Has read `count` tokens more; after the last of them stand these logits, or a token that was drawn already. */
  advance(count: number, logits: Float32Array | undefined, drawn?: Draw): void {
    if (count === block && this.read === this.#wholeBlocks * block) this.#wholeBlocks++;
    this.read += count;
    this.logits = logits;
    // A slot that was closed while a graph ran writes no more.
    if (drawn && this.#request) this.#put(drawn);
    else this.write();
  }

  /**
   * Looks for the slot that begins as this one does for longest: the rollouts of a task begin alike, and what one has
   * read the others need not. Slots that are read in blocks share whole blocks: what a slot keeps depends, bit for bit,
   * on how it was read.
   */
  follow(others: readonly DecodedSlot[]): void {
    this.begun = true;
    // The last token is read by the slot itself, because what follows it is drawn from its logits.
    const limit = this.tokens.length - 1;
    for (const other of others) {
      if (other === this || !other.begun || other.closed || other.version !== this.version) continue;
      let same = 0;
      while (same < limit && other.tokens[same] === this.tokens[same]) same++;
      if (this.#config.published) same = Math.floor(same / block) * block;
      if (same >= fewAlike && same > this.#alike) [this.#alike, this.#leader] = [same, other];
    }
  }

  /** Whether another slot is still reading what this one begins with. */
  get waits(): boolean {
    const leader = this.#leader;
    return leader !== undefined && leader.#whole < this.#alike && leader.asked;
  }

  /** Takes what its leader has read of their common beginning. */
  take(copy: (from: DecodedSlot, count: number) => void): void {
    const leader = this.#leader;
    if (!leader) return;
    this.#leader = undefined;
    const count = Math.min(this.#alike, leader.#whole);
    if (count < fewAlike) return;
    copy(leader, count);
    this.read = count;
    this.#wholeBlocks = this.#config.published ? count / block : 0;
  }

  /** How much of its beginning others may share. */
  get #whole(): number {
    return this.#config.published ? this.#wholeBlocks * block : this.read;
  }

  /** How the next token is to be drawn, where a graph can do that: not with topP or a restriction. */
  nextDraw(): { temperature: number; uniform: number } | undefined {
    if (!this.#request) return undefined;
    const { temperature = 1, topP = 1, only } = this.#request.options;
    return topP < 1 || only || this.unread > 1 ? undefined : { temperature, uniform: this.#uniform() };
  }

  /** Draws from the logits, if everything is read: then the model has to read again, or the reply is complete. */
  write(): void {
    const request = this.#request;
    if (!request || !this.logits || this.unread > 0) return;
    const { options, reply } = request;
    if (reply.tokens.length >= options.limit) return this.#finish('limit');
    const permitted = permittedTokens(options.only, reply.tokens);
    this.#put(draw(this.logits, this.#uniform(), options, permitted, this.#config.drawable));
  }

  /** A generator of its own for each token, so that a draw depends on the episode and the position and nothing else. */
  #uniform(): number {
    return createRandom(...this.#key, this.tokens.length)();
  }

  #put({ token, logProbability }: Draw): void {
    const { options, reply } = this.#request!;
    if (!Number.isFinite(logProbability)) throw notFinite();
    this.logits = undefined;
    this.tokens.push(token);
    reply.tokens.push(token);
    reply.logProbabilities.push(logProbability);
    if (options.stop.includes(token) || this.#endsIn(options.stopTexts ?? [], token)) this.#finish('stop');
    else if (reply.tokens.length >= options.limit) this.#finish('limit');
    else if (this.tokens.length > this.#config.context) this.#finish('context');
  }

  #endsIn(stops: readonly string[], token: number): boolean {
    if (stops.length === 0) return false;
    const before = this.#tail.length;
    this.#tail += this.#texts?.[token] ?? '';
    const found = stops.some(text => this.#tail.indexOf(text, Math.max(0, before - text.length)) >= 0);
    this.#tail = this.#tail.slice(-64);
    return found;
  }

  #finish(reason: Reply['finish']): void {
    const { resolve, reply } = this.#request!;
    this.#request = undefined;
    resolve({ ...reply, finish: reason });
  }
}

/** The tokens that may come next under a restriction; undefined where there is none (yet). */
function permittedTokens(only: ReplyOptions['only'], written: readonly number[]): ReadonlySet<number> | undefined {
  const at = only ? written.indexOf(only.after) : -1;
  if (!only || at < 0) return undefined;
  const begun = written.slice(at + 1);
  const next = only.sequences
    .filter(sequence => sequence.length > begun.length && begun.every((token, i) => sequence[i] === token))
    .map(sequence => sequence[begun.length]!);
  // A sequence that is complete restricts nothing any more (its stop token has ended the reply before this).
  return next.length > 0 ? new Set(next) : undefined;
}
