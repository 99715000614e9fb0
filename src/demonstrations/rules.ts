import type { MetaTag } from '../tags/index.ts';
import { type Annotator, commandOf, replyText } from './annotator.ts';
import type { DemonstratedStep } from './demonstrate.ts';
import { situationBefore } from './situation.ts';
import { aim, facts, lessonText, planText, sentences } from './thoughts.ts';

/**
 * Tags and thoughts by rules, from what the expert knew, intended and saw: `planning` at the first step and when the
 * subgoal is none that the plan foresaw, `reflection` after a failed or useless step, `explore` while the thing that is
 * wanted has not been seen, `monitor` otherwise. A refused command calls for reflection even when it also upset the
 * plan.
 *
 * @param options `lookUps`: thoughts also say every other look-up that a command rests on, where the expert tells them
 */
export function rulesAnnotator(options: { readonly lookUps?: boolean | undefined } = {}): Annotator {
  return {
    name: options.lookUps === true ? 'rules, look-ups' : 'rules',
    annotate: async ({ steps }) =>
      steps.map((step, t) => {
        const { tag, thought } = annotateStep(steps, t, options);
        return replyText(tag, thought, commandOf(step));
      }),
  };
}

/** The tag and the thought of step t. */
export function annotateStep(
  steps: readonly DemonstratedStep[],
  t: number,
  { lookUps = false }: { readonly lookUps?: boolean | undefined } = {},
): { readonly tag: MetaTag; readonly thought: string } {
  const step = steps[t]!;
  const { decision, mistake } = step;
  const command = commandOf(step);
  const { useless, failures, surprised } = situationBefore(steps, t);
  const known = mistake
    ? [...(decision.searching ? facts(decision, command) : []), mistake.belief]
    : facts(decision, command);
  const next = [...(lookUps ? (decision.lookUps ?? []) : []), aim(command, known)];
  const lesson = useless ? [lessonText(steps[t - 1]!, failures - 1, mistake === null)] : [];
  if (t === 0) return { tag: 'planning', thought: sentences(planText(decision), ...next) };
  if (failures === 0 && surprised)
    return { tag: 'planning', thought: sentences(...lesson, ...(decision.known ?? []), planText(decision), ...next) };
  // What the lesson says need not be said again.
  if (useless)
    return {
      tag: 'reflection',
      thought: sentences(...lesson, ...known.filter(fact => !lesson[0]!.endsWith(`: ${fact}`)), ...next),
    };
  return { tag: decision.searching ? 'explore' : 'monitor', thought: sentences(...known, ...next) };
}
