import type { Figures, Measurement, Rate } from './figures.ts';
import { earlySteps, repetitiveAction, stepMetricNames, stepMetrics } from './step-metrics.ts';
import { type FirstErrorKind, firstErrorLabels } from './first-error-labels.ts';
import { type RecoveryFigure, recoveryLabels } from './recovery-labels.ts';
import { askingLabels } from './asking-labels.ts';
import { tokenLabels, tokensInWords } from './served.ts';
import { stepTags, type StepTag } from '../steps/index.ts';
import { meanRow, percent, rateRow, textTable, wrap, type Row } from './text-table.ts';

/**
 * A measurement as text of at most 100 columns (long names apart): every rate with its denominator and its 95 %
 * interval.
 */
export function formatMeasurement(measurement: Measurement): string {
  const lines = [
    `${counted(measurement.episodes, 'episode')} of ${counted(measurement.tasks, 'task')}, ` +
      `${counted(measurement.stepCount, 'step')}`,
    '',
  ];
  if (measurement.episodes === 0) return `${lines[0]}: there is nothing to measure.`;
  lines.push(
    ...episodeTable(measurement),
    '',
    ...stepTable(measurement, 'pooled'),
    '',
    ...stepTable(measurement, 'first10'),
    ...recoveryTable(measurement),
    ...firstErrorTable(measurement),
    ...askingTable(measurement),
    ...tagTables(measurement),
  );
  for (const [dimension, parts] of Object.entries(measurement.by)) {
    lines.push('', `by ${dimension}`);
    lines.push(...(dimension === 'tag' ? byTagTable(measurement.by.tag!) : byTable(parts as Record<string, Figures>)));
  }
  for (const [dimensions, parts] of Object.entries(measurement.crossed ?? {}))
    lines.push('', `by ${dimensions}`, ...byTable(parts));
  const reasons = lackingReasons(measurement);
  if (reasons.length > 0) lines.push('', 'not measured', ...reasons.flatMap(reason => wrap(reason)));
  if (measurement.notes.length > 0) lines.push('', 'notes', ...measurement.notes.flatMap(note => wrap(note)));
  return lines.join('\n');
}

/** Success if the missing episodes were all lost, and if they were all won. */
function missingRows({ missing }: Pick<Measurement, 'missing'>): Row[] {
  if (!missing?.success) return [];
  const { episodes, planned, success } = missing;
  const row = (label: string, share: number): Row => [
    label,
    percent(share),
    `${Math.round(share * planned)}/${planned}`,
    '-',
  ];
  return [
    row(`  if the ${episodes} missing were lost`, success.low),
    row(`  if the ${episodes} missing were won`, success.high),
  ];
}

function episodeTable(figures: Measurement): string[] {
  const rows: Row[] = [
    ['episodes', 'value', 'of', '95 % interval'],
    rateRow('success', figures.success),
    ...missingRows(figures),
    ...Object.entries(figures.outcomes?.rates ?? {}).map(([name, rate]) => rateRow(name, rate)),
    ...Object.entries(figures.outcomes?.means ?? {}).map(([name, mean]) => meanRow(name, mean)),
    ...(figures.bestOf ? [rateRow('any rollout of a task (a ceiling)', figures.bestOf)] : []),
    meanRow('steps', figures.steps.all),
    meanRow('steps on success', figures.steps.onSuccess),
    meanRow('optimality gap (steps over shortest - 1)', figures.optimalityGap),
    meanRow('detour on success', figures.detour),
    meanRow('underthinking on failure', figures.underthinking),
    rateRow('failures that had the answer', figures.answerInclusive),
    ...(figures.phases ? [meanRow('phases of five', figures.phases)] : []),
    rateRow('episodes with a cycle', figures.episodesWithCycle),
  ];
  return textTable(rows.filter(row => row[1] !== '-'));
}

function stepTable(figures: Figures, view: 'pooled' | 'first10'): string[] {
  const rows: Row[] = [
    [
      view === 'pooled' ? 'rates of all steps' : `rates of the first ${earlySteps} steps`,
      'value',
      'of',
      '95 % interval',
      'mean of episodes',
    ],
  ];
  for (const name of stepMetricNames) {
    const rate = figures.rates[name][view];
    if (rate.value !== null) rows.push([...rateRow(stepMetrics[name].label, rate), percent(rate.macro)]);
  }
  if (view === 'pooled') {
    for (const [name, rate] of Object.entries(figures.refusals))
      if (rate.value !== null) rows.push([...rateRow(`refused steps: ${name}`, rate), percent(rate.macro)]);
  }
  const { served } = figures;
  if (view === 'first10' || served === undefined) return textTable(rows);
  if (served.cut.value !== null)
    rows.push([...rateRow('replies cut at the limit of tokens', served.cut), percent(served.cut.macro)]);
  const tokens = tokensInWords(served);
  return [...textTable(rows), ...(tokens === undefined ? [] : [`  ${tokens}`])];
}

