import type { ModelConfig } from './config.ts';
import type { Feeds } from './engines/engine.ts';
import { layerKind, type ReadingShape } from './cached-graphs.ts';
import { block } from './decoded-slot.ts';
import { masked } from './layers/attention.ts';
import { rotaryOf, rotaryTables } from './layers/rotary.ts';
import { firstPlaces, move, putPlace, stride, windowedRows } from './slot-arrays.ts';

/** Attention looks at every place of a cache, kept or not, so steps are small where most episodes end. */
const lengths = [
  128, 256, 384, 512, 640, 768, 896, 1024, 1280, 1536, 2048, 3072, 4096, 6144, 8192, 12_288, 16_384, 24_576, 32_768,
  65_536, 131_072,
];
/**
 * In steps of about an eighth, so that few slots are computed for nobody. In smaller ones the graphs that have to be
 * made while episodes end would cost what they spare.
 */
const slotCounts = [4, 8, 12, 16, 20, 24, 28, 32, 36, 40, 48, 56, 64, 72, 80, 96, 112, 128, 144, 160, 192, 224, 256];
/** A graph of a large model is dear to make, so there are few of them. */
const fewSlotCounts = [2, 4, 8, 16, 32, 48, 64, 96, 128, 192, 256];

/**
 * The kept keys and values of several episodes, each at its own length, in the layout the decoding graph reads: slot by
 * slot, so that the first n slots are one stretch of memory. Capacity follows the longest episode and the number of
 * slots in use.
 */
export class Slots {
  readonly #config: ModelConfig;
  /** For each kind of layer its window, and how far each position is turned. */
  readonly #kinds = new Map<string, { layer: number; window: number | null; cos: Float32Array; sin: Float32Array }>();
  /** How many numbers of a place stand side by side, of keys and of values; the others are rows further on. */
  readonly #beside: { readonly keys: number; readonly values: number };
  /** Tokens kept by each slot in use; a slot's number is its place here. */
  readonly #kept: number[] = [];
  /**
   * Slots and tokens that the arrays are laid out for. They may be longer: growing them is dear, so they never shrink.
   */
  #count = 0;
  #length = 0;
  #keys: Float32Array[] = [];
  #values: Float32Array[] = [];
  #mask = new Float32Array();
  #layout = 0;

