import type { Step, Trajectory } from '../trajectory/schema.ts';
import { plainText } from '../world/command-text.ts';
import { isMissing, type Missing } from './fact.ts';
import { lacking } from './lacking.ts';
import { changed, executed } from './single-step.ts';

/** A question that the world answered. */
export interface Ask {
  /** Counted from 0. */
  readonly step: number;
  /** Its question word: the first of `how many`, what, where, which, how. */
  readonly matter: string;
  /** Whether it is about what the task's sentence leaves out. */
  readonly right: boolean;
  /** Commands before it that changed the house, questions apart; missing where states or acceptance are. */
  readonly changesBefore: number | Missing;
}

/** What an episode shows of asking. */
export interface Asking {
  readonly gap: NonNullable<Trajectory['task']['gap']>;
  readonly asks: readonly Ask[];
  /** How the agent ended the episode; null when it did not. */
  readonly ended: 'done' | 'decline' | null;
  /** The step after which the goal first held; null when it never did or the log does not say. */
  readonly goalHeld: number | null;
}

/** The name of the subgoal that says so in worlds where an episode goes on when the goal holds. */
export const goalHolds = 'goal holds';

/**
 * The facts of asking; missing for a task of which nobody says what its sentence leaves out, and where it is not known
 * which commands were executed.
 */
export function askingOf({ task, steps }: Pick<Trajectory, 'task' | 'steps'>): Asking | Missing {
  const { gap } = task;
  if (gap === undefined) return lacking.gap;
  const asks: Ask[] = [];
  let ended: Asking['ended'] = null;
  let changes: number | Missing = 0;
  for (const [index, step] of steps.entries()) {
    const done = executed(step);
    if (isMissing(done)) return done;
    if (!done) continue;
    const verb = verbOf(step);
    if (verb === 'ask') {
      const matter = matterIn(step.command!);
      if (matter !== undefined)
        asks.push({ step: index, matter, right: matter === gap.matter, changesBefore: changes });
    } else if (verb === 'done' || verb === 'decline') ended = verb;
    else {
      const did = changed(step);
      if (!isMissing(changes)) changes = isMissing(did) ? did : changes + (did ? 1 : 0);
    }
  }
  const held = steps.findIndex(({ subgoals }) => subgoals?.includes(goalHolds));
  return { gap, asks, ended, goalHeld: held < 0 ? null : held };
}

function verbOf({ command }: Step): string | null {
  return command === null ? null : (plainText(command).split(/\s/, 1)[0] ?? '').toLowerCase();
}

function matterIn(command: string): string | undefined {
  return /\b(?:how many|what|where|which|how)\b/i.exec(command)?.[0].toLowerCase();
}
