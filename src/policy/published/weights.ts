import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { ClewError } from '../../errors.ts';
import type { TensorSource } from '../engines/engine.ts';
import { sizeOf } from '../ops.ts';
import { bytesOf } from '../number-types.ts';
import { readSafetensorsHeader, readTensor } from '../safetensors.ts';

/** A tensor of a folder: where it lies, and how large it is. */
export type PublishedTensor = TensorSource & { readonly shape: readonly number[] };

const indexSchema = z.looseObject({ weight_map: z.record(z.string(), z.string()) });

/** The files of a folder that hold its weights: the shards of its index, or `model.safetensors`. */
export async function weightFiles(folder: string): Promise<string[]> {
  const index = path.join(folder, 'model.safetensors.index.json');
  const single = path.join(folder, 'model.safetensors');
  if (!existsSync(index)) {
    if (existsSync(single)) return [single];
    const other = existsSync(path.join(folder, 'pytorch_model.bin'))
      ? ' A pytorch_model.bin is not read: convert it with safetensors.'
      : '';
    throw new ClewError(
      `${folder} has no weights: there is neither model.safetensors nor model.safetensors.index.json.${other}`,
    );
  }
  let read;
  try {
    read = indexSchema.parse(JSON.parse(await readFile(index, 'utf8')));
  } catch (error) {
    throw new ClewError(`${index} cannot be read: it is no index of shards.`, { cause: error });
  }
  const names = [...new Set(Object.values(read.weight_map))].toSorted();
  for (const name of names) {
    if (path.basename(name) !== name)
      throw new ClewError(`${index} names the shard "${name}", which is not beside it.`);
    if (!existsSync(path.join(folder, name))) throw new ClewError(`${folder} lacks the shard ${name} of its index.`);
  }
  return names.map(name => path.join(folder, name));
}

/**
 * The tensors of weight files by name; only their headers are read.
 * @throws ClewError for a file that is cut short, and for a tensor that is in two files
 */
export async function readTensors(files: readonly string[]): Promise<Map<string, PublishedTensor>> {
  const tensors = new Map<string, PublishedTensor>();
  for (const file of files) {
    const { tensors: stored, start } = await readSafetensorsHeader(file);
    for (const [name, { type, shape, from }] of Object.entries(stored)) {
      const before = tensors.get(name);
      if (before) throw new ClewError(`The tensor "${name}" is in ${before.file} and in ${file}.`);
      tensors.set(name, { file, offset: start + from, type, shape });
    }
  }
  return tensors;
}

/**
 * Where each parameter lies.
 * @param ignored names that may be there too
 * @throws ClewError that names every tensor which is missing, of another shape, or not known
 */
export function placeParameters(
  what: string,
  tensors: ReadonlyMap<string, PublishedTensor>,
  parameters: readonly { readonly name: string; readonly shape: readonly number[] }[],
  ignored: (name: string) => boolean = () => false,
): Record<string, PublishedTensor> {
  const faults: string[] = [];
  const placed: Record<string, PublishedTensor> = {};
  for (const { name, shape } of parameters) {
    const tensor = tensors.get(name);
    // Gains and biases are published as rows without a first axis.
    const published = isRow(name, shape) ? shape.slice(1) : shape;
    if (!tensor) faults.push(`"${name}" [${published.join(', ')}] is missing`);
    else if (tensor.shape.join() !== published.join())
      faults.push(`"${name}" is [${tensor.shape.join(', ')}]; the configuration says [${published.join(', ')}]`);
    else placed[name] = tensor;
  }
  const wanted = new Set(parameters.map(({ name }) => name));
  for (const name of tensors.keys())
    if (!wanted.has(name) && !ignored(name)) faults.push(`"${name}" is not part of what the configuration describes`);
  if (faults.length > 0) {
    const shown = faults.slice(0, 12);
    throw new ClewError(
      `The weights of ${what} do not fit its configuration:\n- ` +
        `${shown.join('\n- ')}${faults.length > shown.length ? `\n- and ${faults.length - shown.length} more` : ''}`,
    );
  }
  return placed;
}

/** Whether a parameter is published without its first axis: gains and biases. */
export function isRow(name: string, shape: readonly number[]): boolean {
  return shape[0] === 1 && (name.endsWith('.bias') || name.endsWith('norm.weight'));
}

/** Bytes of all tensors. */
export function weightBytes(tensors: Iterable<PublishedTensor>): number {
  let bytes = 0;
  for (const { type, shape } of tensors) bytes += bytesOf[type] * sizeOf(shape);
  return bytes;
}

/** Numbers at the beginning of each tensor that its hash looks at. */
const hashed = 64;

/**
 * Names weights by their names, shapes and first numbers, which differ between two trainings of one model. The whole
 * would take seconds a gigabyte. 16 hexadecimal digits. @throws ClewError where one of these numbers is not finite
 */
export async function weightsHash(tensors: Readonly<Record<string, PublishedTensor>>): Promise<string> {
  const sum = createHash('sha256');
  for (const [name, { file, offset, type, shape }] of Object.entries(tensors)) {
    const first = new Float32Array(Math.min(hashed, sizeOf(shape)));
    await readTensor(file, type, offset, first);
    const stray = first.find(number => !Number.isFinite(number));
    if (stray !== undefined) throw new ClewError(`${file} is damaged: "${name}" holds ${stray}.`);
    sum.update(`${name} ${shape.join(',')} ${type}`).update(new Uint8Array(first.buffer));
  }
  return sum.digest('hex').slice(0, 16);
}