function recoveryTable({ recovery }: Figures): string[] {
  const named = Object.entries(recoveryLabels) as [RecoveryFigure, string][];
  const rows = named.flatMap(([name, label]) =>
    recovery[name].value === null ? [] : [rateRow(label, recovery[name])],
  );
  return rows.length === 0 ? [] : ['', ...textTable([['recovery', 'value', 'of', '95 % interval'], ...rows])];
}

function firstErrorTable({ firstErrors }: Figures): string[] {
  if (!firstErrors) return [];
  const rows = (Object.entries(firstErrorLabels) as [FirstErrorKind, string][]).flatMap(([kind, label]) =>
    firstErrors[kind].value === null || firstErrors[kind].numerator === 0 ? [] : [rateRow(label, firstErrors[kind])],
  );
  return rows.length === 0
    ? []
    : ['', ...textTable([['first error of lost episodes', 'share', 'of', '95 % interval'], ...rows])];
}

const changesLabel = 'changes of the house before the right question';
const afterLabel = 'steps after the goal held';

function askingTable({ asking }: Figures): string[] {
  if (asking === undefined) return [];
  const { f1 } = asking;
  const rows: Row[] = [
    ['asking', 'value', 'of', '95 % interval'],
    ...Object.entries(askingLabels).map(([name, label]) =>
      rateRow(label, asking.shares[name as keyof typeof askingLabels]),
    ),
    meanRow(changesLabel, asking.changesBeforeAsking),
    meanRow(afterLabel, asking.stepsAfterGoal),
  ];
  const words =
    f1.value === null
      ? []
      : [`  F1 ${f1.value.toFixed(3)} [${f1.interval!.low.toFixed(3)}, ${f1.interval!.high.toFixed(3)}]`];
  return ['', ...textTable(rows.filter(row => row[1] !== '-')), ...words];
}

function tagTables(figures: Figures): string[] {
  const { tags } = figures;
  if (tags.shares.none.value === null) return [];
  const shares: Row[] = [
    ['tags', 'value', 'of', '95 % interval'],
    ...stepTags.map(tag => rateRow(tag, tags.shares[tag])),
  ];
  for (const [label, rate] of [
    ['planning at the first step', tags.planningFirst],
    ['reflection after a failed step', tags.reflectionAfterFailure],
    ['thought names the target', tags.agreement],
  ] as const) {
    if (rate.value !== null) shares.push(rateRow(label, rate));
  }
  const lines = ['', ...textTable(shares), '', ...textTable(tagTable('steps by situation', tags.situations))];
  if (tags.information !== null) lines.push(`  the tag tells ${tags.information.toFixed(3)} bits about the situation`);
  const transitions = tagTable('steps by the tag before', tags.transitions);
  return transitions.length > 1 ? [...lines, '', ...textTable(transitions)] : lines;
}

/** Counts by row name and tag; rows without a step are left out. */
function tagTable(title: string, table: Readonly<Record<string, Readonly<Record<StepTag, number>>>>): Row[] {
  const rows: Row[] = [[title, ...stepTags]];
  for (const [name, counts] of Object.entries(table)) {
    if (stepTags.some(tag => counts[tag] > 0)) rows.push([name, ...stepTags.map(tag => String(counts[tag]))]);
  }
  return rows;
}

/**
 * A small table for each of the main figures: side by side they would not fit, and a rate without its denominator says
 * little.
 */
