import type { TrajectoryView } from '../trajectory-data.ts';
import { tagColour } from '../plots/palette.ts';
import { type Context, taskName } from './context.ts';
import { choice, element } from './element.ts';
import type { EpisodeRow } from './episode-filter.ts';
import { counted, signed } from '../numbers.ts';
import { partName } from '../part-name.ts';
import { writeRoute } from './route.ts';
import { rewardParts, stepCard } from './step-card.ts';

interface Asked {
  readonly id: string;
  readonly step: number | null;
  readonly beside: string | null;
}

/**
 * One trajectory to read, or two of them side by side, step by step. `back` leads to the list that it was opened from.
 */
export async function reader(
  context: Context,
  asked: Asked,
  back: string,
  list: readonly EpisodeRow[],
  go: (hash: string) => void,
): Promise<HTMLElement> {
  const view = await context.source.loadTrajectory(asked.id);
  const beside = asked.beside === null ? null : await context.source.loadTrajectory(asked.beside);
  return element(
    'div',
    { class: 'reader' },
    navigation(asked.id, back, list),
    element('h1', {}, view.task.goal || view.task.id),
    partnerChoice(context, view, asked, go),
    beside === null ? single(context, view) : double(context, view, beside),
  );
}

function navigation(id: string, back: string, list: readonly EpisodeRow[]): HTMLElement {
  const at = list.findIndex(row => row.id === id);
  const to = (row: EpisodeRow | undefined, text: string): HTMLElement | null =>
    row ? element('a', { href: writeRoute({ view: 'trajectory', id: row.id, step: null, beside: null }) }, text) : null;
  return element(
    'nav',
    { class: 'steps-nav' },
    element('a', { href: back }, '← all trajectories'),
    element('span', { class: 'spacer' }),
    to(at > 0 ? list[at - 1] : undefined, '‹ previous'),
    to(at >= 0 ? list[at + 1] : undefined, 'next ›'),
  );
}

/** Rollouts of the same task first: they are what can be compared. */
function partnerChoice(
  context: Context,
  view: TrajectoryView,
  asked: Asked,
  go: (hash: string) => void,
): HTMLElement | null {
  const others = context.rows.filter(
    row => row.readable && row.id !== view.id && row.task.id === view.task.id && row.task.world === view.task.world,
  );
  if (others.length === 0) return null;
  const sameName = (a: EpisodeRow, b: EpisodeRow): boolean =>
    a.arm === b.arm && a.rollout === b.rollout && a.iteration === b.iteration;
  const name = (row: EpisodeRow): string => {
    const end = row.success === null ? '' : row.success ? '✓ ' : '✗ ';
    const parts = [
      row.arm,
      ...(row.iteration === null ? [] : [`iteration ${row.iteration}`]),
      `rollout ${row.rollout + 1}`,
      `${end}${counted(row.strip.length, 'step')}`,
    ];
    return others.some(other => other !== row && sameName(other, row))
      ? `${parts.join(', ')} (${row.run})`
      : parts.join(', ');
  };
  return element(
    'div',
    { class: 'bar' },
    choice('Beside it', [['', 'nothing'], ...others.map(row => [row.id, name(row)] as const)], asked.beside ?? '', id =>
      go(writeRoute({ view: 'trajectory', id: asked.id, step: asked.step, beside: id || null })),
    ),
    element('span', { class: 'muted' }, `${counted(others.length, 'other rollout')} of this task`),
  );
}

function single(context: Context, view: TrajectoryView): HTMLElement {
  return element(
    'div',
    { class: 'single' },
    head(context, view, null),
    initialObservation(view),
    element('div', { class: 'step-list' }, ...view.steps.map((_, t) => stepCard(view, t, null))),
    ending(view),
  );
}

