/**
 * The cosine between two vectors from their product and the sums of their squares. Null where one of them is 0, or not
 * finite.
 */
export function cosineFrom(product: number, squaresA: number, squaresB: number): number | null {
  const lengths = Math.sqrt(squaresA) * Math.sqrt(squaresB);
  return lengths === 0 || !Number.isFinite(lengths) ? null : product / lengths;
}
