import type { Store } from 'clew';
import { markdownTable } from '../../src/metrics/text-table.ts';
import { speedUp } from '../../src/report/budget.ts';
import { curvesOf } from '../../src/report/curves.ts';
import { budgetPoints, speedUpsOf } from '../../src/report/speed-ups.ts';
import { trainingsOf } from '../../src/report/trainings.ts';
import { mean } from './numbers.ts';

/**
 * What the trainings of a study took and came to while they lasted, as tables: of those that are whole.
 */

export const percent = (value: number | null) => (value === null ? '–' : `${(100 * value).toFixed(1)} %`);
export const decimal = (value: number | null) => (value === null ? '–' : value.toFixed(2));

/** What the arms are held against. */
export const baseline = 'GRPO';

export function wholeTrainings(store: Store) {
  return store.runs.list().filter(({ kind, status }) => kind === 'rl' && status === 'done');
}

/** What whole trainings took and came to while they lasted. */
function curves(store: Store) {
  return curvesOf(store, trainingsOf(wholeTrainings(store)).trainings, []);
}

/**
 * What each training took until it had the success that GRPO of the same seed ended with, after a sentence that says by
 * what success is measured: evaluations during training where the study has them, training tasks otherwise. Warm-up and
 * forecasts count.
 */
export function budgetOf(store: Store): string {
  const all = curves(store);
  const arms = [...new Set(all.map(({ arm }) => arm))].toSorted(
    (a, b) => Number(b === baseline) - Number(a === baseline),
  );
  const ended = new Set(all.map(({ run }) => run));
  const during = speedUpsOf(all, { arms, ended });
  const counted = 'Forecasts and warm-ups count; what was evaluated and written meanwhile does not.';
  if (during.length > 0)
    return [
      `Success is that of the evaluations during training, a mean over three; levels apart. ${counted} A ratio is what ` +
        `${baseline} of the same seed took, by what the arm took: above 1 the arm was sooner there. Ratios of each seed ` +
        `stand beside their geometric mean.`,
      markdownTable(
        [
          'level',
          '',
          `success of ${baseline}`,
          ...(['tasks', 'tokens', 'seconds'] as const).flatMap(axis => [axis, 'by seed']),
          'never',
        ],
        during.map(({ level, arm, seeds, axes }) => [
          level,
          arm,
          seeds.flatMap(({ success }) => (success === null ? [] : [percent(success)])).join(', ') || '–',
          ...axes.flatMap(axis => [decimal(axis.ratio), axis.seeds.map(ratioOf).join(', ')]),
          `${axes[0]!.never} of ${axes[0]!.seeds.length}`,
        ]),
        'numbers',
      ),
      ...reasonsOf(during),
    ].join('\n\n');
  const rows = all.flatMap(curve => {
    const of = all.find(({ arm, seed }) => arm === baseline && seed === curve.seed);
    if (!of || curve === of) return [];
    const found = (['tokens', 'seconds'] as const).map(axis => {
      const [from, to] = [of, curve].map(one => budgetPoints(one, axis, one.training));
      return 'reason' in from! || 'reason' in to! ? null : speedUp(from!, to!);
    });
    const amount = (value: number | null | undefined) =>
      value === undefined ? '–' : value === null ? 'never' : Math.round(value).toLocaleString('en');
    return [
      [
        curve.run,
        percent(found.find(one => one !== null)?.level ?? null),
        ...found.flatMap(one => [amount(one?.baseline), amount(one?.arm), decimal(one?.ratio ?? null)]),
      ],
    ];
  });
  return [
    `This study has no evaluations during training: success is that of training tasks, a mean over three iterations. ` +
      counted,
    markdownTable(
      ['', 'level', `tokens of ${baseline}`, 'tokens', 'ratio', `seconds of ${baseline}`, 'seconds', 'ratio'],
      rows,
      'numbers',
    ),
  ].join('\n\n');
}

type SpeedUps = ReturnType<typeof speedUpsOf>;

/** A ratio of one seed; a star where the reason stands below. */
function ratioOf({ ratio, baseline: of, arm, reason }: SpeedUps[number]['axes'][number]['seeds'][number]): string {
  if (ratio !== null) return ratio.toFixed(2);
  return of !== null && arm === null && reason?.startsWith('not reached') ? 'never' : '–';
}

/** Why there are ratios that are neither there nor `never`. */
function reasonsOf(during: SpeedUps): string[] {
  const told = during.flatMap(({ axes }) => axes.flatMap(({ seeds }) => seeds));
  const reasons = [...new Set(told.filter(one => ratioOf(one) === '–').flatMap(({ reason }) => reason ?? []))];
  return reasons.length === 0 ? [] : [`No ratio (–): ${reasons.join('; ')}.`];
}

/** Success while arms were trained: a row an arm and level, a column an iteration, means over seeds. Null without any. */
export function duringTableOf(store: Store): string | null {
  const all = curves(store);
  const rows = all.flatMap(({ arm, seed, evaluation }) => evaluation.map(row => ({ arm, seed, ...row })));
  if (rows.length === 0) return null;
  const iterations = [...new Set(rows.map(({ iteration }) => iteration))].toSorted((a, b) => a - b);
  const levels = [...new Set(rows.map(({ level }) => level))].toSorted();
  return markdownTable(
    ['level', '', 'seeds', ...iterations.map(iteration => `iteration ${iteration}`)],
    levels.flatMap(level =>
      [...new Set(rows.map(({ arm }) => arm))].flatMap(arm => {
        const own = rows.filter(row => row.level === level && row.arm === arm);
        if (own.length === 0) return [];
        const at = (iteration: number) => {
          const told = own.flatMap(row => (row.iteration === iteration && row.success !== null ? [row.success] : []));
          return told.length === 0 ? null : mean(told);
        };
        const seeds = [...new Set(own.map(({ seed }) => seed))];
        return [[level, arm, seeds.join(', '), ...iterations.map(iteration => percent(at(iteration)))]];
      }),
    ),
    'numbers',
  );
}
