import type { ModelConfig } from './config.ts';
import { attentionShape, decoderLayer, embed, lastNorm } from './decoder.ts';
import { type Feeds, type GraphDefinition, type InputSpec, type Provider, withSources } from './engines/engine.ts';
import { gradientsOf, type GraphSize, headAndLoss, lossInputs, type LossKind } from './graphs.ts';
import { Tape } from './layers/tape.ts';
import { outerNames } from './layer-weights.ts';
import { type Ops, sizeOf, type Tensor } from './ops.ts';
import { frozenLayout, type FrozenParameters, parameterLayout, type ParameterSpec } from './parameters.ts';
import { readTensor } from './safetensors.ts';

/** Compiles a graph, or finds it compiled, and runs it. */
export type RunGraph = (definition: GraphDefinition, feeds: Feeds) => Promise<Record<string, Float32Array>>;

export interface LayerwiseTask {
  readonly size: GraphSize;
  readonly loss: LossKind;
  readonly feeds: Feeds;
}

/** Most bytes of activations that one graph of a whole published model may keep for its way back. */
const mostActivations = 2 ** 31;

/**
 * Whether gradients of a micro-batch are computed layer by layer: where all parameters of a published model are trained,
 * whose weights and gradients are too large to lie about several times; and where an adapter is trained on the CPU on
 * rows so long that one graph would keep too much of every layer. Layer by layer every forward pass is computed twice.
 */
export function isLayerwise(config: ModelConfig, size: GraphSize, provider: Provider): boolean {
  if (config.published !== true) return false;
  return config.frozen !== true || (provider === 'cpu' && activationBytes(config, size) > mostActivations);
}

/** About what a graph of the whole model keeps between its forward and its backward pass. */
function activationBytes(config: ModelConfig, { batch, length }: GraphSize): number {
  const { layers, width, heads, headWidth, feedForward } = config;
  // The residual stream and its norms; queries, keys and values before and after they are turned; the gated products;
  // and of the square of attention weights little more than the half that is not masked.
  const perToken = 6 * width + 3 * heads * headWidth + 6 * feedForward + (heads * length) / 2;
  return 4 * layers * batch * length * perToken;
}

/**
 * Adds the gradient of one micro-batch to `gradient`, layer by layer: forward, keeping what goes into each layer alone,
 * then backward, each layer computed once more (Chen et al. 2016, section 4). At any time the engine holds the weights
 * and the activations of one layer, which costs a second forward pass and saves several times the model.
 * @param parameters the trained parameters of the model, in its order; read, and copied a layer at a time
 * @param gradient laid out likewise
 * @param frozen where the others lie; read a layer at a time
 * @returns loss, and what is known of each selected token
 */
export async function layerwiseGradient(
  run: RunGraph,
  config: ModelConfig,
  parameters: Float32Array,
  gradient: Float32Array,
  frozen: FrozenParameters,
  { size, loss, feeds }: LayerwiseTask,
): Promise<Record<string, Float32Array>> {
  const layout = parameterLayout(config);
  const layers = layersOf(config, layout);
  const { embedding, norm, head } = outerNames(config);
  const table = layout.find(({ name }) => name === embedding);
  const outer = layout.filter(({ name }) => name === norm || name === head);
  // Gemma multiplies embeddings: see `decodeRows`.
  const factor = config.gemma ? Math.fround(Math.sqrt(config.width)) : 1;
  const { width } = config;
  const { tokens, positions, previous, ...lossFeeds } = feeds as Feeds &
    Record<'tokens' | 'positions' | 'previous', Int32Array>;
  const frozenOf = reader(frozen);

  let x = new Float32Array(tokens.length * width);
  if (table) addRows(x, 0, parameters, table.offset, width, tokens.length, factor, row => [row, tokens[row]!]);
  else
    x = (await run(withSources(embeddingGraph(config, tokens.length), frozen), { tokens, previous }))
      .output as typeof x;
  const kept: Float32Array[] = [];
  for (const layer of layers) {
    kept.push(x);
    const weights = { ...read(parameters, layer.trained), ...(await frozenOf(layer.frozen)) };
    const { output } = await run(layerGraph(config, layer.kind, size, false), { x, ...weights });
    x = output as typeof x;
  }

  const chosen = new Float32Array(positions.length * width);
  addRows(chosen, 0, x, 0, width, positions.length, 1, row => [row, positions[row]!]);
  const { gradientOfRows, ...known } = await run(withSources(headGraph(config, size.selected, loss, outer), frozen), {
    x: chosen,
    ...read(parameters, named(outer)),
    ...lossFeeds,
  });

  let dx = new Float32Array(x.length);
  addRows(dx, 0, gradientOfRows!, 0, width, positions.length, 1, row => [positions[row]!, row]);
  for (const layer of layers.toReversed()) {
    const outputs = await run(layerGraph(config, layer.kind, size, true), {
      x: kept.pop()!,
      gradientOfOutput: dx,
      ...read(parameters, layer.trained),
      ...(await frozenOf(layer.frozen)),
    });
    dx = outputs.gradientOfX as typeof dx;
    addGradients(gradient, layer.trained, outputs);
  }
  if (!table) return known;
  // The head's gradient of a table that the two share is summed with this one first: sums over micro-batches are the
  // same, bit for bit, whether each has a place of its own or not.
  const ofTable = (known[`gradient.${embedding}`] ??= new Float32Array(table.size));
  addRows(ofTable, 0, dx, 0, width, tokens.length, factor, row => [tokens[row]!, row]);
  return addGradients(gradient, named([...new Set([table, ...outer])]), known);
}

