import type Database from 'better-sqlite3';
import type { EpisodeId } from '../../ids.ts';
import { insertStepRows } from './insert.ts';
import { packedKinds, type Packed } from './packed.ts';
import type { Scores } from './scores.ts';
import type { Texts } from './texts.ts';
import type { Trajectories } from './trajectories.ts';

/** Episodes that are stored anew in one transaction: a killed process leaves each either as a row a step or packed. */
const atOnce = 200;

interface Parts {
  readonly db: Database.Database;
  readonly texts: Texts;
  readonly packed: Packed;
  readonly trajectories: Pick<Trajectories, 'get'>;
  readonly scores: Scores;
  readonly transaction: (work: () => void) => void;
}

/** Packs the episodes of trainings that have a row a step. */
export function packRows(parts: Parts): void {
  const { db, packed } = parts;
  const found = db.prepare(`select t.number, t.id, t.run from trajectories t join runs on runs.number = t.run
    where runs.kind in (${packedKinds.map(kind => `'${kind}'`).join(', ')})
      and not exists (select 1 from packed_steps p where p.trajectory = t.number) order by t.number`);
  const removed = ['steps', 'scores'].map(table => db.prepare(`delete from ${table} where trajectory = ?`));
  storeAnew(parts, found, ({ number, run }, steps) => {
    for (const each of removed) each.run(number);
    packed.insert(number, run, steps);
  });
  parts.transaction(() => {
    db.exec(`delete from texts where number not in (select initial_observation from trajectories
      union select initial_observation from forecasts
      union select admissible from steps where admissible is not null)`);
    parts.texts.rolledBack();
  });
}

/** Writes the steps of packed episodes as rows, for programs that ask the database in SQL. */
export function unpackRows(parts: Parts): void {
  const { db, packed } = parts;
  const found = db.prepare(`select t.number, t.id, t.run
    from trajectories t join packed_steps p on p.trajectory = t.number order by t.number`);
  const removed = ['packed_steps', 'packed_scores'].map(table =>
    db.prepare(`delete from ${table} where trajectory = ?`),
  );
  const insertRows = insertStepRows(db, parts.texts);
  storeAnew(parts, found, ({ number }, steps) => {
    for (const each of removed) each.run(number);
    insertRows(number, steps);
  });
  parts.transaction(() => {
    db.exec('delete from dictionaries');
    packed.rolledBack();
  });
}

interface Found {
  readonly number: number;
  readonly id: EpisodeId;
  readonly run: number;
}

/** Reads every found episode with its scores, and stores both again by `store`. */
function storeAnew(
  { trajectories, scores, transaction }: Parts,
  found: Database.Statement,
  store: (found: Found, steps: NonNullable<ReturnType<Trajectories['get']>>['steps']) => void,
): void {
  const all = found.all() as Found[];
  for (let from = 0; from < all.length; from += atOnce)
    transaction(() => {
      for (const each of all.slice(from, from + atOnce)) {
        const { steps } = trajectories.get(each.id)!;
        const paid = scores.of(each.id);
        store(each, steps);
        if (paid.length > 0) scores.put(each.id, paid);
      }
    });
}
