import { stat } from 'node:fs/promises';
import path from 'node:path';
import { ClewError } from '../errors.ts';
import { writeAtomically } from '../atomic-file.ts';
import type { ReportData } from './data.ts';
import { plotFile } from './plots/draw.ts';
import { plotsOf } from './plots/index.ts';
import { lightColours } from './plots/palette.ts';

/**
 * Writes every plot of a report as an SVG file of its own: those of the page, drawn by the same functions, in the light
 * colours. Nothing is drawn by a browser.
 *
 * @example
 * import { openStore } from 'clew';
 * import { reportData, writePlots } from 'clew/report';
 *
 * const store = openStore('clew.db', { readonly: true });
 * for (const file of await writePlots('figures', reportData(store))) console.log(file);
 *
 * @param folder is made where it is not there; files of the same names are replaced.
 * @returns the files, in the order of the page.
 * @throws ClewError where there is nothing to draw, or the folder cannot be written to.
 */
export async function writePlots(folder: string, data: ReportData): Promise<string[]> {
  const plots = plotsOf(data);
  if (plots.length === 0)
    throw new ClewError(
      `${data.database} has no plots to write: nothing in it was measured, and no policy was trained. Play with ` +
        '`clew rollout` or `clew eval`, or train with `clew train rl`.',
    );
  const there = await stat(folder).catch(() => undefined);
  if (there && !there.isDirectory())
    throw new ClewError(`The plots go into a folder, and ${folder} is a file: give the name of a folder.`);
  const files = plots.map(plot => [path.join(folder, `${plot.name}.svg`), plot] as const);
  for (const [file, plot] of files)
    await writeAtomically(file, plotFile(plot, property => lightColours[property]!).svg);
  return files.map(([file]) => file);
}
