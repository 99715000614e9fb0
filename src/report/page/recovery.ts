import { recoveryLabels, type RecoveryFigure } from '../../metrics/recovery-labels.ts';
import { cell, meanCell, rateCell } from './cells.ts';
import type { Context } from './context.ts';
import { element } from './element.ts';
import { type FigureColumn, figureTable } from './figure-table.ts';
import { counted } from '../numbers.ts';

/** What becomes of each arm's episodes once the world refused a command. Null where no log says what was refused. */
export function recoveryTable(context: Context): HTMLElement | null {
  const known = context.data.results.filter(({ figures }) =>
    Object.values(figures.recovery).some(({ value }) => value !== null),
  );
  if (known.length === 0) return null;
  const columns = (Object.entries(recoveryLabels) as [RecoveryFigure, string][]).map(([name, label]): FigureColumn => ({
    head: label,
    cell: ({ figures }) => rateCell(figures.recovery[name]),
  }));
  return element(
    'div',
    {},
    element('h3', {}, 'After a refusal'),
    figureTable(context, 'Recovery', columns, known, ({ figures: { recovery } }) =>
      counted(recovery.chainsWithoutEnd.denominator, 'chain of refusals', 'chains of refusals'),
    ),
    element(
      'p',
      { class: 'fine' },
      'A chain is a row of refused commands, one after another. It never ends where the episode ends within it.',
    ),
  );
}

/** What the world tells of the end beside success, such as a score. Null where no world tells any. */
export function outcomeTable(context: Context): HTMLElement | null {
  const telling = context.data.results.filter(({ figures }) => figures.outcomes);
  if (telling.length === 0) return null;
  const names = (kind: 'rates' | 'means'): string[] => [
    ...new Set(telling.flatMap(({ figures }) => Object.keys(figures.outcomes![kind]))),
  ];
  const none = (): HTMLElement => cell('–', '', 'the world tells no such thing');
  const columns: FigureColumn[] = [
    { head: 'success', cell: ({ figures }) => rateCell(figures.success, 'strong') },
    ...names('rates').map((name): FigureColumn => ({
      head: name,
      cell: ({ figures }) => (figures.outcomes!.rates[name] ? rateCell(figures.outcomes!.rates[name]) : none()),
    })),
    ...names('means').map((name): FigureColumn => ({
      head: `${name} (mean)`,
      cell: ({ figures }) => (figures.outcomes!.means[name] ? meanCell(figures.outcomes!.means[name]) : none()),
    })),
  ];
  return element(
    'div',
    {},
    element('h3', {}, 'What the world tells of the end'),
    figureTable(context, 'Outcomes', columns, telling, ({ figures }) => counted(figures.episodes, 'episode')),
  );
}