/** Parameters by the names that a graph has for them. */
type Named<Spec = ParameterSpec> = readonly (readonly [name: string, spec: Spec])[];

function named(specs: readonly ParameterSpec[]): Named {
  return specs.map(spec => [spec.name, spec]);
}

interface LayerParts {
  /** The number of the first layer that differs from this one in nothing but its weights: it lends its graph. */
  readonly kind: number;
  /** The layer's parameters under the names that they have in that one. */
  readonly trained: Named;
  readonly frozen: Named<Unplaced>;
}
type Unplaced = Pick<ParameterSpec, 'name' | 'shape'>;

/** The layers in their order. */
function layersOf(config: ModelConfig, layout: readonly ParameterSpec[]): LayerParts[] {
  const others = frozenLayout(config);
  const kinds = new Map<string, number>();
  return Array.from({ length: config.layers }, (_, layer) => {
    const adapted = config.adapter?.layers?.includes(layer) ?? true;
    const key = JSON.stringify([adapted, attentionShape(config, layer, 1, 1)]);
    const kind = kinds.get(key) ?? layer;
    kinds.set(key, kind);
    const renamed = <Spec extends Unplaced>(specs: readonly Spec[]): Named<Spec> =>
      ofLayer(specs, layer).map(spec => [spec.name.replace(layerPart(layer), layerPart(kind)), spec]);
    return { kind, trained: renamed(layout), frozen: renamed(others) };
  });
}

/** The parameters of one layer, of the model or of its adapter. */
function ofLayer<Spec extends Unplaced>(specs: readonly Spec[], layer: number): Spec[] {
  return specs.filter(({ name }) => name.includes(layerPart(layer)));
}

function layerPart(layer: number): string {
  return `model.layers.${layer}.`;
}

/** Copies, because engines take no shared memory. */
function read(parameters: Float32Array, weights: Named): Record<string, Float32Array> {
  return Object.fromEntries(weights.map(([name, { offset, size }]) => [name, parameters.slice(offset, offset + size)]));
}

/** Reads parameters where they lie, one layer over the last: the system keeps a file that is read again in its cache. */
function reader(frozen: FrozenParameters): (weights: Named<Unplaced>) => Promise<Record<string, Float32Array>> {
  const room: Record<string, Float32Array> = {};
  return async weights => {
    const values: Record<string, Float32Array> = {};
    for (const [name, { name: published, shape }] of weights) {
      const { file, type, offset } = frozen[published]!;
      values[name] = room[name] ??= new Float32Array(sizeOf(shape));
      await readTensor(file, type, offset, values[name]);
    }
    return values;
  };
}

