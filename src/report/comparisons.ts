import {
  compareEpisodes,
  type Comparison,
  conclude,
  type Difference,
  earlySteps,
  type Finding,
  repetitiveAction,
  replicateFigures,
  type ReplicateTest,
} from '../metrics/index.ts';
import type { SettingApart } from './arm-settings.ts';
import type { ReportComparison, ReportDifference } from './data.ts';
import type { Cell } from './results.ts';
import { alignSeeds, episodesBySeed } from './seeds.ts';

type Conclusion = ReportComparison['conclusions'][number];
type SeedTest = ReportComparison['seedTests'][number];

/**
 * Every pair of arms on every level, the earlier arm as A.
 * @param apart in which settings the trainings of two arms differ; null where that is not known.
 */
export function comparisonsOf(
  cells: readonly Cell[],
  apart: (a: Cell, b: Cell) => readonly SettingApart[] | null = () => null,
): ReportComparison[] {
  return cells.flatMap((a, i) =>
    cells
      .slice(i + 1)
      .filter(({ level }) => level === a.level)
      .map(b => comparisonOf(a, b, apart(a, b) ?? [])),
  );
}

function comparisonOf(a: Cell, b: Cell, settings: readonly SettingApart[]): ReportComparison {
  const [left = [], right = []] = alignSeeds([a.episodes, b.episodes]);
  const compared = compareEpisodes(left, right, { names: [a.arm, b.arm] });
  const seeds = [...episodesBySeed(left).keys()].filter(
    seed => seed !== '' && right.some(({ replicate }) => replicate === seed),
  );
  const tests = seeds.length < 2 ? [] : (compared.replicates?.tests ?? []);
  const { success, differences, pairs, notes } = compared;
  const repetition = differences[repetitiveAction];
  const comparison = {
    level: a.level,
    a: a.arm,
    b: b.arm,
    pairs,
    seeds,
    settings: settings.map(setting => ({ ...setting })),
    success: plain(success.difference),
    repetition: {
      pooled: plain(repetition.pooled),
      first10: plain(repetition.first10),
      matched: plain(repetition.matched),
    },
    inadmissible: plain(differences.inadmissible.pooled),
    seedTests: tests.map(seedTest),
    notes: notes.filter(note => seeds.length < 2 || !note.startsWith('McNemar')),
  };
  return {
    ...comparison,
    conclusions:
      pairs === 0 ? [] : [successConclusion(comparison, compared), repetitionConclusion(comparison, compared)],
  };
}

function seedTest({ figure, differences, mean, p, interval }: ReplicateTest): SeedTest {
  return {
    figure,
    differences: [...differences],
    mean,
    low: interval?.low ?? null,
    high: interval?.high ?? null,
    p: p?.twoSided ?? null,
    smallest: smallestP(p),
  };
}

/** Two-sided. */
function smallestP(p: ReplicateTest['p']): number | null {
  return p === null ? null : Math.min(1, 2 * p.smallest);
}

function plain({ a, b, value, interval, pairs, tasks }: Difference): ReportDifference {
  return {
    a: a?.value ?? null,
    b: b?.value ?? null,
    value,
    low: interval?.low ?? null,
    high: interval?.high ?? null,
    pairs,
    tasks,
  };
}

type Inconclusive = Omit<ReportComparison, 'conclusions'>;

function successConclusion(comparison: Inconclusive, compared: Comparison): Conclusion {
  const { a, b, level, success } = comparison;
  const { finding, evidence } = judge(
    compared.success.difference,
    comparison.seeds.length,
    compared,
    replicateFigures.success,
  );
  const says = {
    more: `${b} solves more than ${a} on ${level}`,
    less: `${b} solves less than ${a} on ${level}`,
    unclear:
      success.value === 0 && success.low === null
        ? `${b} solves as much as ${a} on ${level}`
        : `Whether ${b} solves more or less than ${a} on ${level} is not clear`,
    unknown: `Whether ${b} solves more than ${a} on ${level} is not known`,
  }[finding];
  return {
    subject: 'success',
    finding,
    sentence:
      finding === 'unknown'
        ? `${says}: ${evidence}.`
        : `${says}: ${percent(success.b)} against ${percent(success.a)}; ${evidence}${alsoApart(comparison)}.`,
  };
}

