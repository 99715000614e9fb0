import type { GraphDefinition, InputSpec } from '../engines/engine.ts';
import type { Tensor } from '../ops.ts';

/** The numbers that AdamW takes, the same for all entries of a parameter. */
export const updateScalars = [
  /** What the gradient is multiplied by, for clipping. */
  'scale',
  'beta1',
  /** 1 − beta1, rounded once. */
  'rest1',
  'beta2',
  'rest2',
  /** learningRate / (1 − beta1 ** steps) */
  'rate',
  /** 1 / (1 − beta2 ** steps) */
  'correction',
  'epsilon',
  /** What is left of the parameter after its decay. */
  'keep',
] as const;
export type UpdateScalars = Readonly<Record<(typeof updateScalars)[number], number>>;

type Shape = readonly number[];

/**
 * One step of AdamW (Loshchilov & Hutter 2019, algorithm 2) for one parameter: the parameter, its gradient and its two
 * moments come in, and parameter and moments come out.
 */
export function adamwGraph(shape: Shape): GraphDefinition {
  const one: InputSpec = { type: 'float32', shape: [1, 1] };
  return {
    name: `adamw ${shape.join('x')}`,
    inputs: {
      ...tensors(shape, 'parameter', 'gradient', 'first', 'second'),
      ...Object.fromEntries(updateScalars.map(name => [name, one])),
    },
    stays: ['parameter', 'first', 'second'],
    build(ops, { floats }) {
      const scalar = (name: keyof UpdateScalars) => floats[name]!;
      const gradient = ops.multiply(floats.gradient!, scalar('scale'));
      const first = ops.add(ops.multiply(floats.first!, scalar('beta1')), ops.multiply(gradient, scalar('rest1')));
      const second = ops.add(
        ops.multiply(floats.second!, scalar('beta2')),
        ops.multiply(ops.multiply(gradient, gradient), scalar('rest2')),
      );
      const size = ops.add(ops.sqrt(ops.multiply(second, scalar('correction'))), scalar('epsilon'));
      const step = ops.divide(ops.multiply(first, scalar('rate')), size);
      return { parameter: ops.subtract(ops.multiply(floats.parameter!, scalar('keep')), step), first, second };
    },
  };
}

/** The sum of two gradients of one parameter. */
export function sumGraph(shape: Shape): GraphDefinition {
  return {
    name: `sum ${shape.join('x')}`,
    inputs: tensors(shape, 'a', 'b'),
    stays: ['sum'],
    build: (ops, { floats }) => ({ sum: ops.add(floats.a!, floats.b!) }),
  };
}

/** A gradient times a number. */
export function weighedGraph(shape: Shape): GraphDefinition {
  return {
    name: `weighed ${shape.join('x')}`,
    inputs: { ...tensors(shape, 'gradient'), weight: { type: 'float32', shape: [1, 1] } },
    stays: ['weighed'],
    build: (ops, { floats }) => ({ weighed: ops.multiply(floats.gradient!, floats.weight!) }),
  };
}

/** Of two gradients, [rows, 1] each: the sums of the products of their rows, and of the squares of each. */
export function productsGraph(shape: Shape): GraphDefinition {
  return {
    name: `products ${shape.join('x')}`,
    inputs: tensors(shape, 'a', 'b'),
    build(ops, { floats: { a, b } }) {
      const sum = (x: Tensor, y: Tensor) => ops.sum(ops.multiply(x, y), 1);
      return { products: sum(a!, b!), squaresA: sum(a!, a!), squaresB: sum(b!, b!) };
    },
  };
}

/** The sum of the squares of a gradient's rows, [rows, 1]: few enough to be added up elsewhere, in float64. */
export function squaresGraph(shape: Shape): GraphDefinition {
  return {
    name: `squares ${shape.join('x')}`,
    inputs: tensors(shape, 'gradient'),
    build: (ops, { floats }) => ({ squares: ops.sum(ops.multiply(floats.gradient!, floats.gradient!), 1) }),
  };
}

function tensors(shape: Shape, ...names: readonly string[]): Record<string, InputSpec> {
  return Object.fromEntries(names.map(name => [name, { type: 'float32', shape }]));
}
