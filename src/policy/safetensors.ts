import { type FileHandle, open } from 'node:fs/promises';
import { z } from 'zod';
import { writeAtomically } from '../atomic-file.ts';
import { ClewError } from '../errors.ts';
import { bytesOf, narrow, type NumberType, numberTypes, widen } from './number-types.ts';

/** Named float32 tensors and texts beside them: what a safetensors file holds. */
export interface Safetensors {
  tensors: Record<string, { shape: readonly number[]; data: Float32Array }>;
  metadata: Record<string, string>;
}

/** Where a tensor lies in a file: bytes `from` to `to`, counted from the beginning of the numbers. */
export interface StoredTensor {
  type: NumberType;
  shape: number[];
  from: number;
  to: number;
}

/** A file's header: what it holds and where, without the numbers. */
export interface SafetensorsHeader {
  tensors: Record<string, StoredTensor>;
  metadata: Record<string, string>;
  /** The byte of the file at which the numbers begin. */
  start: number;
}

const headerSchema = z.record(
  z.string(),
  z.union([
    z.strictObject({
      dtype: z.string(),
      shape: z.array(z.int().nonnegative()),
      data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
    }),
    z.record(z.string(), z.string()),
  ]),
);

/** How Git LFS begins what it leaves in the place of a file. */
const pointer = 'version https://git-lfs';

/** What is written of a tensor at once, in numbers. */
const pieceLength = 2 ** 24;

/**
 * Writes a safetensors file, whole or not at all: the header's length (8 bytes, little-endian), the header as JSON, the
 * numbers, narrowed to `type`. It goes out in pieces, so that no size is too large.
 */
export function writeSafetensors(
  file: string,
  { tensors, metadata }: Safetensors,
  type: NumberType = 'F32',
): Promise<void> {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let offset = 0;
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    const to = offset + bytesOf[type] * data.length;
    header[name] = { dtype: type, shape, data_offsets: [offset, to] };
    offset = to;
  }
  const json = Buffer.from(JSON.stringify(header));
  // Readers map the numbers straight into memory, so they begin at a multiple of 8.
  const start = Buffer.alloc(8 + Math.ceil(json.length / 8) * 8, ' ');
  start.writeBigUInt64LE(BigInt(start.length - 8), 0);
  json.copy(start, 8);
  function* pieces(): Generator<Uint8Array> {
    yield start;
    for (const { data } of Object.values(tensors))
      for (let at = 0; at < data.length; at += pieceLength) yield narrow(data.subarray(at, at + pieceLength), type);
  }
  return writeAtomically(file, pieces());
}

/** Reads a file's header alone, however large the file. Throws when it is no safetensors file or is cut short. */
export function readSafetensorsHeader(file: string): Promise<SafetensorsHeader> {
  return withFile(file, handle => readHeader(handle, file));
}

/** Reads a whole file, widened to float32. Throws when it is no safetensors file or is cut short. */
export function readSafetensors(file: string): Promise<Safetensors> {
  return withFile(file, async handle => {
    const { tensors, metadata, start } = await readHeader(handle, file);
    const read: Safetensors['tensors'] = {};
    for (const [name, { type, shape, from, to }] of Object.entries(tensors)) {
      const data = new Float32Array((to - from) / bytesOf[type]);
      await readNumbers(handle, file, type, start + from, data);
      read[name] = { shape, data };
    }
    return { tensors: read, metadata };
  });
}

/** Reads one tensor from a byte of a file on, widened to float32, into an array of its size. */
export function readTensor(file: string, type: NumberType, offset: number, into: Float32Array): Promise<void> {
  return withFile(file, handle => readNumbers(handle, file, type, offset, into));
}

async function withFile<R>(file: string, read: (handle: FileHandle) => Promise<R>): Promise<R> {
  let handle;
  try {
    handle = await open(file);
  } catch (error) {
    throw new ClewError(`The file ${file} cannot be read: ${(error as Error).message}`, { cause: error });
  }
  try {
    return await read(handle);
  } finally {
    await handle.close();
  }
}

