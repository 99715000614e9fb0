import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { measure, openStore, type Store } from 'clew';
import type { Interval, Rate } from '../../src/metrics/rate.ts';
import { markdownTable } from '../../src/metrics/text-table.ts';
import { withSections } from './sections.ts';

/**
 * The table of the trained policies in docs/results/metacognition.md, from the folder of their study:
 *
 *     npm run build
 *     npx clew study docs/results/metacognition/asking.yaml --out runs/household-asks
 *     npx jiti scripts/results/asking.ts --study runs/household-asks
 */

const page = path.join(import.meta.dirname, '../../docs/results/metacognition.md');

/** A row an evaluated policy and level, in the order of the levels; every share with Wilson's interval. */
export function askingTableOf(store: Store): string {
  const rows = store.runs
    .list()
    .filter(({ kind, status }) => kind === 'evaluation' && status === 'done')
    .map(({ id, config }) => {
      const { arm, seed, level } = config as { arm: string; seed: number | null; level: string };
      const { success, asking, steps } = measure(store.trajectories.select({ run: id }));
      if (!asking) throw new Error(`The episodes of ${id} say nothing of asking.`);
      const { recall, falseAsks, onTheMatter, askedAndWon, lucky, declinedImpossible } = asking.shares;
      const f1 =
        asking.f1.value === null
          ? '–'
          : `${asking.f1.value.toFixed(3)}${bracket(asking.f1.interval, end => end.toFixed(3))}`;
      return {
        level,
        cells: [
          level,
          seed === null ? arm : `${arm}, seed ${seed}`,
          share(success),
          steps.all.value!.toFixed(1),
          share(recall),
          share(falseAsks),
          f1,
          share(onTheMatter),
          share(askedAndWon),
          share(lucky),
          share(declinedImpossible),
        ],
      };
    })
    .toSorted((a, b) => (a.level < b.level ? -1 : a.level > b.level ? 1 : 0));
  return markdownTable(
    [
      'level',
      'player',
      'success',
      'steps',
      'recall',
      'false asks',
      'F1',
      'first question right',
      'asked rightly and won',
      'lucky',
      'declines what cannot be done',
    ],
    rows.map(({ cells }) => cells),
  );
}

function share({ value, numerator, denominator, interval }: Rate): string {
  if (value === null) return '–';
  return `${(100 * value).toFixed(1)} %${bracket(interval, end => (100 * end).toFixed(1))}, ${numerator}/${denominator}`;
}

function bracket(interval: Interval | null, text: (end: number) => string): string {
  return interval ? ` [${text(interval.low)}, ${text(interval.high)}]` : '';
}

function main(): void {
  const { study } = parseArgs({ options: { study: { type: 'string', default: 'runs/household-asks' } } }).values;
  const store = openStore(path.join(study, 'clew.db'), { readonly: true });
  const asking = askingTableOf(store);
  store.close();
  writeFileSync(page, withSections(readFileSync(page, 'utf8'), { asking }));
}

if (process.argv[1] === import.meta.filename) main();
