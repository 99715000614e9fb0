import { commandTarget } from '../steps/index.ts';
import type { Decision } from '../world/index.ts';
import type { DemonstratedStep } from './demonstrate.ts';
import { verbOf } from './mistakes.ts';

/**
 * What the thoughts of the rules are made of. All are short, in lower case, and say the fact that the policy needs next
 * in the words of the text: `mug 1 is in drawer 2. take mug 1.` They end with what the command is about, so that
 * `reasonAgrees` can check every one.
 */

/**
 * The command, without what follows its target where the facts say that already: `take mug 1` of `take mug 1 from
 * drawer 2`.
 */
export function aim(command: string, facts: readonly string[] = []): string {
  const target = commandTarget(command);
  const at = target === null ? -1 : command.toLowerCase().indexOf(target, verbOf(command).length);
  if (at < 0) return command;
  const end = at + target!.length;
  const rest = commandTarget(command.slice(end));
  return rest !== null && facts.some(fact => fact.includes(`in ${rest}`)) ? command.slice(0, end) : command;
}

/** The subgoals that are left. To find a thing and to take it are said once. */
export function planText({ plan }: Decision): string {
  const kept = plan.filter(
    (subgoal, i) => !(i > 0 && subgoal.startsWith('take ') && plan[i - 1] === `find ${subgoal.slice(5)}`),
  );
  return `plan: ${kept.join(', ')}`;
}

/** What is still unknown while searching: `no mug seen yet`. */
export function missing({ subgoal }: Decision): string {
  return subgoal.startsWith('find ') ? `no ${subgoal.slice('find '.length)} seen yet` : `not yet: ${subgoal}`;
}

/** What a decision rests on; while searching also what is missing. */
export function facts(decision: Decision, command: string): string[] {
  const known = (decision.known ?? []).filter(fact => fact !== decision.because);
  if (!decision.searching) return [...known, decision.because];
  // "not looked into" goes without saying when one goes there.
  return command === decision.command && verbOf(command) !== 'go'
    ? [...known, missing(decision), decision.because]
    : [...known, missing(decision)];
}

/**
 * What went wrong in a step: `failed: drawer 1 is closed`, `no use: desk 1 is the place`; only that it did where it was
 * not `understood`.
 */
export function lessonText({ after, mistake }: DemonstratedStep, failuresBefore: number, understood: boolean): string {
  const { accepted, command } = after.last!;
  const what = accepted ? 'no use' : failuresBefore > 0 ? 'failed again' : 'failed';
  return understood ? `${what}: ${mistake?.lesson ?? `${command} did not work`}` : what;
}

/** Sentences of one thought, each said once. */
export function sentences(...parts: readonly string[]): string {
  return `${[...new Set(parts.filter(part => part !== ''))].join('. ')}.`;
}