function byTable(parts: Readonly<Record<string, Figures>>): string[] {
  const named = Object.entries(parts);
  const known = (pick: (figures: Figures) => { readonly value: number | null }) =>
    named.some(([, figures]) => pick(figures).value !== null);
  const table = (label: string, pick: (figures: Figures) => Rate): Row[] =>
    known(pick)
      ? [[label, 'value', 'of', '95 % interval'], ...named.map(([name, figures]) => rateRow(name, pick(figures)))]
      : [];
  return textTable([
    ['success', 'value', 'of', '95 % interval', 'steps'],
    ...named.map(([name, figures]): Row => [
      ...rateRow(name, figures.success),
      figures.steps.all.value?.toFixed(1) ?? '-',
    ]),
    ...stepMetricNames.flatMap(name => [
      ...table(`${stepMetrics[name].label}, first ${earlySteps}`, figures => figures.rates[name].first10),
      ...table(`${stepMetrics[name].label}, all steps`, figures => figures.rates[name].pooled),
    ]),
    ...table('episodes with a cycle', figures => figures.episodesWithCycle),
    ...(Object.entries(firstErrorLabels) as [FirstErrorKind, string][]).flatMap(([kind, label]) =>
      named.some(([, { firstErrors }]) => (firstErrors?.[kind].numerator ?? 0) > 0)
        ? table(`first error of lost episodes: ${label}`, ({ firstErrors }) => firstErrors?.[kind] ?? noLoss)
        : [],
    ),
  ]);
}

/** Stands where no episode was lost. */
const noLoss: Rate = {
  value: null,
  numerator: 0,
  denominator: 0,
  missing: 0,
  macro: null,
  interval: null,
  reason: 'no episode was lost',
};

function byTagTable(parts: NonNullable<Measurement['by']['tag']>): string[] {
  return textTable([
    ['', 'steps', 'repetitive', 'exact', 'inadmissible', 'no-op'],
    ...stepTags.map((tag): Row => {
      const rates = parts[tag];
      return [
        tag,
        String(rates.exactRepeat.denominator),
        shortCell(rates[repetitiveAction]),
        shortCell(rates.exactRepeat),
        shortCell(rates.inadmissible),
        shortCell(rates.noOp),
      ];
    }),
  ]);
}

function shortCell(rate: Rate): string {
  return rate.value === null ? '-' : `${percent(rate.value)} of ${rate.denominator}`;
}

/** One line for every reason, with the figures that it took away. */
function lackingReasons(figures: Figures): string[] {
  const byReason = new Map<string, string[]>();
  const note = (label: string, figure: { readonly value: number | null; readonly reason: string | null }): void => {
    if (figure.value === null && figure.reason !== null)
      byReason.set(figure.reason, [...(byReason.get(figure.reason) ?? []), label]);
  };
  note('success', figures.success);
  note('steps', figures.steps.all);
  note('steps on success', figures.steps.onSuccess);
  note('optimality gap', figures.optimalityGap);
  note('detour', figures.detour);
  note('underthinking', figures.underthinking);
  note('failures that had the answer', figures.answerInclusive);
  note('episodes with a cycle', figures.episodesWithCycle);
  for (const name of stepMetricNames) note(stepMetrics[name].label, figures.rates[name].pooled);
  // All refusals are known, or none.
  note('refusals', figures.refusals['unknown command']);
  for (const [name, label] of Object.entries(recoveryLabels)) note(label, figures.recovery[name as RecoveryFigure]);
  if (figures.firstErrors) note('first error of lost episodes', figures.firstErrors.neverErred);
  if (figures.bestOf) note('any rollout of a task', figures.bestOf);
  for (const rate of Object.entries(figures.outcomes?.rates ?? {})) note(...rate);
  for (const mean of Object.entries(figures.outcomes?.means ?? {})) note(...mean);
  if (figures.asking) {
    const { shares, f1, changesBeforeAsking, stepsAfterGoal } = figures.asking;
    for (const [name, label] of Object.entries(askingLabels)) note(label, shares[name as keyof typeof askingLabels]);
    note('F1 of asking', f1);
    note(changesLabel, changesBeforeAsking);
    note(afterLabel, stepsAfterGoal);
  }
  if (figures.served) {
    note('replies cut at the limit of tokens', figures.served.cut);
    for (const [name, { mean, reason }] of Object.entries(figures.served.tokens))
      note(tokenLabels[name as keyof typeof tokenLabels], { value: mean, reason });
  }
  const { shares, planningFirst, reflectionAfterFailure, agreement, information, informationReason } = figures.tags;
  note('tags', shares.none);
  note('planning at the first step', planningFirst);
  note('reflection after a failed step', reflectionAfterFailure);
  note('thought names the target', agreement);
  note('what the tag tells about the situation', { value: information, reason: informationReason });
  return [...byReason].map(([reason, labels]) => `${labels.join(', ')}: ${reason}.`);
}

function counted(n: number, noun: string): string {
  return `${n.toLocaleString('en')} ${noun}${n === 1 ? '' : 's'}`;
}