  constructor(config: ModelConfig) {
    this.#config = config;
    const { headWidth } = config;
    this.#beside = { keys: 1, values: headWidth };
    const none = new Float32Array();
    for (let layer = config.layers - 1; layer >= 0; layer--)
      this.#kinds.set(layerKind(config, layer), {
        layer,
        window: config.windows?.[layer] ?? null,
        cos: none,
        sin: none,
      });
  }

  /** Adds an empty slot after the others. */
  open(): void {
    this.#kept.push(0);
    this.#markKept(this.#kept.length - 1);
  }

  /** Removes a slot; the last slot moves into its place, so that the slots in use stay the first ones. */
  close(slot: number): void {
    const last = this.#kept.length - 1;
    // A slot that the arrays are not laid out for yet has kept nothing.
    if (slot !== last && last < this.#count) {
      for (const array of [...this.#keys, ...this.#values]) move(array, slot, last, this.#width * this.#length);
      this.#layout++;
    }
    this.#kept[slot] = this.#kept[last]!;
    this.#kept.pop();
    if (slot !== last) this.#markKept(slot);
  }

  /** Another number whenever keys and values have become others than by `append`. */
  get layout(): number {
    return this.#layout;
  }

  /** Where each of these slots keeps its next token in its cache: 1 there and 0 elsewhere, [slots, 1, 1, length]. */
  places(slots: readonly number[]): Float32Array {
    const places = new Float32Array(this.#count * this.#length);
    for (const slot of slots) places[slot * this.#length + this.#kept[slot]!] = 1;
    return places;
  }

  /** Slots and tokens that the next step's graph must hold. */
  get capacity(): { slots: number; length: number } {
    return { slots: this.#count, length: this.#length };
  }

  /** Feeds for one new token in some of the slots; the others compute what nobody reads. */
  feeds(slots: readonly number[], tokens: readonly number[], previous: readonly number[]): Feeds {
    this.#fit();
    const { headWidth } = this.#config;
    const feeds: Record<string, Float32Array | Int32Array> = {
      tokens: new Int32Array(this.#count),
      previous: new Int32Array(this.#count),
    };
    slots.forEach((slot, i) => {
      feeds.tokens![slot] = tokens[i]!;
      feeds.previous![slot] = previous[i]!;
    });
    for (const [kind, tables] of this.#kinds) {
      const [cos, sin] = [new Float32Array(this.#count * headWidth), new Float32Array(this.#count * headWidth)];
      for (const slot of slots) {
        const from = this.#kept[slot]! * headWidth;
        cos.set(tables.cos.subarray(from, from + headWidth), slot * headWidth);
        sin.set(tables.sin.subarray(from, from + headWidth), slot * headWidth);
      }
      feeds[`cos${kind}`] = cos;
      feeds[`sin${kind}`] = sin;
      const mask = this.#mask.subarray(0, this.#count * this.#length);
      feeds[`mask${kind}`] = tables.window === null ? mask : this.#windowed(mask.slice(), tables.window);
    }
    const size = this.#count * this.#width * this.#length;
    this.#keys.forEach((keys, i) => {
      feeds[`keys.${i}`] = keys.subarray(0, size);
      feeds[`values.${i}`] = this.#values[i]!.subarray(0, size);
    });
    return feeds;
  }

  /** Keeps the keys and values that a step computed for some slots: rows of [key, value] of every layer. */
  append(slots: readonly number[], added: Float32Array): void {
    for (const slot of slots) this.#put(slot, added, slot);
  }

  /** Keeps one row of [key, value] of every layer as the slot's next token. */
  #put(slot: number, added: Float32Array, row: number): void {
    const { layers } = this.#config;
    const width = this.#width;
    const length = this.#length;
    const at = this.#kept[slot]!++;
    this.#mask[slot * length + at] = 0;
    for (let layer = 0; layer < layers; layer++) {
      const from = (row * layers + layer) * 2 * width;
      const [keys, values] = [added.subarray(from, from + width), added.subarray(from + width, from + 2 * width)];
      putPlace(this.#keys[layer]!.subarray(slot * width * length), keys, at, length, this.#beside.keys);
      putPlace(this.#values[layer]!.subarray(slot * width * length), values, at, length, this.#beside.values);
    }
  }

  /**
   * The graph that reads `count` more tokens of each of these slots, which have all kept something or all nothing. Whole
   * blocks look at no more of a cache than is kept; shorter texts take the caches as they lie here, so that one graph
   * serves all slots, whatever each has kept. What it gives of a slot is the same, bit for bit, at every length.
   */
  readingShape(slots: readonly number[], rows: number, count: number): ReadingShape {
    this.#fit(count + 1);
    const kept = this.#kept[slots[0]!]!;
    if (kept === 0) return { rows, count, caches: 1, length: 0 };
    if (count < block) return { rows, count, caches: this.#count, length: this.#length };
    return { rows, count, caches: 1, length: lengths.find(length => length >= kept) ?? this.#length };
  }

  /** Feeds for more tokens of some slots, and the token before each; rows of the graph without a slot read nothing. */
  readingFeeds(
    pieces: readonly { readonly slot: number; readonly tokens: readonly number[]; readonly before: number }[],
    { rows, count, caches, length }: ReadingShape,
  ): Feeds {
    const { headWidth, heads, keyHeads } = this.#config;
    const feeds: Record<string, Float32Array | Int32Array> = {
      tokens: new Int32Array(rows * count),
      previous: new Int32Array(rows * count),
    };
    pieces.forEach(({ tokens, before }, row) => {
      feeds.tokens!.set(tokens, row * count);
      feeds.previous!.set([before, ...tokens.slice(0, -1)], row * count);
    });
    for (const [kind, { window, cos, sin }] of this.#kinds) {
      const turns = [cos, sin].map(table => {
        const turned = new Float32Array(rows * count * headWidth);
        pieces.forEach(({ slot }, row) => {
          const from = this.#kept[slot]! * headWidth;
          turned.set(table.subarray(from, from + count * headWidth), row * count * headWidth);
        });
        return turned;
      });
      [feeds[`cos${kind}`], feeds[`sin${kind}`]] = turns as [Float32Array, Float32Array];
      if (length === 0) continue;
      const queries = window === null ? 1 : (heads / keyHeads) * count;
      const mask = new Float32Array(rows * queries * length);
      pieces.forEach(({ slot }, row) => {
        const own = this.#mask.subarray(slot * this.#length, slot * this.#length + length);
        mask.set(
          window === null ? own : windowedRows(own, this.#kept[slot]!, count, heads / keyHeads, window),
          row * queries * length,
        );
      });
      feeds[`mask${kind}`] = mask;
    }
    if (length === 0) return feeds;
    if (caches > 1) feeds.places = Int32Array.from({ length: rows }, (_, row) => pieces[row]?.slot ?? 0);
    const part = this.#width * this.#length;
    const { slot } = pieces[0]!;
    const given = (array: Float32Array, beside: number): Float32Array =>
      caches > 1
        ? array.subarray(0, caches * part)
        : firstPlaces(array.subarray(slot * part, (slot + 1) * part), this.#length * beside, length * beside);
    this.#keys.forEach((keys, i) => {
      feeds[`keys.${i}`] = given(keys, this.#beside.keys);
      feeds[`values.${i}`] = given(this.#values[i]!, this.#beside.values);
    });
    return feeds;
  }

  /**
   * Keeps keys and values that reading gave: a row of [key, value] of every layer for each token, `count` of them from
   * the row `from` on.
   */
  appendRead(slot: number, added: Float32Array, from: number, count: number): void {
    this.#layout++;
    for (let token = 0; token < count; token++) this.#put(slot, added, from + token);
  }

  /** Lets a slot keep what another has kept of its first tokens. */
  copy(from: number, to: number, count: number): void {
    this.#fit();
    this.#layout++;
    const part = this.#width * this.#length;
    const copyFirst = (array: Float32Array, beside: number): void => {
      const row = this.#length * beside;
      for (let at = 0; at < part; at += row)
        array.copyWithin(to * part + at, from * part + at, from * part + at + count * beside);
    };
    for (const keys of this.#keys) copyFirst(keys, this.#beside.keys);
    for (const values of this.#values) copyFirst(values, this.#beside.values);
    this.#kept[to] = count;
    this.#markKept(to);
  }

  /** Numbers that a token's keys take in one layer, and its values likewise. */
  get #width(): number {
    return this.#config.keyHeads * this.#config.headWidth;
  }

  /** Lays the arrays out for the slots in use, the longest of them, and so many tokens more. */
  #fit(more = 1): void {
    const { published } = this.#config;
    const counts = published ? fewSlotCounts : slotCounts;
    const count = counts.find(count => count >= this.#kept.length) ?? this.#kept.length;
    // One place more than the tokens kept: the innermost sums then end in a place that is always masked, which keeps
    // their result the same, bit for bit, whatever the length of the cache.
    const needed = this.#kept.reduce((longest, kept) => Math.max(longest, kept), 0) + more;
    const fitting = lengths.find(length => length >= needed) ?? needed;
    // What is long enough and not far too long stays as it is: reading needs more room than the step after it.
    const length = published && this.#length >= needed && this.#length < 2 * needed ? this.#length : fitting;
    if (count === this.#count && length === this.#length) return;
    this.#layout++;
    const { layers } = this.#config;
    if (length > this.#length)
      for (const kind of this.#kinds.values())
        Object.assign(kind, rotaryTables(length, rotaryOf(this.#config, kind.layer)));
    const before = Math.min(count, this.#count);
    for (let layer = 0; layer < layers; layer++) {
      for (const [arrays, beside] of [
        [this.#keys, this.#beside.keys],
        [this.#values, this.#beside.values],
      ] as const)
        arrays[layer] = stride(
          arrays[layer],
          (before * this.#width) / beside,
          this.#length * beside,
          length * beside,
          count * this.#width * length,
        );
    }
    if (this.#mask.length < count * length) this.#mask = new Float32Array(count * length);
    this.#count = count;
    this.#length = length;
    this.#mask.fill(masked);
    for (let slot = 0; slot < this.#kept.length; slot++) this.#markKept(slot);
  }

  /** Hides from each slot's next token what is before its window. */
  #windowed(mask: Float32Array, window: number): Float32Array {
    this.#kept.forEach((kept, slot) => {
      const hidden = Math.min(this.#length, Math.max(0, kept - window + 1));
      mask.fill(masked, slot * this.#length, slot * this.#length + hidden);
    });
    return mask;
  }

  /** Lets a slot look at the tokens it has kept and at no other place. */
  #markKept(slot: number): void {
    const from = slot * this.#length;
    const to = from + this.#length;
    this.#mask.fill(masked, from, to).fill(0, from, from + this.#kept[slot]!);
  }
}
