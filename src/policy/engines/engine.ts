import type { NumberType } from '../number-types.ts';
import type { Indices, Ops, Tensor } from '../ops.ts';

export interface InputSpec {
  type: 'float32' | 'int32';
  shape: readonly number[];
  /** Numbers that never change and lie in a file: the engine reads them there, and no feed brings them. */
  source?: TensorSource;
}

/** Where the numbers of a tensor lie: from a byte of a file on. */
export interface TensorSource {
  readonly file: string;
  readonly offset: number;
  readonly type: NumberType;
}

/** The inputs of a graph as an engine's tensors. */
export interface GraphInputs {
  floats: Readonly<Record<string, Tensor>>;
  indices: Readonly<Record<string, Indices>>;
}

/** A computation with static shapes: what goes in, and how the outputs follow from it in the language of `Ops`. */
export interface GraphDefinition {
  /** Says what it is in messages. */
  name: string;
  inputs: Readonly<Record<string, InputSpec>>;
  /** Run so often that weights which never change are worth laying out anew for it, in memory of its own. */
  repeated?: boolean;
  /**
   * Takes much memory while it runs: it is to keep none of it between runs, because many such graphs are kept, each of
   * another size. They then share what the largest of them needs.
   */
  large?: boolean;
  build(ops: Ops, inputs: GraphInputs): Record<string, Tensor>;
}

/** Values of a graph's inputs by name, row-major. They are read in place, never kept. */
export type Feeds = Readonly<Record<string, Float32Array | Int32Array>>;

/** A graph ready to run. One run at a time. */
export interface Program {
  run(feeds: Feeds): Promise<Record<string, Float32Array>>;
  release(): Promise<void>;
}

/** What computes: printed when a run starts, and stored with it. */
export interface EngineDescription {
  engine: 'onnx' | 'reference' | 'tensorflow';
  /** The npm package, or "clew" for the reference engine. */
  library: string;
  version: string;
  /** Where the products are computed. */
  provider: Provider;
  device: string;
}

export const providers = ['cpu', 'webgpu', 'cuda'] as const;
export type Provider = (typeof providers)[number];

export interface Engine {
  readonly description: EngineDescription;
  /** Throws when the graph cannot run on the engine's own provider: no engine changes its device silently. */
  compile(definition: GraphDefinition): Promise<Program>;
}

/** Checks names and lengths of the feeds; a wrong one would else read foreign memory or be ignored. */
export function checkFeeds(definition: GraphDefinition, feeds: Feeds): void {
  for (const [name, { type, shape, source }] of Object.entries(definition.inputs)) {
    if (source) continue;
    const values = feeds[name];
    const size = shape.reduce((product, n) => product * n, 1);
    if (!values) throw new RangeError(`The graph "${definition.name}" needs an input "${name}".`);
    if (values instanceof Int32Array !== (type === 'int32') || values.length !== size)
      throw new RangeError(
        `The graph "${definition.name}" takes "${name}" as ${type} of ${size} values; it got ` +
          `${values.constructor.name} of ${values.length}.`,
      );
  }
}

/** The same graph, which reads these inputs where they lie. */
export function withSources(
  definition: GraphDefinition,
  sources: Readonly<Record<string, TensorSource>>,
): GraphDefinition {
  const inputs = Object.entries(definition.inputs).map(([name, input]) => {
    const source = sources[name];
    return [name, source ? { ...input, source } : input] as const;
  });
  return { ...definition, inputs: Object.fromEntries(inputs) };
}
