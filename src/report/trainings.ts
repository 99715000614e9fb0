import type { Run } from '../trajectory/store/index.ts';
import { settingsOf } from './places.ts';

/** A training run, and whose seed it is. */
export interface Training {
  readonly run: Run;
  readonly arm: string;
  readonly seed: string;
}

/**
 * The training runs of a database, in their order. The seeds of an arm are its trainings in one world: the same name in
 * another world is another policy. Where one arm was trained with one seed more than once, the latest of them counts.
 * @returns `replaced` has the names of the others, each with the run that counts in its place.
 */
export function trainingsOf(runs: readonly Run[]): { trainings: Training[]; replaced: Map<string, string> } {
  const all = runs
    .filter(({ kind }) => kind === 'rl')
    .map((run): Training => {
      const { arm, seed } = settingsOf(run);
      return { run, arm: arm ?? run.id, seed: seed ?? '0' };
    });
  const keyOf = ({ run, arm, seed }: Training): string => JSON.stringify([run.world, arm, seed]);
  const latest = new Map(all.map(training => [keyOf(training), training.run.id]));
  const replaced = new Map(
    all.flatMap(training => {
      const by = latest.get(keyOf(training))!;
      return by === training.run.id ? [] : [[training.run.id, by] as const];
    }),
  );
  return { trainings: all.filter(({ run }) => !replaced.has(run.id)), replaced };
}

/**
 * The trainings behind what an arm did in a world: those in that world or, where it was never trained there but in one
 * other world only, those.
 */
export function trainingsBehind(trainings: readonly Training[], arm: string, world: string): readonly Training[] {
  const own = trainings.filter(training => training.arm === arm);
  const here = own.filter(({ run }) => run.world === world);
  return here.length > 0 || new Set(own.map(({ run }) => run.world)).size > 1 ? here : own;
}