/**
 * The claim is made with the first steps of episodes, which do not depend on how long failures go on; the matched view
 * has to agree.
 */
function repetitionConclusion(comparison: Inconclusive, compared: Comparison): Conclusion {
  const {
    a,
    b,
    level,
    repetition: { first10, matched },
  } = comparison;
  const { finding, evidence } = judge(
    compared.differences[repetitiveAction].first10,
    comparison.seeds.length,
    compared,
    replicateFigures.earlyRepetition,
  );
  const lower = first10.value !== null && first10.value < 0;
  const says = {
    less: `${b} repeats itself less than ${a} on ${level}`,
    more: `${b} repeats itself more than ${a} on ${level}`,
    unclear: lower
      ? `It is not clear that ${b} repeats itself less than ${a} on ${level}`
      : `${b} does not repeat itself less than ${a} on ${level}`,
    unknown: `Whether ${b} repeats itself less than ${a} on ${level} is not known`,
  }[finding];
  if (finding === 'unknown') return { subject: 'repetition', finding, sentence: `${says}: ${evidence}.` };
  const solved = compared.matched.episodes;
  const agrees =
    matched.value === null
      ? 'no task was solved by both'
      : `on the ${solved} ${solved === 1 ? 'episode' : 'episodes'} that both solved, ` +
        `${finding === 'less' && matched.value > 0 ? 'it is the other way round: ' : ''}${percent(matched.b)} ` +
        `against ${percent(matched.a)} of all steps`;
  return {
    subject: 'repetition',
    finding,
    sentence:
      `${says}: ${percent(first10.b)} against ${percent(first10.a)} of the first ${earlySteps} steps; ${evidence}; ` +
      `${agrees}${alsoApart(comparison)}.`,
  };
}

/** A difference between arms that differ in more than one setting may come of any of them. */
function alsoApart({ a, b, settings }: Inconclusive): string {
  if (settings.length < 2) return '';
  const named = settings.map(({ setting, a: left, b: right }) => `${setting} (${left} against ${right})`);
  return `; it may come of any of the ${settings.length} settings in which ${a} and ${b} differ: ${named.join(', ')}`;
}

/** The finding of `conclude`, and in words what it rests on. */
function judge(
  difference: Difference,
  seeds: number,
  { replicates }: Comparison,
  figure: string,
): { readonly finding: Finding; readonly evidence: string } {
  const test = replicates?.tests.find(tested => tested.figure === figure);
  const conclusion = conclude(difference, seeds, test);
  const { pairs, tasks } = difference;
  const once = seeds < 2 ? ', one seed' : `, ${seeds} seeds`;
  const evidence = (): string => {
    switch (conclusion.basis) {
      case 'nothing':
        return 'no pair of episodes has the facts';
      case 'seeds': {
        const { mean, low, high } = conclusion;
        const count = test!.differences.length;
        const p = test!.p
          ? `, sign-flip p ${test!.p.twoSided.toFixed(3)} where ${count} seeds can give ` +
            `${smallestP(test!.p)!.toFixed(3)} at best`
          : '';
        return `over ${count} seeds ${points(mean)} on average (95 % interval ${range(low, high)}${p})`;
      }
      case 'one of several seeds':
        return `a difference of ${points(conclusion.value)}, but only one of ${seeds} seeds has the facts`;
      case 'tasks': {
        const { value, low, high } = conclusion;
        return (
          `a difference of ${points(value)} (95 % interval ${range(low, high)}, ${pairs} pairs, ${tasks} ` +
          `tasks${once})`
        );
      }
      case 'same on every task':
        return (
          `a difference of ${points(conclusion.value)}, the same on every task (${pairs} pairs, ${tasks} ` +
          `tasks${once})`
        );
      case 'a single task':
        return `a difference of ${points(conclusion.value)} on a single task`;
    }
  };
  return { finding: conclusion.finding, evidence: evidence() };
}

function percent(value: number | null): string {
  return value === null ? 'unknown' : `${(100 * value).toFixed(1)} %`;
}

function points(value: number): string {
  return `${inPoints(value)} points`;
}

function range(low: number, high: number): string {
  return `${inPoints(low)} to ${inPoints(high)}`;
}

function inPoints(value: number): string {
  return `${value < 0 ? '−' : value > 0 ? '+' : ''}${Math.abs(100 * value).toFixed(1)}`;
}
