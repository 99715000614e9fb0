import { cosineFrom } from '../policy/cosine.ts';

/** The cosine between two gradients, in float64. Null where one of them is 0. */
export function cosineOf(a: Float32Array, b: Float32Array): number | null {
  let [dot, squaresA, squaresB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    dot += a[i]! * b[i]!;
    squaresA += a[i]! ** 2;
    squaresB += b[i]! ** 2;
  }
  return cosineFrom(dot, squaresA, squaresB);
}
