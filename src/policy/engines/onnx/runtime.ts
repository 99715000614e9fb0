import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import type * as OnnxRuntime from 'onnxruntime-web';
import { ClewError } from '../../../errors.ts';
import { OnnxModel } from './model.ts';
import type { Provider } from '../engine.ts';
import { libraries, type Library } from './libraries.ts';

export interface Runtime {
  library: Library;
  version: string;
  /** The providers this build of the library has code for; whether they find a device is another question. */
  compiled: readonly Provider[];
  ort: typeof OnnxRuntime;
}

type Module = typeof OnnxRuntime & { listSupportedBackends?: () => { name: string }[] };

/** Brings an npm package in; a test brings in what it likes. */
export type ImportLibrary = (library: Library) => Promise<Module>;

const importLibrary: ImportLibrary = library => import(library) as Promise<Module>;

/**
 * Loads the library that was asked for, else the native one, else the WebAssembly one where that alone is installed
 * (`librarySentence` says what this costs). A native library that is installed and does not load is an error: it is
 * never replaced by the slow one.
 * @throws ClewError with the command that installs what is missing.
 */
export async function loadRuntime(library?: Library, bring: ImportLibrary = importLibrary): Promise<Runtime> {
  if (library) return load(library, bring);
  try {
    return await load('onnxruntime-node', bring);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  try {
    return await load('onnxruntime-web', bring);
  } catch (error) {
    if (!isMissing(error)) throw error;
    throw new ClewError(
      'A policy needs an engine, and none is installed here. Install one: npm install onnxruntime-node. ' +
        `${onLinux}Where there is no native build for your machine: npm install onnxruntime-web, which is slower.`,
      { cause: error },
    );
  }
}

/** onnxruntime-node's own install script fetches CUDA on Linux x64, whether there is a GPU or not. */
const onLinux =
  process.platform === 'linux' && process.arch === 'x64'
    ? 'To leave out its CUDA libraries (300 MB): ONNXRUNTIME_NODE_INSTALL=skip npm install onnxruntime-node. '
    : '';

/** Whether an import failed because the package is not there, and not for what is in it. */
function isMissing(error: unknown): boolean {
  const cause = error instanceof ClewError ? (error.cause as NodeJS.ErrnoException | undefined) : undefined;
  return (
    (cause?.code === 'ERR_MODULE_NOT_FOUND' || cause?.code === 'MODULE_NOT_FOUND') &&
    libraries.some(library => cause.message.includes(`'${library}'`))
  );
}

async function load(library: Library, bring: ImportLibrary): Promise<Runtime> {
  let ort: Module;
  try {
    ort = await bring(library);
  } catch (error) {
    const missing = isMissing(new ClewError('', { cause: error }));
    throw new ClewError(
      missing
        ? `The library ${library} is not installed. Install it with: npm install ${library}`
        : `The library ${library} is installed and does not load (${(error as Error).message.split('\n')[0]}). ` +
            `Install it again with: npm install ${library}`,
      { cause: error },
    );
  }
  const backends = ort.listSupportedBackends?.().map(backend => backend.name) ?? ['cpu'];
  const compiled = (['cpu', 'webgpu', 'cuda'] as const).filter(provider => backends.includes(provider));
  if (library === 'onnxruntime-web') ort.env.wasm.numThreads = 1;
  ort.env.logLevel = 'fatal';
  return { library, version: await installedVersion(library), compiled, ort };
}

async function installedVersion(library: Library): Promise<string> {
  // The package may hide its package.json behind "exports", so look for it above the entry point.
  let directory = path.dirname(createRequire(import.meta.url).resolve(library));
  while (directory !== path.dirname(directory)) {
    try {
      const { name, version } = JSON.parse(await readFile(path.join(directory, 'package.json'), 'utf8')) as {
        name?: string;
        version?: string;
      };
      if (name === library && version) return version;
    } catch {
      // No package.json here.
    }
    directory = path.dirname(directory);
  }
  return 'unknown';
}

/** Session options that let a graph run on one provider; the CPU takes the few nodes the provider has no kernel for. */
export function sessionOptions(
  runtime: Runtime,
  provider: Provider,
  threads: number,
): OnnxRuntime.InferenceSession.SessionOptions {
  const name = runtime.library === 'onnxruntime-web' ? 'wasm' : provider;
  return {
    executionProviders: [name],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    // Idle threads that spin take the core from the other workers.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
    logSeverityLevel: 4,
  };
}

/** What each provider needs, for the message when it is missing. */
const remedies: Record<Provider, string> = {
  cpu: 'Install onnxruntime-node or onnxruntime-web.',
  webgpu:
    'WebGPU needs onnxruntime-node and a Vulkan (Linux), Metal or Direct3D 12 driver; on Linux install libvulkan1 ' +
    'and the driver\'s Vulkan part. Or choose the provider "cpu".',
  cuda:
    'CUDA needs an NVIDIA driver, and libraries that clew engines install cuda fetches and says how to find. Or ' +
    'choose the provider "cpu".',
};

/** Multiplies two small matrices on the provider alone, with no way back to the CPU; throws a remedy if that fails. */
export async function probe(runtime: Runtime, provider: Provider): Promise<void> {
  const refuse = (why: string): never => {
    throw new ClewError(
      `The provider "${provider}" does not work with ${runtime.library} ${runtime.version}: ` +
        `${why.replace(/\.$/, '')}. ${remedies[provider]}`,
    );
  };
  if (!runtime.compiled.includes(provider)) refuse(`this build has only ${runtime.compiled.join(', ')}`);
  try {
    const options = sessionOptions(runtime, provider, 1);
    if (provider !== 'cpu') options.extra = { session: { disable_cpu_ep_fallback: '1' } };
    const session = await runtime.ort.InferenceSession.create(probeModel(), options);
    const x = new runtime.ort.Tensor('float32', Float32Array.of(1, 2, 3, 4), [2, 2]);
    const { y } = await session.run({ x });
    await session.release();
    const product = [...((await y!.getData()) as Float32Array)];
    if (product.join() !== '7,10,15,22') refuse(`a product of two matrices came out as ${product.join(', ')}`);
  } catch (error) {
    if (error instanceof ClewError) throw error;
    refuse((error as Error).message.split('\n')[0]!.replace(/^.* was false\. /, ''));
  }
}

/** A graph that multiplies `x` [2, 2] with itself: `y`. */
export function probeModel(): Uint8Array {
  const model = new OnnxModel();
  model.input('x', 'float32', [2, 2]);
  model.output(model.node('MatMul', ['x', 'x']), 'y', 'float32', [2, 2]);
  return model.finish();
}
