import type { StepView, TrajectoryView } from '../trajectory-data.ts';
import { tagColour } from '../plots/palette.ts';
import { element } from './element.ts';
import { signed } from '../numbers.ts';
import { partName } from '../part-name.ts';
import { writeRoute } from './route.ts';

/** One step: its tag in colour, thought, command, observation, what was wrong or repeated, and what it was paid. */
export function stepCard(view: TrajectoryView, t: number, beside: string | null): HTMLElement {
  const step = view.steps[t]!;
  const link = (to: number): string => writeRoute({ view: 'trajectory', id: view.id, step: to + 1, beside });
  return element(
    'article',
    {
      class: `step${step.repeats === null ? '' : ' repeated'}`,
      style: `--own:var(${tagColour(step.tag)})`,
      'data-step': t + 1,
    },
    element(
      'header',
      {},
      element('a', { class: 'number', href: link(t), title: 'Link to this step' }, t + 1),
      step.tag === null ? null : element('span', { class: 'tag' }, step.tag),
      ...badges(step, link),
    ),
    step.thought ? element('p', { class: 'thought' }, step.thought) : null,
    step.reply === null ? null : element('pre', { class: 'reply', title: 'Everything the agent wrote' }, step.reply),
    element('p', { class: 'command' }, step.command ?? element('em', {}, 'no command')),
    element('p', { class: 'observation' }, step.observation),
    payment(view, t),
  );
}

function badges(step: StepView, link: (to: number) => string): HTMLElement[] {
  const badge = (kind: string, text: string): HTMLElement => element('span', { class: `badge ${kind}` }, text);
  return [
    ...(step.repeats === null
      ? []
      : [element('a', { class: 'badge repeat', href: link(step.repeats) }, `↻ repeats step ${step.repeats + 1}`)]),
    ...(step.cycle ? [badge('repeat', 'cycle')] : []),
    ...(step.refusal === null
      ? step.accepted === false
        ? [badge('refused', 'refused')]
        : []
      : [badge('refused', step.refusal === 'not possible now' ? 'refused: not possible now' : step.refusal)]),
    ...step.violations.map(violation => badge('refused', violation)),
    ...(step.unchanged === true && step.accepted === true ? [badge('', 'no effect')] : []),
    ...(step.mistake ? [badge('', 'made on purpose')] : []),
    ...step.reached.map(subgoal => badge('reached', `✓ ${subgoal}`)),
  ];
}

/**
 * Parts of the rewards that paid this step anything, then what its advantage is made of, and the advantage itself even
 * where it is 0.
 */
function payment({ scores }: TrajectoryView, t: number): HTMLElement | null {
  const chip = (kind: string, name: string, paid: number, title: string): HTMLElement =>
    element(
      'span',
      { class: `pay ${kind} ${paid > 0 ? 'plus' : paid < 0 ? 'minus' : ''}`, title },
      `${name} ${signed(paid)}`,
    );
  const names = rewardParts(scores).map(({ method, part }) => `${method}/${part}`);
  const chips = [
    ...rewardParts(scores)
      .map(({ method, part, steps }) => ({
        paid: steps[t]!,
        chip: chip('', partName(`${method}/${part}`, names), steps[t]!, `${method}, reward ${part}`),
      }))
      .filter(({ paid }) => paid !== 0)
      .map(made => made.chip),
    ...scores
      .filter(({ kind, part, steps }) => kind === 'advantage' && (part === 'total' || steps[t] !== 0))
      .toSorted((a, b) => Number(a.part === 'total') - Number(b.part === 'total'))
      .map(({ method, part, steps }) =>
        part === 'total'
          ? chip('advantage', 'advantage', steps[t]!, `${method}, advantage`)
          : chip('term', `advantage from ${part}`, steps[t]!, `${method}, a term of the advantage`),
      ),
  ];
  return chips.length === 0 ? null : element('footer', {}, ...chips);
}

/** What was paid, part by part; a total would say it twice. */
export function rewardParts(scores: TrajectoryView['scores']): TrajectoryView['scores'] {
  return scores.filter(({ kind, part }) => kind === 'reward' && part !== 'total');
}
