import { cosineFrom } from '../cosine.ts';
import type { Engine, EngineMemory, GraphDefinition, Program, Resident, ResidentResult } from '../engines/engine.ts';
import { ClewError } from '../../errors.ts';
import type { Feeds } from '../engines/engine.ts';
import type { GraphSize, LossKind } from '../graphs.ts';
import type { ParameterSpec } from '../parameters.ts';
import {
  adamwGraph,
  productsGraph,
  squaresGraph,
  sumGraph,
  type UpdateScalars,
  weighedGraph,
} from './update-graphs.ts';

/** Parameters and AdamW's moments as they lie in shared memory, in the model's order. */
export interface TrainedNumbers {
  readonly parameters: Float32Array;
  readonly first: Float32Array;
  readonly second: Float32Array;
}

/** What a host is told of a training in its engine's memory. */
export type ResidentTask =
  | { readonly what: 'open'; readonly first: SharedArrayBuffer; readonly second: SharedArrayBuffer }
  | {
      readonly what: 'gradient';
      readonly size: GraphSize;
      readonly loss: LossKind;
      readonly feeds: Feeds;
      /** What the gradient is multiplied by before it is added. */
      readonly weight: number;
    }
  | { readonly what: 'step'; readonly maxNorm: number; readonly scalars: Omit<UpdateScalars, 'scale'> }
  | { readonly what: 'forget' | 'set aside' | 'join' | 'norm' | 'download' | 'close' };

/** The parameters of a model in the memory of an engine, with all that an optimiser needs of them. */
export class ResidentTraining {
  readonly #engine: Engine;
  readonly #memory: EngineMemory;
  readonly #layout: readonly ParameterSpec[];
  readonly #numbers: TrainedNumbers;
  readonly #parts: Record<keyof TrainedNumbers, Record<string, Resident>>;
  #gradient: Record<string, Resident> | undefined;
  #norm: number | undefined;
  /** What had been added before the gradient that it is compared with. */
  #aside: Record<string, Resident> | undefined;
  readonly #programs = new Map<string, Program>();

  private constructor(
    engine: Engine,
    memory: EngineMemory,
    layout: readonly ParameterSpec[],
    numbers: TrainedNumbers,
    parts: Record<keyof TrainedNumbers, Record<string, Resident>>,
  ) {
    this.#engine = engine;
    this.#memory = memory;
    this.#layout = layout;
    this.#numbers = numbers;
    this.#parts = parts;
  }

  /**
   * Sends all numbers to the engine's memory.
   * @throws ClewError where it has none
   */
  static async open(
    engine: Engine,
    layout: readonly ParameterSpec[],
    numbers: TrainedNumbers,
  ): Promise<ResidentTraining> {
    const { memory, description } = engine;
    if (!memory)
      throw new ClewError(
        `The engine ${description.engine} (${description.library}, ${description.provider}) keeps no tensors in a ` +
          `memory of its own: train on the engine tensorflow or the provider webgpu, or without \`resident\`.`,
      );
    const send = async (values: Float32Array): Promise<Record<string, Resident>> => {
      const sent: Record<string, Resident> = {};
      for (const { name, offset, size, shape } of layout)
        // Engines take no shared memory.
        sent[name] = await memory.upload(values.slice(offset, offset + size), shape);
      return sent;
    };
    return new ResidentTraining(engine, memory, layout, numbers, {
      parameters: await send(numbers.parameters),
      first: await send(numbers.first),
      second: await send(numbers.second),
    });
  }

  /** The parameters as they are now, by name. */
  get parameters(): Readonly<Record<string, Resident>> {
    return this.#parts.parameters;
  }

  /** Adds `weight` times the gradient of a micro-batch, which is released or kept here. */
  async add(gradient: Readonly<Record<string, Resident>>, weight: number): Promise<void> {
    const parts: Record<string, Resident> = {};
    for (const { name, shape } of this.#layout) {
      const part = gradient[`gradient.${name}`]!;
      parts[name] = part;
      if (weight === 1) continue;
      const weighed = await this.#run(weighedGraph(shape), { gradient: part, weight: Float32Array.of(weight) });
      parts[name] = weighed.stays.weighed!;
      this.#memory.release([part]);
    }
    await this.#sum(parts);
  }

