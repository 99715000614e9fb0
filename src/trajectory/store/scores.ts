import type Database from 'better-sqlite3';
import { ClewError } from '../../errors.ts';
import type { EpisodeId } from '../../ids.ts';
import { jsonText } from './json.ts';
import { compress, unpacked } from './packed-format.ts';
import { damaged, written } from './written.ts';

/** What a method gave each step of a trajectory: a part of its reward, or an advantage. */
export interface Score {
  /** The method with its preset: `rlvmr:fixed`. */
  readonly method: string;
  readonly kind: 'reward' | 'advantage';
  /** The named part, such as `planning` or `outcome`; `total` for the sum. */
  readonly part: string;
  /** One finite number a step. */
  readonly steps: readonly number[];
}

/** Scores follow from trajectories and can be computed again at any time; they are kept for reports and for reading. */
export interface Scores {
  /**
   * Keep the scores of a trajectory. A score of the same method, kind and part is replaced.
   * @throws ClewError when the trajectory is not stored, or a score has not one finite number a step.
   */
  put(trajectory: EpisodeId, scores: readonly Score[]): void;
  /** The scores of a trajectory, ordered by method, kind and part. */
  of(trajectory: EpisodeId, method?: string): Score[];
}

export function scoresOf(db: Database.Database, path: string): Scores {
  const find = db.prepare(`select number, steps,
    exists (select 1 from packed_steps p where p.trajectory = number) as packed from trajectories where id = ?`);
  const readRows = db.prepare(`select method, kind, part, steps from scores where trajectory = ?
    order by method, kind, part`);
  const readPacked = db.prepare('select scores from packed_scores where trajectory = ?').pluck();
  const all = ({ number, packed }: Found, trajectory: EpisodeId): Score[] => {
    if (!packed)
      return (readRows.all(number) as (Omit<Score, 'steps'> & { steps: string })[]).map(row => ({
        ...row,
        steps: JSON.parse(row.steps) as number[],
      }));
    const bytes = readPacked.get(number) as Buffer | undefined;
    try {
      return bytes === undefined ? [] : (unpacked(bytes) as Score[]);
    } catch (error) {
      throw damaged(path, `the packed scores of trajectory ${trajectory}`, error);
    }
  };
  let insert: ReturnType<typeof insertInto> | undefined;
  return {
    put: (trajectory, scores) =>
      written(db, path, () => {
        const found = find.get(trajectory) as Found | undefined;
        if (!found) throw new ClewError(`${path} has no trajectory ${trajectory} to keep scores of.`);
        for (const score of scores) {
          const { steps } = score;
          if (steps.length !== found.steps)
            throw new ClewError(
              `The ${nameOf(score, trajectory)} has ${steps.length} numbers for ${found.steps} steps: it needs one a step.`,
            );
        }
        insert ??= insertInto(db);
        insert(found, trajectory, scores, () => all(found, trajectory));
      }),
    of(trajectory, method) {
      const found = find.get(trajectory) as Found | undefined;
      if (!found) return [];
      const scores = all(found, trajectory);
      return method === undefined ? scores : scores.filter(score => score.method === method);
    },
  };
}

interface Found {
  number: number;
  steps: number;
  packed: number;
}

const nameOf = ({ method, part, kind }: Score, trajectory: EpisodeId): string =>
  `${method} ${part} ${kind} of trajectory ${trajectory}`;

/**
 * Stores scores as rows, or in one piece beside packed steps. Made when something is first written, because a reader's
 * tables may be views.
 */
function insertInto(
  db: Database.Database,
): (found: Found, trajectory: EpisodeId, scores: readonly Score[], before: () => Score[]) => void {
  const replace = db.prepare(
    'insert or replace into scores (trajectory, method, kind, part, steps) values (?, ?, ?, ?, ?)',
  );
  const replacePacked = db.prepare('insert or replace into packed_scores (trajectory, scores) values (?, ?)');
  return ({ number, packed }, trajectory, scores, before) => {
    const texts = scores.map(score => jsonText(score.steps, nameOf(score, trajectory)));
    if (!packed) {
      for (const [i, { method, kind, part }] of scores.entries()) replace.run(number, method, kind, part, texts[i]!);
      return;
    }
    const key = ({ method, kind, part }: Score): string => [method, kind, part].join('\0');
    const merged = new Map([...before(), ...scores].map(score => [key(score), score]));
    const ordered = [...merged].toSorted(([a], [b]) => (a < b ? -1 : 1));
    replacePacked.run(
      number,
      compress(ordered.map(([, { method, kind, part, steps }]) => ({ method, kind, part, steps }))),
    );
  };
}
