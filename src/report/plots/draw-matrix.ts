import { percent } from '../numbers.ts';
import { type Canvas, type Drawing, smallType } from './drawing.ts';
import type { MatrixPlot } from './plot.ts';
import { fitting, shape, words } from './shape.ts';

const [headHeight, rowHeight, countWidth] = [22, 30, 56];

/** A cell for each row and column: its share of the row, as a figure and as depth of colour. */
export function drawMatrix({ columns, rows }: MatrixPlot, { width, paint }: Canvas): Drawing {
  const left = Math.min(120, Math.round(0.28 * width));
  const cell = (width - left - countWidth) / columns.length;
  const muted = { ...smallType, fill: paint('--muted') };
  const type = { 'font-size': 12, fill: paint('--ink') };
  return {
    height: headHeight + rows.length * rowHeight,
    shapes: [
      ...columns.map(({ name }, c) =>
        words(left + (c + 0.5) * cell, 14, fitting(name, cell), { ...muted, 'text-anchor': 'middle' }),
      ),
      words(width, 14, 'steps', { ...muted, 'text-anchor': 'end' }),
      ...rows.flatMap(({ name, counts }, r) => {
        const top = headHeight + r * rowHeight;
        const total = counts.reduce((sum, count) => sum + count, 0);
        return [
          words(0, top + 19, fitting(name, left - 8, 6.6), type),
          ...counts.flatMap((count, c) => [
            shape('rect', {
              x: left + c * cell + 1,
              y: top + 1,
              width: cell - 2,
              height: rowHeight - 2,
              rx: 6,
              fill: paint(columns[c]!.colour),
              'fill-opacity': (0.62 * count) / total,
            }),
            words(left + (c + 0.5) * cell, top + 19, percent(count / total, 0), { ...type, 'text-anchor': 'middle' }),
          ]),
          words(width, top + 19, total.toLocaleString('en'), { ...type, 'text-anchor': 'end' }),
        ];
      }),
    ],
  };
}
