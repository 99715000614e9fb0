import { closeSync, openSync, readSync } from 'node:fs';
import { unreadable } from '../../read-file.ts';

const magic = 'SQLite format 3\0';

/** Whether a file is an SQLite database, by its first bytes. @throws ClewError where it cannot be read */
export function startsAsSqlite(path: string): boolean {
  const start = Buffer.alloc(magic.length);
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    readSync(file, start, 0, start.length, 0);
    return start.toString('latin1') === magic;
  } catch (error) {
    throw unreadable(path, error);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
