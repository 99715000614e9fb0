import { ClewError } from '../errors.ts';
import type { Trajectory } from '../trajectory/index.ts';
import { plainText, saysWhole } from '../world/command-text.ts';
import type { Split, TaskRecord, World } from '../world/index.ts';

/** Tasks of a split that are looked at: all of any data set, and the first of a world that makes tasks without end. */
const mostTasks = 5000;

/** Splits in the order in which logs are likely to be of them. */
const order: readonly Split[] = ['seen', 'unseen', 'heldOut', 'train'];

interface Known {
  readonly record: TaskRecord<unknown>;
  /** Of what is read at the start the longest paragraph and the last line, without which a log is not of this task. */
  readonly parts: readonly string[];
}

/** Finds which task of a world an episode from elsewhere was about, by its name or by what was read at its start. */
export class TaskFinder {
  private readonly known: Known[] = [];
  private readonly waiting: Split[];

  constructor(private readonly world: World) {
    this.waiting = order.filter(split => world.splits.includes(split));
  }

  /**
   * The tasks that the episode may be of, because they begin like it: several at a time, the likeliest first. Splits
   * are looked at only while more is asked for.
   */
  *find(
    trajectory: Pick<Trajectory, 'task' | 'initialObservation'>,
  ): Generator<readonly TaskRecord<unknown>[], void, undefined> {
    const text = plainText(trajectory.initialObservation);
    const named = this.named(trajectory.task.id);
    if (named && (text === '' || fits(this.look(named), text))) {
      yield [named];
      return;
    }
    if (text === '') return;
    const like = (all: readonly Known[]) => all.filter(known => fits(known, text)).map(({ record }) => record);
    yield like(this.known);
    while (this.waiting.length > 0) {
      const more = this.world.tasks(this.waiting.shift()!, mostTasks).map(record => this.look(record));
      this.known.push(...more);
      yield like(more);
    }
  }

  private named(id: string): TaskRecord<unknown> | undefined {
    try {
      return this.world.task(this.world.kit.taskId?.(id) ?? id);
    } catch (error) {
      if (error instanceof ClewError) return undefined;
      throw error;
    }
  }

  private look(record: TaskRecord<unknown>): Known {
    const { observation } = this.world.start(record);
    const paragraphs = observation.split(/\n\s*\n/).map(plainText);
    const longest = paragraphs.toSorted((a, b) => b.length - a.length)[0]!;
    const last = plainText(observation.trim().split('\n').at(-1)!);
    return { record, parts: [...new Set([longest, last])] };
  }
}

/**
 * Logs put instructions around the start of an episode, and leave out banners: what must be there is the longest
 * paragraph and the goal.
 */
function fits({ parts }: Known, text: string): boolean {
  return parts.every(part => saysWhole(text, part));
}
