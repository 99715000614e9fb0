import type { ModelConfig } from './config.ts';
import { cacheNames, decodingGraph, readingGraph, residentDecodingGraph, type Wanted } from './cached-graphs.ts';
import { DecodedSlot, type Written } from './decoded-slot.ts';
import type { EngineMemory, Feeds, GraphDefinition, ResidentFeeds, ResidentResult } from './engines/engine.ts';
import { nextTokens, type Reading, readingsOf } from './reading.ts';
import { ResidentCache } from './resident/cache.ts';
import { Slots } from './slots.ts';
import type { ReplyOptions } from './reply.ts';

/** A slot asks for a reply. */
export interface ReplyTask {
  /** The model's version, as in other tasks. */
  version: number;
  /** Names the slot; it is opened by its first reply. */
  slot: number;
  /** Names the episode among all draws. */
  key: readonly (string | number)[];
  /** What the slot has been fed since its last reply. */
  fed: readonly number[];
  options: ReplyOptions;
}

/** What has been computed for slots so far, and what of it somebody had asked for. */
export interface SlotUse {
  /** Graphs that were run. */
  graphs: number;
  /** Slots of all of them. */
  computed: number;
  /** Those of the slots in which a token was read. */
  read: number;
  /** Places of caches that were looked at, tokens or none. */
  places: number;
  /** Tokens among them that a slot had kept, where one was read. */
  kept: number;
  /** Graphs beside these that read text of published models, and the pieces of text that they read. */
  readings: number;
  pieces: number;
}

/** Runs a graph on the host's engine. */
export type Run = (
  definition: GraphDefinition,
  task: { version: number; feeds: Feeds },
) => Promise<Record<string, Float32Array>>;

/** Where keys and values stay between steps, and how a graph is run with them. */
export interface ResidentRun {
  readonly memory: EngineMemory;
  run(definition: GraphDefinition, task: { version: number; feeds: ResidentFeeds }): Promise<ResidentResult>;
}

/**
 * Reads and writes the slots of one host: as long as any of them has a reply to write, all of them advance by a token
 * at a time. It runs beside the engine, so that a reply costs the caller's thread two messages and the engine waits for
 * nobody.
 */
export class DecodingLoop {
  readonly #config: ModelConfig;
  readonly #run: Run;
  readonly #kept: Slots;
  readonly #texts: readonly string[] | undefined;
  readonly #resident: (Pick<ResidentRun, 'run'> & { readonly cache: ResidentCache }) | undefined;
  /** In the order in which their keys and values are kept. */
  readonly #slots: DecodedSlot[] = [];
  /** New ones, and those that wait until another has read what they begin with. */
  #waiting: DecodedSlot[] = [];
  readonly #use: SlotUse = { graphs: 0, computed: 0, read: 0, places: 0, kept: 0, readings: 0, pieces: 0 };
  #version = 0;
  #running = false;

  /**
   * @param texts what each token id reads, for replies that end with a text
   * @param resident where keys and values stay in the engine's memory
   */
  constructor(config: ModelConfig, run: Run, texts?: readonly string[], resident?: ResidentRun) {
    this.#config = config;
    this.#run = run;
    this.#texts = texts;
    this.#kept = new Slots(config);
    this.#resident = resident && { run: resident.run, cache: new ResidentCache(resident.memory) };
  }

