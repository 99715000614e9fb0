import type { ForecastFigures } from '../forecasts/index.ts';
import type { Comparison, Figures, Interval, Mean, Measurement, Rate } from '../metrics/index.ts';
import { csvLine } from './csv.ts';

const head = [
  'by',
  'part',
  'figure',
  'view',
  'value',
  'numerator',
  'denominator',
  'missing',
  'mean_of_episodes',
  'low',
  'high',
  'reason',
];

/**
 * A measurement as CSV, a figure a line, of the whole (`by` is empty) and of each part; figures of forecasts, where there
 * are some, of the whole.
 */
export function measurementCsv(measurement: Measurement & { readonly forecasts?: ForecastFigures }): string {
  const parts: (readonly [string, string, Figures])[] = [['', '', measurement]];
  for (const [by, named] of Object.entries({ ...measurement.by, tag: undefined, ...measurement.crossed }))
    for (const [part, figures] of Object.entries(named ?? {})) parts.push([by, part, figures]);
  const lines = parts.flatMap(([by, part, figures]) => linesOf(figures).map(line => csvLine([by, part, ...line])));
  const tags = Object.entries(measurement.by.tag ?? {}).flatMap(([tag, rates]) =>
    Object.entries(rates).map(([name, rate]) => csvLine(['tag', tag, ...rateLine(name, 'pooled', rate)])),
  );
  const foretold = forecastLines(measurement.forecasts).map(line => csvLine(['', '', ...line]));
  return csvLine(head) + [...lines, ...tags, ...foretold].join('');
}

/** The differences of a comparison as CSV. */
export function comparisonCsv(comparison: Comparison): string {
  const columns = [
    'by',
    'part',
    'figure',
    'view',
    'a',
    'a_numerator',
    'a_denominator',
    'b',
    'b_numerator',
    'b_denominator',
    'difference',
    'low',
    'high',
    'pairs',
    'tasks',
  ];
  const of = (by: string, part: string, { success, differences }: Comparison): string[] =>
    [
      { figure: 'success', view: 'episodes', difference: success.difference },
      ...Object.entries(differences).flatMap(([figure, views]) =>
        Object.entries(views).map(([view, difference]) => ({ figure, view, difference })),
      ),
    ].map(({ figure, view, difference: { a, b, value, interval, pairs, tasks } }) =>
      csvLine([
        by,
        part,
        figure,
        view,
        a?.value ?? null,
        a?.numerator ?? null,
        a?.denominator ?? null,
        b?.value ?? null,
        b?.numerator ?? null,
        b?.denominator ?? null,
        value,
        interval?.low ?? null,
        interval?.high ?? null,
        pairs,
        tasks,
      ]),
    );
  const parts = Object.entries(comparison.by ?? {}).flatMap(([by, named]) =>
    Object.entries(named).flatMap(([part, compared]) => of(by, part, compared)),
  );
  return csvLine(columns) + [...of('', '', comparison), ...parts].join('');
}

type Line = (string | number | null)[];
type Bounds = Pick<Interval, 'low' | 'high'>;

function linesOf(figures: Figures): Line[] {
  const { steps, rates, refusals } = figures;
  return [
    rateLine('success', 'episodes', figures.success),
    ...Object.entries(figures.outcomes?.rates ?? {}).map(([name, rate]) => rateLine(name, 'episodes', rate)),
    ...Object.entries(figures.outcomes?.means ?? {}).map(([name, mean]) => meanLine(name, 'episodes', mean)),
    meanLine('steps', 'episodes', steps.all),
    meanLine('steps', 'on success', steps.onSuccess),
    meanLine('optimalityGap', 'on success', figures.optimalityGap),
    meanLine('detour', 'on success', figures.detour),
    meanLine('underthinking', 'on failure', figures.underthinking),
    ...(figures.phases ? [meanLine('phases', 'episodes', figures.phases)] : []),
    rateLine('answerInclusive', 'on failure', figures.answerInclusive),
    rateLine('episodesWithCycle', 'episodes', figures.episodesWithCycle),
    ...Object.entries(rates).flatMap(([name, views]) =>
      Object.entries(views).map(([view, rate]) => rateLine(name, view, rate)),
    ),
    ...Object.entries(refusals).map(([name, rate]) => rateLine(`refused: ${name}`, 'pooled', rate)),
    ...(figures.bestOf ? [rateLine('bestOf', 'tasks', figures.bestOf)] : []),
    ...Object.entries(figures.recovery).map(([name, rate]: [string, Rate]) => rateLine(name, 'recovery', rate)),
    ...Object.entries(figures.firstErrors ?? {}).map(([name, rate]: [string, Rate]) =>
      rateLine(name, 'first error of lost episodes', rate),
    ),
    ...tagLines(figures.tags),
    ...askingLines(figures.asking),
    ...servedLines(figures.served),
  ];
}

