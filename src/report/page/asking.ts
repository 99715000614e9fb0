import { type AskingShare, askingLabels } from '../../metrics/asking-labels.ts';
import { counted, number } from '../numbers.ts';
import { cell, meanCell, rateCell } from './cells.ts';
import type { Context } from './context.ts';
import { element } from './element.ts';
import { type FigureColumn, figureTable } from './figure-table.ts';

/** When and what each arm asks, in worlds whose tasks leave something out. Null where no world does. */
export function askingTable(context: Context): HTMLElement | null {
  const known = context.data.results.filter(({ figures }) => figures.asking);
  if (known.length === 0) return null;
  const columns: FigureColumn[] = [
    {
      head: 'F1',
      cell({ figures }) {
        const { value, interval, reason } = figures.asking!.f1;
        const range = interval === null ? '' : `${number(interval.low)} to ${number(interval.high)}`;
        return cell(number(value), range, reason ?? 'harmonic mean of precision and recall');
      },
    },
    ...(Object.keys(askingLabels) as AskingShare[]).map((name): FigureColumn => ({
      head: name.replaceAll(/[A-Z]/g, letter => ` ${letter.toLowerCase()}`),
      cell: ({ figures }) => rateCell(figures.asking!.shares[name]),
    })),
    { head: 'changes before asking', cell: ({ figures }) => meanCell(figures.asking!.changesBeforeAsking) },
    { head: 'steps after the goal held', cell: ({ figures }) => meanCell(figures.asking!.stepsAfterGoal) },
  ];
  return element(
    'div',
    {},
    element('h3', {}, 'When it asks'),
    figureTable(context, 'Asking', columns, known, ({ figures }) => counted(figures.asking!.episodes, 'episode')),
    element(
      'p',
      { class: 'fine' },
      'A task has a gap where its sentence leaves out what the goal needs. Recall and false asks: asks where there is ' +
        'a gap, and where there is none. On the matter: the first question is about the gap. Asked and won, lucky: won ' +
        'after the right question, and without any. Fabricated: said done without asking rightly, and was wrong. ' +
        'Impossible tasks are apart: what is right there is to decline.',
    ),
  );
}
