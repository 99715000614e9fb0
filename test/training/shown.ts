import { demonstrate, completeKit, rulesAnnotator, trajectoryOf } from '../../src/demonstrations/index.ts';
import type { Trajectory } from '../../src/trajectory/index.ts';
import type { World } from '../../src/world/index.ts';

/** Demonstrations of a world's first training tasks, without mistakes, with thoughts by rules. */
export async function shown(world: World, tasks: number, run: string): Promise<Trajectory[]> {
  const kit = completeKit(world);
  const annotator = rulesAnnotator();
  const trajectories: Trajectory[] = [];
  for (const record of world.tasks('train', tasks)) {
    const demonstration = demonstrate({
      world,
      record,
      createExpert: kit.createExpert,
      mistakes: kit.mistakes,
      rate: 0,
    });
    const replies = (await annotator.annotate(demonstration)) as string[];
    trajectories.push(trajectoryOf(demonstration, replies, run, 'rules'));
  }
  return trajectories;
}
