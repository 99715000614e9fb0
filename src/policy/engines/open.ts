import { ClewError } from '../../errors.ts';
import type { Engine, Provider } from './engine.ts';
import { openOnnxEngine } from './onnx/index.ts';
import type { Library } from './onnx/runtime.ts';
import { openReferenceEngine } from './reference.ts';

/** Which engine computes and where; the default is onnx on the CPU. */
export interface EngineOptions {
  engine?: 'onnx' | 'reference';
  provider?: Provider;
  /** The npm package of the onnx engine; by default the native one where it is installed. */
  library?: Library;
  /** Threads inside one operation (onnx only). */
  threads?: number;
}

/** Opens an engine; what was asked for and is missing is an error with its remedy, never another engine. */
export async function openEngine({ engine = 'onnx', ...options }: EngineOptions = {}): Promise<Engine> {
  if (engine === 'onnx') return openOnnxEngine(options);
  if (engine !== 'reference') throw new ClewError(`There is no engine "${engine as string}". The engines are onnx and reference.`);
  if (options.provider && options.provider !== 'cpu') throw new ClewError(`The reference engine runs on the CPU only, not on "${options.provider}".`);
  return openReferenceEngine();
}
