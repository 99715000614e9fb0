import type { ReportData } from '../data.ts';
import { number, percent, signed } from '../numbers.ts';
import { armName, cell } from './cells.ts';
import type { Context } from './context.ts';
import { element } from './element.ts';
import { headRow, named, wideTable } from './figure-table.ts';

type SpeedUp = ReportData['speedUps'][number];
type Axis = SpeedUp['axes'][number];

/** How soon each arm had what the baseline ended with. Null where nothing was evaluated while it was trained. */
export function speedUpSection(context: Context): HTMLElement | null {
  const all = context.data.speedUps;
  if (all.length === 0) return null;
  const heads = [
    'success to reach',
    ...all[0]!.axes.map((_, i) => [...new Set(all.map(({ axes }) => axes[i]!.axis))].join(' or ')),
  ];
  const several = all.some(({ seeds }) => seeds.length > 1);
  return element(
    'div',
    {},
    byLevel(context, 'Speed-up', [...heads, 'tokens saved'], one => [overSeeds(context, one, heads)]),
    several
      ? element(
          'details',
          {},
          element('summary', {}, 'each seed'),
          byLevel(context, 'Speed-up of each seed', heads, one => ofSeeds(context, one, heads)),
        )
      : null,
    element(
      'p',
      { class: 'fine' },
      'What the baseline had taken when it first had the success that it ended with (the mean of its last three ' +
        'evaluations during training), divided by what the arm of the same seed had: above 1 the arm needs less. ' +
        'Over seeds a geometric mean of those that get there. Tokens are those sampled; forecasts, warm-ups and what ' +
        'was sampled and left out count, evaluations do not. Tokens saved: of whole trainings, told where both end ' +
        'equal within 2 points.',
    ),
  );
}

function byLevel(
  { data }: Context,
  name: string,
  heads: readonly string[],
  rowsOf: (one: SpeedUp) => readonly HTMLElement[],
): HTMLElement {
  const all = data.speedUps;
  const worlds = new Set(all.map(({ world }) => world)).size;
  const nameOf = ({ world, level, baseline }: SpeedUp) =>
    `${worlds > 1 ? `${world} ` : ''}${data.levels.find(known => known.name === level)?.label ?? level}, against ${baseline}`;
  return wideTable(
    name,
    element(
      'table',
      { class: 'figures stacked reasons' },
      element('thead', {}, headRow(['', ...heads])),
      ...[...new Set(all.map(nameOf))].map(level =>
        element(
          'tbody',
          {},
          element(
            'tr',
            { class: 'level' },
            element('th', { colspan: heads.length + 1, scope: 'rowgroup' }, element('span', {}, level)),
          ),
          ...all.filter(one => nameOf(one) === level).flatMap(rowsOf),
        ),
      ),
    ),
  );
}

/** A row an arm. With one seed it tells the budgets, as there are no other rows. */
function overSeeds(context: Context, one: SpeedUp, heads: readonly string[]): HTMLElement {
  const { seeds, axes, saved } = one;
  const known = seeds.flatMap(({ success }) => success ?? []);
  const level = known.length === 0 ? null : known.reduce((sum, success) => sum + success, 0) / known.length;
  const difference = saved.difference === null ? '' : `success ${inPoints(saved.difference)}`;
  return element(
    'tr',
    {},
    element('th', { scope: 'row' }, armName(context, one.arm)),
    named(cell(percent(level), known.length > 1 ? 'mean of the seeds' : ''), heads[0]!),
    ...axes.map((axis, i) =>
      named(seeds.length === 1 ? ofSeed(axis.seeds[0]!) : cell(times(axis.ratio), below(axis)), heads[i + 1]!),
    ),
    named(
      cell(percent(saved.tokens), [difference, saved.tokens === null ? saved.reason : ''].filter(Boolean).join(': ')),
      'tokens saved',
    ),
  );
}

function below({ ratio, never, reason, seeds }: Axis): string {
  if (ratio === null) return never === seeds.length ? `never with ${never} of ${seeds.length} seeds` : (reason ?? '');
  const told = seeds.filter(one => one.ratio !== null).length;
  return [
    told < seeds.length ? `${told} of ${seeds.length} seeds` : `${told} seeds`,
    never > 0 ? `never with ${never}` : '',
  ]
    .filter(Boolean)
    .join(', ');
}

function ofSeeds(context: Context, { arm, seeds, axes }: SpeedUp, heads: readonly string[]): HTMLElement[] {
  return seeds.map(({ seed, success }, at) =>
    element(
      'tr',
      {},
      element('th', { scope: 'row' }, armName(context, arm), element('small', {}, `seed ${seed}`)),
      named(cell(percent(success), ''), heads[0]!),
      ...axes.map((axis, i) => named(ofSeed(axis.seeds[at]!), heads[i + 1]!)),
    ),
  );
}

/** The ratio over what it is of, or why there is none. */
function ofSeed({ ratio, baseline, arm, reason }: Axis['seeds'][number]): HTMLElement {
  return cell(times(ratio), ratio === null ? (reason ?? '') : `${number(baseline)} by ${number(arm)}`);
}

function times(ratio: number | null): string {
  return ratio === null ? '–' : `${number(ratio)} ×`;
}

function inPoints(difference: number): string {
  return `${signed(100 * difference)} points`;
}
