import type { Tensor } from '../ops.ts';
import { linear } from './linear.ts';
import type { Layer, Tape } from './tape.ts';

/** (silu(x·gate) * x·up) · down, with gate and up side by side in one matrix [d, 2f] and down [f, d]. Shazeer 2020. */
export function swiglu(tape: Tape, x: Tensor, gateUp: string, down: string): Layer {
  const { ops } = tape;
  const [both, backBoth] = linear(tape, x, gateUp);
  const width = both.shape[1]! / 2;
  const gate = ops.slice(both, 1, 0, width);
  const up = ops.slice(both, 1, width, 2 * width);
  const open = ops.sigmoid(gate);
  const silu = ops.multiply(gate, open);
  const [output, backDown] = linear(tape, ops.multiply(silu, up), down);
  return [
    output,
    gradient => {
      const inner = backDown(gradient);
      // silu'(g) = σ(g) + silu(g) · (1 − σ(g))
      const slope = ops.add(open, ops.multiply(silu, ops.subtract(ops.constant([1], [1, 1]), open)));
      const gateGradient = ops.multiply(ops.multiply(inner, up), slope);
      return backBoth(ops.concat([gateGradient, ops.multiply(inner, silu)], 1));
    },
  ];
}