  async #sum(parts: Record<string, Resident>): Promise<void> {
    const before = this.#gradient;
    const sum: Record<string, Resident> = {};
    this.#norm = undefined;
    for (const { name, shape } of before ? this.#layout : []) {
      const pair = { a: before![name]!, b: parts[name]! };
      sum[name] = (await this.#run(sumGraph(shape), pair)).stays.sum!;
      this.#memory.release(Object.values(pair));
    }
    this.#gradient = before ? sum : parts;
  }

  /** Keeps what was added apart from what is added next, until they are joined. */
  setAside(): void {
    this.#aside = this.#gradient;
    this.#gradient = undefined;
    this.#norm = undefined;
  }

  /** Adds what was kept apart again, and says the cosine between the two: null where one of them is 0. */
  async join(): Promise<number | null> {
    const [aside, now] = [this.#aside!, this.#gradient!];
    let [dot, squaresA, squaresB] = [0, 0, 0];
    for (const { name, shape } of this.#layout) {
      const { values } = await this.#run(productsGraph(shape), { a: aside[name]!, b: now[name]! });
      dot += total(values.products!);
      squaresA += total(values.squaresA!);
      squaresB += total(values.squaresB!);
    }
    this.#aside = undefined;
    await this.#sum(aside);
    return cosineFrom(dot, squaresA, squaresB);
  }

  /** The Euclidean norm of the gradient that was added up. */
  async norm(): Promise<number> {
    if (this.#norm !== undefined) return this.#norm;
    let sum = 0;
    for (const { name, shape } of this.#layout) {
      const { values } = await this.#run(squaresGraph(shape), { gradient: this.#gradient![name]! });
      sum += total(values.squares!);
    }
    this.#norm = Math.sqrt(sum);
    return this.#norm;
  }

  /**
   * Clips the gradient and takes a step of AdamW; a gradient that is not finite is dropped. Either way it is forgotten.
   * @returns the norm before clipping
   */
  async clippedStep(maxNorm: number, scalars: Omit<UpdateScalars, 'scale'>): Promise<number> {
    const norm = await this.norm();
    if (Number.isFinite(norm)) await this.#step({ ...scalars, scale: norm > maxNorm ? maxNorm / norm : 1 });
    this.forget();
    return norm;
  }

  async #step(scalars: UpdateScalars): Promise<void> {
    for (const { name, shape, decays } of this.#layout) {
      const before = {
        parameter: this.#parts.parameters[name]!,
        first: this.#parts.first[name]!,
        second: this.#parts.second[name]!,
      };
      const numbers = { ...scalars, keep: decays ? scalars.keep : 1 };
      const { stays } = await this.#run(adamwGraph(shape), {
        ...before,
        gradient: this.#gradient![name]!,
        ...Object.fromEntries(Object.entries(numbers).map(([key, value]) => [key, Float32Array.of(value)])),
      });
      this.#memory.release(Object.values(before));
      this.#parts.parameters[name] = stays.parameter!;
      this.#parts.first[name] = stays.first!;
      this.#parts.second[name] = stays.second!;
    }
  }

  /** Drops the gradient, and what was kept apart from it. */
  forget(): void {
    for (const part of [this.#gradient, this.#aside]) if (part) this.#memory.release(Object.values(part));
    this.#gradient = undefined;
    this.#aside = undefined;
    this.#norm = undefined;
  }

  /** Brings all numbers back to where they came from, exactly as they are. */
  async download(): Promise<void> {
    for (const part of ['parameters', 'first', 'second'] as const)
      for (const { name, offset } of this.#layout)
        this.#numbers[part].set(await this.#memory.download(this.#parts[part][name]!), offset);
  }

  async close(): Promise<void> {
    this.forget();
    for (const part of Object.values(this.#parts)) this.#memory.release(Object.values(part));
    for (const program of this.#programs.values()) await program.release();
    this.#programs.clear();
  }

  /** Parameters of one shape share their programs. */
  async #run(
    definition: GraphDefinition,
    feeds: Parameters<NonNullable<Program['runResident']>>[0],
  ): Promise<ResidentResult> {
    let program = this.#programs.get(definition.name);
    if (!program) {
      program = await this.#engine.compile(definition);
      this.#programs.set(definition.name, program);
    }
    return program.runResident!(feeds);
  }
}

/** The sum of numbers, in float64. */
function total(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}
