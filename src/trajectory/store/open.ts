import { existsSync, realpathSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type Database from 'better-sqlite3';
import { ClewError } from '../../errors.ts';
import { applicationId, asCurrent, migrations } from './migrations.ts';
import { connect } from './sqlite.ts';
import { startsAsSqlite } from './starts-as-sqlite.ts';
import { viewsOfConnection } from './views.ts';
import { lockForWriting, type WriterLock } from './writer-lock.ts';

/** A connection, and for a writer the lock that keeps other writers out. */
export interface OpenDatabase {
  readonly db: Database.Database;
  readonly path: string;
  readonly readonly: boolean;
  close(): void;
}

/**
 * Open a Clew database. A writer creates the file when it is missing and brings an older schema up to date;
 * a reader changes nothing. Anything that is not a Clew database is left as it is.
 * @throws ClewError for another program's database, a newer schema, a second writer, a path that cannot be opened.
 */
export function openDatabase(path: string, readonly: boolean): OpenDatabase {
  if (path === ':memory:') {
    if (readonly) throw new ClewError('A database in memory starts empty: open it for writing.');
    const db = connect(path);
    prepare(db);
    migrate(db);
    db.exec(viewsOfConnection);
    return { db, path, readonly, close: () => void db.close() };
  }
  refuseWrongPath(path, readonly);
  const found = existsSync(path) ? schemaOf(path) : 0;
  if (readonly) return openReader(path, found);

  const lock = lockForWriting(existsSync(path) ? realpathSync(path) : resolve(path));
  try {
    return openWriter(path, lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

function openReader(path: string, found: number): OpenDatabase {
  if (found === 0) throw new ClewError(`${path} is an empty database: nothing has been stored in it yet.`);
  const db = connect(path, { readonly: true, fileMustExist: true });
  if (found < migrations.length) db.exec(asCurrent[found]!);
  db.exec(viewsOfConnection);
  return { db, path, readonly: true, close: () => void db.close() };
}

function openWriter(path: string, lock: WriterLock): OpenDatabase {
  const db = connect(path);
  try {
    prepare(db);
    migrate(db);
    db.exec(viewsOfConnection);
  } catch (error) {
    db.close();
    throw error;
  }
  return {
    db,
    path,
    readonly: false,
    close() {
      leaveOneFile(db);
      db.close();
      lock.release();
    },
  };
}

/**
 * Bytes of a page of a new database. A packed episode has two or three thousand, and a row does not cross pages: in
 * pages of 4096 a third of the space would stay empty.
 */
const pageSize = 8192;

function prepare(db: Database.Database): void {
  db.pragma(`page_size = ${pageSize}`);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = NORMAL');
  db.pragma('foreign_keys = ON');
  // A checkpoint waits for the disk: one every 32 MB rather than every 4 makes storing a third faster.
  db.pragma('wal_autocheckpoint = 4000');
}

/** Writes the whole file anew, without gaps and in pages of the size above, which a write-ahead log would not let change. */
export function writeAnew(db: Database.Database): void {
  db.pragma('journal_mode = DELETE');
  try {
    db.pragma(`page_size = ${pageSize}`);
    db.exec('vacuum');
  } finally {
    db.pragma('journal_mode = WAL');
  }
}

/**
 * A closed store is one file, which readers can open in a directory that they cannot write. With a reader still there
 * the log stays, but what was written goes from it into the file, which may then be copied. With a full disk all stays
 * as it is: nothing is lost.
 */
function leaveOneFile(db: Database.Database): void {
  db.pragma('busy_timeout = 0');
  for (const attempt of ['journal_mode = DELETE', 'wal_checkpoint(TRUNCATE)']) {
    try {
      db.pragma(attempt);
      return;
    } catch (error) {
      if (!/^SQLITE_(BUSY|FULL|IOERR)/.test((error as { code?: string }).code ?? '')) throw error;
    }
  }
}

function migrate(db: Database.Database): void {
  db.transaction(() => {
    const found = db.pragma('user_version', { simple: true }) as number;
    if (found === migrations.length) return;
    for (const sql of migrations.slice(found)) db.exec(sql);
    db.pragma(`application_id = ${applicationId}`);
    db.pragma(`user_version = ${migrations.length}`);
  }).immediate();
}

function refuseWrongPath(path: string, readonly: boolean): void {
  if (!existsSync(path)) {
    if (readonly) throw new ClewError(`There is no database at ${path}.`);
    if (!existsSync(dirname(resolve(path))))
      throw new ClewError(`${path} cannot be created: there is no directory ${dirname(resolve(path))}.`);
    return;
  }
  const stat = statSync(path);
  if (!stat.isFile()) throw new ClewError(`${path} is not a file: give the path of a database file.`);
  // SQLite takes an empty file for a new database.
  if (!startsAsSqlite(path) && stat.size > 0)
    throw new ClewError(
      `${path} is not a database: it does not start as an SQLite file does. To bring logs into a database, use: ` +
        `clew import ${path} --db FILE.`,
    );
}

/**
 * The schema of the database at `path`, 0 for an empty one. Looking must change nothing: where a write-ahead log is,
 * closing a connection that may write would move it into the file; where none is, a connection that may not write would
 * leave one behind.
 */
function schemaOf(path: string): number {
  const db = connect(path, { readonly: existsSync(`${path}-wal`), fileMustExist: true });
  try {
    const id = db.pragma('application_id', { simple: true }) as number;
    const version = db.pragma('user_version', { simple: true }) as number;
    if (id === applicationId) {
      if (version <= migrations.length) return version;
      throw new ClewError(
        `${path} was written by a newer Clew (schema ${version}, this one knows ${migrations.length}). Update ` +
          `Clew to open it; nothing was changed.`,
      );
    }
    if (id === 0 && version === 0 && db.prepare('select count(*) from sqlite_master').pluck().get() === 0) return 0;
    throw new ClewError(
      `${path} is an SQLite database of another program, not of Clew (application_id ${id}). Choose another file; ` +
        `nothing was changed.`,
    );
  } catch (error) {
    if (error instanceof ClewError) throw error;
    throw new ClewError(`${path} cannot be read as a database: ${(error as Error).message}.`, { cause: error });
  } finally {
    db.close();
  }
}
