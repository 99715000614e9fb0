import type { ModelConfig } from './config.ts';
import type { Engine, EngineDescription, Feeds, GraphDefinition, Program } from './engines/engine.ts';
import { type EngineOptions, openEngine } from './engines/open.ts';
import { decodingGraph, type GraphSize, type LossKind, scoringGraph, trainingGraph } from './graphs.ts';
import { Lanes } from './lanes.ts';
import { type ParameterSpec, parameterLayout } from './parameters.ts';

export interface HostOptions {
  config: ModelConfig;
  engine: EngineOptions;
  /** The model's parameters, shared by all hosts. */
  parameters: SharedArrayBuffer;
  /** Places to leave gradients in, each as long as the parameters; none for a host that only decodes or scores. */
  gradients: readonly SharedArrayBuffer[];
}

export interface GradientTask {
  /** The model's version; a new one makes the host read the parameters again. */
  version: number;
  size: GraphSize;
  loss: LossKind;
  feeds: Feeds;
  /** Which of the gradient places to fill. */
  slot: number;
}

export interface ScoreTask {
  version: number;
  size: GraphSize;
  whole: boolean;
  feeds: Feeds;
}

export interface StepTask {
  version: number;
  lanes: readonly number[];
  tokens: readonly number[];
  previous: readonly number[];
}

/** Compiled graphs that a host keeps; the one unused for longest goes first. Each holds its own working memory. */
const keptPrograms = 12;

/** One engine with one model: computes what it is told to. It lives in a worker thread, or in the caller's own. */
export class Host {
  readonly #engine: Engine;
  readonly #options: HostOptions;
  readonly #layout: readonly ParameterSpec[];
  readonly #programs = new Map<string, Program>();
  readonly #lanes: Lanes;
  #parameters: Readonly<Record<string, Float32Array>> = {};
  #version = -1;

  private constructor(engine: Engine, options: HostOptions) {
    this.#engine = engine;
    this.#options = options;
    this.#layout = parameterLayout(options.config);
    this.#lanes = new Lanes(options.config);
  }

  static async open(options: HostOptions): Promise<Host> {
    return new Host(await openEngine(options.engine), options);
  }

  describe(): EngineDescription {
    return this.#engine.description;
  }

  /** Leaves the gradient of one micro-batch in its slot and returns what is known of each selected token. */
  async gradient(task: GradientTask): Promise<Record<string, Float32Array>> {
    const outputs = await this.#run(trainingGraph(this.#options.config, task.size, task.loss), task);
    const into = new Float32Array(this.#options.gradients[task.slot]!);
    const figures: Record<string, Float32Array> = {};
    for (const { name, offset } of this.#layout) into.set(outputs[`gradient.${name}`]!, offset);
    for (const [name, values] of Object.entries(outputs)) if (!name.startsWith('gradient.')) figures[name] = values;
    return figures;
  }

  score(task: ScoreTask): Promise<Record<string, Float32Array>> {
    return this.#run(scoringGraph(this.#options.config, task.size, task.whole), task);
  }

  /** Opens a lane for an episode; lanes are numbered in the order of opening. */
  openLane(): void {
    this.#lanes.open();
  }

  /** Closes a lane; the lane with the highest number takes its number. */
  closeLane(lane: number): void {
    this.#lanes.close(lane);
  }

  /** Reads one token in each of the lanes; returns their logits, [lanes, vocabulary], in the order asked. */
  async step(task: StepTask): Promise<Float32Array> {
    const { lanes, tokens, previous, version } = task;
    const feeds = this.#lanes.feeds(lanes, tokens, previous);
    const { lanes: count, length } = this.#lanes.capacity;
    const { logits, added } = await this.#run(decodingGraph(this.#options.config, count, length), { version, feeds });
    this.#lanes.append(lanes, added!);
    const width = this.#options.config.vocabulary;
    const result = new Float32Array(lanes.length * width);
    lanes.forEach((lane, i) => result.set(logits!.subarray(lane * width, (lane + 1) * width), i * width));
    return result;
  }

  async close(): Promise<void> {
    for (const program of this.#programs.values()) await program.release();
    this.#programs.clear();
  }

  async #run(definition: GraphDefinition, { version, feeds }: { version: number; feeds: Feeds }): Promise<Record<string, Float32Array>> {
    this.#refresh(version);
    const program = await this.#program(definition);
    return program.run({ ...this.#parameters, ...feeds });
  }

  async #program(definition: GraphDefinition): Promise<Program> {
    const known = this.#programs.get(definition.name);
    if (known) {
      // Last in the map means last used.
      this.#programs.delete(definition.name);
      this.#programs.set(definition.name, known);
      return known;
    }
    if (this.#programs.size >= keptPrograms) {
      const [oldest, program] = this.#programs.entries().next().value!;
      this.#programs.delete(oldest);
      await program.release();
    }
    const program = await this.#engine.compile(definition);
    this.#programs.set(definition.name, program);
    return program;
  }

  /** onnxruntime refuses arrays on shared memory, so each host reads the parameters into its own. */
  #refresh(version: number): void {
    if (version === this.#version) return;
    const own = new Float32Array(this.#options.parameters).slice();
    this.#parameters = Object.fromEntries(this.#layout.map(({ name, offset, size }) => [name, own.subarray(offset, offset + size)]));
    this.#version = version;
  }
}
