import type { StepView, TrajectoryView } from '../data.ts';
import { tagColour } from './context.ts';
import { element } from './element.ts';
import { signed } from './numbers.ts';
import { writeRoute } from './route.ts';

/** One step: its tag in colour, thought, command, observation, what was wrong or repeated, and what it was paid. */
export function stepCard(view: TrajectoryView, t: number, beside: string | null): HTMLElement {
  const step = view.steps[t]!;
  const link = (to: number): string => writeRoute({ view: 'trajectory', id: view.id, step: to + 1, beside });
  return element('article', { class: `step${step.repeats === null ? '' : ' repeated'}`, style: `--own:var(${tagColour(step.tag)})`, 'data-step': t + 1 },
    element('header', {},
      element('a', { class: 'number', href: link(t), title: 'Link to this step' }, t + 1),
      step.tag === null ? null : element('span', { class: 'tag' }, step.tag),
      ...badges(step, link)),
    step.thought ? element('p', { class: 'thought' }, step.thought) : null,
    step.reply === null ? null : element('pre', { class: 'reply', title: 'Everything the agent wrote' }, step.reply),
    element('p', { class: 'command' }, step.command ?? element('em', {}, 'no command')),
    element('p', { class: 'observation' }, step.observation),
    payment(view, t));
}

function badges(step: StepView, link: (to: number) => string): HTMLElement[] {
  const badge = (kind: string, text: string): HTMLElement => element('span', { class: `badge ${kind}` }, text);
  return [
    ...(step.repeats === null ? [] : [element('a', { class: 'badge repeat', href: link(step.repeats) }, `↻ repeats step ${step.repeats + 1}`)]),
    ...(step.cycle ? [badge('repeat', 'cycle')] : []),
    ...(step.refusal === null ? step.accepted === false ? [badge('refused', 'refused')] : [] : [badge('refused', step.refusal === 'not possible now' ? 'refused: not possible now' : step.refusal)]),
    ...step.violations.map(violation => badge('refused', violation)),
    ...(step.unchanged === true && step.accepted === true ? [badge('', 'no effect')] : []),
    ...(step.mistake ? [badge('', 'made on purpose')] : []),
    ...step.reached.map(subgoal => badge('reached', `✓ ${subgoal}`)),
  ];
}

/** Parts of the rewards that paid this step anything, and its advantage. */
function payment(view: TrajectoryView, t: number): HTMLElement | null {
  const methods = new Set(view.scores.filter(({ kind }) => kind === 'reward').map(({ method }) => method));
  const chips = view.scores.flatMap(({ method, kind, part, steps }) => {
    const paid = steps[t] ?? 0;
    const isTotal = part === 'total';
    if (kind === 'advantage' ? !isTotal && paid === 0 : isTotal || paid === 0) return [];
    const name = kind === 'advantage' ? (isTotal ? 'advantage' : `advantage ${part}`) : methods.size > 1 && method !== part ? `${method} ${part}` : part;
    return [element('span', { class: `pay ${kind === 'advantage' && isTotal ? 'advantage ' : kind === 'advantage' ? 'term ' : ''}${paid > 0 ? 'plus' : paid < 0 ? 'minus' : ''}`, title: `${method}, ${kind} ${part}` }, `${name} ${paid === 0 ? '0' : signed(paid)}`)];
  });
  return chips.length === 0 ? null : element('footer', {}, ...chips);
}
