import { number, percent, percentRange } from '../numbers.ts';
import { axisLabels, axisPlaces, axisRange } from './axis.ts';
import { type Canvas, type Drawing, smallType } from './drawing.ts';
import type { IntervalPlot, IntervalRow } from './plot.ts';
import { fitting, shape, type Shape, words } from './shape.ts';

const [rowHeight, levelHeight, axisHeight, valueWidth] = [27, 26, 26, 66];

/** Every arm on every level as a point with its 95 % interval, on one scale; seeds as small marks. */
export function drawIntervals(plot: IntervalPlot, { width, paint }: Canvas): Drawing {
  const left = Math.min(150, Math.round(0.3 * width));
  const right = width - valueWidth;
  const [low, high] = intervalRange(plot);
  const across = (value: number): number =>
    left + ((right - left) * (Math.min(high, Math.max(low, value)) - low)) / (high - low);
  const muted = { ...smallType, fill: paint('--muted') };
  const shapes: Shape[] = [];
  let top = 0;
  for (const { label, rows } of plot.levels) {
    shapes.push(words(0, top + 18, label, muted));
    top += levelHeight;
    for (const row of rows) {
      shapes.push(
        shape(
          'g',
          { class: 'interval' },
          shape('title', {}, told(plot, row)),
          ...drawRow(plot, row, { left, right, middle: top + rowHeight / 2, across, paint }),
        ),
      );
      top += rowHeight;
    }
  }
  const places = axisPlaces(low, high, Math.max(2, Math.min(5, Math.floor((right - left) / 48))));
  const labels = axisLabels(places, plot.share);
  return {
    height: top + axisHeight,
    shapes: [
      ...shapes,
      ...places.map((place, i) => words(across(place), top + 15, labels[i]!, { ...muted, 'text-anchor': 'middle' })),
    ],
  };
}

interface RowPlace {
  readonly left: number;
  readonly right: number;
  readonly middle: number;
  readonly across: (value: number) => number;
  readonly paint: Canvas['paint'];
}

function drawRow(
  { share }: IntervalPlot,
  { arm, colour: property, value, interval, seeds }: IntervalRow,
  { left, right, middle, across, paint }: RowPlace,
): Shape[] {
  const colour = paint(property);
  const type = { 'font-size': 13, fill: paint('--ink') };
  const track = shape('line', { x1: left, x2: right, y1: middle, y2: middle, stroke: paint('--line') });
  const shown = value === null ? '–' : share ? percent(value) : number(value);
  return [
    words(0, middle + 4, fitting(arm, left - 12, 7), type),
    track,
    ...(interval
      ? [
          shape('rect', {
            x: across(interval.low),
            y: middle - 4,
            width: Math.max(2, across(interval.high) - across(interval.low)),
            height: 8,
            rx: 4,
            fill: colour,
            'fill-opacity': 0.32,
          }),
        ]
      : []),
    ...seeds.map(seed =>
      shape('rect', { x: across(seed) - 1, y: middle - 7, width: 2, height: 14, fill: colour, 'fill-opacity': 0.55 }),
    ),
    value === null
      ? words(left + 4, middle - 3, 'not known', { ...smallType, fill: paint('--muted') })
      : shape('circle', {
          class: 'dot',
          cx: across(value),
          cy: middle,
          r: 5,
          fill: colour,
          stroke: paint('--paper'),
          'stroke-width': 2,
        }),
    words(right + valueWidth, middle + 4, shown, { ...type, 'text-anchor': 'end' }),
  ];
}

function told({ share }: IntervalPlot, { arm, value, interval, reason }: IntervalRow): string {
  if (value === null) return `${arm}: ${reason ?? 'not known'}`;
  if (share) return `${arm}: ${percent(value)}${interval ? ` (${percentRange(interval)})` : ''}`;
  return `${arm}: ${number(value)}${interval ? ` (${number(interval.low)} to ${number(interval.high)})` : ''}`;
}

/** The ends of the scale that all rows share. */
export function intervalRange({ levels, share }: Pick<IntervalPlot, 'levels' | 'share'>): [number, number] {
  const all = levels.flatMap(({ rows }) =>
    rows.flatMap(({ value, interval, seeds }) => [
      ...(value === null ? [] : [value]),
      ...(interval ? [interval.low, interval.high] : []),
      ...seeds,
    ]),
  );
  return axisRange(Math.min(0, ...all), share ? Math.min(1, Math.max(0, ...all)) : Math.max(0, ...all), share);
}
