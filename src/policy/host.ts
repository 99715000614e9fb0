import { adamW, type AdamWStep } from './adamw.ts';
import type { ModelConfig } from './config.ts';
import {
  type Engine,
  type EngineDescription,
  type EngineMemory,
  type Feeds,
  type GraphDefinition,
  type Program,
  type Resident,
  type ResidentFeeds,
  type ResidentResult,
  withSources,
} from './engines/engine.ts';
import { type EngineOptions, openEngine } from './engines/open.ts';
import type { Written } from './decoded-slot.ts';
import { DecodingLoop, type ReplyTask, type SlotUse } from './decoding-loop.ts';
import { type GraphSize, hiddenGraph, type LossKind, scoringGraph, trainingGraph } from './graphs.ts';
import { isLayerwise, layerwiseGradient, type RunGraph } from './layerwise.ts';
import { type FrozenParameters, type ParameterSpec, parameterLayout } from './parameters.ts';
import { type ResidentTask, ResidentTraining } from './resident/training.ts';

export interface HostOptions {
  config: ModelConfig;
  engine: EngineOptions;
  /** The model's parameters, shared by all hosts. */
  parameters: SharedArrayBuffer;
  /** Places to leave gradients in, each as long as the parameters; none for a host that only decodes or scores. */
  gradients: readonly SharedArrayBuffer[];
  /** Where the parameters lie that are not trained. */
  frozen?: FrozenParameters | undefined;
  /** What each token id reads. */
  texts?: readonly string[] | undefined;
  /**
   * Of a host that only decodes: keep parameters, keys and values in the engine's memory. Default: where it has one and
   * computes on a GPU.
   */
  resident?: boolean | undefined;
}

export interface GradientTask {
  /** The model's version; a new one makes the host read the parameters again. */
  version: number;
  size: GraphSize;
  loss: LossKind;
  feeds: Feeds;
  /** Which of the gradient places to fill. */
  slot: number;
  /** Add to what is in that place instead. */
  add?: boolean;
}

/** A step of AdamW on the parameters from `from` up to `to`; its arrays are on shared memory. */
export interface AdamWTask extends AdamWStep {
  readonly from: number;
  readonly to: number;
}

export interface ScoreTask {
  version: number;
  size: GraphSize;
  /** Log-probabilities of the targets, those of the whole vocabulary beside them, or what the head makes logits of. */
  what: 'own' | 'whole' | 'hidden';
  feeds: Feeds;
}

/**
 * Compiled graphs that a host keeps; the one unused for longest goes first. A training meets some twenty sizes of
 * micro-batches, and a rollout as many sizes of caches. Graphs over whole rows share their working memory; each that
 * decodes or reads has its own, which is large in a published model.
 */
const keptPrograms = { training: 24, decoding: 48, publishedDecoding: 16 };

/** One engine with one model: computes what it is told to. It lives in a worker thread, or in the caller's own. */
export class Host {
  readonly #engine: Engine;
  readonly #options: HostOptions;
  readonly #layout: readonly ParameterSpec[];
  readonly #programs = new Map<string, Program>();
  /** Names of those that lay weights out anew for themselves. */
  readonly #repeated = new Set<string>();
  readonly #loop: DecodingLoop;
  #last: Promise<unknown> = Promise.resolve();
  #parameters: Readonly<Record<string, Float32Array | Resident>> = {};
  /** Where parameters stay while the model is the same. */
  readonly #memory: EngineMemory | undefined;
  #version = -1;
  /** Where the model is trained in the engine's memory: its parameters are the ones that count. */
  #training: ResidentTraining | undefined;

