import { broadcastShape, gemmShape, type Indices, matmulShape, type Ops, sizeOf, type Tensor } from '../../ops.ts';
import { bytesOf } from '../../number-types.ts';
import type { GraphDefinition, Provider } from '../engine.ts';
import { type Attribute, OnnxModel } from './model.ts';

/**
 * The bytes of the ONNX model of a graph. Providers differ only in which of several equal forms suits them.
 * @param frozen for inputs that lie in files: where the model finds each file, seen from its own folder, or their
 *   numbers, which then become part of the model
 */
export function buildOnnxModel(
  definition: GraphDefinition,
  provider: Provider,
  frozen: { locations?: ReadonlyMap<string, string>; numbers?: Readonly<Record<string, Float32Array>> } = {},
): Uint8Array {
  const model = new OnnxModel();
  const floats: Record<string, Tensor> = {};
  const indices: Record<string, Indices> = {};
  for (const [name, { type, shape, source }] of Object.entries(definition.inputs)) {
    const numbers = frozen.numbers?.[name];
    if (source && numbers) {
      floats[name] = value(model.constant('float32', numbers, shape), shape);
      continue;
    }
    if (source) {
      const place = { location: frozen.locations!.get(source.file)!, offset: source.offset };
      const stored = model.external(storedTypes[source.type], shape, {
        ...place,
        length: bytesOf[source.type] * sizeOf(shape),
      });
      // What is stored narrower is widened when the session is made.
      floats[name] = value(source.type === 'F32' ? stored : model.node('Cast', [stored], { to: 1 }), shape);
      continue;
    }
    model.input(name, type, shape);
    if (type === 'int32') indices[name] = { shape, name } as unknown as Indices;
    else floats[name] = value(name, shape);
  }
  const outputs = definition.build(onnxOps(model, provider), { floats, indices });
  for (const [name, tensor] of Object.entries(outputs))
    model.output(nameOf(tensor), outputName(definition, name), 'float32', tensor.shape);
  return model.finish();
}

/** What an output is called in the model, in which no other value may have its name: not the input that it follows. */
export function outputName({ inputs }: GraphDefinition, name: string): string {
  return Object.hasOwn(inputs, name) ? `${name} after` : name;
}

const storedTypes = { F32: 'float32', F16: 'float16', BF16: 'bfloat16' } as const;

/** A tensor of this engine is a name in the graph. */
type Value = Tensor & { readonly name: string };

function value(name: string, shape: readonly number[]): Value {
  return { name, shape };
}

function nameOf(tensor: Tensor | Indices): string {
  return (tensor as unknown as Value).name;
}

