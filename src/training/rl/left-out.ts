import type { Trajectory } from '../../trajectory/schema.ts';
import { episodeTokens } from './policy-tokens.ts';

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
    tokens: episodeTokens(others),
  };
}