  private constructor(engine: Engine, options: HostOptions) {
    this.#engine = engine;
    this.#options = options;
    this.#layout = parameterLayout(options.config);
    const { resident = engine.description.provider !== 'cpu', gradients } = options;
    this.#memory = resident && gradients.length === 0 ? engine.memory : undefined;
    this.#loop = new DecodingLoop(
      options.config,
      (definition, task) => this.#run(definition, task),
      options.texts,
      this.#memory && { memory: this.#memory, run: (definition, task) => this.#runResident(definition, task) },
    );
  }

  static async open(options: HostOptions): Promise<Host> {
    return new Host(await openEngine(options.engine), options);
  }

  describe(): EngineDescription {
    return this.#engine.description;
  }

  /** Leaves the gradient of one micro-batch in its slot and returns what is known of each selected token. */
  async gradient(task: GradientTask): Promise<Record<string, Float32Array>> {
    const { config, parameters } = this.#options;
    const into = new Float32Array(this.#options.gradients[task.slot]!);
    // Layer by layer it reads the parameters here, which are not those that are trained in the engine's memory.
    if (!this.#training && isLayerwise(config, task.size, this.#engine.description.provider)) {
      if (!task.add) into.fill(0);
      const run: RunGraph = (definition, feeds) =>
        this.#inTurn(async () => (await this.#program(definition)).run(feeds));
      return layerwiseGradient(run, config, new Float32Array(parameters), into, this.#options.frozen ?? {}, task);
    }
    const outputs = await this.#run(trainingGraph(config, task.size, task.loss), task);
    const figures: Record<string, Float32Array> = {};
    for (const { name, offset, size } of this.#layout) {
      const part = outputs[`gradient.${name}`]!;
      if (task.add) for (let i = 0; i < size; i++) into[offset + i]! += part[i]!;
      else into.set(part, offset);
    }
    for (const [name, values] of Object.entries(outputs)) if (!name.startsWith('gradient.')) figures[name] = values;
    return figures;
  }

  /** Moves a part of the parameters, which all hosts share. */
  adamW(task: AdamWTask): void {
    adamW(new Float32Array(this.#options.parameters), this.#layout, task, task.from, task.to);
  }

  /** Trains the model in the engine's own memory: see `ResidentOptimiser`. */
  async resident(task: ResidentTask): Promise<Record<string, Float32Array> | number | null | void> {
    const { config, parameters } = this.#options;
    if (task.what === 'gradient') {
      const graph = trainingGraph(config, task.size, task.loss);
      const stays = this.#layout.map(({ name }) => `gradient.${name}`);
      const definition = { ...graph, name: `${graph.name}, resident`, stays };
      const result = await this.#runResident(definition, { version: this.#version, feeds: task.feeds });
      await this.#inTurn(async () => this.#training!.add(result.stays, task.weight));
      return result.values;
    }
    return this.#inTurn(async () => {
      if (task.what === 'step') return this.#training!.clippedStep(task.maxNorm, task.scalars);
      if (task.what === 'forget') return this.#training!.forget();
      if (task.what === 'set aside') return this.#training!.setAside();
      if (task.what === 'join') return this.#training!.join();
      if (task.what === 'norm') return this.#training!.norm();
      if (task.what === 'download') return this.#training!.download();
      await this.#training?.close();
      this.#training = undefined;
      this.#forgetParameters();
      if (task.what === 'open')
        this.#training = await ResidentTraining.open(this.#engine, this.#layout, {
          parameters: new Float32Array(parameters),
          first: new Float32Array(task.first),
          second: new Float32Array(task.second),
        });
    });
  }

  score(task: ScoreTask): Promise<Record<string, Float32Array>> {
    const { config } = this.#options;
    return this.#run(
      task.what === 'hidden' ? hiddenGraph(config, task.size) : scoringGraph(config, task.size, task.what === 'whole'),
      task,
    );
  }

  /** Writes a reply in a slot. Many slots may ask at once: they are decoded together. */
  reply(task: ReplyTask): Promise<Written> {
    return this.#loop.reply(task);
  }

  /** How much of what was decoded so far somebody had asked for. */
  use(): SlotUse {
    return this.#loop.use;
  }

  closeSlot(slot: number): void {
    this.#loop.closeSlot(slot);
  }

  async close(): Promise<void> {
    this.#loop.close();
    await this.#last;
    await this.#training?.close();
    this.#loop.release();
    this.#forgetParameters();
    for (const program of this.#programs.values()) await program.release();
    this.#programs.clear();
    await this.#engine.memory?.close?.();
  }

  /** Runs a graph with the model's parameters, wherever those are. */
  async #run(
    definition: GraphDefinition,
    task: { version: number; feeds: Feeds },
  ): Promise<Record<string, Float32Array>> {
    if (this.#memory || this.#training) return (await this.#runResident(definition, task)).values;
    return this.#inTurn(async () => {
      await this.#refresh(task.version);
      const program = await this.#program(withSources(definition, this.#options.frozen ?? {}));
      return program.run({ ...(this.#parameters as Record<string, Float32Array>), ...task.feeds });
    });
  }

  #runResident(definition: GraphDefinition, task: { version: number; feeds: ResidentFeeds }): Promise<ResidentResult> {
    return this.#inTurn(async () => {
      if (!this.#training) await this.#refresh(task.version);
      const program = await this.#program(withSources(definition, this.#options.frozen ?? {}));
      return program.runResident!({ ...(this.#training?.parameters ?? this.#parameters), ...task.feeds });
    });
  }

  /** A program runs one thing at a time; who asks meanwhile waits for it. */
  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => {});
    return result;
  }

  async #program(definition: GraphDefinition): Promise<Program> {
    const known = this.#programs.get(definition.name);
    if (known) {
      // Last in the map means last used.
      this.#programs.delete(definition.name);
      this.#programs.set(definition.name, known);
      return known;
    }
    const { gradients, frozen } = this.#options;
    const decoding = frozen ? keptPrograms.publishedDecoding : keptPrograms.decoding;
    const most = gradients.length > 0 ? keptPrograms.training : decoding;
    if (this.#programs.size >= most) await this.#drop(() => true);
    // Such a program of a published model holds its weights once more.
    if (definition.repeated && frozen) await this.#drop(name => this.#repeated.has(name), 1);
    const program = await this.#engine.compile(definition);
    this.#programs.set(definition.name, program);
    if (definition.repeated) this.#repeated.add(definition.name);
    return program;
  }

  /** Gives up the program of a kind that was unused for longest, where there are more of them than `spared`. */
  async #drop(kind: (name: string) => boolean, spared = 0): Promise<void> {
    const names = [...this.#programs.keys()].filter(kind);
    if (names.length <= spared) return;
    const program = this.#programs.get(names[0]!)!;
    this.#programs.delete(names[0]!);
    this.#repeated.delete(names[0]!);
    await program.release();
  }

  /** onnxruntime refuses arrays on shared memory, so each host reads the parameters into its own, or the engine's. */
  async #refresh(version: number): Promise<void> {
    if (version === this.#version) return;
    this.#forgetParameters();
    const own = new Float32Array(this.#options.parameters).slice();
    const parameters: Record<string, Float32Array | Resident> = {};
    for (const { name, offset, size, shape } of this.#layout) {
      const values = own.subarray(offset, offset + size);
      parameters[name] = this.#memory ? await this.#memory.upload(values, shape) : values;
    }
    this.#parameters = parameters;
    this.#version = version;
  }

  #forgetParameters(): void {
    this.#memory?.release(Object.values(this.#parameters) as Resident[]);
    this.#parameters = {};
    this.#version = -1;
  }
}
