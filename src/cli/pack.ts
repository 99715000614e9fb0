import { existsSync, statSync } from 'node:fs';
import { Command } from 'commander';
import { UsageError } from '../errors.ts';
import { openStore } from '../trajectory/index.ts';

/** `clew pack DB`: a database made as small as it can be, or made ready for SQL. */
export function packCommand(): Command {
  return new Command('pack')
    .summary('make a database as small as it can be')
    .description(
      'Make a database as small as it can be. Episodes of trainings that an older version stored with a row a step ' +
        'are packed, each into one compressed piece. What Clew reads of them stays the same.',
    )
    .argument('<db>', 'the database')
    .option('--rows', 'the other way: write the steps of packed episodes as rows, for programs that ask in SQL')
    .action((db: string, { rows }: { rows?: boolean }) => {
      if (!existsSync(db)) throw new UsageError(`There is no database ${db}.`);
      const before = statSync(db).size;
      const store = openStore(db);
      try {
        if (rows) store.unpack();
        else store.pack();
      } finally {
        store.close();
      }
      process.stdout.write(`${db}: ${mebibytes(before)} before, ${mebibytes(statSync(db).size)} now\n`);
    });
}

const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
