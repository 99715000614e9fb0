import { axisLabels, axisPlaces, axisRange } from './axis.ts';
import { type Canvas, type Drawing, smallType } from './drawing.ts';
import type { Line, LinePlot } from './plot.ts';
import { pathOf, shape, type Shape, words } from './shape.ts';

const [left, right, top, below] = [50, 10, 8, 24];

/** Places on the drawing of a place in the data. */
interface Scales {
  readonly x: (iteration: number) => number;
  readonly y: (value: number) => number;
}

/** Lines over iterations, with axes. */
export function drawLines(plot: LinePlot, { width, paint }: Canvas): Drawing {
  const height = plot.legend ? 220 : 190;
  const [low, high] = rangeOf(plot);
  const [first, last] = [plot.x[0] ?? 0, plot.x.at(-1) ?? 1];
  const [from, to] = first === last ? [first - 1, last + 1] : [first, last];
  const bottom = height - below;
  const scales: Scales = {
    x: iteration => left + ((width - left - right) * (iteration - from)) / (to - from),
    y: value => bottom - ((bottom - top) * (value - low)) / (high - low),
  };
  const xPlaces = axisPlaces(from, to, Math.max(2, Math.floor((width - left - right) / 60)), true);
  const yPlaces = axisPlaces(low, high, 5);
  const yLabels = axisLabels(yPlaces, plot.share);
  const muted = { ...smallType, fill: paint('--muted') };
  const grid = { stroke: paint('--line'), 'stroke-width': 1 };
  return {
    height,
    across: plot.x.map(scales.x),
    area: { top, bottom },
    shapes: [
      ...yPlaces.flatMap((place, i) => [
        shape('line', { x1: left, x2: width - right, y1: scales.y(place), y2: scales.y(place), ...grid }),
        words(left - 7, scales.y(place) + 4, yLabels[i]!, { ...muted, 'text-anchor': 'end' }),
      ]),
      ...xPlaces.flatMap(place => [
        shape('line', { x1: scales.x(place), x2: scales.x(place), y1: top, y2: bottom + 4, ...grid }),
        words(scales.x(place), bottom + 17, String(place), { ...muted, 'text-anchor': 'middle' }),
      ]),
      ...plot.lines.flatMap((line, i) => drawLine(plot, line, plot.lines[i - 1], scales, paint)),
    ],
  };
}

/** The ends of the y axis: those that are given, or those that the values need. */
export function rangeOf({ lines, range, share }: Pick<LinePlot, 'lines' | 'range' | 'share'>): [number, number] {
  if (range) return [...range];
  const all = lines
    .flatMap(({ values, low, high }) => [...values, ...(low ?? []), ...(high ?? [])])
    .filter(value => value !== null);
  // Thousands of values are too many arguments for Math.min.
  const [least, most] = all.reduce<[number, number]>(
    ([lowest, highest], value) => [Math.min(lowest, value), Math.max(highest, value)],
    [Infinity, -Infinity],
  );
  return all.length === 0 ? axisRange(null, null, share) : axisRange(least, most, share);
}

function drawLine(
  { x, points = false }: LinePlot,
  line: Line,
  before: Line | undefined,
  scales: Scales,
  paint: Canvas['paint'],
): Shape[] {
  const colour = paint(line.colour);
  const placed = (values: readonly (number | null)[]): (readonly [number, number])[] =>
    values.flatMap((value, i) => (value === null ? [] : [[scales.x(x[i]!), scales.y(value)] as const]));
  const own = placed(line.values);
  const filled = (upper: Pair[], lower: Pair[], opacity: number): Shape =>
    shape('path', { d: `${pathOf([...upper, ...lower.toReversed()])}Z`, fill: colour, 'fill-opacity': opacity });
  const shapes: Shape[] = [];
  if (line.stacked) {
    const floor = x.map((_, i) => (line.values[i] == null ? null : (before?.values[i] ?? 0)));
    shapes.push(filled(own, placed(floor), 0.75));
  }
  if (line.low && line.high) shapes.push(filled(placed(line.high), placed(line.low), 0.16));
  const stroke = { stroke: colour, 'stroke-width': line.stacked ? 1 : 2, 'stroke-linejoin': 'round' };
  shapes.push(shape('path', { d: pathOf(own), fill: 'none', class: 'line', ...stroke }));
  if (points || own.length === 1)
    shapes.push(...own.map(([cx, cy]) => shape('circle', { cx, cy, r: 3, fill: colour })));
  return shapes;
}

type Pair = readonly [x: number, y: number];
