import type { Context } from './context.ts';
import { armName } from './cells.ts';
import { element } from './element.ts';
import { headRow, named, wideTable } from './figure-table.ts';
import { counted } from '../numbers.ts';
import { inStreaks } from './streaks.ts';

const mostShown = 60;

/** Every alarm of every training run, with what to do about it; the same rule on end is one row. */
export function alarmTable(context: Context): HTMLElement {
  const { curves } = context.data;
  const iterations = curves.reduce((sum, { training }) => sum + training.length, 0);
  const manyWorlds = new Set(curves.map(({ world }) => world)).size > 1;
  const raised = curves.flatMap(({ world, arm, seed, training }) =>
    inStreaks(training.flatMap(({ alarms }) => alarms ?? [])).map(streak => ({
      arm,
      trained: `${manyWorlds ? `${world}, ` : ''}seed ${seed}`,
      ...streak,
    })),
  );
  if (raised.length === 0)
    return element(
      'p',
      {},
      `No alarm was raised in ${counted(iterations, 'iteration')} of ${counted(curves.length, 'training run')}.`,
    );
  const shown = raised.toSorted((a, b) => Number(b.level === 'stop') - Number(a.level === 'stop')).slice(0, mostShown);
  return element(
    'div',
    {},
    wideTable(
      'Alarms',
      element(
        'table',
        { class: 'alarms stacked' },
        element('thead', {}, headRow(['iteration', 'arm', 'rule', 'what was seen', 'what to do'])),
        element(
          'tbody',
          {},
          ...shown.map(({ arm, trained, level, rule, from, to, message, remedy }) =>
            element(
              'tr',
              {},
              named(element('td', {}, from === to ? from : `${from} to ${to}`), 'iteration'),
              named(element('td', {}, armName(context, arm), element('small', {}, trained)), 'arm'),
              named(element('td', {}, element('span', { class: `badge ${level}` }, level), ` ${rule}`), 'rule'),
              named(element('td', { class: 'text' }, message), 'what was seen'),
              named(element('td', { class: 'text' }, remedy), 'what to do'),
            ),
          ),
        ),
      ),
    ),
    raised.length > shown.length ? element('p', { class: 'muted' }, `and ${raised.length - shown.length} more.`) : null,
  );
}
