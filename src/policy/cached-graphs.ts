import type { ModelConfig } from './config.ts';
import { decodeChunk, decodeStep } from './decoder.ts';
import { drawInGraph } from './draw-in-graph.ts';
import type { GraphDefinition, GraphInputs, InputSpec } from './engines/engine.ts';
import { parameterInputs } from './graphs.ts';
import { causalMask } from './layers/attention.ts';
import type { CachedStep } from './layers/cached-attention.ts';
import type { ChunkStep } from './layers/chunk-attention.ts';
import { Tape } from './layers/tape.ts';
import type { Ops, Tensor } from './ops.ts';

/**
 * What a decoding graph gives of the next token: its logits, or a token that it has drawn itself, with its
 * log-probability.
 */
export interface Wanted {
  logits: boolean;
  drawn: boolean;
}

/**
 * One new token for each of `slots` slots against caches of `length` tokens: what is wanted of the next, and new keys
 * and values.
 */
export function decodingGraph(config: ModelConfig, slots: number, length: number, wanted: Wanted): GraphDefinition {
  const draws: Record<string, InputSpec> = {
    /** 1 / temperature, and 1 where the likeliest token is taken instead. */
    sharpness: { type: 'float32', shape: [slots, 1] },
    greedy: { type: 'float32', shape: [slots, 1] },
    /** Decides which token, in [0, 1). */
    uniform: { type: 'float32', shape: [slots, 1] },
  };
  return {
    name: `decode ${slots} slots at ${length}${wanted.drawn ? ', drawing' : ''}${wanted.logits ? ', logits' : ''}`,
    inputs: {
      ...parameterInputs(config),
      tokens: { type: 'int32', shape: [slots] },
      previous: { type: 'int32', shape: [slots] },
      ...cacheInputs(config, slots, length, [slots, 1, config.headWidth], () => [slots, 1, 1, length]),
      ...(wanted.drawn && draws),
    },
    repeated: true,
    build(ops, inputs) {
      const { floats, indices } = inputs;
      const tokens = { tokens: indices.tokens!, previous: indices.previous! };
      const { logits, added } = decodeStep(new Tape(ops, floats), config, tokens, cacheOf(config, inputs));
      return {
        ...(wanted.logits && { logits }),
        ...(wanted.drawn && { drawn: drawInGraph(ops, config, logits, floats) }),
        added: sideBySide(ops, added),
      };
    },
  };
}

/**
 * The same step with caches that stay in an engine's memory: it also gives the caches as they are with the new keys and
 * values. `places` is 1 where a slot keeps its new token, and 0 elsewhere.
 */
export function residentDecodingGraph(
  config: ModelConfig,
  slots: number,
  length: number,
  wanted: Wanted,
): GraphDefinition {
  const graph = decodingGraph(config, slots, length, wanted);
  const { keyHeads, headWidth } = config;
  const names = cacheNames(config);
  return {
    ...graph,
    name: `${graph.name}, resident`,
    inputs: { ...graph.inputs, places: { type: 'float32', shape: [slots, 1, 1, length] } },
    stays: names,
    build(ops, inputs) {
      const outputs = graph.build(ops, inputs);
      const { floats } = inputs;
      const width = keyHeads * headWidth;
      const one = ops.constant([1], [1, 1, 1, 1]);
      names.forEach((name, part) => {
        const added = ops.slice(outputs.added!, 1, part * width, (part + 1) * width);
        const placesLast = name.startsWith('keys');
        const entry = ops.reshape(added, [slots, keyHeads, ...(placesLast ? [headWidth, 1] : [1, headWidth])]);
        const places = ops.reshape(floats.places!, [slots, 1, ...(placesLast ? [1, length] : [length, 1])]);
        // The new entry at its place, and all others as they were, to the bit.
        const kept = ops.multiply(floats[name]!, ops.subtract(one, places));
        outputs[name] = ops.add(kept, ops.multiply(entry, places));
      });
      return outputs;
    },
  };
}

/** The static size of a graph that reads text. */
export interface ReadingShape {
  /** Episodes that it reads, and tokens of each. */
  readonly rows: number;
  readonly count: number;
  /**
   * Caches that it is given, and the length of each, which is 0 where the episodes begin. One cache is that of the one
   * episode; of several, `places` says for each episode which is its own.
   */
  readonly caches: number;
  readonly length: number;
}

/**
 * New tokens of several episodes against their caches: new keys and values, [rows · count, layers · 2 · keyHeads ·
 * headWidth].
 */