async function readHeader(handle: FileHandle, file: string): Promise<SafetensorsHeader> {
  const stat = await handle.stat();
  if (stat.isDirectory()) throw new ClewError(`${file} is a folder, and no safetensors file.`);
  const { size } = stat;
  if (size === 0) throw new ClewError(`${file} is empty, so it is not a safetensors file. Take a copy that is whole.`);
  const first = Buffer.alloc(Math.min(size, pointer.length));
  await readInto(first, handle, file, 0);
  if (first.toString() === pointer)
    throw new ClewError(`${file} holds no numbers: it is what Git leaves of a large file. Fetch it with: git lfs pull`);
  const length = size < 8 ? Infinity : Number(first.readBigUInt64LE());
  if (length > 100_000_000) throw new ClewError(`${file} is not a safetensors file.`);
  if (size < 8 + length) throw truncated(file, size, 8 + length);
  const json = Buffer.alloc(length);
  await readInto(json, handle, file, 8);
  const header = { ...parseHeader(file, json.toString()), start: 8 + length };
  const end = checkedEnd(file, header);
  if (size < header.start + end) throw truncated(file, size, header.start + end);
  return header;
}

async function readNumbers(
  handle: FileHandle,
  file: string,
  type: NumberType,
  offset: number,
  into: Float32Array,
): Promise<void> {
  if (type === 'F32') {
    await readInto(new Uint8Array(into.buffer, into.byteOffset, into.byteLength), handle, file, offset);
    return;
  }
  for (let at = 0; at < into.length; at += pieceLength) {
    const piece = new Uint16Array(Math.min(pieceLength, into.length - at));
    await readInto(new Uint8Array(piece.buffer), handle, file, offset + bytesOf[type] * at);
    widen(piece, type, into.subarray(at, at + piece.length));
  }
}

/**
 * Most bytes that are asked for at once. An operating system gives at most 2 GiB, and may give fewer than it was asked
 * for.
 */
const mostAtOnce = 2 ** 30;

/** Fills an array from a place in a file. */
async function readInto(bytes: Uint8Array, handle: FileHandle, file: string, from: number): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    const { bytesRead } = await handle.read(bytes, at, Math.min(mostAtOnce, bytes.length - at), from + at);
    if (bytesRead === 0) throw truncated(file, from + at, from + bytes.length);
    at += bytesRead;
  }
}

/**
 * Where the numbers end. As the format has it, tensors lie one after the other, in any order of names, without a gap:
 * what overlaps would be read twice, and what lies between belongs to nobody.
 */
function checkedEnd(file: string, { tensors }: Pick<SafetensorsHeader, 'tensors'>): number {
  let end = 0;
  let before: string | undefined;
  for (const [name, { from, to }] of Object.entries(tensors).toSorted(
    ([, a], [, b]) => a.from - b.from || a.to - b.to,
  )) {
    if (from !== end)
      throw new ClewError(
        `${file} is damaged: the tensor "${name}" begins at byte ${from}, and ${end} would ` +
          `${before === undefined ? 'be the first' : `follow on "${before}"`}. Use an earlier checkpoint, or write ` +
          `the file again.`,
      );
    end = to;
    before = name;
  }
  return end;
}

function parseHeader(file: string, json: string): Omit<SafetensorsHeader, 'start'> {
  let parsed;
  try {
    parsed = headerSchema.parse(JSON.parse(json));
  } catch (error) {
    throw new ClewError(`${file} is not a safetensors file: its header cannot be read.`, { cause: error });
  }
  const header: Omit<SafetensorsHeader, 'start'> = { tensors: {}, metadata: {} };
  for (const [name, entry] of Object.entries(parsed)) {
    if (name === '__metadata__') header.metadata = entry as Record<string, string>;
    else {
      const {
        dtype,
        shape,
        data_offsets: [from, to],
      } = entry as { dtype: string; shape: number[]; data_offsets: [number, number] };
      const type = numberTypes.find(type => type === dtype);
      if (!type)
        throw new ClewError(
          `${file}: the tensor "${name}" holds numbers of type ${dtype}; Clew reads ${numberTypes.join(', ')}.`,
        );
      const bytes = bytesOf[type] * shape.reduce((product, n) => product * n, 1);
      if (to - from !== bytes)
        throw new ClewError(
          `${file}: the tensor "${name}" has ${to - from} bytes; ${type} of shape [${shape.join(', ')}] takes ${bytes}.`,
        );
      header.tensors[name] = { type, shape, from, to };
    }
  }
  return header;
}

function truncated(file: string, size: number, wanted: number): ClewError {
  return new ClewError(
    `${file} is cut short: it has ${size} bytes of at least ${wanted}. Use an earlier checkpoint, or fetch the file again.`,
  );
}
