import { readFileSync } from 'node:fs';
import { ClewError } from './errors.ts';

/** A text file that a user has named. @throws ClewError where it cannot be read */
export function readText(file: string | URL): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw unreadable(file, error);
  }
}

/** What is wrong with a file that a user has named, by what the system says of reading it. */
export function unreadable(file: string | URL, error: unknown): ClewError {
  const { code, message } = error as NodeJS.ErrnoException;
  const what =
    code === 'EISDIR'
      ? 'is a folder: give the path of a file.'
      : code === 'EACCES' || code === 'EPERM'
        ? `may not be read (${code}): change its permissions, or name another file.`
        : `cannot be read: ${message}.`;
  return new ClewError(`${String(file)} ${what}`, { cause: error });
}
