import type { ReportData } from '../data.ts';

/** The same places of x for every line; null where a line has no value. */
export interface SeededLine {
  readonly mean: (number | null)[];
  /** Lowest and highest seed; null with one seed. */
  readonly low: (number | null)[] | null;
  readonly high: (number | null)[] | null;
}

export interface Points {
  readonly iteration: number;
  readonly value: number | null;
}

/** Every iteration that any seed of any arm has, in order. */
export function iterationsOf(curves: readonly (readonly Points[])[]): number[] {
  return [...new Set(curves.flatMap(points => points.map(({ iteration }) => iteration)))].toSorted((a, b) => a - b);
}

/**
 * The seeds of one arm as a line and a band: their mean, and the lowest and the highest of them. At each iteration the
 * seeds that have it.
 */
export function acrossSeeds(seeds: readonly (readonly Points[])[], iterations: readonly number[]): SeededLine {
  const tables = seeds.map(points => new Map(points.map(({ iteration, value }) => [iteration, value])));
  const at = iterations.map(iteration =>
    tables.map(table => table.get(iteration) ?? null).filter(value => value !== null),
  );
  const each = (of: (values: number[]) => number): (number | null)[] =>
    at.map(values => (values.length === 0 ? null : of(values)));
  return {
    mean: each(values => values.reduce((sum, value) => sum + value, 0) / values.length),
    low: seeds.length < 2 ? null : each(values => Math.min(...values)),
    high: seeds.length < 2 ? null : each(values => Math.max(...values)),
  };
}

/**
 * Each value as the mean of the `width` values around it, fewer at the ends. Values that are not known are left out of
 * it.
 */
export function smoothed(points: readonly Points[], width: number): Points[] {
  const half = Math.floor(width / 2);
  return points.map(({ iteration, value }, i) => {
    const around = points
      .slice(Math.max(0, i - half), i + half + 1)
      .map(point => point.value)
      .filter(found => found !== null);
    return {
      iteration,
      value:
        value === null || around.length === 0 ? null : around.reduce((sum, found) => sum + found, 0) / around.length,
    };
  });
}

/** The curves of each arm in each world, in the order of the report; null for the world where all are of one. */
export function byArm({
  curves,
  arms,
}: Pick<ReportData, 'curves' | 'arms'>): { world: string | null; arm: string; curves: ReportData['curves'] }[] {
  const worlds = [...new Set(curves.map(({ world }) => world))].toSorted();
  return worlds.flatMap(world =>
    arms
      .map(arm => ({
        world: worlds.length > 1 ? world : null,
        arm,
        curves: curves.filter(curve => curve.arm === arm && curve.world === world),
      }))
      .filter(({ curves: own }) => own.length > 0),
  );
}