export function readingGraph(config: ModelConfig, { rows, count, caches, length }: ReadingShape): GraphDefinition {
  const { keyHeads, headWidth } = config;
  const group = config.heads / keyHeads;
  const queries = group * count;
  const several: Record<string, InputSpec> = { places: { type: 'int32', shape: [rows] } };
  return {
    name: `read ${rows} × ${count} against ${caches} × ${length}`,
    inputs: {
      ...parameterInputs(config),
      tokens: { type: 'int32', shape: [rows * count] },
      previous: { type: 'int32', shape: [rows * count] },
      ...(length > 0 && caches > 1 && several),
      ...cacheInputs(config, caches, length, [rows * count, 1, headWidth], window => [
        rows,
        1,
        window === null ? 1 : queries,
        length,
      ]),
    },
    build(ops, { floats, indices }) {
      const tokens = { tokens: indices.tokens!, previous: indices.previous! };
      const masks = new Map<string, Tensor>();
      for (const [kind, window] of windowsOf(config)) {
        const own = ops.constant(causalMask(0, count, group, window), [1, 1, queries, count]);
        const everyRow = ops.constant(new Float32Array(rows), [rows, 1, 1, 1]);
        const everyQuery = ops.constant(new Float32Array(queries), [1, 1, queries, 1]);
        masks.set(
          kind,
          length === 0 ? own : ops.concat([ops.add(own, everyRow), ops.add(floats[`mask${kind}`]!, everyQuery)], 3),
        );
      }
      /** The caches of the episodes that are read. */
      const chosen = (all: Tensor | undefined): Tensor | undefined => {
        if (!all || caches === 1) return all;
        const own = ops.gatherRows(ops.reshape(all, [caches, keyHeads * headWidth * length]), indices.places!);
        return ops.reshape(own, [rows, ...all.shape.slice(1)]);
      };
      const cache = Array.from({ length: config.layers }, (_, i): ChunkStep => {
        const kind = layerKind(config, i);
        const [keys, values] = [chosen(floats[`keys.${i}`]), chosen(floats[`values.${i}`])];
        return {
          cos: floats[`cos${kind}`]!,
          sin: floats[`sin${kind}`]!,
          mask: masks.get(kind)!,
          kept: keys && values && { keys, values },
        };
      });
      return { added: sideBySide(ops, decodeChunk(new Tape(ops, floats), config, tokens, rows, cache)) };
    },
  };
}

/** The inputs that are keys and values, layer by layer. */
export function cacheNames({ layers }: ModelConfig): string[] {
  return Array.from({ length: layers }, (_, i) => [`keys.${i}`, `values.${i}`]).flat();
}

/** Nothing of keys, values and masks where the cache has no length. */
function cacheInputs(
  config: ModelConfig,
  slots: number,
  length: number,
  turns: readonly number[],
  mask: (window: number | null) => readonly number[],
): Record<string, InputSpec> {
  const { layers, keyHeads, headWidth } = config;
  const inputs: Record<string, InputSpec> = {};
  for (const [kind, window] of windowsOf(config)) {
    inputs[`cos${kind}`] = { type: 'float32', shape: turns };
    inputs[`sin${kind}`] = { type: 'float32', shape: turns };
    if (length > 0) inputs[`mask${kind}`] = { type: 'float32', shape: mask(window) };
  }
  for (let i = 0; i < layers && length > 0; i++) {
    inputs[`keys.${i}`] = { type: 'float32', shape: [slots, keyHeads, headWidth, length] };
    inputs[`values.${i}`] = { type: 'float32', shape: [slots, keyHeads, length, headWidth] };
  }
  return inputs;
}

function cacheOf(config: ModelConfig, { floats }: GraphInputs): CachedStep[] {
  return Array.from({ length: config.layers }, (_, i) => {
    const kind = layerKind(config, i);
    return {
      cos: floats[`cos${kind}`]!,
      sin: floats[`sin${kind}`]!,
      mask: floats[`mask${kind}`]!,
      keys: floats[`keys.${i}`]!,
      values: floats[`values.${i}`]!,
    };
  });
}

/** Rows of [key, value] of every layer. */
function sideBySide(ops: Ops, added: readonly { key: Tensor; value: Tensor }[]): Tensor {
  return ops.concat(
    added.flatMap(({ key, value }) => [key, value]),
    1,
  );
}

/** Layers with one window turn and mask positions alike, and so do those without: what their inputs' names end in. */
export function layerKind({ windows }: ModelConfig, layer: number): string {
  const window = windows?.[layer];
  return window == null ? '' : `.window${window}`;
}

/** The kinds of a model's layers, each once, with the window that layers of the kind have. */
function windowsOf(config: ModelConfig): Map<string, number | null> {
  return new Map(
    Array.from({ length: config.layers }, (_, layer) => [layerKind(config, layer), config.windows?.[layer] ?? null]),
  );
}