/** The steps of the same number stand beside each other; where the commands first differ, the paths part. */
function double(context: Context, left: TrajectoryView, right: TrajectoryView): HTMLElement {
  const length = Math.max(left.steps.length, right.steps.length);
  const parting = Array.from({ length }, (_, t) => t).find(t => left.steps[t]?.command !== right.steps[t]?.command);
  const rows = Array.from({ length }, (_, t) => [
    t === parting && t > 0 ? element('p', { class: 'parting' }, 'here the paths part') : null,
    left.steps[t] ? stepCard(left, t, right.id) : element('div', { class: 'step-gap' }),
    right.steps[t]
      ? element('div', { class: 'right' }, stepCard(right, t, left.id))
      : element('div', { class: 'step-gap' }),
  ])
    .flat()
    .filter(made => made !== null);
  return element(
    'div',
    {},
    element(
      'div',
      { class: 'double' },
      head(context, left, right.id),
      element('div', { class: 'right' }, head(context, right, left.id)),
    ),
    initialObservation(left),
    element('div', { class: 'double' }, ...rows),
    element('div', { class: 'double' }, ending(left), element('div', { class: 'right' }, ending(right))),
  );
}

function head(context: Context, view: TrajectoryView, beside: string | null): HTMLElement {
  const { arm, level, task, steps, success, optimalSteps, maxSteps } = view;
  const parts = rewardParts(view.scores);
  const names = parts.map(({ method, part }) => `${method}/${part}`);
  const sums = parts
    .map(({ steps: paid }, i) => ({
      name: partName(names[i]!, names),
      sum: paid.reduce((total, amount) => total + amount, 0),
    }))
    .filter(({ sum }) => sum !== 0);
  const iteration = context.rows.find(({ id }) => id === view.id)?.iteration ?? null;
  return element(
    'div',
    { class: 'head' },
    element(
      'p',
      { class: 'facts-line' },
      element('span', { class: 'arm' }, element('i', { style: `background:var(${context.armColour(arm)})` }), arm),
      element(
        'span',
        { class: `badge ${success === true ? 'reached' : success === false ? 'refused' : ''}` },
        success === null
          ? 'success not known'
          : success
            ? 'success'
            : `failure${view.stopReason && view.stopReason !== 'failure' ? `: ${view.stopReason}` : ''}`,
      ),
      element(
        'span',
        {},
        [
          counted(steps.length, 'step'),
          ...(optimalSteps === null ? [] : [`${optimalSteps} at best`]),
          ...(maxSteps === null ? [] : [`${maxSteps} allowed`]),
        ].join(', '),
      ),
      element('span', {}, iteration === null ? context.levelLabel(level) : `iteration ${iteration}`),
      element('span', {}, task.category),
      element('span', { class: 'task-name', title: 'task' }, taskName(task)),
      element('span', {}, `rollout ${view.rollout + 1}`),
    ),
    element(
      'p',
      { class: 'strip wide-strip' },
      ...steps.map(({ tag, repeats, command }, t) =>
        element('a', {
          class: repeats === null ? undefined : 'repeat',
          href: writeRoute({ view: 'trajectory', id: view.id, step: t + 1, beside }),
          style: `background-color:var(${tagColour(tag)})`,
          title: `${t + 1}: ${tag ?? ''} ${command ?? ''}`,
          'aria-label': `Step ${t + 1}`,
        }),
      ),
    ),
    sums.length === 0
      ? null
      : element(
          'p',
          { class: 'sums' },
          ...sums.map(({ name, sum }) =>
            element('span', { class: `pay ${sum > 0 ? 'plus' : 'minus'}` }, `${name} ${signed(sum)}`),
          ),
        ),
    element('p', { class: 'fine id' }, view.id, view.policyVersion ? ` · policy ${view.policyVersion}` : ''),
  );
}

function initialObservation({ initialObservation: text }: TrajectoryView): HTMLElement {
  return element(
    'details',
    { class: 'initial-observation', open: true },
    element('summary', {}, 'Before the first step'),
    element('p', { class: 'observation' }, text),
  );
}

function ending({ success, stopReason, steps }: TrajectoryView): HTMLElement {
  const words =
    success === true
      ? `Success after ${counted(steps.length, 'step')}.`
      : stopReason === null
        ? 'The log does not say why it ended.'
        : `It ended here: ${stopReason}.`;
  return element('p', { class: `ending ${String(success)}` }, words);
}
