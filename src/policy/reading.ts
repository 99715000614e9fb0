import { block, type DecodedSlot } from './decoded-slot.ts';

/** Tokens of a slot that graphs for reading take. Weights are laid out anew in every run, so more are sooner read. */
const counts = [32, 128, block];

/** Slots that a graph reads at once: as many as have together a block of tokens, which bounds what a run takes. */
const rowCounts = [1, 2, 4, 8];

/** One run of a graph: the next tokens of some slots. */
export interface Reading {
  /** At most `rows` of them. All have read something already, or none has. */
  readonly slots: readonly DecodedSlot[];
  readonly rows: number;
  /** Tokens of each slot that the graph has places for. */
  readonly count: number;
}

/** What is left to read before the next step, which reads the last token and draws the one after it. */
function leftOf({ tokens, read }: DecodedSlot): number {
  return Math.min(tokens.length - 1, (Math.floor(read / block) + 1) * block) - read;
}

/** How many places a graph has for a slot's next tokens: the most that are filled by most. */
function countOf(slot: DecodedSlot): number {
  return counts.findLast(count => leftOf(slot) > 0.75 * count) ?? counts[0]!;
}

/**
 * A slot's next tokens, up to the end of a block, in a graph with places for `count` of them. Where they end depends on
 * the slot's tokens alone: what a slot keeps is the same, bit for bit, whoever is read beside it.
 */
export function nextTokens(slot: DecodedSlot, count: number): number[] {
  return slot.tokens.slice(slot.read, slot.read + Math.min(count, leftOf(slot)));
}

/**
 * How slots that have text to read are read now; who is not among them waits while the others write. Laying out the
 * weights takes longer than reading a short text, so those are read together: as soon as a quarter of all that `ask`
 * have one. For more, those that wait would lose more than they gain.
 */
export function readingsOf(behind: readonly DecodedSlot[], asked: number): Reading[] {
  const short = behind.filter(slot => countOf(slot) < block);
  const now = short.length < Math.floor(asked / 4) ? behind.filter(slot => countOf(slot) === block) : behind;
  const readings: Reading[] = [];
  for (const count of counts)
    for (const begins of [true, false]) {
      let slots = now.filter(slot => countOf(slot) === count && (slot.read === 0) === begins);
      while (slots.length > 0) {
        const { length } = slots;
        const rows = rowCounts.findLast(rows => rows * count <= block && length >= 0.75 * rows) ?? 1;
        readings.push({ slots: slots.slice(0, rows), rows, count });
        slots = slots.slice(rows);
      }
    }
  return readings;
}
