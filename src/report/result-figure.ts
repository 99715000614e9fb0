import { z } from 'zod';
import { type AskingShare, askingLabels, type Figures } from '../metrics/index.ts';

/** A figure with its 95 % interval. */
export interface ResultFigure {
  /** Null where the episodes lack the facts. */
  value: number | null;
  /** 95 % interval. */
  low: number | null;
  high: number | null;
  /** Why there is no value; absent where there is one, and in results of earlier versions. */
  reason?: string | undefined;
  /** For a share: of how many steps or episodes; for a mean: of how many episodes. */
  of: number;
}

export const resultFigureSchema: z.ZodType<ResultFigure> = z.strictObject({
  value: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  reason: z.string().optional(),
  of: z.int().nonnegative(),
});

interface Measured {
  readonly value: number | null;
  readonly interval: { readonly low: number; readonly high: number } | null;
  readonly reason: string | null;
}

export function share(rate: Measured & { readonly denominator: number }): ResultFigure {
  return { ...bounds(rate), of: rate.denominator };
}

export function sharesOf<Name extends string>(
  rates: Readonly<Record<Name, Figures['success']>>,
): Record<Name, ResultFigure> {
  const named = Object.entries(rates) as [Name, Figures['success']][];
  return Object.fromEntries(named.map(([name, rate]) => [name, share(rate)])) as Record<Name, ResultFigure>;
}

export function amount(mean: Measured & { readonly episodes: number }): ResultFigure {
  return { ...bounds(mean), of: mean.episodes };
}

export function outcomesOf({ rates, means }: NonNullable<Figures['outcomes']>): Record<string, ResultFigure> {
  return Object.fromEntries([
    ...Object.entries(rates).map(([name, rate]) => [name, share(rate)] as const),
    ...Object.entries(means).map(([name, mean]) => [name, amount(mean)] as const),
  ]);
}

export type AskingFigure = AskingShare | 'f1' | 'changesBeforeAsking' | 'stepsAfterGoal';
export const askingFigures = [
  ...(Object.keys(askingLabels) as AskingShare[]),
  'f1',
  'changesBeforeAsking',
  'stepsAfterGoal',
] as const satisfies readonly AskingFigure[];

export function askingFiguresOf({
  shares,
  f1,
  changesBeforeAsking,
  stepsAfterGoal,
}: NonNullable<Figures['asking']>): Record<AskingFigure, ResultFigure> {
  return {
    ...sharesOf(shares),
    // Of the episodes that count in it: true positives, misses and false alarms.
    f1: { ...bounds(f1), of: shares.recall.denominator + shares.falseAsks.numerator },
    changesBeforeAsking: amount(changesBeforeAsking),
    stepsAfterGoal: amount(stepsAfterGoal),
  };
}

export function bounds({ value, interval, reason }: Measured): Omit<ResultFigure, 'of'> {
  return {
    value,
    low: interval?.low ?? null,
    high: interval?.high ?? null,
    ...(value === null && reason !== null && { reason }),
  };
}

/** The share of those that are not, from the share of those that are. */
export function complement({ value, low, high, ...others }: ResultFigure): ResultFigure {
  const rest = (part: number | null): number | null => (part === null ? null : 1 - part);
  return { value: rest(value), low: rest(high), high: rest(low), ...others };
}
