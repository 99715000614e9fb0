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
  /** Outputs that stay in the engine's own memory: see `Program.runResident`. */
  stays?: readonly string[];
  build(ops: Ops, inputs: GraphInputs): Record<string, Tensor>;
}

/** Values of a graph's inputs by name, row-major. They are read in place, never kept. */
export type Feeds = Readonly<Record<string, Float32Array | Int32Array>>;

/** A tensor that stays in the memory of the engine which made it, until it is released there. */
export interface Resident {
  readonly shape: readonly number[];
}

/** Some inputs of a graph may be in the engine's own memory already. */
export type ResidentFeeds = Readonly<Record<string, Float32Array | Int32Array | Resident>>;

/** A graph ready to run. One run at a time. */
export interface Program {
  run(feeds: Feeds): Promise<Record<string, Float32Array>>;
  /**
   * The same where inputs are, or outputs stay, in the engine's memory. Inputs stay what they are; whoever asked
   * releases what stays. Only engines that have a memory can do it.
   */
  runResident?(feeds: ResidentFeeds): Promise<ResidentResult>;
  release(): Promise<void>;
}

export interface ResidentResult {
  readonly values: Record<string, Float32Array>;
  /** The outputs that the graph's `stays` names. */
  readonly stays: Record<string, Resident>;
}

/** An engine's own memory, such as a GPU's, in which tensors stay from one run to the next. */
export interface EngineMemory {
  upload(values: Float32Array, shape: readonly number[]): Promise<Resident>;
  download(tensor: Resident): Promise<Float32Array>;
  release(tensors: Iterable<Resident>): void;
  /** Ends what the memory itself has made to send and bring tensors. */
  close?(): Promise<void>;
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
  /** Absent where numbers are only sent for each run. */
  readonly memory?: EngineMemory;
  /** Throws when the graph cannot run on the engine's own provider: no engine changes its device silently. */
  compile(definition: GraphDefinition): Promise<Program>;
}

/** Checks names and lengths of the feeds; a wrong one would else read foreign memory or be ignored. */
export function checkFeeds(definition: GraphDefinition, feeds: ResidentFeeds): void {
  for (const [name, { type, shape, source }] of Object.entries(definition.inputs)) {
    if (source) continue;
    const values = feeds[name];
    const size = shape.reduce((product, n) => product * n, 1);
    if (!values) throw new RangeError(`The graph "${definition.name}" needs an input "${name}".`);
    if (isResident(values)) {
      if (type !== 'float32' || values.shape.join() !== shape.join())
        throw new RangeError(
          `The graph "${definition.name}" takes "${name}" as ${type} [${shape.join(', ')}]; it got a resident tensor ` +
            `[${values.shape.join(', ')}].`,
        );
      continue;
    }
    if (values instanceof Int32Array !== (type === 'int32') || values.length !== size)
      throw new RangeError(
        `The graph "${definition.name}" takes "${name}" as ${type} of ${size} values; it got ` +
          `${values.constructor.name} of ${values.length}.`,
      );
  }
}

export function isResident(feed: ResidentFeeds[string]): feed is Resident {
  return !ArrayBuffer.isView(feed);
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
