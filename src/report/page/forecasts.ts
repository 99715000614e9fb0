import type { ReportForecasts } from '../data.ts';
import { calibrationPlots } from '../plots/measured.ts';
import type { Context } from './context.ts';
import { element } from './element.ts';
import { headRow, named, wideTable } from './figure-table.ts';
import { counted, number, percent } from '../numbers.ts';
import { plotFigure } from './plot-figure.ts';

/** How well each run knows itself, with a calibration curve. Null where nothing was foretold. */
export function forecastSection({ data }: Context): HTMLElement | null {
  if (data.forecasts.length === 0) return null;
  const columns: readonly (readonly [string, (one: ReportForecasts) => string, string?])[] = [
    ['well-formed', ({ figures }) => percent(figures.wellFormed)],
    ['gap', ({ figures }) => number(figures.gap.value), 'mean over tasks of |foretold share − share won|'],
    ['Brier', ({ figures }) => number(figures.brier.value)],
    ['of the mean', ({ figures }) => number(figures.brierOfMean), 'Brier score of always saying the mean success'],
    ['skill', ({ figures }) => number(figures.skill), '0 for a constant guess, 1 for perfect foresight'],
    ['steps in range', ({ figures }) => percent(figures.stepsInRange)],
    ['things: precision', ({ figures }) => percent(figures.thingsPrecision)],
    ['recall', ({ figures }) => percent(figures.thingsRecall)],
    ['of all tokens', ({ figures }) => percent(figures.cost)],
  ];
  return element(
    'div',
    {},
    wideTable(
      'Forecasts',
      element(
        'table',
        { class: 'figures stacked' },
        element('thead', {}, headRow(['', ...columns.map(([head]) => head)])),
        element(
          'tbody',
          {},
          ...data.forecasts.map(one =>
            element(
              'tr',
              {},
              element('th', { scope: 'row' }, one.arm, element('small', {}, below(one))),
              ...columns.map(([head, cell, title = '']) => named(element('td', { title }, cell(one)), head)),
            ),
          ),
        ),
      ),
    ),
    element('div', { class: 'charts' }, ...calibrationPlots(data).map(plotFigure)),
    element(
      'p',
      { class: 'fine' },
      'On the diagonal as many episodes are won as were foretold. Bars are 95 % intervals with as many trials as tasks; ' +
        'a larger point stands for more forecasts.',
    ),
  );
}

function below({ run, iterations, figures }: ReportForecasts): string {
  const when = iterations === null ? run : `iterations ${iterations.first} to ${iterations.last}`;
  return `${when}, ${counted(figures.forecasts, 'forecast')} of ${counted(figures.tasks, 'task')}${
    figures.reason === null ? '' : `; not measured: ${figures.reason}`
  }`;
}
