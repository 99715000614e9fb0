import path from 'node:path';
import { UsageError } from '../errors.ts';
import { earlierCodecNote, faultOfPolicy, loadPolicy, policyExists, type TrainedPolicy } from '../policy/index.ts';
import type { World } from '../world/index.ts';

/**
 * Says that there is no policy of a name, or what else is.
 * @param remedy how one is made, a sentence
 * @param option the option that names it, where several do
 * @throws UsageError
 */
export function needPolicy(name: string, remedy = '', option?: string): void {
  const fault = faultOfPolicy(name);
  const where = option === undefined ? '' : ` (${option})`;
  if (fault !== undefined) throw new UsageError(`${fault}${where}`);
  if (!policyExists(name)) throw new UsageError(`There is no policy ${name}${where}.${remedy && ` ${remedy}`}`);
}

/** Reads a policy that is to play a world, and says so where it reads an earlier version of the world's codec. */
export async function readPolicy(file: string, world: World): Promise<TrainedPolicy> {
  const policy = await loadPolicy(file, world);
  const note = earlierCodecNote(policy, world);
  if (note !== undefined) process.stderr.write(`${path.basename(file)}: ${note}\n`);
  return policy;
}
