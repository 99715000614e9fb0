import { ClewError } from '../errors.ts';
import type { TaskId } from '../ids.ts';
import { createRandom, hash, type Random } from './random.ts';
import { canonicalJson } from './state-key.ts';

/**
 * `train`; `seen` (L0: known variants, new tasks); `unseen` (L1: variants never trained on); `heldOut` (L2: categories
 * never trained on).
 */
export type Split = 'train' | 'seen' | 'unseen' | 'heldOut';
export const allSplits: readonly Split[] = ['train', 'seen', 'unseen', 'heldOut'];

/** What tables call the splits that policies are evaluated on; training tasks are no level. */
export const levelOfSplit: Readonly<Record<Split, 'L0' | 'L1' | 'L2' | null>> = {
  train: null,
  seen: 'L0',
  unseen: 'L1',
  heldOut: 'L2',
};

/** One task with its id, from which the world can make it again. */
export interface TaskRecord<Task> {
  readonly id: TaskId;
  readonly split: Split;
  readonly category: string;
  readonly task: Task;
}

/** Where the tasks of a world come from. */
export interface TaskSource<Task> {
  /** The splits that have tasks, in the order of `allSplits`. */
  readonly splits: readonly Split[];
  /** Every category that a task can have. */
  readonly categories: readonly string[];
  /** Categories kept out of training. */
  readonly heldOut: readonly string[];
  /**
   * Up to `count` different tasks of a split, always the same ones for the same `from`, and a longer list begins with
   * the shorter one. Fewer only when the split has no more. `from` is a position in the source's order: for generated
   * tasks a seed, for a data set an index.
   */
  list(split: Split, count: number, from?: number): TaskRecord<Task>[];
  /** The task of one name within a split; undefined when there is none. */
  get(split: Split, name: string): TaskRecord<Task> | undefined;
  /**
   * The split and the category that a task belongs to by what it is, whoever made it; undefined for one that belongs to
   * no split. Left out by a source whose tasks have a split only by where they are listed.
   */
  label?(task: Task): Pick<TaskRecord<Task>, 'split' | 'category'> | undefined;
}

export interface GeneratedTasks<Task> {
  readonly world: string;
  /** Validates what the generator returns and throws on what is no task. */
  parse(task: unknown): Task;
  /**
   * Draws one task, or undefined, which rejects the draw. `split` is what the task is wanted for: a hint that saves
   * draws, never a duty.
   */
  generate(random: Random, split: Split): unknown;
  category(task: Task): string;
  readonly categories: readonly string[];
  readonly heldOut: readonly string[];
  /** Tasks with one variant (a house, a map) land on one side of the line between known and unseen. */
  variant?: ((task: Task) => string) | undefined;
}

/** Draws that may miss the wanted split before the split is called empty. */
const patience = 2000;

/**
 * Unlimited tasks from seeds, with splits by construction: the split of a task is a pure function of the task, so that
 * no two splits can share one. A fifth of the variants are unseen; a tenth of the tasks of known variants are `seen`.
 * A held-out category counts only in an unseen variant where the world has variants: L2 is a new kind of task in a new
 * place.
 */
