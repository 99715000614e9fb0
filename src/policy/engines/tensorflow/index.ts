import { readdirSync, readFileSync } from 'node:fs';
import os from 'node:os';
import { ClewError } from '../../../errors.ts';
import type { Engine, Provider } from '../engine.ts';
import { FrozenWeights } from './frozen.ts';
import type { TensorflowLibrary } from './libraries.ts';
import { isNative, loadTensorflow, type TensorflowRuntime } from './library.ts';
import { tensorflowMemory } from './memory.ts';
import { compileProgram } from './program.ts';

export { type TensorflowLibrary, tensorflowLibraries } from './libraries.ts';

export interface TensorflowOptions {
  /**
   * `cuda` insists on an NVIDIA GPU and `cpu` on the processor; by default TensorFlow takes a GPU where it finds one.
   */
  provider?: Provider;
  /** The npm package; by default the first of `tensorflowLibraries` that is installed. */
  library?: TensorflowLibrary;
}

/** Opens TensorFlow.js; throws with the remedy when the library, or the device that was asked for, is missing. */
export async function openTensorflowEngine({ provider, library: asked }: TensorflowOptions = {}): Promise<Engine> {
  if (provider === 'webgpu')
    throw new ClewError('The tensorflow engine runs on "cpu" and "cuda"; for "webgpu" choose the onnx engine.');
  const runtime = await loadTensorflow(asked);
  const { library, version, onGpu } = runtime;
  if (provider === 'cuda' && !onGpu) {
    throw new ClewError(
      `The provider "cuda" does not work with ${library} ${version}: ${
        isNative(library)
          ? 'TensorFlow found no NVIDIA GPU. It needs an NVIDIA driver (does nvidia-smi list the card?) and its CUDA ' +
            'build: clew engines install tensorflow --gpu.'
          : 'it computes on the CPU only. Install the CUDA build with: clew engines install tensorflow --gpu.'
      } Or choose the provider "cpu".`,
    );
  }
  if (provider === 'cpu' && onGpu)
    throw new ClewError(
      `The provider "cpu" does not work with ${library} ${version}: TensorFlow takes the GPU that it finds. Hide ` +
        `it by starting the process with CUDA_VISIBLE_DEVICES=-1. Or choose the provider "cuda".`,
    );
  await probe(runtime);
  const frozen = new FrozenWeights(runtime);
  return {
    memory: tensorflowMemory(runtime),
    description: {
      engine: 'tensorflow',
      library,
      version,
      provider: onGpu ? 'cuda' : 'cpu',
      device: onGpu ? gpuName() : (os.cpus()[0]?.model.trim() ?? 'CPU'),
    },
    compile: async definition => compileProgram(runtime, definition, await frozen.lend(definition)),
  };
}

/** Multiplies two small matrices: a driver or a kernel that does not work is found before anything depends on it. */
async function probe(runtime: TensorflowRuntime): Promise<void> {
  const program = compileProgram(runtime, {
    name: 'probe',
    inputs: { x: { type: 'float32', shape: [2, 2] } },
    build: (ops, { floats }) => ({ y: ops.gemm(floats.x!, floats.x!) }),
  });
  const { y } = await program.run({ x: Float32Array.of(1, 2, 3, 4) });
  await program.release();
  if (y!.join() !== '7,10,15,22')
    throw new ClewError(
      `${runtime.library} ${runtime.version} does not compute rightly: a product of two matrices came out as ` +
        `${y!.join(', ')}. Choose another library, or install this one again.`,
    );
}

/** TensorFlow.js does not tell the GPU's name; the driver tells the names of all. */
function gpuName(): string {
  const folder = '/proc/driver/nvidia/gpus';
  try {
    const gpus = readdirSync(folder).map(
      gpu => /^Model:\s*(.+)$/m.exec(readFileSync(`${folder}/${gpu}/information`, 'utf8'))?.[1] ?? 'NVIDIA GPU',
    );
    return `${[...new Set(gpus)].join(' or ')}${gpus.length > 1 ? ` (one of ${gpus.length})` : ''}` || 'NVIDIA GPU';
  } catch {
    return 'NVIDIA GPU';
  }
}
