import { recoveryLabels } from '../../metrics/recovery-labels.ts';
import type { ResultRow } from '../data.ts';
import { strippedLevel } from '../stripped-level.ts';
import { cell, type Rate, rateCell } from './cells.ts';
import type { Context } from './context.ts';
import { element } from './element.ts';
import { type FigureColumn, figureTable } from './figure-table.ts';

const figures: readonly { readonly over: string; readonly of: (row: ResultRow) => Rate }[] = [
  { over: 'repetitive, first 10 steps', of: row => row.figures.rates.stateActionRepeat.first10 },
  { over: recoveryLabels.refusedAgain, of: row => row.figures.recovery.refusedAgain },
  { over: 'success', of: row => row.figures.success },
];

/**
 * What each arm does when it cannot say, or cannot read of itself, how it is thinking, beside what it does as it is.
 * Null where nobody played so.
 */
export function strippedTable(context: Context): HTMLElement | null {
  const { results } = context.data;
  const ways = [...new Set(results.flatMap(({ level }) => strippedLevel(level)?.way ?? []))];
  if (ways.length === 0) return null;
  const at = (row: ResultRow, way: string): ResultRow | undefined =>
    results.find(other => {
      const stripped = strippedLevel(other.level);
      return other.arm === row.arm && stripped?.of === row.level && stripped.way === way;
    });
  const columns = figures.flatMap(({ over, of }): FigureColumn[] => [
    { over, head: 'as it is', cell: row => rateCell(of(row), 'strong') },
    ...ways.map((way): FigureColumn => ({
      over,
      head: way,
      cell: row => {
        const other = at(row, way);
        return other ? rateCell(of(other)) : cell('–', '', 'not played so');
      },
    })),
  ]);
  const rows = results.filter(row => ways.some(way => at(row, way)));
  return element(
    'div',
    {},
    element('h3', {}, 'Tags stripped at evaluation'),
    figureTable(context, 'Tags stripped', columns, rows),
    element(
      'p',
      { class: 'fine' },
      'The same policies on the same tasks. Past: earlier replies are shown to it as commands alone. Tag: every reply ' +
        'opens with <monitor>. Reply: it writes neither tag nor thought. A policy that repeats itself less because it ' +
        'says so loses its lead over the other arms; what all arms lose comes of texts that none of them was trained on.',
    ),
  );
}