export function generatedTasks<Task>({
  world,
  parse,
  generate,
  category,
  categories,
  heldOut,
  variant,
}: GeneratedTasks<Task>): TaskSource<Task> {
  function splitOf(task: Task): Split | undefined {
    const whole = canonicalJson(task);
    const unseen = isUnseenVariant(variant?.(task) ?? whole);
    if (heldOut.includes(category(task))) return unseen || !variant ? 'heldOut' : undefined;
    if (unseen) return 'unseen';
    return share(`task:${whole}`) < 0.1 ? 'seen' : 'train';
  }

  function get(split: Split, name: string): TaskRecord<Task> | undefined {
    if (!/^(0|[1-9]\d{0,9})$/.test(name)) return undefined;
    const random = createRandom(world, split, name);
    let rejected = 0;
    for (let i = 0; i < patience; i++) {
      const drawn = generate(random, split);
      if (drawn === undefined) {
        rejected++;
        continue;
      }
      const task = parse(drawn);
      const kind = category(task);
      if (!categories.includes(kind))
        throw new ClewError(
          `${world}: \`category\` gave ${JSON.stringify(kind)}, which is none of the categories ` +
            `${categories.join(', ')}.`,
        );
      if (splitOf(task) === split) return { id: `${world}:${split}:${name}`, split, category: kind, task };
    }
    if (rejected === patience)
      throw new ClewError(
        `${world}: \`generate\` rejected ${patience} draws one after the other for the split "${split}": it ` +
          `returned undefined each time.`,
      );
    return undefined;
  }

  /** What was drawn of each split from its beginning: lists are asked for again and again, each time longer. */
  const kept = new Map<Split, Drawing<Task>>();
  function begun(split: Split): Drawing<Task> {
    const drawing = kept.get(split) ?? newDrawing<Task>(0);
    kept.set(split, drawing);
    return drawing;
  }

  return {
    splits: allSplits.filter(split => split !== 'heldOut' || heldOut.length > 0),
    categories,
    heldOut,
    list(split, count, from = 0) {
      const drawn = from === 0 ? begun(split) : newDrawing<Task>(from);
      // Small worlds draw the same task again and again: give up when new ones have become rare.
      for (; drawn.found.size < count && drawn.misses < 500; drawn.seed++) {
        const record = get(split, String(drawn.seed));
        if (!record) break;
        const whole = canonicalJson(record.task);
        if (drawn.found.has(whole)) drawn.misses++;
        else {
          drawn.found.set(whole, record);
          drawn.misses = 0;
        }
      }
      return [...drawn.found.values()].slice(0, count);
    },
    get,
    label(task) {
      const split = splitOf(parse(task));
      return split && { split, category: category(task) };
    },
  };
}

/**
 * A list of different tasks as far as it was drawn: by content, the next seed, and how many seeds in a row gave nothing
 * new.
 */
interface Drawing<Task> {
  readonly found: Map<string, TaskRecord<Task>>;
  seed: number;
  misses: number;
}

function newDrawing<Task>(seed: number): Drawing<Task> {
  return { found: new Map(), seed, misses: 0 };
}

/**
 * Whether the tasks of a variant are kept out of training: so are one in five. A generator that knows can draw from the
 * right ones at once.
 */
export function isUnseenVariant(variant: string): boolean {
  return share(`variant:${variant}`) < 0.2;
}

/** The parts of a task id, `WORLD:SPLIT:NAME`; undefined for a text that is none. Nobody else takes one apart. */
export function taskIdParts(
  id: TaskId,
): { readonly world: string; readonly split: string; readonly name: string } | undefined {
  const match = /^([^:]+):([^:]+):(.+)$/s.exec(id);
  return match ? { world: match[1]!, split: match[2]!, name: match[3]! } : undefined;
}

/** The split and the name of a task of this world, or what is wrong with the id. */
export function readTaskId(id: TaskId, world: string, splits: readonly Split[]): { split: Split; name: string } {
  const parts = taskIdParts(id);
  if (!parts)
    throw new ClewError(
      `"${clip(id)}" is not a task id. A task id is WORLD:SPLIT:NAME, such as ${world}:${splits[0]}:0.`,
    );
  const { world: of, split, name } = parts;
  if (of !== world) throw new ClewError(`"${clip(id)}" is a task of the world "${clip(of)}", not of "${world}".`);
  if (!splits.includes(split as Split))
    throw new ClewError(`"${clip(id)}" names the split "${clip(split)}"; ${world} has ${splits.join(', ')}.`);
  return { split: split as Split, name };
}

function share(text: string): number {
  return parseInt(hash(text).slice(0, 8), 16) / 2 ** 32;
}

/** Enough of a user's text to recognise it in a message. */
export function clip(text: string, length = 80): string {
  return text.length > length ? `${text.slice(0, length)}… (${text.length} characters)` : text;
}
