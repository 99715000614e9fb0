import type { Trajectory } from '../../trajectory/schema.ts';

/** Groups that were played and are not learnt from, as all of their episodes ended alike or there were enough. */
export interface LeftOut {
  readonly tasks: number;
  readonly episodes: number;
  /** Sampled. */
  readonly tokens: number;
}

export function leftOutOf(all: readonly Trajectory[], kept: readonly Trajectory[]): LeftOut {
  const learnt = new Set(kept);
  const others = all.filter(trajectory => !learnt.has(trajectory));
  return {
    tasks: new Set(all.map(({ task }) => task.id)).size - new Set(kept.map(({ task }) => task.id)).size,
    episodes: others.length,
    tokens: others.flatMap(({ steps }) => steps).reduce((sum, { tokens }) => sum + (tokens?.reply.length ?? 0), 0),
  };
}
