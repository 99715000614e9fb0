import { drawCalibration } from './draw-calibration.ts';
import { drawIntervals } from './draw-intervals.ts';
import { drawLines } from './draw-lines.ts';
import { drawMatrix } from './draw-matrix.ts';
import { type Canvas, type Drawing, smallType } from './drawing.ts';
import type { Plot } from './plot.ts';
import { linesOf, shape, type Shape, svgText, words } from './shape.ts';

export type { Canvas, Drawing } from './drawing.ts';

/** A plot without its title, as wide as the canvas; that of a calibration is always of one size. */
export function drawPlot(plot: Plot, canvas: Canvas): Drawing {
  switch (plot.kind) {
    case 'lines':
      return drawLines(plot, canvas);
    case 'intervals':
      return drawIntervals(plot, canvas);
    case 'calibration':
      return drawCalibration(plot, canvas);
    case 'matrix':
      return drawMatrix(plot, canvas);
  }
}

const typeface = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Liberation Sans', sans-serif";
const [margin, titleHeight, lineHeight] = [16, 24, 15];
const figureWidth = 680;

/** A plot as a figure of its own, as the text of an SVG file: with its title, what is drawn, and a legend. */
export function plotFile(plot: Plot, paint: Canvas['paint']): { svg: string; width: number; height: number } {
  const width = plot.kind === 'calibration' ? 360 : figureWidth;
  const inner = width - 2 * margin;
  const canvas: Canvas = { width: inner, paint };
  const notes = linesOf(plot.note, inner);
  const muted = { ...smallType, fill: paint('--muted') };
  const drawing = drawPlot(plot, canvas);
  const top = margin + titleHeight + notes.length * lineHeight;
  const legend = legendOf(plot, canvas);
  const height = top + drawing.height + (legend.height > 0 ? 14 + legend.height : 0) + margin;
  const svg = shape(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      'font-family': typeface,
      role: 'img',
    },
    shape('title', {}, plot.title),
    shape('rect', { width, height, fill: paint('--paper') }),
    words(margin, margin + 12, plot.title, { 'font-size': 15, 'font-weight': 600, fill: paint('--ink') }),
    ...notes.map((line, i) => words(margin, margin + titleHeight + 6 + i * lineHeight, line, muted)),
    shape('g', { transform: `translate(${margin} ${top})` }, ...drawing.shapes),
    shape('g', { transform: `translate(${margin} ${top + drawing.height + 14})` }, ...legend.shapes),
  );
  return { svg: `${svgText(svg)}\n`, width, height };
}

/** The names of lines in their colours, in as many rows as they take; for lines, what the axis is. */
function legendOf(plot: Plot, { width, paint }: Canvas): Drawing {
  if (plot.kind !== 'lines') return { height: 0, shapes: [] };
  const type = { 'font-size': 12, fill: paint('--ink') };
  let [x, row] = [0, 0];
  const shapes = plot.lines.flatMap(({ name, colour }): Shape[] => {
    const taken = 18 + 6.8 * name.length;
    if (x > 0 && x + taken > width) [x, row] = [0, row + 1];
    const at = x;
    x += taken + 16;
    return [
      shape('rect', { x: at, y: 18 * row, width: 11, height: 11, rx: 3, fill: paint(colour) }),
      words(at + 17, 18 * row + 10, name, type),
    ];
  });
  const axis = words(width, 0, 'iteration', { ...smallType, fill: paint('--muted'), 'text-anchor': 'end' });
  return { height: 18 * (row + 1), shapes: [axis, ...shapes] };
}
