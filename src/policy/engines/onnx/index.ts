import os from 'node:os';
import { ClewError } from '../../../errors.ts';
import {
  checkFeeds,
  type Engine,
  type GraphDefinition,
  isResident,
  type Program,
  type Provider,
  type Resident,
  type ResidentFeeds,
  type ResidentResult,
} from '../engine.ts';
import { type OnnxResident, onnxMemory, tensorOf } from './memory.ts';
import { outputName } from './ops.ts';
import { createSession } from './session.ts';
import type { Library } from './libraries.ts';
import { loadRuntime, probe, type Runtime } from './runtime.ts';

export interface OnnxOptions {
  provider?: Provider;
  library?: Library;
  /** Threads inside one operation. More workers of one thread each are faster than one worker of several. */
  threads?: number;
}

/** Opens onnxruntime on one provider; throws with the remedy when the library or the provider is missing. */
export async function openOnnxEngine(options: OnnxOptions = {}): Promise<Engine> {
  const { provider = 'cpu', threads = 1 } = options;
  const runtime = await loadRuntime(options.library);
  await probe(runtime, provider);
  const { library, version } = runtime;
  const device =
    provider === 'cpu'
      ? `${os.cpus()[0]?.model.trim() ?? 'CPU'}, ${threads} thread${threads > 1 ? 's' : ''}`
      : provider;
  const engine: Engine = {
    description: { engine: 'onnx', library, version, provider, device },
    compile: definition => compile(runtime, definition, provider, threads),
  };
  // With other providers onnxruntime-node brings every output back to the processor's memory.
  return provider === 'webgpu' ? { ...engine, memory: onnxMemory(engine.compile) } : engine;
}

async function compile(
  runtime: Runtime,
  definition: GraphDefinition,
  provider: Provider,
  threads: number,
): Promise<Program> {
  const { ort } = runtime;
  const session = await createSession(runtime, definition, provider, threads);
  const stays = new Set(definition.stays);
  const nameOf = new Map(Object.keys(definition.inputs).map(name => [outputName(definition, name), name]));
  const runResident = async (feeds: ResidentFeeds): Promise<ResidentResult> => {
    checkFeeds(definition, feeds);
    const inputs: Record<string, InstanceType<typeof ort.Tensor>> = {};
    for (const [name, { type, shape, source }] of Object.entries(definition.inputs)) {
      if (source) continue;
      const feed = feeds[name]!;
      inputs[name] = isResident(feed) ? tensorOf(feed) : new ort.Tensor(type, feed, shape);
    }
    let outputs;
    try {
      outputs = await session.run(inputs);
    } catch (error) {
      throw new ClewError(
        `The graph "${definition.name}" failed on ${runtime.library} (${provider}): ${(error as Error).message}`,
        { cause: error },
      );
    }
    const result: ResidentResult = { values: {}, stays: {} };
    for (const [called, tensor] of Object.entries(outputs)) {
      const name = nameOf.get(called) ?? called;
      if (stays.has(name)) result.stays[name] = { shape: tensor.dims, tensor } satisfies OnnxResident as Resident;
      else result.values[name] = (await tensor.getData()) as Float32Array;
    }
    return result;
  };
  return {
    run: async feeds => (await runResident(feeds)).values,
    ...(provider === 'webgpu' && { runResident }),
    release: () => session.release(),
  };
}
