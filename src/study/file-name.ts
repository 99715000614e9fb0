import path from 'node:path';
import type { TrainedPolicy } from '../policy/index.ts';

/** Where a policy is written: a file, or for a published model the folder of it or of its adapter. */
export function policyPath(out: string, name: string, { published }: Pick<TrainedPolicy, 'published'>): string {
  return path.join(out, published ? name : `${name}.safetensors`);
}

/** A name as part of a file's name. */
export function fileName(name: string): string {
  return name.toLowerCase().replaceAll(/[^\w-]+/g, '-');
}
