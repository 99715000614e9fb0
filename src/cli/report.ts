import { Command } from 'commander';
import { resultOf, reportData, writePlots, writeReport } from '../report/index.ts';
import { openStore } from '../trajectory/index.ts';
import { writeAtomically } from '../atomic-file.ts';
import { wholeNumber } from './options.ts';

interface Options {
  readonly out: string;
  readonly result?: string;
  readonly plots?: string;
  readonly title?: string;
  readonly sample: number;
  readonly arms?: readonly string[];
  readonly json?: boolean;
}

export function reportCommand(): Command {
  return new Command('report')
    .description('write a report of a database: one HTML page with tables, learning curves and trajectories to read')
    .argument('<database>', 'the database of evaluations, rollouts and training runs')
    .option('--out <file>', 'the page', 'report.html')
    .option('--result <file>', 'also write the figures as JSON')
    .option('--plots <folder>', 'also write every plot as an SVG file of its own')
    .option('--title <text>', 'its title; the names of the worlds if left out')
    .option('--sample <count>', 'trajectories to read, for each arm on each level', wholeNumber(0), 40)
    .option(
      '--arms <names>',
      'the arms in the order of tables and comparisons, with commas; others come last',
      (text: string) => text.split(',').map(name => name.trim()),
    )
    .option('--json', 'print the figures as JSON')
    .action(async (database: string, { out, result, plots, title, sample, arms, json }: Options) => {
      const store = openStore(database, { readonly: true });
      try {
        const data = reportData(store, { sample, ...(title !== undefined && { title }), ...(arms && { arms }) });
        // First, as it can be refused: no page is left of a command that failed.
        const drawn = plots === undefined ? [] : await writePlots(plots, data);
        const bytes = await writeReport(out, data, store);
        const figures = resultOf(data);
        const text = `${JSON.stringify(figures, null, 2)}\n`;
        if (result !== undefined) await writeAtomically(result, text);
        if (json) process.stdout.write(text);
        else {
          for (const conclusion of figures.conclusions) process.stdout.write(`${conclusion}\n`);
          const readable = data.episodes.readable.filter(Boolean).length;
          process.stdout.write(
            `${out}: ${data.episodes.id.length} episodes, ${readable} of them to read, ` +
              `${(bytes / 1e6).toFixed(1)} MB\n`,
          );
          if (plots !== undefined) process.stdout.write(`${plots}: ${drawn.length} plots\n`);
        }
      } finally {
        store.close();
      }
    });
}
