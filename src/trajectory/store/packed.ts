import type Database from 'better-sqlite3';
import type { Step } from '../schema.ts';
import { deflateWindow, packSteps, textOf, unpackSteps, type PackedSteps } from './packed-format.ts';
import type { RunKind } from './runs.ts';
import type { Lists } from './step-rows.ts';
import { rateColumns, ratesOf } from './views.ts';
import { damaged } from './written.ts';

/**
 * Whose episodes are packed: those that a training plays, which are many and read little. All others keep a row a step,
 * for SQL.
 */
export const packedKinds: readonly RunKind[] = ['sft', 'rl'];

/** Steps that stand in one compressed piece an episode, in `packed_steps`. */
export interface Packed {
  /**
   * Pack the steps of a trajectory of a run, inside a transaction of the caller's. The texts of a run's first episodes
   * are the dictionary of all later ones: what comes back in them (places, thoughts, lists of commands) costs next to
   * nothing.
   */
  insert(trajectory: number, run: number, steps: readonly Step[]): void;
  /** @throws ClewError when the piece is damaged. */
  read(trajectory: number): Step[];
  /** Forget what was made since the last commit, because the transaction was rolled back. */
  rolledBack(): void;
}

export function packedOf(db: Database.Database, path: string, lists: Lists): Packed {
  const readOne = db.prepare(`select p.steps, p.log_probabilities, p.dictionary, t.id
    from packed_steps p join trajectories t on t.number = p.trajectory where p.trajectory = ?`);
  const readDictionary = db.prepare('select bytes from dictionaries where run = ?').pluck();
  const dictionaries = new Map<number, Buffer | null>();

  const dictionaryOf = (run: number): Buffer | null => {
    const known = dictionaries.get(run);
    if (known !== undefined) return known;
    const bytes = (readDictionary.get(run) as Buffer | undefined) ?? null;
    dictionaries.set(run, bytes);
    return bytes;
  };
  let insert: Packed['insert'] | undefined;

  return {
    insert(trajectory, run, steps) {
      insert ??= insertInto(db, dictionaries, dictionaryOf);
      insert(trajectory, run, steps);
    },
    read(trajectory) {
      const { id, dictionary, ...packed } = readOne.get(trajectory) as PackedSteps & {
        id: string;
        dictionary: number | null;
      };
      try {
        return unpackSteps(packed, dictionary === null ? null : dictionaryOf(dictionary), lists);
      } catch (error) {
        throw damaged(path, `the packed steps of trajectory ${id}`, error);
      }
    },
    rolledBack: () => dictionaries.clear(),
  };
}

/** What `clew_unpacked` takes for no dictionary. */
const none = Buffer.alloc(0);

/** Made when something is first written, because a reader's tables may be views. */
function insertInto(
  db: Database.Database,
  dictionaries: Map<number, Buffer | null>,
  dictionaryOf: (run: number) => Buffer | null,
): Packed['insert'] {
  const insertOne = db.prepare(`insert into packed_steps
    (trajectory, dictionary, steps, log_probabilities, ${rateColumns.join(', ')})
    select ?, ?, ?, ?, * from (${ratesOf('select 0 as trajectory, u.* from clew_unpacked(?, ?) u')})`);
  const firstOf = db
    .prepare(
      `select p.steps from packed_steps p join trajectories t on t.number = p.trajectory
      where t.run = ? and p.dictionary is null order by p.trajectory`,
    )
    .pluck();
  const insertDictionary = db.prepare('insert into dictionaries (run, bytes) values (?, ?)');

  return (trajectory, run, steps) => {
    const dictionary = dictionaryOf(run);
    const packed = packSteps(steps, dictionary);
    const { steps: bytes, log_probabilities: drawn } = packed;
    insertOne.run(trajectory, dictionary && run, bytes, drawn, bytes, dictionary ?? none);
    if (dictionary !== null) return;
    const first = Buffer.concat((firstOf.all(run) as Buffer[]).map(each => textOf(each)));
    if (first.length < deflateWindow) return;
    const made = first.subarray(-deflateWindow);
    insertDictionary.run(run, made);
    dictionaries.set(run, made);
  };
}
