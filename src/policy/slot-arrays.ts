import { masked } from './layers/attention.ts';

/** Writes the numbers of a place, `beside` of them side by side in each row of `length` places. */
export function putPlace(
  rows: Float32Array,
  numbers: Float32Array,
  place: number,
  length: number,
  beside: number,
): void {
  if (beside === 1) for (let i = 0, to = place; i < numbers.length; i++, to += length) rows[to] = numbers[i]!;
  else
    for (let i = 0; i < numbers.length; i += beside)
      rows.set(numbers.subarray(i, i + beside), i * length + place * beside);
}

/** A slot's mask for several new tokens, in which each sees no further back than its window: [group · size, length]. */
export function windowedRows(
  row: Float32Array,
  kept: number,
  size: number,
  group: number,
  window: number,
): Float32Array {
  const mask = new Float32Array(group * size * row.length);
  for (let i = 0; i < group * size; i++) {
    const hidden = Math.max(0, kept + (i % size) - window + 1);
    mask.set(row, i * row.length);
    mask.fill(masked, i * row.length, i * row.length + Math.min(hidden, row.length));
  }
  return mask;
}

/** The first `wanted` entries of each row of `row` entries; the array itself where that is all of them. */
export function firstPlaces(array: Float32Array, row: number, wanted: number): Float32Array {
  if (wanted === row) return array;
  const rows = array.length / row;
  const cut = new Float32Array(rows * wanted);
  for (let i = 0; i < rows; i++) cut.set(array.subarray(i * row, i * row + wanted), i * wanted);
  return cut;
}

/** Copies one of the equal parts of an array over another. */
export function move(array: Float32Array, to: number, from: number, size: number): void {
  array.copyWithin(to * size, from * size, (from + 1) * size);
}

/**
 * Moves the first `rows` rows of an array apart or together: from `before` entries each to `after`. In place where the
 * array has the `needed` entries, which spares the system from handing out fresh memory; else in one half as large
 * again.
 */
export function stride(
  array: Float32Array | undefined,
  rows: number,
  before: number,
  after: number,
  needed: number,
): Float32Array {
  if (!array || array.length < needed) {
    const larger = new Float32Array(array ? Math.max(needed, Math.ceil(array.length * 1.5)) : needed);
    for (let row = 0; row < rows; row++)
      larger.set(array!.subarray(row * before, row * before + Math.min(before, after)), row * after);
    return larger;
  }
  if (after < before)
    for (let row = 1; row < rows; row++) array.copyWithin(row * after, row * before, row * before + after);
  if (after > before)
    for (let row = rows - 1; row > 0; row--) array.copyWithin(row * after, row * before, (row + 1) * before);
  return array;
}
