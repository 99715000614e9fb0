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
  type Figures = ReportForecasts['figures'];
  const columns: readonly (readonly [string, keyof Figures, (figures: Figures) => string, string?])[] = [
    ['well-formed', 'wellFormed', ({ wellFormed }) => percent(wellFormed)],
    ['gap', 'gap', ({ gap }) => number(gap.value), 'mean over tasks of |foretold share − share won|'],
    ['Brier', 'brier', ({ brier }) => number(brier.value)],
    ['of the mean', 'brierOfMean', of => number(of.brierOfMean), 'Brier score of always saying the mean success'],
    ['skill', 'skill', ({ skill }) => number(skill), '0 for a constant guess, 1 for perfect foresight'],
    ['steps in range', 'stepsInRange', ({ stepsInRange }) => percent(stepsInRange)],
    ['things: precision', 'thingsPrecision', ({ thingsPrecision }) => percent(thingsPrecision)],
    ['recall', 'thingsRecall', ({ thingsRecall }) => percent(thingsRecall)],
    ['of all tokens', 'cost', ({ cost }) => percent(cost)],
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
              ...columns.map(([head, name, cell, title = '']) =>
                named(element('td', { title: one.figures.reasons[name] ?? title }, cell(one.figures)), head),
              ),
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