function tagLines({
  shares,
  planningFirst,
  reflectionAfterFailure,
  agreement,
  information,
  informationReason,
}: Figures['tags']): Line[] {
  return [
    ...Object.entries(shares).map(([tag, rate]) => rateLine(`tag: ${tag}`, 'tags', rate)),
    rateLine('planningFirst', 'tags', planningFirst),
    rateLine('reflectionAfterFailure', 'tags', reflectionAfterFailure),
    rateLine('agreement', 'tags', agreement),
    plainLine('information', 'tags', information, { of: null, reason: informationReason }),
  ];
}

function askingLines(asking: Figures['asking']): Line[] {
  if (!asking) return [];
  const { f1, shares, changesBeforeAsking, stepsAfterGoal } = asking;
  return [
    ...Object.entries(shares).map(([name, rate]) => rateLine(name, 'asking', rate)),
    plainLine('f1', 'asking', f1.value, { of: asking.episodes, interval: f1.interval, reason: f1.reason }),
    meanLine('changesBeforeAsking', 'asking', changesBeforeAsking),
    meanLine('stepsAfterGoal', 'asking', stepsAfterGoal),
  ];
}

function servedLines(served: Figures['served']): Line[] {
  if (!served) return [];
  return [
    rateLine('cut', 'served', served.cut),
    ...Object.entries(served.tokens).map(([name, { mean, replies, reason }]) =>
      plainLine(name, 'served', mean, { of: replies, reason }),
    ),
  ];
}

function forecastLines(figures: ForecastFigures | undefined): Line[] {
  if (!figures || figures.forecasts === 0) return [];
  const { gap, brier, reasons, forecasts, tasks, episodes } = figures;
  const calibrated = { gap, brier };
  const single = ['brierOfMean', 'unavoidable', 'skill', 'avoidableSkill'] as const;
  const shares = [
    'wellFormed',
    'stepsInRange',
    'stepsError',
    'thingsPrecision',
    'thingsRecall',
    'spread',
    'cost',
  ] as const;
  const line = (name: string, value: number | null, of: number, interval: Bounds | null = null): Line =>
    plainLine(name, 'forecasts', value, { of, interval, reason: reasons[name] ?? null });
  return [
    ...Object.entries(calibrated).map(([name, { value, low, high }]) =>
      line(name, value, tasks, low === null || high === null ? null : { low, high }),
    ),
    ...single.map(name => line(name, figures[name], episodes)),
    ...shares.map(name => line(name, figures[name], forecasts)),
  ];
}

/** A figure that is neither a share of counted things nor a mean over episodes. */
function plainLine(
  name: string,
  view: string,
  value: number | null,
  told: { readonly of: number | null; readonly interval?: Bounds | null; readonly reason: string | null },
): Line {
  const { of, interval, reason } = told;
  return [name, view, value, null, of, null, null, interval?.low ?? null, interval?.high ?? null, reason];
}

function rateLine(
  name: string,
  view: string,
  { value, numerator, denominator, missing, macro, interval, reason }: Rate,
): Line {
  return [
    name,
    view,
    value,
    numerator,
    denominator,
    missing,
    macro,
    interval?.low ?? null,
    interval?.high ?? null,
    reason,
  ];
}

function meanLine(name: string, view: string, { value, episodes, missing, interval, reason }: Mean): Line {
  return [name, view, value, null, episodes, missing, null, interval?.low ?? null, interval?.high ?? null, reason];
}
