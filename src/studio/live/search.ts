import { openDatabase } from '../../trajectory/store/open.ts';

/** Trajectories that a search finds at most. */
const mostFound = 2000;

/**
 * Ids of the trajectories in whose thoughts, commands or observations a text occurs; case does not matter for the
 * letters a to z.
 */
export function searchTrajectories(path: string, text: string): string[] {
  const database = openDatabase(path, true);
  try {
    const pattern = `%${text.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
    return database.db
      .prepare(`select id from trajectories where number in (
        select trajectory from all_steps
        where thought like @pattern escape '\\' or command like @pattern escape '\\'
          or observation like @pattern escape '\\'
    ) order by number limit ${mostFound}`)
      .pluck()
      .all({ pattern }) as string[];
  } finally {
    database.close();
  }
}
