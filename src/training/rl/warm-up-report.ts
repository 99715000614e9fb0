import type { Alarm } from '../../learn/index.ts';

/** What a warm-up came to. */
export interface WarmUpReport {
  readonly tasks: number;
  readonly episodes: number;
  /** Share of the episodes that were won. */
  readonly success: number;
  /** Share of the tasks that were won always or never. */
  readonly uniformShare: number;
  /** Sampled by the episodes and by forecasts. */
  readonly tokens: number;
  /** Those that it took. */
  readonly updates: number;
  /** Of forecasts and rehearsed episodes together, nats a token. */
  readonly loss: { readonly first: number | null; readonly last: number | null };
  /** Forecasts of tasks that were not taught, written after the last update. */
  readonly forecasts: { readonly tasks: number; readonly written: number; readonly wellFormed: number };
  /** Share of episodes won of the same tasks, so many before and after. Absent in reports of before. */
  readonly kept?: { readonly episodes: number; readonly before: number; readonly after: number };
  readonly alarms: readonly Alarm[];
  /** Playing and learning together. Rows of earlier versions lack it. */
  readonly seconds?: number;
}
