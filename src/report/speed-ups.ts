import { type BudgetPoint, meanSpeedUp, type SpeedUp, speedUp } from './budget.ts';
import type { ReportComparison, ReportData } from './data.ts';
import type { BudgetAxis, ReportSpeedUp, ReportSpeedUpAxis } from './speed-up-data.ts';
import type { TrainingRow } from './training-rows.ts';

type Curve = ReportData['curves'][number];
/** What cannot be told, and why. */
type Unknown = { readonly reason: string };

/** Success after training counts as equal within so much. */
const equal = 0.02;

/**
 * What every arm took to have the success that the baseline ended with: tasks drawn (episodes played where tasks are not
 * told), tokens sampled and seconds, by the evaluations during training. The baseline is the first arm that has some, in
 * its world; arms are paired with it by seed.
 * @param ended runs that were trained to their end
 * @param comparisons those after training, which say whether tokens were saved at equal success
 */
export function speedUpsOf(
  curves: readonly Curve[],
  {
    arms,
    ended,
    comparisons = [],
  }: {
    readonly arms: readonly string[];
    readonly ended: ReadonlySet<string>;
    readonly comparisons?: readonly ReportComparison[];
  },
): ReportSpeedUp[] {
  const measured = curves.filter(({ evaluation }) => evaluation.length > 0);
  return [...new Set(measured.map(({ world }) => world))].flatMap(world => {
    const here = measured.filter(curve => curve.world === world);
    const [baseline, ...others] = arms.filter(arm => here.some(curve => curve.arm === arm));
    const levels = [...new Set(here.flatMap(({ evaluation }) => evaluation.map(({ level }) => level)))].toSorted();
    return levels.flatMap(level =>
      others.map(arm => speedUpOf(here, { world, level, baseline: baseline!, arm }, ended, comparisons)),
    );
  });
}

/**
 * Success of a training at what it had taken by then: the costs of its iterations, and of its warm-up, which comes after
 * the evaluation of iteration 0.
 * @returns why, where a row does not tell its cost.
 */
export function budgetPoints(
  { run, training, warmUp }: Curve,
  axis: BudgetAxis,
  measured: readonly { readonly iteration: number; readonly success?: number | null | undefined }[],
): BudgetPoint[] | Unknown {
  const told = measured.filter(({ success }) => typeof success === 'number');
  const before = warmUp === null ? 0 : warmUp[axis];
  if (before === null) return { reason: `the ${axis} of the warm-up of ${run} are not known` };
  const budgets = [0];
  const last = told.at(-1)?.iteration ?? 0;
  for (let iteration = 1; iteration <= last; iteration++) {
    const row = training.find(one => one.iteration === iteration);
    const cost = row ? costOf(row, axis) : null;
    if (cost === null) return { reason: `the ${axis} of iteration ${iteration} of ${run} are not known` };
    budgets.push((budgets.at(-1) ?? 0) + cost + (iteration === 1 ? before : 0));
  }
  return told.map(({ iteration, success }) => ({ budget: budgets[iteration]!, success: success! }));
}

/** What an iteration took; null where its row does not tell. */
export function costOf(
  { tasks, episodes, tokens, seconds, forecasts, branches, scouts, rounds, leftOut }: TrainingRow,
  axis: BudgetAxis,
): number | null {
  // Dynamic sampling plays groups that it then leaves out.
  const whole = (rounds ?? 1) === 1 || leftOut;
  switch (axis) {
    case 'tasks': {
      // A gate draws tasks that it does not play.
      const { gated, played } = forecasts?.gate ?? {};
      const drawn = typeof gated === 'number' && typeof played === 'number' ? gated + played : tasks;
      return sum(drawn, whole ? (leftOut?.tasks ?? 0) : null);
    }
    case 'episodes':
      return sum(episodes, branches?.episodes ?? 0, scouts?.episodes ?? 0, whole ? (leftOut?.episodes ?? 0) : null);
    case 'tokens':
      return sum(
        tokens?.['sampled'],
        forecasts ? forecasts.tokens : 0,
        branches ? branches.tokens?.['sampled'] : 0,
        scouts ? scouts.tokens?.['sampled'] : 0,
        whole ? (leftOut?.tokens ?? 0) : null,
      );
    case 'seconds': {
      // What was written to the database and evaluated meanwhile is no training.
      const { total, store } = seconds ?? {};
      return typeof total === 'number' ? total - (store ?? 0) : null;
    }
  }
}

