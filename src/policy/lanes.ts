import type { ModelConfig } from './config.ts';
import type { Feeds } from './engines/engine.ts';
import { rotaryTables } from './layers/rotary.ts';

const masked = -1e9;
const lengths = [128, 256, 384, 512, 640, 768, 896, 1024, 1536, 2048, 3072, 4096];
const laneCounts = [4, 8, 16, 32, 64, 96, 128, 192, 256];

/**
 * The kept keys and values of several episodes, each at its own length, in the layout the decoding graph reads: lane by
 * lane, so that the first n lanes are one stretch of memory. Capacity grows with the longest episode and the number of
 * lanes in use.
 */
export class Lanes {
  readonly #config: ModelConfig;
  readonly #tables: { cos: Float32Array; sin: Float32Array };
  /** Tokens kept by each lane in use; a lane's number is its place here. */
  readonly #kept: number[] = [];
  #count = 0;
  #length = 0;
  #keys: Float32Array[] = [];
  #values: Float32Array[] = [];
  #mask = new Float32Array();

  constructor(config: ModelConfig) {
    this.#config = config;
    this.#tables = rotaryTables(config.context, config.headWidth, config.theta);
  }

  get inUse(): number {
    return this.#kept.length;
  }

  /** Lanes and tokens that the next step's graph must hold. */
  get capacity(): { lanes: number; length: number } {
    return { lanes: this.#count, length: this.#length };
  }

  /** Adds an empty lane after the others. */
  open(): void {
    this.#kept.push(0);
    this.#fit();
    this.#mask.fill(masked, (this.#kept.length - 1) * this.#length, this.#kept.length * this.#length);
  }

  /** Removes a lane; the last lane moves into its place, so that the lanes in use stay the first ones. */
  close(lane: number): void {
    const last = this.#kept.length - 1;
    if (lane !== last) {
      for (const array of [...this.#keys, ...this.#values, this.#mask]) {
        const size = array.length / this.#count;
        array.copyWithin(lane * size, last * size, (last + 1) * size);
      }
      this.#kept[lane] = this.#kept[last]!;
    }
    this.#kept.pop();
  }

  /** Feeds for one new token in some of the lanes; the others compute what nobody reads. */
  feeds(lanes: readonly number[], tokens: readonly number[], previous: readonly number[]): Feeds {
    this.#fit();
    const { headWidth, keyHeads } = this.#config;
    const feeds: Record<string, Float32Array | Int32Array> = {
      tokens: new Int32Array(this.#count),
      previous: new Int32Array(this.#count),
      cos: new Float32Array(this.#count * headWidth),
      sin: new Float32Array(this.#count * headWidth),
      mask: this.#mask,
    };
    lanes.forEach((lane, i) => {
      feeds.tokens![lane] = tokens[i]!;
      feeds.previous![lane] = previous[i]!;
      const from = this.#kept[lane]! * headWidth;
      feeds.cos!.set(this.#tables.cos.subarray(from, from + headWidth), lane * headWidth);
      feeds.sin!.set(this.#tables.sin.subarray(from, from + headWidth), lane * headWidth);
    });
    const size = this.#count * keyHeads * headWidth * this.#length;
    this.#keys.forEach((keys, i) => {
      feeds[`keys.${i}`] = keys.subarray(0, size);
      feeds[`values.${i}`] = this.#values[i]!.subarray(0, size);
    });
    return feeds;
  }

  /** Keeps the keys and values that a step computed for some lanes: rows of [key, value] of every layer. */
  append(lanes: readonly number[], added: Float32Array): void {
    const { keyHeads, headWidth, layers } = this.#config;
    const width = keyHeads * headWidth;
    const length = this.#length;
    for (const lane of lanes) {
      const at = this.#kept[lane]!++;
      this.#mask[lane * length + at] = 0;
      for (let layer = 0; layer < layers; layer++) {
        const from = (lane * layers + layer) * 2 * width;
        const keys = this.#keys[layer]!;
        const values = this.#values[layer]!;
        for (let i = 0; i < width; i++) {
          keys[(lane * width + i) * length + at] = added[from + i]!;
          const head = Math.floor(i / headWidth);
          values[((lane * keyHeads + head) * length + at) * headWidth + (i % headWidth)] = added[from + width + i]!;
        }
      }
    }
  }

  /** Makes the arrays as large as the lanes in use and the longest of them need. */
  #fit(): void {
    const count = laneCounts.find(count => count >= this.#kept.length) ?? this.#kept.length;
    // One place more than the tokens kept: the innermost sums then end in a place that is always masked, which keeps
    // their result the same, bit for bit, whatever the length of the cache.
    const needed = this.#kept.reduce((longest, kept) => Math.max(longest, kept), 0) + 1;
    const length = lengths.find(length => length >= needed) ?? needed;
    if (count === this.#count && length === this.#length) return;
    const { layers, keyHeads, headWidth } = this.#config;
    const rows = keyHeads * headWidth;
    const before = { count: this.#count, length: this.#length, keys: this.#keys, values: this.#values, mask: this.#mask };
    const lanes = Math.min(count, before.count);
    const common = Math.min(length, before.length);
    this.#keys = [];
    this.#values = [];
    for (let layer = 0; layer < layers; layer++) {
      const keys = new Float32Array(count * rows * length);
      const values = new Float32Array(count * rows * length);
      if (lanes > 0) {
        const [oldKeys, oldValues] = [before.keys[layer]!, before.values[layer]!];
        for (let row = 0; row < lanes * rows; row++) keys.set(oldKeys.subarray(row * before.length, row * before.length + common), row * length);
        for (let head = 0; head < lanes * keyHeads; head++)
          values.set(oldValues.subarray(head * before.length * headWidth, (head * before.length + common) * headWidth), head * length * headWidth);
      }
      this.#keys.push(keys);
      this.#values.push(values);
    }
    this.#mask = new Float32Array(count * length).fill(masked);
    for (let lane = 0; lane < lanes; lane++) this.#mask.set(before.mask.subarray(lane * before.length, lane * before.length + common), lane * length);
    this.#count = count;
    this.#length = length;
  }
}
