import { createRequire } from 'node:module';
import type Database from 'better-sqlite3';
import { ClewError } from '../../errors.ts';
import { withFunctions } from './views.ts';

let driver: typeof Database | undefined;

/**
 * A connection by better-sqlite3, which is loaded with the first one: it is machine code, and who only writes a world
 * should not need it.
 * @throws ClewError when it does not load on this machine.
 */
export function connect(path: string, options: Database.Options = {}): Database.Database {
  driver ??= load();
  return withFunctions(new driver(path, options));
}

function load(): typeof Database {
  try {
    const module = createRequire(import.meta.url)('better-sqlite3') as typeof Database;
    new module(':memory:').close();
    return module;
  } catch (error) {
    const reason = (error as Error).message.split('\n')[0];
    throw new ClewError(
      `better-sqlite3, which keeps trajectories, does not load here (${reason}). Run: npm rebuild better-sqlite3`,
      { cause: error },
    );
  }
}
