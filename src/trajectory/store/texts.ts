import { createHash } from 'node:crypto';
import type Database from 'better-sqlite3';

/** How many texts a connection remembers, so that the usual repeat costs no query. */
const remembered = 20_000;

/** Long texts that come back often, each stored once and named by its number. */
export interface Texts {
  /** The number of a text, which is stored when it is new. Call it inside the transaction that uses the number. */
  intern(text: string): number;
  /** The text with this number. */
  get(number: number): string;
  /** Forget what was interned since the last commit, because the transaction was rolled back. */
  rolledBack(): void;
}

export function textsOf(db: Database.Database): Texts {
  const find = db.prepare('select number from texts where hash = ?').pluck();
  const insert = db.prepare('insert into texts (hash, text) values (?, ?)');
  const read = db.prepare('select text from texts where number = ?').pluck();
  const numbers = new Map<string, number>();
  const texts = new Map<number, string>();
  return {
    intern(text) {
      const known = numbers.get(text);
      if (known !== undefined) return known;
      // 128 bits of SHA-256: equal hashes of different texts are not to be expected in any store.
      const hash = createHash('sha256').update(text).digest().subarray(0, 16);
      const number = (find.get(hash) as number | undefined) ?? Number(insert.run(hash, text).lastInsertRowid);
      if (numbers.size >= remembered) numbers.clear();
      numbers.set(text, number);
      return number;
    },
    get(number) {
      const known = texts.get(number);
      if (known !== undefined) return known;
      const text = read.get(number) as string;
      if (texts.size >= remembered) texts.clear();
      texts.set(number, text);
      return text;
    },
    rolledBack: () => numbers.clear(),
  };
}
