import { existsSync } from 'node:fs';
import path from 'node:path';
import { ClewError } from '../../errors.ts';
import type { PublishedAdapter } from './adapter.ts';
import { isPublishedFolder } from './folder.ts';

/**
 * The folder of the model that an adapter was made for: the one given, or the one that the adapter names, seen from the
 * adapter's folder.
 * @throws ClewError when there is no such folder
 */
export async function baseFolder({ folder, base }: PublishedAdapter, given?: string): Promise<string> {
  const candidates = [given, base && path.resolve(folder, base), base].filter(each => each !== undefined);
  const found = candidates.find(each => each && existsSync(each) && isPublishedFolder(each));
  if (found) return found;
  const named =
    base === undefined
      ? 'no model that it was made for'
      : `"${base}" as the model that it was made for, and there is no such folder`;
  throw new ClewError(`The adapter ${folder} names ${named}. Give the model's folder: policy:MODEL+${folder}.`);
}
