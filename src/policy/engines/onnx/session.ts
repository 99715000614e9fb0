import { realpath } from 'node:fs/promises';
import path from 'node:path';
import type { InferenceSession } from 'onnxruntime-web';
import { ClewError } from '../../../errors.ts';
import type { GraphDefinition, Provider } from '../engine.ts';
import { readSources } from '../sources.ts';
import { buildOnnxModel, outputName } from './ops.ts';
import { type Runtime, sessionOptions } from './runtime.ts';

/**
 * Makes a session of a graph. Weights that lie in files are mapped from there by onnxruntime itself, whatever their
 * size. Sessions then share the system's copy of a float32 file, unless they lay the weights out anew.
 */
export async function createSession(
  runtime: Runtime,
  definition: GraphDefinition,
  provider: Provider,
  threads: number,
): Promise<InferenceSession> {
  const { ort, library } = runtime;
  const options = sessionOptions(runtime, provider, threads);
  if (definition.large) Object.assign(options, { enableCpuMemArena: false, enableMemPattern: false });
  // Outputs that are not named here come to the processor's memory.
  if (definition.stays)
    options.preferredOutputLocation = Object.fromEntries(
      definition.stays.map(name => [outputName(definition, name), 'gpu-buffer' as const]),
    );
  const files = [...new Set(Object.values(definition.inputs).flatMap(({ source }) => (source ? [source.file] : [])))];
  if (files.length === 0) return ort.InferenceSession.create(buildOnnxModel(definition, provider), options);
  try {
    // WebAssembly sees no files.
    if (library !== 'onnxruntime-node') {
      const model = buildOnnxModel(definition, provider, { numbers: await readSources(definition) });
      return await ort.InferenceSession.create(model, options);
    }
    const { folder, locations } = await placesOf(files);
    const { session } = options.extra as { session: Record<string, unknown> };
    session.model_external_initializers_file_folder_path = folder;
    if (!definition.repeated) session.disable_prepacking = '1';
    return await ort.InferenceSession.create(buildOnnxModel(definition, provider, { locations }), options);
  } catch (error) {
    if (error instanceof ClewError) throw error;
    throw new ClewError(
      `The graph "${definition.name}" could not be made on ${library} (${provider}): ${(error as Error).message}`,
      { cause: error },
    );
  }
}

/**
 * The folder that onnxruntime may look into, and where it finds each file, seen from there. It follows no link out of
 * that folder, and files in a cache are links to elsewhere, so they are named by where they really are.
 */
async function placesOf(files: readonly string[]): Promise<{ folder: string; locations: Map<string, string> }> {
  const real = await Promise.all(files.map(file => realpath(file)));
  const folders = new Set(real.map(file => path.dirname(file)));
  const folder = folders.size === 1 ? [...folders][0]! : path.parse(real[0]!).root;
  return { folder, locations: new Map(files.map((file, i) => [file, path.relative(folder, real[i]!)])) };
}
