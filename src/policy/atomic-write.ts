import { mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';

/**
 * Writes a file so that whoever reads it finds the old content or the new, whole, also after a crash or a power cut:
 * a file beside it is written and flushed to the disk, then takes its name.
 */
export async function writeAtomically(file: string, bytes: Uint8Array): Promise<void> {
  const directory = path.dirname(path.resolve(file));
  await mkdir(directory, { recursive: true });
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    const handle = await open(temporary, 'w');
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  // The new name is safe only once the directory is on the disk too; Windows has no such call.
  if (process.platform !== 'win32') {
    const handle = await open(directory);
    await handle.sync().finally(() => handle.close());
  }
}
