import { efficiencyIn } from '../efficiency-in.ts';
import { counted, signed } from '../numbers.ts';
import { thinkingPlots } from '../plots/measured.ts';
import { cell, meanCell, meanShareCell, rateCell } from './cells.ts';
import type { Context } from './context.ts';
import { element } from './element.ts';
import { type FigureColumn, figureTable } from './figure-table.ts';
import { plotFigure } from './plot-figure.ts';

/** How each arm thinks, by MBT's indices and phases. Null where no log tells. */
export function thinkingTable(context: Context): HTMLElement | null {
  const { data } = context;
  const known = data.results.filter(({ figures: { detour, underthinking, answerInclusive, phases } }) =>
    [detour, underthinking, answerInclusive, phases].some(figure => figure !== undefined && figure.value !== null),
  );
  if (known.length === 0) return null;
  const columns: readonly FigureColumn[] = [
    { head: 'detour, where solved', cell: ({ figures }) => meanShareCell(figures.detour) },
    { head: 'underthinking, where lost', cell: ({ figures }) => meanShareCell(figures.underthinking) },
    { head: 'lost with the answer', cell: ({ figures }) => rateCell(figures.answerInclusive) },
    {
      head: 'phases of five',
      cell: ({ figures: { phases } }) => (phases ? meanCell(phases) : cell('–', '', 'no reply was judged')),
    },
    {
      head: 'efficiency',
      cell: row => {
        const { value, reason } = efficiencyIn(data.results, row);
        return cell(value === null ? '–' : signed(value), '', reason ?? 'beside the first arm of the level');
      },
    },
  ];
  return element(
    'div',
    {},
    element('h3', {}, 'How it thinks'),
    figureTable(context, 'Thinking', columns, known, ({ figures }) => counted(figures.episodes, 'episode')),
    element(
      'p',
      { class: 'fine' },
      'Detour: the share of the steps that were no part of the way without loops. Underthinking: the share of the ' +
        'steps after the episode first stood still. Lost with the answer: the goal, or all of it but one part, had ' +
        'held. Phases: of understanding, planning, monitoring, correction and verification. Efficiency: steps saved ' +
        'and success gained beside the first arm of the level. Intervals take episodes as independent, also where ' +
        'an arm has several seeds.',
    ),
    element('div', { class: 'pair' }, ...thinkingPlots(data).map(plotFigure)),
  );
}
