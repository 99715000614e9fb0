import type { ResultRow } from '../data.ts';
import { cell, meanCell, type Rate, rateCell } from './cells.ts';
import { tagColour, tagNames } from '../plots/palette.ts';
import type { Context } from './context.ts';
import { element } from './element.ts';
import { type FigureColumn, figureTable } from './figure-table.ts';
import { counted, percent } from '../numbers.ts';

/** Arms × levels: the figures that a claim is made with, each with its 95 % interval below it. */
export function headlineTable(context: Context): HTMLElement {
  const tagged = context.data.results.some(({ figures }) => figures.tags.shares.none.value !== null);
  return figureTable(
    context,
    'Headline table',
    tagged ? [...headline, ...tagColumns] : headline,
    context.data.results,
    ({ seeds, figures: { episodes, tasks } }) =>
      seeds.length > 1
        ? `${counted(seeds.length, 'seed')}, ${counted(episodes, 'episode')}`
        : `${counted(episodes, 'episode')}${tasks === episodes ? '' : ` of ${counted(tasks, 'task')}`}`,
  );
}

const headline: readonly FigureColumn[] = [
  { head: 'success', cell: ({ figures }) => rateCell(figures.success, 'strong') },
  { over: 'steps', head: 'all', cell: ({ figures }) => meanCell(figures.steps.all) },
  { over: 'steps', head: 'when solved', cell: ({ figures }) => meanCell(figures.steps.onSuccess) },
  { head: 'inadmissible', cell: ({ figures }) => rateCell(figures.rates.inadmissible.pooled) },
  {
    over: 'repetitive actions',
    head: 'first 10 steps',
    cell: ({ figures }) => rateCell(figures.rates.stateActionRepeat.first10),
  },
  {
    over: 'repetitive actions',
    head: 'all steps',
    cell: ({ figures }) => rateCell(figures.rates.stateActionRepeat.pooled),
  },
  {
    over: 'repetitive actions',
    head: 'solved by all',
    cell: ({ matched }) =>
      matched
        ? rateCell(matched.repetition, '', counted(matched.episodes, 'episode'))
        : cell('–', '', 'there is no other arm'),
  },
];

const tagColumns: readonly FigureColumn[] = [
  { head: 'well-formed', cell: ({ figures }) => rateCell(complement(figures.rates.formatInvalid.pooled)) },
  {
    head: 'tags',
    cell: ({ figures: { tags } }: ResultRow) =>
      element('td', {}, tagBar(Object.fromEntries(tagNames.map(tag => [tag, tags.shares[tag].value])))),
  },
];

function complement(rate: Rate): Rate {
  return {
    ...rate,
    numerator: rate.denominator - rate.numerator,
    value: rate.value === null ? null : 1 - rate.value,
    interval: rate.interval && { ...rate.interval, low: 1 - rate.interval.high, high: 1 - rate.interval.low },
  };
}

/** Shares of the tags as one bar. */
function tagBar(shares: Readonly<Record<string, number | null>>): HTMLElement {
  const known = Object.entries(shares).filter((entry): entry is [string, number] => entry[1] !== null);
  if (known.length === 0) return element('span', { class: 'muted' }, 'no tags');
  const words = known.map(([tag, share]) => `${tag} ${percent(share, 0)}`).join(', ');
  return element(
    'span',
    { class: 'tag-bar', role: 'img', 'aria-label': words, title: words },
    ...known
      .filter(([, share]) => share > 0)
      .map(([tag, share]) => element('i', { style: `flex-grow:${share};background:var(${tagColour(tag)})` })),
  );
}
