import { ClewError } from '../errors.ts';
import type { AdamWStep } from './adamw.ts';
import { batchFeeds, type MicroBatch, packRows, type Row, selectedTokens } from './batch.ts';
import type { EngineDescription } from './engines/engine.ts';
import type { EngineOptions } from './engines/open.ts';
import type { ScoreTask } from './host.ts';
import { type Loss, lossInputs } from './loss-inputs.ts';
import { sharedFloats } from './memory.ts';
import type { Model } from './parameters.ts';
import { type ResidentMoments, ResidentOptimiser } from './resident/optimiser.ts';
import { addResult, distribute, emptyLike, emptyResult, type LossResult } from './token-figures.ts';
import { openHosts, type RemoteHost, usualWorkers } from './threads.ts';

export type { Loss } from './loss-inputs.ts';

export interface LearnerOptions {
  engine?: EngineOptions;
  /**
   * Worker threads, each with its own engine; 0 computes in the caller's thread. One a core if left out, up to 8; up to
   * 2 for a published model; 1 on a GPU.
   */
  workers?: number;
  /**
   * Rows of 512 tokens that are computed together at most; more of shorter rows, fewer of longer ones. The gradient
   * depends on it in the last bits. Default 2 on the CPU, where small batches stay in the cache, are faster than large
   * ones, and keep all threads busy to the end of a step; 4 of a model above two million parameters, whose gradient is
   * dear to hand over; 32 on a GPU, which must be kept busy.
   */
  rowsPerBatch?: number;
  /**
   * Train in the engine's own memory: parameters, gradients and AdamW's moments stay there (`openResident`). It needs
   * one worker, and the engine tensorflow or the provider webgpu. Default: with tensorflow on a GPU; with webgpu where
   * all weights of a published model are trained, which would else go there and back in every step.
   */
  resident?: boolean;
}

/** What one batch of rows gave. */
export interface GradientResult extends LossResult {
  /** The gradient of every parameter in the model's order. Overwritten by the next call. */
  gradient: Float32Array;
}

/** Computes losses and gradients of a model over batches of rows, on several threads. */
export class Learner {
  readonly model: Model;
  readonly description: EngineDescription;
  readonly workers: number;
  readonly rowsPerBatch: number;
  /** Whether a training is to stay in the engine's memory. */
  readonly resident: boolean;
  readonly #hosts: readonly RemoteHost[];
  readonly #slots: readonly SharedArrayBuffer[];
  readonly #gradient: Float32Array;
  /** The sum of gradients is the one place that threads leave them in. */
  readonly #inPlace: boolean;

  private constructor(
    model: Model,
    hosts: readonly RemoteHost[],
    slots: readonly SharedArrayBuffer[],
    { workers, rowsPerBatch, resident }: Required<Pick<LearnerOptions, 'workers' | 'rowsPerBatch' | 'resident'>>,
    description: EngineDescription,
  ) {
    this.model = model;
    this.resident = resident;
    this.rowsPerBatch = rowsPerBatch;
    this.description = description;
    this.workers = workers;
    this.#hosts = hosts;
    this.#slots = slots;
    this.#inPlace = slots.length === 1;
    this.#gradient = this.#inPlace
      ? new Float32Array(slots[0]!)
      : sharedFloats(model.parameters.length, 'the gradient');
  }

  /** Throws when the engine or the provider that was asked for is missing. */
  static async open(model: Model, options: LearnerOptions = {}): Promise<Learner> {
    const onGpu = (options.engine?.provider ?? 'cpu') !== 'cpu';
    // Rows of a published model are long, and each takes gigabytes.
    const { published } = model.config;
    const {
      workers = usualWorkers(model.config, options.engine),
      rowsPerBatch = published ? 1 : onGpu ? 32 : model.parameters.length < 2e6 ? 2 : 4,
    } = options;
    // Two places a thread: one is added up while the next is filled. One, where a place may be as large as a published
    // model; and where that is the only one, it is the sum itself.
    const slots = Array.from(
      { length: (published ? 1 : 2) * Math.max(1, workers) },
      () => sharedFloats(model.parameters.length, 'gradients').buffer,
    );
    const host = {
      config: model.config,
      engine: options.engine ?? {},
      parameters: model.parameters.buffer,
      gradients: slots,
      frozen: model.frozen,
    };
    const { hosts, description } = await openHosts(host, workers);
    const { engine, provider } = description;
    const keepsTensors =
      provider === 'webgpu' ? Boolean(published) && !model.frozen : engine === 'tensorflow' && provider === 'cuda';
    const resident = options.resident ?? (hosts.length === 1 && keepsTensors);
    return new Learner(model, hosts, slots, { workers, rowsPerBatch, resident }, description);
  }

