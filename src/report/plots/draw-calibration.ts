import { counted, percent } from '../numbers.ts';
import { type Canvas, type Drawing, smallType } from './drawing.ts';
import type { CalibrationPlot } from './plot.ts';
import { shape, words } from './shape.ts';

const [size, margin] = [240, 32];

/** Shares won over shares foretold, with intervals; the larger a point, the more forecasts. */
export function drawCalibration({ points }: CalibrationPlot, { paint }: Canvas): Drawing {
  const along = (share: number): number => margin + share * (size - 2 * margin);
  const up = (share: number): number => size - along(share);
  const most = Math.max(1, ...points.map(({ forecasts }) => forecasts));
  const [ink, muted] = [paint('--ink'), paint('--muted')];
  const line = (x1: number, y1: number, x2: number, y2: number, dashes?: string) =>
    shape('line', { x1, y1, x2, y2, stroke: muted, 'stroke-dasharray': dashes });
  const type = { ...smallType, fill: muted, 'text-anchor': 'middle' };
  return {
    height: size,
    shapes: [
      line(along(0), up(0), along(1), up(0)),
      line(along(0), up(0), along(0), up(1)),
      line(along(0), up(0), along(1), up(1), '4 4'),
      ...[0, 0.5, 1].flatMap(share => [
        words(along(share), up(0) + 14, percent(share, 0), type),
        words(margin - 4, up(share) + 4, percent(share, 0), { ...type, 'text-anchor': 'end', 'font-size': 9 }),
      ]),
      words(size / 2, size - 3, 'foretold', type),
      words(along(0) + 6, up(1) - 6, 'won', { ...type, 'text-anchor': 'start' }),
      ...points.map(({ foretold, won, low, high, forecasts }) =>
        shape(
          'g',
          {},
          shape(
            'title',
            {},
            `foretold ${percent(foretold)}: ${percent(won)} won, ${percent(low)} to ${percent(high)}; ` +
              counted(forecasts, 'forecast'),
          ),
          line(along(foretold), up(low), along(foretold), up(high)),
          shape('circle', { cx: along(foretold), cy: up(won), r: 2 + 5 * Math.sqrt(forecasts / most), fill: ink }),
        ),
      ),
    ],
  };
}
