import { measure, type Store } from 'clew';

export interface HandMade {
  readonly arm: string;
  readonly seed: number;
  /** By level: success of the evaluations of iterations 0, 2, 4 and so on. */
  readonly during?: Readonly<Record<string, readonly number[]>>;
  /** Added to each of four rows of 10 tasks, 80 episodes, 100 tokens sampled, and 10 seconds without writing. */
  readonly row?: object;
  readonly success?: readonly number[];
  readonly warmUp?: object;
  readonly status?: 'running' | 'done';
}

/** A training of four iterations with rows that were made by hand, as `trainRl` would have stored them. */
export function putTraining(
  store: Store,
  { arm, seed, during = {}, row = {}, success = [], warmUp, status = 'done' }: HandMade,
): void {
  const run = `${arm}, seed ${seed}`;
  store.runs.add({ id: run, kind: 'rl', world: 'household', config: { kind: 'rl', arm, seed } });
  if (warmUp) store.metrics.put(run, { iteration: 0, phase: 'warm-up', data: warmUp });
  for (let iteration = 1; iteration <= 4; iteration++) {
    const seconds = { rollout: 6, score: 1, update: 3, store: 2, total: 12 };
    const data = { tasks: 10, episodes: 80, tokens: { sampled: 100, read: 1 }, seconds, ...row };
    store.metrics.put(run, { iteration, phase: 'train', data: { ...data, success: success[iteration - 1] ?? null } });
  }
  for (const [level, told] of Object.entries(during))
    told.forEach((value, i) => {
      const measured = measure([]);
      const measurement = { ...measured, success: { ...measured.success, value } };
      store.metrics.put(run, { iteration: 2 * i, phase: `evaluation ${level}`, data: { level, measurement } });
    });
  if (status === 'done') store.runs.finish(run);
}
