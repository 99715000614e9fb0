import { freeze } from './freeze.ts';
import { createRandom } from './random.ts';
import type { TaskRecord } from './tasks.ts';
import type { Episode, World } from './world.ts';

/** A walk through one task: the states, and the commands between them. */
export interface Walk {
  readonly record: TaskRecord<unknown>;
  readonly history: readonly Episode[];
  readonly commands: readonly string[];
}

/** A random walk, the same each time. Every state on it is frozen, so that a mutation throws where it happens. */
export function randomWalk(world: World, record: TaskRecord<unknown>, steps: number): Walk {
  const random = createRandom('conformance', record.id);
  const history = [freeze(world.start(record))];
  const commands: string[] = [];
  for (let i = 0; i < steps; i++) {
    const here = history.at(-1)!;
    const { admissible } = here;
    if (here.done || admissible.length === 0) break;
    const command = random.pick(admissible);
    let next: Episode;
    try {
      next = freeze(here.step(command));
    } catch {
      break; // The property about keeping history tries every command, and names this one.
    }
    commands.push(command);
    history.push(next);
  }
  return { record, history, commands };
}