/** Adds the gradients among outputs, and gives the others. */
function addGradients(
  gradient: Float32Array,
  weights: Named,
  outputs: Readonly<Record<string, Float32Array>>,
): Record<string, Float32Array> {
  const others = { ...outputs };
  for (const [name, { offset, size }] of weights) {
    const key = `gradient.${name}`;
    const part = outputs[key]!;
    for (let i = 0; i < size; i++) gradient[offset + i]! += part[i]!;
    delete others[key];
  }
  return others;
}

/** Adds rows of one matrix, times a factor, to rows of another: for each number, which is added to which. */
function addRows(
  into: Float32Array,
  intoOffset: number,
  from: Float32Array,
  fromOffset: number,
  width: number,
  count: number,
  factor: number,
  pair: (row: number) => readonly [into: number, from: number],
): void {
  for (let row = 0; row < count; row++) {
    const [to, of] = pair(row);
    const [start, source] = [intoOffset + to * width, fromOffset + of * width];
    for (let i = 0; i < width; i++) into[start + i]! += factor * from[source + i]!;
  }
}

/** Embeddings of tokens: [tokens] → [tokens, width]. */
function embeddingGraph(config: ModelConfig, count: number): GraphDefinition {
  const rows: InputSpec = { type: 'int32', shape: [count] };
  const table = frozenLayout(config).filter(({ name }) => name === outerNames(config).embedding);
  return {
    name: `embed ${count}`,
    inputs: { tokens: rows, previous: rows, ...inputsOf(table) },
    large: true,
    build(ops, { floats, indices }) {
      const [output] = embed(new Tape(ops, floats), config, { tokens: indices.tokens!, previous: indices.previous! });
      return { output };
    },
  };
}

/** One layer: forward, x → x; or backward, x and the gradient of the output → those of x and of what is trained. */
function layerGraph(config: ModelConfig, layer: number, size: GraphSize, backward: boolean): GraphDefinition {
  const { batch, length } = size;
  const rows: InputSpec = { type: 'float32', shape: [batch * length, config.width] };
  const trained = ofLayer(parameterLayout(config), layer);
  const frozen = ofLayer(frozenLayout(config), layer);
  return {
    name: `layer like ${layer} ${backward ? 'backward' : 'forward'} ${batch}x${length}`,
    inputs: { x: rows, ...(backward && { gradientOfOutput: rows }), ...inputsOf([...trained, ...frozen]) },
    large: true,
    build(ops, { floats }): Record<string, Tensor> {
      const { names, tape } = tapeOf(ops, floats, trained);
      const [output, back] = decoderLayer(tape, config, layer, floats.x!, batch, length);
      if (!backward) return { output };
      return { gradientOfX: back(floats.gradientOfOutput!), ...gradientsOf(tape, names) };
    },
  };
}

/**
 * The last norm, the head and the loss at the selected positions: x [selected, width].
 * @param trained of norm and head
 */
function headGraph(
  config: ModelConfig,
  selected: number,
  loss: LossKind,
  trained: readonly ParameterSpec[],
): GraphDefinition {
  const { norm, head } = outerNames(config);
  return {
    name: `head ${loss} at ${selected}`,
    inputs: {
      x: { type: 'float32', shape: [selected, config.width] },
      targets: { type: 'int32', shape: [selected] },
      ...lossInputs(config, { selected }, loss),
      ...inputsOf([...trained, ...frozenLayout(config).filter(({ name }) => name === norm || name === head)]),
    },
    large: true,
    build(ops, inputs): Record<string, Tensor> {
      const { names, tape } = tapeOf(ops, inputs.floats, trained);
      const [hidden, backNorm] = lastNorm(tape, config, inputs.floats.x!);
      const { outputs, gradient } = headAndLoss(tape, config, selected, loss, hidden, inputs);
      const gradientOfRows = backNorm(gradient);
      return { ...outputs, gradientOfRows, ...gradientsOf(tape, names) };
    },
  };
}

function tapeOf(
  ops: Ops,
  floats: Readonly<Record<string, Tensor>>,
  trained: readonly ParameterSpec[],
): { names: string[]; tape: Tape } {
  const names = trained.map(({ name }) => name);
  return { names, tape: new Tape(ops, floats, name => names.includes(name)) };
}

function inputsOf(weights: readonly Unplaced[]): Record<string, InputSpec> {
  return Object.fromEntries(weights.map(({ name, shape }) => [name, { type: 'float32', shape }]));
}
