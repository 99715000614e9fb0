import type { Tensor } from '../ops.ts';
import type { Layer, Tape } from './tape.ts';

/** x [n, in] · weight [in, out], plus a bias [1, out] where one is named. */
export function linear(tape: Tape, x: Tensor, weight: string, bias?: string): Layer {
  const { ops } = tape;
  const w = tape.parameter(weight);
  const product = ops.gemm(x, w);
  return [
    bias ? ops.add(product, tape.parameter(bias)) : product,
    gradient => {
      tape.accumulate(weight, ops.gemm(x, gradient, { a: true }));
      if (bias) tape.accumulate(bias, ops.sum(gradient, 0));
      return ops.gemm(gradient, w, { b: true });
    },
  ];
}
