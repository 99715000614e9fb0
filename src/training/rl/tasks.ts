import { checkCategories, trainedCategories } from '../../demonstrations/index.ts';
import { ClewError } from '../../errors.ts';
import { createRandom, type TaskRecord, type World } from '../../world/index.ts';
import type { RlRecipe } from './recipe.ts';

/**
 * The tasks of each round of sampling, a pure function of its number: the pool in an order of its own for every pass, cut
 * into rounds, so that each task is drawn once before any comes again.
 *
 * @throws ClewError when the training split has fewer tasks of these categories than a round needs.
 */
export function taskRounds(world: World, { tasks, pool, categories }: Pick<RlRecipe, 'tasks' | 'pool' | 'categories'>, seed: string | number): (round: number) => TaskRecord<unknown>[] {
  if (categories) checkCategories(world, categories);
  const wanted = new Set(categories ?? trainedCategories(world));
  const records = poolOf(world, pool, wanted);
  if (records.length < tasks) throw new ClewError(`An iteration needs ${tasks} different tasks, and the training split of ${world.name} has ${records.length} of ${[...wanted].join(', ')}. Lower "tasks".`);
  const rounds = Math.floor(records.length / tasks);
  return round => {
    const pass = Math.floor(round / rounds), at = (round % rounds) * tasks;
    return createRandom('rl tasks', seed, pass).shuffle(records).slice(at, at + tasks);
  };
}

/** Training tasks by a fixed draw, so that the pool is the same for every seed. */
function poolOf(world: World, pool: number, wanted: ReadonlySet<string>): TaskRecord<unknown>[] {
  // Data sets list all of a kind together: those that are short enough are drawn from as a whole.
  const listed = world.tasks('train', Math.max(pool, wholeSplit)).filter(({ category }) => wanted.has(category));
  return listed.length <= pool ? listed : createRandom('rl pool', world.name).shuffle(listed).slice(0, pool);
}

const wholeSplit = 4096;