  reply({ version, slot: id, key, fed, options }: ReplyTask): Promise<Written> {
    let slot = this.#find(id);
    if (!slot) {
      slot = new DecodedSlot(id, key, version, this.#config, this.#texts);
      this.#waiting.push(slot);
    }
    this.#version = version;
    const written = slot.ask(fed, options);
    this.#wake();
    return written;
  }

  /** Gives the slot's place to others; a reply that it was writing is rejected. */
  closeSlot(id: number): void {
    const slot = this.#find(id);
    if (!slot) return;
    // Its place is given away between two steps, never while a graph reads from it.
    slot.closed = true;
    slot.fail(new Error('The slot was closed while it wrote a reply.'));
  }

  /** What has been computed since the loop was made. */
  get use(): SlotUse {
    return { ...this.#use };
  }

  /** Rejects what is being written. */
  close(): void {
    for (const slot of this.#all) slot.fail(new Error('The sampler was closed while a reply was written.'));
  }

  /** Gives the engine's memory back, once nothing runs any more. */
  release(): void {
    this.#resident?.cache.release();
  }

  get #all(): DecodedSlot[] {
    return [...this.#slots, ...this.#waiting];
  }

  #find(id: number): DecodedSlot | undefined {
    return this.#all.find(slot => slot.id === id && !slot.closed);
  }

  #wake(): void {
    if (this.#running) return;
    this.#running = true;
    this.#decode()
      .catch(error => {
        for (const slot of this.#all) slot.fail(error as Error);
      })
      .finally(() => {
        this.#running = false;
        if (this.#all.some(slot => slot.asked)) this.#wake();
      });
  }

  async #decode(): Promise<void> {
    for (;;) {
      // Whoever asks in the same turn of the event loop is decoded together.
      await new Promise(resolve => {
        setImmediate(resolve);
      });
      this.#admit();
      this.#removeClosed();
      // A slot that was asked and fed nothing may have its distribution already.
      for (const slot of this.#slots) slot.write();
      const asked = this.#slots.filter(slot => slot.asked);
      if (asked.length === 0) return;
      const behind = this.#config.published ? asked.filter(slot => slot.unread > 1) : [];
      const readings = readingsOf(behind, asked.length);
      for (const reading of readings) await this.#read(reading);
      if (readings.length === 0) await this.#step(asked.filter(slot => !behind.includes(slot)));
    }
  }

  /** What begins alike is read once: who comes later waits for it, and copies it when it gets a place. */
  #admit(): void {
    const all = this.#all;
    for (const slot of this.#waiting) if (!slot.begun) slot.follow(all);
    const still = this.#waiting.filter(slot => !slot.closed && slot.waits);
    for (const slot of this.#waiting) {
      if (slot.closed || still.includes(slot)) continue;
      const place = this.#slots.push(slot) - 1;
      this.#kept.open();
      slot.take((from, count) => this.#kept.copy(this.#slots.indexOf(from), place, count));
    }
    this.#waiting = still;
  }

  /** Reads the next tokens of some slots in one go. */
  async #read({ slots, rows, count }: Reading): Promise<void> {
    const pieces = slots.map(slot => ({
      slot: this.#slots.indexOf(slot),
      tokens: nextTokens(slot, count),
      before: slot.tokens[slot.read - 1] ?? 0,
    }));
    const places = pieces.map(({ slot }) => slot);
    const shape = this.#kept.readingShape(places, rows, count);
    const graph = readingGraph(this.#config, shape);
    const feeds = this.#kept.readingFeeds(pieces, shape);
    const version = this.#version;
    // One slot's cache is sent by itself; all of them are those that stay.
    const { added } =
      this.#resident && shape.caches > 1
        ? (await this.#resident.run(graph, { version, feeds: await this.#withStaying(graph, feeds) })).values
        : await this.#run(graph, { version, feeds });
    this.#use.readings++;
    this.#use.pieces += pieces.length;
    pieces.forEach(({ slot, tokens }, row) => {
      this.#kept.appendRead(slot, added!, row * count, tokens.length);
      slots[row]!.advance(tokens.length, undefined);
    });
  }

  /** Reads one token of each of the slots; those that have then read everything write one. */
  async #step(slots: readonly DecodedSlot[]): Promise<void> {
    const places = slots.map(slot => this.#slots.indexOf(slot));
    const feeds = this.#kept.feeds(
      places,
      slots.map(({ tokens, read }) => tokens[read]!),
      slots.map(({ tokens, read }) => tokens[read - 1] ?? 0),
    );
    const { slots: count, length } = this.#kept.capacity;
    this.#use.graphs++;
    this.#use.computed += count;
    this.#use.read += slots.length;
    this.#use.places += count * length;
    for (const { read } of slots) this.#use.kept += read;
    // Of a large vocabulary a token is drawn in the graph; a small one is drawn from here.
    const draws = slots.map(slot => (this.#config.published ? slot.nextDraw() : undefined));
    const wanted = { drawn: draws.some(Boolean), logits: draws.some(draw => !draw) };
    const { logits, drawn, added } = await this.#advance(places, wanted, {
      ...feeds,
      ...(wanted.drawn && drawFeeds(count, places, draws)),
    });
    this.#kept.append(places, added!);
    const width = this.#config.vocabulary;
    slots.forEach((slot, i) => {
      const place = places[i]!;
      if (draws[i]) slot.advance(1, undefined, { token: drawn![2 * place]!, logProbability: drawn![2 * place + 1]! });
      else slot.advance(1, logits!.subarray(place * width, (place + 1) * width));
    });
  }

  /** One token of each of the slots in these places, wherever keys and values are. */
  async #advance(places: readonly number[], wanted: Wanted, feeds: Feeds): Promise<Record<string, Float32Array>> {
    const { slots, length } = this.#kept.capacity;
    const version = this.#version;
    if (!this.#resident) return this.#run(decodingGraph(this.#config, slots, length, wanted), { version, feeds });
    const { run, cache } = this.#resident;
    const graph = residentDecodingGraph(this.#config, slots, length, wanted);
    const { values, stays } = await run(graph, {
      version,
      feeds: await this.#withStaying(graph, { ...feeds, places: this.#kept.places(places) }),
    });
    cache.replace(stays);
    return values;
  }

  /** The feeds with keys and values from the engine's memory, where they are sent if others are there. */
  async #withStaying(graph: GraphDefinition, feeds: Feeds): Promise<ResidentFeeds> {
    const kept = await this.#resident!.cache.tensors(graph, cacheNames(this.#config), feeds, this.#kept.layout);
    return { ...feeds, ...kept };
  }

  #removeClosed(): void {
    for (let place = this.#slots.length - 1; place >= 0; place--) {
      if (!this.#slots[place]!.closed) continue;
      const last = this.#slots.pop()!;
      if (place < this.#slots.length) this.#slots[place] = last;
      this.#kept.close(place);
    }
  }
}

/**
 * How the next token of each slot is drawn; of slots that nobody draws from it is drawn all the same, and not looked
 * at.
 */
function drawFeeds(
  count: number,
  places: readonly number[],
  draws: readonly ReturnType<DecodedSlot['nextDraw']>[],
): Record<'sharpness' | 'greedy' | 'uniform', Float32Array> {
  const feeds = {
    sharpness: new Float32Array(count).fill(1),
    greedy: new Float32Array(count).fill(1),
    uniform: new Float32Array(count),
  };
  draws.forEach((draw, i) => {
    if (!draw) return;
    const place = places[i]!;
    feeds.greedy[place] = draw.temperature === 0 ? 1 : 0;
    feeds.sharpness[place] = draw.temperature === 0 ? 1 : 1 / draw.temperature;
    feeds.uniform[place] = Math.min(draw.uniform, 1 - 2 ** -23);
  });
  return feeds;
}
