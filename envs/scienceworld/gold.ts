import type { GoldPath, TaskRecord } from 'clew';
import { type ScienceTask, trainingVariations } from './tasks.ts';

/** Commands that are on the way, or see how far something is. */
export const passing = /^(?:go|open door|close door|look|examine|read|wait1?|deactivate|inventory|task|\d+)\b/;

/** Paths of so many other training variations say what can be known of a type: a path takes up to 15 seconds. */
const others = 3;

/**
 * Gold paths for briefs, from the simulator's own paths. Where a thing is in hand says nothing of it, and is left out.
 * @param pathOf the simulator's path of a variation
 */
export function goldPaths(
  pathOf: (task: ScienceTask) => readonly string[],
): (record: Pick<TaskRecord<ScienceTask>, 'task'>) => GoldPath {
  const known = new Map<string, readonly string[]>();
  const plainPath = (task: ScienceTask): readonly string[] => {
    const name = `${task.task}-${task.variation}`;
    let path = known.get(name);
    if (!path) known.set(name, (path = pathOf(task).map(command => command.replaceAll(' in inventory', ''))));
    return path;
  };
  return ({ task }) => ({
    commands: plainPath(task),
    others: trainingVariations(task.task)
      .filter(variation => variation !== task.variation)
      .slice(0, others)
      .map(variation => plainPath({ task: task.task, variation })),
    passing,
    looks: true,
  });
}
