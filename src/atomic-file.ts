import { mkdir, open, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ClewError } from './errors.ts';

/** Tells apart the writes of this process. */
let writes = 0;

/**
 * Writes a file so that whoever reads it finds the old content or the new, whole, also after a crash or a power cut: a
 * file beside it is written and flushed to the disk, then takes its name. Folders that are missing are made. The file
 * keeps its permissions, a link stays a link, and of two writers at once the later one is whole. What is no file (a
 * terminal, a pipe, /dev/stdout) is simply written to.
 *
 * @param content the whole, or pieces of it, which are asked for one after the other; an error of theirs leaves all as
 *   it was
 * @throws ClewError when the disk is full or may not be written
 */
export async function writeAtomically(
  file: string,
  content: string | Uint8Array | Iterable<string | Uint8Array>,
): Promise<void> {
  const pieces = typeof content === 'string' || content instanceof Uint8Array ? [content] : content;
  const before = await stat(file).catch(() => undefined);
  if (before?.isDirectory()) throw new ClewError(`${file} is a folder: give the path of a file to write.`);
  if (before && !before.isFile()) {
    await writeFile(file, pieces).catch((error: unknown) => refuse(error, file));
    return;
  }
  const target = before ? await realpath(file) : path.resolve(file);
  const directory = path.dirname(target);
  const temporary = `${target}.${process.pid}-${++writes}.tmp`;
  try {
    await mkdir(directory, { recursive: true }).catch((error: unknown) => refuse(error, file));
    const handle = await open(temporary, 'w', before?.mode).catch((error: unknown) => refuse(error, file));
    try {
      for (const piece of pieces) await handle.writeFile(piece).catch((error: unknown) => refuse(error, file));
      await handle.sync().catch((error: unknown) => refuse(error, file));
    } finally {
      await handle.close();
    }
    await rename(temporary, target).catch((error: unknown) => refuse(error, file));
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw error;
  }
  // The new name is safe only once the directory is on the disk too; Windows has no such call.
  if (process.platform !== 'win32') {
    const handle = await open(directory);
    await handle.sync().finally(() => handle.close());
  }
}

const full = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);
const closed = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST']);

/** @throws what the system says of the disk, as a sentence to act on; any other error as it is */
function refuse(error: unknown, file: string): never {
  const { code = '', message = '' } = error as { code?: string; message?: string };
  if (full.has(code))
    throw new ClewError(
      `${file} could not be written (${message}): the disk is full, or the file has reached a size limit. ` +
        'What was there before is whole; make room and run the same command again.',
      { cause: error },
    );
  if (closed.has(code))
    throw new ClewError(
      `${file} cannot be written (${message}): choose another place, or change the permissions there.`,
      { cause: error },
    );
  throw error;
}
