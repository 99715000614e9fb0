import type { Interval } from '../../metrics/index.ts';

/**
 * What a report draws, as data: the page and `clew report --plots` make the same plots of the same data and draw them
 * by the same functions.
 */
export type Plot = LinePlot | IntervalPlot | CalibrationPlot | MatrixPlot;

interface Described {
  /** What its file is called, without the ending. */
  readonly name: string;
  readonly title: string;
  /** One line on what is drawn; may be empty. */
  readonly note: string;
}

/** Lines over iterations. */
export interface LinePlot extends Described {
  readonly kind: 'lines';
  /** Iterations, in order. */
  readonly x: readonly number[];
  readonly lines: readonly Line[];
  /** Values are shares: 0 to 1, told in percent. */
  readonly share: boolean;
  /** Ends of the y axis, where the data should not decide them. */
  readonly range?: readonly [number, number];
  /** Mark the values with points: for few of them. */
  readonly points?: boolean;
  /** A legend in the page too; without it the page has one legend for several plots. */
  readonly legend?: boolean;
}

export interface Line {
  readonly name: string;
  /** The custom property of its colour. */
  readonly colour: string;
  readonly values: readonly (number | null)[];
  /** A band around it. */
  readonly low?: readonly (number | null)[] | null;
  readonly high?: readonly (number | null)[] | null;
  /** Fill down to the line before it: for shares that are drawn one upon another. */
  readonly stacked?: boolean;
  /** What a reader is told instead of `values`, where those are sums. */
  readonly told?: readonly (number | null)[];
}

/** A figure of every arm on every level as a point with its 95 % interval, on one scale; seeds as small marks. */
export interface IntervalPlot extends Described {
  readonly kind: 'intervals';
  readonly share: boolean;
  readonly levels: readonly { readonly label: string; readonly rows: readonly IntervalRow[] }[];
}

export interface IntervalRow {
  readonly arm: string;
  readonly colour: string;
  readonly value: number | null;
  readonly interval: Interval | null;
  /** Why there is no value. */
  readonly reason: string | null;
  /** Values of the seeds, where there are several. */
  readonly seeds: readonly number[];
}

/** How many were won of those that were foretold so. */
export interface CalibrationPlot extends Described {
  readonly kind: 'calibration';
  readonly points: readonly {
    readonly foretold: number;
    readonly won: number;
    readonly low: number;
    readonly high: number;
    readonly forecasts: number;
  }[];
}

/** Shares of counts, row by row: each row adds up to 100 %. */
export interface MatrixPlot extends Described {
  readonly kind: 'matrix';
  readonly columns: readonly { readonly name: string; readonly colour: string }[];
  readonly rows: readonly { readonly name: string; readonly counts: readonly number[] }[];
}

/** Something that a file may be called, of any texts: lower case, letters, digits and hyphens. */
export function plotName(...parts: readonly (string | null)[]): string {
  return parts
    .flatMap(part => part?.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [])
    .join('-')
    .slice(0, 80);
}
