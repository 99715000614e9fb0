import { percent, textTable, wrap } from '../metrics/text-table.ts';
import type { ForecastFigures } from './figures.ts';

/** The figures of forecasts as text; a line where there are none. */
export function formatForecastFigures(figures: ForecastFigures): string {
  if (figures.forecasts === 0) return `forecasts: ${figures.reason}.`;
  const number = (value: number | null, digits = 3) => (value === null ? '-' : value.toFixed(digits));
  const over = ({ value, low, high }: ForecastFigures['gap']) =>
    `${number(value)}${low === null || high === null ? '' : ` [${number(low)}, ${number(high)}]`}`;
  const rows = [
    ['forecasts', `${figures.forecasts} of ${figures.tasks} tasks, ${figures.episodes} episodes`],
    ['well-formed', percent(figures.wellFormed)],
    ['gap: |foretold − won|', over(figures.gap)],
    ['Brier score', over(figures.brier)],
    ['  of always saying the mean', number(figures.brierOfMean)],
    ['  that nobody can avoid', number(figures.unavoidable)],
    ['skill against the mean', number(figures.skill)],
    ['skill in what can be avoided', number(figures.avoidableSkill)],
    ['steps in the range of the wins', percent(figures.stepsInRange)],
    ['steps off, median', number(figures.stepsError, 1)],
    ['things: precision', percent(figures.thingsPrecision)],
    ['things: recall', percent(figures.thingsRecall)],
    ['spread within a task', number(figures.spread)],
    ['share of all sampled tokens', percent(figures.cost)],
  ];
  const curve = [
    ['foretold', 'won', '95 % interval', 'forecasts', 'tasks'],
    ...figures.curve.map(point => [
      percent(point.foretold),
      percent(point.won),
      `${percent(point.low)} to ${percent(point.high)}`,
      String(point.forecasts),
      String(point.tasks),
    ]),
  ];
  return [
    ...textTable(rows.filter(([, value]) => value !== '-')),
    ...(figures.curve.length > 0 ? ['', ...textTable(curve)] : []),
    ...notMeasured(figures).flatMap(line => wrap(line)),
  ].join('\n');
}

/** How tables call the figures that may be null. */
const labels: Readonly<Record<string, string>> = {
  wellFormed: 'well-formed',
  gap: 'gap',
  brier: 'Brier score',
  brierOfMean: 'Brier score of the mean',
  unavoidable: 'what nobody can avoid',
  skill: 'skill against the mean',
  avoidableSkill: 'skill in what can be avoided',
  stepsInRange: 'steps in the range of the wins',
  stepsError: 'steps off',
  thingsPrecision: 'precision of things',
  thingsRecall: 'recall of things',
  spread: 'spread within a task',
  cost: 'share of all sampled tokens',
};

/** One line for every reason, with the figures that it took away. */
function notMeasured({ reason, reasons }: ForecastFigures): string[] {
  if (reason !== null) return [`Not measured: ${reason}.`];
  const byReason = new Map<string, string[]>();
  for (const [name, why] of Object.entries(reasons))
    byReason.set(why, [...(byReason.get(why) ?? []), labels[name] ?? name]);
  return [...byReason].map(([why, names]) => `Not measured: ${names.join(', ')}: ${why}.`);
}