  /**
   * Loss and gradient over all rows. Micro-batches are added in their own order whichever thread computed them, so the
   * result is the same, bit for bit, for any number of threads.
   */
  async gradient(rows: readonly Row[], loss: Loss): Promise<GradientResult> {
    const { kind, scalars, scale } = lossInputs(loss, rows);
    const batches = packRows(rows, this.model.config, this.rowsPerBatch);
    const result: GradientResult = { ...emptyResult(rows), gradient: this.#gradient.fill(0) };
    const { version } = this.model;
    await this.#inOrder(
      batches,
      async (host, batch, slot) =>
        host.gradient({
          version,
          slot,
          add: this.#inPlace,
          loss: kind,
          size: batch.size,
          feeds: { ...batchFeeds(batch, rows, this.model.config, scale, kind === 'choices'), ...scalars },
        }),
      (outputs, batch, slot) => {
        addResult(result, outputs, batch, rows);
        if (this.#inPlace) return;
        const part = new Float32Array(this.#slots[slot]!);
        for (let i = 0; i < part.length; i++) this.#gradient[i]! += part[i]!;
      },
    );
    return result;
  }

  /**
   * Moves the parameters by a step of AdamW, a part of them on each thread. Arrays that are not on shared memory would
   * be copied to the threads: the gradient is this learner's own.
   */
  async adamW(step: AdamWStep): Promise<void> {
    const { length } = this.model.parameters;
    const parts = this.#hosts.length;
    const cut = (part: number): number => Math.round((length * part) / parts);
    await Promise.all(this.#hosts.map((host, part) => host.adamW({ ...step, from: cut(part), to: cut(part + 1) })));
  }

  /** Log-probabilities of the weighted tokens of each row, without gradients; 0 where a token has no weight. */
  async score(rows: readonly Row[]): Promise<Float32Array[]> {
    const result = emptyLike(rows);
    await this.#score(rows, 'own', (outputs, batch) => distribute(outputs.logProbabilities!, batch, rows, result));
    return result;
  }

  /** Log-probabilities of the whole vocabulary at each weighted token of each row: what `Row.reference` takes. */
  async scoreVocabulary(rows: readonly Row[]): Promise<Float32Array[]> {
    const width = this.model.config.vocabulary;
    const result: Float32Array[] = [];
    await this.#score(rows, 'whole', (outputs, batch) => {
      let at = 0;
      for (const number of batch.rows) {
        const size = selectedTokens(rows[number]!).length * width;
        result[number] = outputs.vocabulary!.slice(at, at + size);
        at += size;
      }
    });
    return result;
  }

  /** What the head makes logits of at each weighted token of each row: what `Row.referenceHidden` takes. */
  async scoreHidden(rows: readonly Row[]): Promise<Float32Array[]> {
    const { width } = this.model.config;
    const result: Float32Array[] = [];
    await this.#score(rows, 'hidden', (outputs, batch) => {
      let at = 0;
      for (const number of batch.rows) {
        const size = selectedTokens(rows[number]!).length * width;
        result[number] = outputs.hidden!.slice(at, at + size);
        at += size;
      }
    });
    return result;
  }

  /**
   * Moves parameters and AdamW's moments into the engine's memory, where the model is trained until the optimiser is
   * closed. The learner computes with them there; who reads the model itself has the optimiser bring it back first.
   * @throws ClewError where the engine has no memory of its own, or several threads would each have one
   */
  async openResident(moments: ResidentMoments): Promise<ResidentOptimiser> {
    if (this.#hosts.length > 1)
      throw new ClewError(
        `Training in the engine's memory needs one worker, and there are ${this.#hosts.length}: set workers to 1.`,
      );
    return ResidentOptimiser.open(this.model, this.#hosts[0]!, this.rowsPerBatch, moments);
  }

  async close(): Promise<void> {
    await Promise.all(this.#hosts.map(host => host.close()));
  }

  #score(
    rows: readonly Row[],
    what: ScoreTask['what'],
    fold: (outputs: Record<string, Float32Array>, batch: MicroBatch) => void,
  ): Promise<void> {
    const { version, config } = this.model;
    return this.#inOrder(
      packRows(rows, config, this.rowsPerBatch),
      (host, batch) => {
        const { tokens, previous, positions, targets } = batchFeeds(batch, rows, config, 1);
        return host.score({
          version,
          size: batch.size,
          what,
          feeds: { tokens: tokens!, previous: previous!, positions: positions!, targets: targets! },
        });
      },
      fold,
    );
  }

  /** Gives each free thread the next micro-batch and folds the results in the order of the micro-batches. */
  async #inOrder<Result>(
    batches: readonly MicroBatch[],
    compute: (host: RemoteHost, batch: MicroBatch, slot: number) => Promise<Result>,
    fold: (result: Result, batch: MicroBatch, slot: number) => void,
  ): Promise<void> {
    const free = this.#slots.map((_, slot) => slot);
    const waiting: ((slot: number | undefined) => void)[] = [];
    const done = new Map<number, { result: Result; slot: number }>();
    let next = 0;
    let folded = 0;
    const work = async (host: RemoteHost): Promise<void> => {
      while (next < batches.length) {
        const i = next++;
        const slot =
          free.pop() ??
          (await new Promise<number | undefined>(resolve => {
            waiting.push(resolve);
          }));
        if (slot === undefined) return;
        done.set(i, { result: await compute(host, batches[i]!, slot), slot });
        for (let ready = done.get(folded); ready; ready = done.get(folded)) {
          done.delete(folded);
          fold(ready.result, batches[folded]!, ready.slot);
          folded++;
          const taker = waiting.shift();
          if (taker) taker(ready.slot);
          else free.push(ready.slot);
        }
      }
    };
    // After a failure the threads finish what they have begun and start nothing new; only then is it reported.
    const stop = (error: unknown): never => {
      next = batches.length;
      for (const taker of waiting.splice(0)) taker(undefined);
      throw error;
    };
    const ends = await Promise.allSettled(this.#hosts.map(host => work(host).catch(stop)));
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  }
}
