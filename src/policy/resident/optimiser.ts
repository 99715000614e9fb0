import { batchFeeds, packRows, type Row } from '../batch.ts';
import { type Loss, lossInputs } from '../loss-inputs.ts';
import type { Model } from '../parameters.ts';
import type { RemoteHost } from '../threads.ts';
import { addResult, emptyResult, type LossResult } from '../token-figures.ts';
import type { UpdateScalars } from './update-graphs.ts';

/** AdamW's running means of the gradient and of its square, in the model's order. */
export interface ResidentMoments {
  readonly first: Float32Array;
  readonly second: Float32Array;
}

/** Trains a model in an engine's own memory: only rows go there, and only figures come back. */
export class ResidentOptimiser {
  readonly #model: Model;
  readonly #host: RemoteHost;
  readonly #rowsPerBatch: number;
  readonly #moments: ResidentMoments;
  readonly #shared: { readonly first: SharedArrayBuffer; readonly second: SharedArrayBuffer };

  private constructor(model: Model, host: RemoteHost, rowsPerBatch: number, moments: ResidentMoments) {
    this.#model = model;
    this.#host = host;
    this.#rowsPerBatch = rowsPerBatch;
    this.#moments = moments;
    this.#shared = { first: shared(moments.first), second: shared(moments.second) };
  }

  /** Sends the model's parameters and the moments into the engine's memory. */
  static async open(
    model: Model,
    host: RemoteHost,
    rowsPerBatch: number,
    moments: ResidentMoments,
  ): Promise<ResidentOptimiser> {
    const optimiser = new ResidentOptimiser(model, host, rowsPerBatch, moments);
    await host.resident({ what: 'open', ...optimiser.#shared });
    return optimiser;
  }

  /** Computes a loss over rows; its gradient stays in the engine's memory, alone, for the next `step`. */
  async gradient(rows: readonly Row[], loss: Loss): Promise<LossResult> {
    await this.clear();
    return this.add(rows, loss);
  }

  /** Forgets the gradient. */
  async clear(): Promise<void> {
    await this.#host.resident({ what: 'forget' });
  }

  /** Computes a loss over rows, and adds `weight` times its gradient to the one in the engine's memory. */
  async add(rows: readonly Row[], loss: Loss, weight = 1): Promise<LossResult> {
    const { kind, scalars, scale } = lossInputs(loss, rows);
    const { config } = this.#model;
    const result = emptyResult(rows);
    for (const batch of packRows(rows, config, this.#rowsPerBatch)) {
      const feeds = { ...batchFeeds(batch, rows, config, scale, kind === 'choices'), ...scalars };
      const outputs = await this.#host.resident({ what: 'gradient', size: batch.size, loss: kind, feeds, weight });
      addResult(result, outputs as Record<string, Float32Array>, batch, rows);
    }
    return result;
  }

  /** Keeps the gradient so far apart from what is added next, until they are joined. */
  async setAside(): Promise<void> {
    await this.#host.resident({ what: 'set aside' });
  }

  /** Adds what was kept apart again. @returns the cosine between the two, null where one of them is 0 */
  async join(): Promise<number | null> {
    return (await this.#host.resident({ what: 'join' })) as number | null;
  }

  /** The Euclidean norm of the gradient; not finite where the gradient is not. */
  async norm(): Promise<number> {
    return (await this.#host.resident({ what: 'norm' })) as number;
  }

  /**
   * Clips the gradient to a Euclidean norm of at most `maxNorm` and moves the parameters against it. A gradient that is
   * not finite moves nothing.
   * @param scalars what AdamW takes; its `scale` is found here
   * @returns the norm before clipping
   */
  async step(maxNorm: number, scalars: Omit<UpdateScalars, 'scale'>): Promise<number> {
    return (await this.#host.resident({ what: 'step', maxNorm, scalars })) as number;
  }

  /** Brings parameters and moments back, as they are, and raises the model's version. */
  async download(): Promise<void> {
    await this.#host.resident({ what: 'download' });
    this.#moments.first.set(new Float32Array(this.#shared.first));
    this.#moments.second.set(new Float32Array(this.#shared.second));
    this.#model.version++;
  }

  /** Gives the engine's memory back; the learner computes with the model itself again. */
  async close(): Promise<void> {
    await this.#host.resident({ what: 'close' });
  }
}

function shared(values: Float32Array): SharedArrayBuffer {
  const buffer = new SharedArrayBuffer(values.byteLength);
  new Float32Array(buffer).set(values);
  return buffer;
}
