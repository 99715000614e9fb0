/** The tasks: which variations of which types belong to which split. */
import { ClewError, type Split, type TaskRecord, type TaskSource } from 'clew';
import { type Part, rlvmrHeldOut, taskTypes, type TaskType, variationsOf } from './census.ts';

export interface ScienceTask {
  /** The task type. */
  readonly task: string;
  readonly variation: number;
}

/** Which of the simulator's parts a split is made of. RLVMR's L0 is the simulator's dev part: variations that nobody trains on, as L1's. */
const partOf: Readonly<Record<Split, Part>> = { train: 'train', seen: 'dev', unseen: 'test', heldOut: 'test' };

/** The types that play, by what `types` says: RLVMR's 29, or all 30. */
export function typesFor(types: 'rlvmr' | 'all'): readonly TaskType[] {
  return types === 'all' ? taskTypes : taskTypes.filter(({ rlvmr }) => rlvmr !== 'left out');
}

/** The names of the types that are held out: `rlvmr` stands for RLVMR's ten. @throws ClewError for an unknown name. */
export function heldOutTypes(names: readonly string[], types: readonly TaskType[]): readonly string[] {
  const wanted = new Set(names.flatMap(name => (name === 'rlvmr' ? rlvmrHeldOut : [name])));
  for (const name of wanted)
    if (!types.some(type => type.name === name))
      throw new ClewError(
        `ScienceWorld has no task type "${name}" to hold out; it takes "rlvmr" for RLVMR's ten, or of: ${types.map(({ name }) => name).join(', ')}.`,
      );
  return types.map(({ name }) => name).filter(name => wanted.has(name));
}

/**
 * Tasks by split. They are listed in turn, the first variation of each type, then the second, and so on: the first hundred of a split are
 * of all types, where those in the simulator's order would be of three.
 */
export function scienceTasks(types: readonly TaskType[], heldOut: readonly string[]): TaskSource<ScienceTask> {
  const lists = new Map<Split, readonly TaskRecord<ScienceTask>[]>();
  const isIn = (split: Split, name: string) => heldOut.includes(name) === (split === 'heldOut');
  const typesOf = (split: Split) => types.filter(({ name }) => isIn(split, name));

  function listOf(split: Split): readonly TaskRecord<ScienceTask>[] {
    const ranges = typesOf(split).map(({ name, variations }) => ({ name, ...variationsOf(variations, partOf[split]) }));
    const most = Math.max(0, ...ranges.map(({ from, to }) => to - from));
    return Array.from({ length: most }, (_, i) => i).flatMap(i =>
      ranges.filter(({ from, to }) => from + i < to).map(({ name, from }) => record(split, name, from + i)),
    );
  }

  return {
    splits: (['train', 'seen', 'unseen', 'heldOut'] as const).filter(split => typesOf(split).length > 0),
    categories: types.map(({ name }) => name),
    heldOut,
    list(split, count, from = 0) {
      let list = lists.get(split);
      if (!list) lists.set(split, (list = listOf(split)));
      return list.slice(from, from + count);
    },
    // A type that is not listed plays when it is named: panels and logs may hold tasks of all 30.
    get(split, name) {
      const [, task, number] = /^(.+)-(0|[1-9]\d*)$/.exec(name) ?? [];
      const type = taskTypes.find(type => type.name === task);
      if (!type || !isIn(split, type.name)) return undefined;
      const { from, to } = variationsOf(type.variations, partOf[split]);
      return Number(number) >= from && Number(number) < to ? record(split, type.name, Number(number)) : undefined;
    },
  };
}

/** `scienceworld:seen:boil-14` */
function record(split: Split, task: string, variation: number): TaskRecord<ScienceTask> {
  return { id: `scienceworld:${split}:${task}-${variation}`, split, category: task, task: { task, variation } };
}

/** The split of a task where no type is held out; undefined for a text that names none. */
export function splitOf(name: string): Split | undefined {
  const source = scienceTasks(taskTypes, []);
  return source.splits.find(split => source.get(split, name) !== undefined);
}

/** The variations of a type that are trained on. */
export function trainingVariations(task: string): number[] {
  const type = taskTypes.find(({ name }) => name === task);
  if (!type) return [];
  const { from, to } = variationsOf(type.variations, partOf.train);
  return Array.from({ length: to - from }, (_, i) => from + i);
}
