import { type FirstErrorKind, firstErrorLabels } from '../../metrics/first-error-labels.ts';
import { rateCell } from './cells.ts';
import type { Context } from './context.ts';
import { element } from './element.ts';
import { type FigureColumn, figureTable } from './figure-table.ts';
import { counted } from '../numbers.ts';

/** By what each arm's lost episodes first erred. Null where no log tells. */
export function firstErrorTable(context: Context): HTMLElement | null {
  const known = context.data.results.filter(({ figures: { firstErrors } }) => firstErrors?.neverErred.value != null);
  if (known.length === 0) return null;
  const columns = (Object.entries(firstErrorLabels) as [FirstErrorKind, string][]).map(
    ([kind, label]): FigureColumn => ({
      head: label,
      cell: ({ figures }) => rateCell(figures.firstErrors![kind]),
    }),
  );
  return element(
    'div',
    {},
    element('h3', {}, 'The first error of lost episodes'),
    figureTable(context, 'First errors', columns, known, ({ figures }) =>
      counted(figures.firstErrors!.neverErred.denominator, 'lost episode'),
    ),
    element(
      'p',
      { class: 'fine' },
      'Where it stands: the command that its verb was last executed with. What is not there: it names what no text had ' +
        'named. A place seen: a look at what had been seen and had not changed. Shares of a row add up to one.',
    ),
  );
}
