import type { Brief } from '../../briefs/index.ts';
import {
  changed,
  executed,
  isMissing,
  itemOf,
  kindsOf,
  lacking,
  type Missing,
  namesKind,
  type Plan,
  type PlanItem,
  plansIn,
  stepFacts,
  stepTag,
} from '../../steps/index.ts';
import type { Trajectory } from '../../trajectory/schema.ts';
import { plainText } from '../../world/command-text.ts';

/** How an episode kept to its plans. */
export interface Regulation {
  /** Share of what was planned that was carried out, in the order of the plan. */
  readonly carriedOut: number;
  /** Some command changed the world and belonged to no item of the plan in force. */
  readonly shortcut: boolean;
}

type Played = Pick<Trajectory, 'initialObservation' | 'steps' | 'success' | 'task'>;

interface Command {
  readonly step: number;
  readonly verb: string;
  readonly kinds: readonly string[];
}

/**
 * MaR's metacognitive regulation (arXiv 2605.23384), by rules: the longest chains of plan items that were carried out
 * in order, over the items that were planned. To plan anew after an unproductive step forgives the rest of the old
 * plan; to plan anew out of the blue does not, or a plan that is written after the fact would earn everything.
 */
export function regulation(trajectory: Played, brief: Brief): Regulation | Missing {
  const { steps } = trajectory;
  if (steps.some(step => stepTag(step) === null)) return lacking.tags;
  const plans = plansIn(steps);
  if (plans.length === 0) return { carriedOut: 0, shortcut: false };
  const commands: Command[] = [];
  for (const [step, { command, ...facts }] of steps.entries()) {
    const done = executed({ command, ...facts });
    if (isMissing(done)) return done;
    if (done) commands.push({ step, verb: itemOf(command!).verb, kinds: kindsOf(command!) });
  }
  const facts = stepFacts(trajectory);
  let carriedOut = 0;
  let planned = 0;
  for (const [j, { items, step }] of plans.entries()) {
    const next = plans[j + 1]?.step;
    const chain = longestChain(items.map(item => executions(item, trajectory, commands, brief, next)));
    carriedOut += chain;
    const failed = next === undefined || next === step ? false : facts[next - 1]!.unproductive;
    if (isMissing(failed)) return failed;
    planned += failed ? chain : items.length;
  }
  const shortcut = hasShortcut(trajectory, commands, plans, brief);
  return isMissing(shortcut) ? shortcut : { carriedOut: planned === 0 ? 0 : carriedOut / planned, shortcut };
}

/** a · (1 − 0.3 s). */
export function regulationPay(of: Regulation | Missing): number | Missing {
  return isMissing(of) ? of : of.carriedOut * (of.shortcut ? 0.7 : 1);
}

/**
 * The steps at which an item was carried out, rising; −1 is the opening. Those after the plan was replaced do not count.
 */
function executions(
  item: PlanItem,
  { initialObservation, steps, task }: Played,
  commands: readonly Command[],
  brief: Brief,
  end = Infinity,
): number[] {
  if (item.verb === 'find') {
    const numbered = /\p{L} \d+\b/u.test(plainText(initialObservation));
    const shown = (text: string) => item.kinds.some(kind => shows(text, kind, numbered));
    if (shown(plainText(initialObservation).replace(plainText(task.goal), ''))) return [-1];
    const at = steps.findIndex(({ observation }) => shown(observation));
    return at >= 0 && at < end ? [at] : [];
  }
  return commands.filter(command => command.step < end && fits(item, command, brief)).map(({ step }) => step);
}

/** Whether a text shows a thing of the kind; where things have numbers, one with a number. */
function shows(text: string, kind: string, numbered: boolean): boolean {
  if (!numbered) return namesKind(text, kind);
  return new RegExp(`(?<![\\p{L}\\p{N}])${kind.replaceAll(/[^\p{L}\p{N} ]/gu, '.')} \\d`, 'u').test(plainText(text));
}

function fits({ verb, kinds }: PlanItem, command: Command, { verbs }: Brief): boolean {
  return (
    (command.verb === verb || (verbs[verb]?.includes(command.verb) ?? false)) &&
    kinds.every(kind => command.kinds.includes(kind))
  );
}

/** The most items, in the order of the plan, of which each was carried out after the one before it. */
function longestChain(items: readonly (readonly number[])[]): number {
  /** The earliest step at which a chain of so many items can end. */
  const ends: number[] = [];
  for (const steps of items)
    for (let length = ends.length; length >= 0; length--) {
      const after = length === 0 ? -Infinity : ends[length - 1]!;
      const next = steps.find(step => step > after);
      if (next !== undefined && next < (ends[length] ?? Infinity)) ends[length] = next;
    }
  return ends.length;
}

/**
 * Whether some executed command changed the state, was no look, and fits no item of the plan in force. Before the first
 * plan none is in force.
 */
function hasShortcut(
  { steps }: Played,
  commands: readonly Command[],
  plans: readonly Plan[],
  brief: Brief,
): boolean | Missing {
  const moves: Command[] = [];
  for (const command of commands) {
    const moved = changed(steps[command.step]!);
    if (isMissing(moved)) return moved;
    if (moved) moves.push(command);
  }
  // Whoever moves about in a world that has looks looks at something: a log in which nobody does has not kept them.
  if (brief.looks && moves.length > 0 && commands.every(({ step }) => steps[step]!.inspection === null))
    return lacking.looks;
  return moves.some(command => {
    const plan = plans.findLast(({ step }) => step <= command.step);
    return (
      plan !== undefined &&
      steps[command.step]!.inspection === null &&
      !plan.items.some(item => fits(item, command, brief))
    );
  });
}
