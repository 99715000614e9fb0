import type Database from 'better-sqlite3';
import { ClewError } from '../../errors.ts';

/**
 * Do `work` in one transaction. When it fails, nothing of it is stored and everything before it stays.
 * @throws ClewError for a read-only store, a full disk, a locked and a damaged file, with what to do.
 */
export function written<T>(db: Database.Database, path: string, work: () => T, undo: () => void = () => {}): T {
  if (db.readonly) throw new ClewError(`${path} is open for reading only.`);
  try {
    return db.transaction(work).immediate();
  } catch (error) {
    undo();
    throw explained(error, path);
  }
}

/** Do `work`, which reads. @throws ClewError for a locked and a damaged file. */
export function readFrom<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw explained(error, path);
  }
}

/** What SQLite says of the disk, as a sentence to act on; any other error as it is. */
function explained(error: unknown, path: string): unknown {
  const { code = '', message = '' } = error as { code?: string; message?: string };
  if (code === 'SQLITE_FULL' || code.startsWith('SQLITE_IOERR')) {
    return new ClewError(
      `${path} could not be written (${message}): the disk is full, the file has reached a size limit, or the ` +
        `disk fails. What was stored before is safe; make room and run the same command again.`,
      { cause: error },
    );
  }
  if (code.startsWith('SQLITE_BUSY')) {
    return new ClewError(
      `${path} is locked by another program (${message}). Close that program, or end its transaction, and run the ` +
        `same command again.`,
      { cause: error },
    );
  }
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB') {
    return new ClewError(
      `${path} is damaged (${message}). Take a copy that is whole; "sqlite3 ${path} .recover" saves what can be saved.`,
      { cause: error },
    );
  }
  return error;
}

/** What cannot be read in a database, as a sentence. */
export function damaged(path: string, what: string, cause: unknown): ClewError {
  return new ClewError(
    `${path} is damaged: ${what} cannot be read (${(cause as Error).message}). Take a copy that is whole.`,
    { cause },
  );
}
