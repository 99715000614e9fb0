import { readTensor } from '../../safetensors.ts';
import { sizeOf } from '../../ops.ts';
import type { GraphDefinition } from '../engine.ts';
import type { TensorflowRuntime } from './library.ts';
import type { TfTensor } from './ops.ts';

/** The inputs of one program that lie in files. */
export interface FrozenTensors {
  readonly tensors: Readonly<Record<string, TfTensor>>;
  /** Called once, when the program needs them no more. */
  release(): void;
}

/** Weights that lie in files, read once for all programs that compute with them, and given up with the last of these. */
export class FrozenWeights {
  readonly #runtime: TensorflowRuntime;
  readonly #loaded = new Map<string, { readonly tensor: TfTensor; users: number }>();

  constructor(runtime: TensorflowRuntime) {
    this.#runtime = runtime;
  }

  async lend({ inputs }: GraphDefinition): Promise<FrozenTensors> {
    const { tf, select } = this.#runtime;
    const tensors: Record<string, TfTensor> = {};
    const keys: string[] = [];
    for (const [name, { shape, source }] of Object.entries(inputs)) {
      if (!source) continue;
      const key = `${source.file} ${source.offset} ${shape.join()}`;
      if (!this.#loaded.has(key)) {
        const values = new Float32Array(sizeOf(shape));
        await readTensor(source.file, source.type, source.offset, values);
        select();
        // Another program may have read it meanwhile.
        if (!this.#loaded.has(key))
          this.#loaded.set(key, { tensor: tf.tensor(values, [...shape], 'float32'), users: 0 });
      }
      const loaded = this.#loaded.get(key)!;
      loaded.users++;
      keys.push(key);
      tensors[name] = loaded.tensor;
    }
    return { tensors, release: () => keys.forEach(key => this.#give(key)) };
  }

  #give(key: string): void {
    const loaded = this.#loaded.get(key)!;
    if (--loaded.users > 0) return;
    this.#loaded.delete(key);
    loaded.tensor.dispose();
  }
}
