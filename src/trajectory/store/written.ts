import type Database from 'better-sqlite3';
import { ClewError } from '../../errors.ts';

/**
 * Do `work` in one transaction. When it fails, nothing of it is stored and everything before it stays.
 * @throws ClewError for a read-only store, a full disk and a disk that fails, with what to do.
 */
export function written<T>(db: Database.Database, path: string, work: () => T, undo: () => void = () => {}): T {
  if (db.readonly) throw new ClewError(`${path} is open for reading only.`);
  try {
    return db.transaction(work).immediate();
  } catch (error) {
    undo();
    const code = (error as { code?: string }).code ?? '';
    if (code === 'SQLITE_FULL' || code.startsWith('SQLITE_IOERR')) {
      throw new ClewError(`${path} could not be written (${(error as Error).message}): the disk is full, the file has reached a size limit, or the disk fails. What was stored before is safe; make room and run the same command again.`, { cause: error });
    }
    throw error;
  }
}