function speedUpOf(
  curves: readonly Curve[],
  names: { readonly world: string; readonly level: string; readonly baseline: string; readonly arm: string },
  ended: ReadonlySet<string>,
  comparisons: readonly ReportComparison[],
): ReportSpeedUp {
  const { level, baseline, arm } = names;
  const own = curves.filter(curve => curve.arm === baseline || curve.arm === arm);
  const seeds = [...new Set(own.map(({ seed }) => seed))].toSorted((a, b) =>
    a.localeCompare(b, 'en', { numeric: true }),
  );
  const pairs = seeds.map(seed => {
    const find = (name: string) => own.find(curve => curve.arm === name && curve.seed === seed);
    return { seed, of: find(baseline), by: find(arm) };
  });
  const told = own.every(({ training }) => training.every(({ tasks }) => typeof tasks === 'number'));
  const axes = ([told ? 'tasks' : 'episodes', 'tokens', 'seconds'] as const).map((axis): ReportSpeedUpAxis => {
    const found = pairs.map(({ seed, of, by }) => ({ seed, ...pairSpeedUp({ of, by }, axis, names, ended) }));
    const { ratio, never } = meanSpeedUp(found);
    return {
      axis,
      ratio,
      never,
      reason: ratio === null ? [...new Set(found.flatMap(({ reason }) => reason ?? []))].join('; ') : null,
      seeds: found.map(one => ({
        seed: one.seed,
        baseline: one.baseline,
        arm: one.arm,
        ratio: one.ratio,
        reason: one.reason,
      })),
    };
  });
  return {
    ...names,
    seeds: pairs.map(({ seed, of }) => ({ seed, success: of ? lastSuccess(of, level) : null })),
    axes,
    saved: savedOf(pairs, names, ended, comparisons),
  };
}

type Pair = { readonly of: Curve | undefined; readonly by: Curve | undefined };
type Names = Pick<ReportSpeedUp, 'level' | 'baseline' | 'arm'>;

function pairSpeedUp(
  { of, by }: Pair,
  axis: BudgetAxis,
  { level, baseline, arm }: Names,
  ended: ReadonlySet<string>,
): SpeedUp {
  const none = (reason: string): SpeedUp => ({
    level: null,
    baseline: null,
    arm: null,
    ratio: null,
    never: false,
    reason,
  });
  if (!of || !by) return none(`${of ? arm : baseline} was not trained with this seed`);
  // What it ends with is not known before it has ended.
  if (!ended.has(of.run)) return none(`${of.run} was not trained to its end`);
  const [from, to] = [of, by].map(curve => budgetPoints(curve, axis, on(curve, level)));
  if ('reason' in from!) return none(from.reason);
  if ('reason' in to!) return none(to.reason);
  const found = speedUp(from!, to!);
  if (!found.never) return found;
  if (!ended.has(by.run)) return { ...found, never: false, reason: `${by.run} was not trained to its end` };
  return { ...found, reason: `not reached within ${Math.round(to!.at(-1)!.budget).toLocaleString('en')} ${axis}` };
}

/** The baseline's last success, smoothed as `speedUp` does: what the budget is does not matter. */
function lastSuccess(curve: Curve, level: string): number | null {
  const points = on(curve, level).flatMap(({ iteration, success }) =>
    success === null ? [] : [{ budget: iteration, success }],
  );
  return speedUp(points, points).level;
}

function on({ evaluation }: Curve, level: string): Curve['evaluation'] {
  return evaluation.filter(row => row.level === level);
}

function savedOf(
  pairs: readonly Pair[],
  { level, baseline, arm }: Names,
  ended: ReadonlySet<string>,
  comparisons: readonly ReportComparison[],
): ReportSpeedUp['saved'] {
  const after = comparisons.find(compared => compared.level === level && compared.a === baseline && compared.b === arm);
  const difference = after?.success.value ?? null;
  if (difference === null)
    return { difference, tokens: null, reason: 'no comparison after training is on a level of this name' };
  if (Math.abs(difference) > equal + 1e-9)
    return { difference, tokens: null, reason: 'they did not end equal within 2 points' };
  const both = pairs.flatMap(({ of, by }) => (of && by && ended.has(of.run) && ended.has(by.run) ? [{ of, by }] : []));
  if (both.length === 0) return { difference, tokens: null, reason: 'no seed has both trained to their ends' };
  const total = (curves: readonly Curve[]) => sum(...curves.map(tokensOf));
  const [from, to] = [total(both.map(({ of }) => of)), total(both.map(({ by }) => by))];
  if (from === null || to === null || from === 0)
    return { difference, tokens: null, reason: 'the tokens of some iterations are not known' };
  return { difference, tokens: 1 - to / from, reason: null };
}

/** Of a whole training. */
function tokensOf({ training, warmUp }: Curve): number | null {
  return sum(warmUp === null ? 0 : warmUp.tokens, ...training.map(row => costOf(row, 'tokens')));
}

/** Null where a part is not known. */
function sum(...parts: readonly (number | null | undefined)[]): number | null {
  return parts.reduce<number | null>(
    (total, part) => (total === null || part === null || part === undefined ? null : total + part),
    0,
  );
}