function onnxOps(model: OnnxModel, provider: Provider): Ops {
  const node = (
    type: string,
    inputs: readonly (Tensor | Indices | string)[],
    shape: readonly number[],
    attributes: Record<string, Attribute> = {},
  ): Value =>
    value(
      model.node(
        type,
        inputs.map(input => (typeof input === 'string' ? input : nameOf(input))),
        attributes,
      ),
      shape,
    );
  const ints = (values: readonly number[]): string => model.constant('int64', values, [values.length]);
  const unary =
    (type: string) =>
    (x: Tensor): Tensor =>
      node(type, [x], x.shape);
  const binary =
    (type: string) =>
    (a: Tensor, b: Tensor): Tensor =>
      node(type, [a, b], broadcastShape(a.shape, b.shape));
  /** Indices as a column [n, 1]. */
  const column = (x: Indices): string => model.node('Reshape', [nameOf(x), ints([-1, 1])]);
  // Made when they are needed: as a constant they would be as large in the model's bytes as in memory.
  const zeros = (shape: readonly number[]): string => model.node('ConstantOfShape', [ints(shape)]);
  const ops: Ops = {
    constant: (values, shape) => value(model.constant('float32', values, shape), shape),
    add: binary('Add'),
    subtract: binary('Sub'),
    multiply: binary('Mul'),
    divide: binary('Div'),
    minimum: binary('Min'),
    maximum: binary('Max'),
    greater: (a, b) =>
      node('Cast', [model.node('Greater', [nameOf(a), nameOf(b)])], broadcastShape(a.shape, b.shape), { to: 1 }),
    negate: unary('Neg'),
    exp: unary('Exp'),
    sqrt: unary('Sqrt'),
    reciprocal: unary('Reciprocal'),
    sigmoid: unary('Sigmoid'),

    sum: (x, axis) =>
      node(
        'ReduceSum',
        [x, ints([axis])],
        x.shape.map((size, i) => (i === axis ? 1 : size)),
        { keepdims: 1 },
      ),
    softmax: x => node('Softmax', [x], x.shape, { axis: -1 }),
    logSoftmax(x) {
      if (provider === 'cpu') return node('LogSoftmax', [x], x.shape, { axis: -1 });
      // WebGPU has no LogSoftmax: the node would be moved to the CPU, and its large input with it.
      const perRow = [...x.shape.slice(0, -1), 1];
      const centred = ops.subtract(x, node('ReduceMax', [x], perRow, { axes: [x.shape.length - 1], keepdims: 1 }));
      return ops.subtract(centred, node('Log', [ops.sum(ops.exp(centred), x.shape.length - 1)], perRow));
    },

    gemm(a, b, transpose = {}) {
      const { n, m } = gemmShape(a, b, transpose);
      return node('Gemm', [a, b], [n, m], { transA: transpose.a ? 1 : 0, transB: transpose.b ? 1 : 0 });
    },
    matmul(a, b) {
      const { leading, n, m } = matmulShape(a, b);
      return node('MatMul', [a, b], [...leading, n, m]);
    },

    reshape: (x, shape) => (x.shape.join() === shape.join() ? x : node('Reshape', [x, ints(shape)], shape)),
    transpose: (x, order) =>
      node(
        'Transpose',
        [x],
        order.map(axis => x.shape[axis]!),
        { perm: order },
      ),
    slice: (x, axis, from, to) =>
      from === 0 && to === x.shape[axis]
        ? x
        : node(
            'Slice',
            [x, ints([from]), ints([to]), ints([axis])],
            x.shape.map((size, i) => (i === axis ? to - from : size)),
          ),
    concat: (parts, axis) =>
      parts.length === 1
        ? parts[0]!
        : node(
            'Concat',
            parts,
            parts[0]!.shape.map((size, i) =>
              i === axis ? parts.reduce((sum, part) => sum + part.shape[axis]!, 0) : size,
            ),
            { axis },
          ),

    gatherRows: (table, rows) => node('Gather', [table, rows], [sizeOf(rows.shape), table.shape[1]!], { axis: 0 }),
    scatterRows(count, rows, values) {
      const shape = [count, values.shape[1]!];
      const wide = model.node('Cast', [column(rows)], { to: 7 });
      return node('ScatterND', [zeros(shape), wide, values], shape, { reduction: { text: 'add' } });
    },
    pick: (x, columns) => node('GatherElements', [x, column(columns)], [x.shape[0]!, 1], { axis: 1 }),
    addAt: (x, columns, values) =>
      node('ScatterElements', [x, column(columns), values], x.shape, { axis: 1, reduction: { text: 'add' } }),

    argMax: x =>
      node('Cast', [model.node('ArgMax', [nameOf(x)], { axis: 1, keepdims: 1 })], [x.shape[0]!, 1], { to: 1 }),
    firstAbove(x, shares) {
      const sums = node('CumSum', [x, model.constant('int64', [1], [])], x.shape);
      const whole = ops.slice(sums, 1, x.shape[1]! - 1, x.shape[1]!);
      return ops.argMax(ops.greater(sums, ops.multiply(whole, shares)));
    },
    sliceIndices: (x, from, to) =>
      ({
        shape: [to - from],
        name: model.node('Slice', [nameOf(x), ints([from]), ints([to]), ints([0])]),
      }) as unknown as Indices,
    toIndices(x) {
      const flat = model.node('Reshape', [nameOf(x), ints([x.shape[0]!])]);
      return { shape: [x.shape[0]!], name: model.node('Cast', [flat], { to: 6 }) } as unknown as Indices;
    },
  };
  return ops;
}
