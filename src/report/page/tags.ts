import { tagUsePlots } from '../plots/measured.ts';
import type { Context } from './context.ts';
import { choice, element } from './element.ts';
import { percent } from '../numbers.ts';
import { plotCaption } from './plot-figure.ts';

type TagUse = ReturnType<typeof tagUsePlots>[number];

/** Which tag an arm uses in which situation: rows add up to 100 %. */
export function tagMatrix(context: Context): HTMLElement | null {
  const plots = tagUsePlots(context.data);
  if (plots.length === 0) return null;
  const levels = [...new Set(plots.map(({ level }) => level))];
  const place = element('div', { class: 'matrices' });
  const draw = (level: string): void =>
    place.replaceChildren(...plots.filter(plot => plot.level === level).map(plot => matrix(context, plot)));
  draw(levels[0]!);
  return element(
    'div',
    {},
    levels.length > 1
      ? element(
          'div',
          { class: 'bar' },
          choice(
            'Level',
            levels.map(level => [level, context.levelLabel(level)] as const),
            levels[0]!,
            draw,
          ),
        )
      : null,
    place,
  );
}

function matrix(context: Context, plot: TagUse): HTMLElement {
  const { arm, columns, rows } = plot;
  const title = element(
    'span',
    { class: 'arm' },
    element('i', { style: `background:var(${context.armColour(arm)})` }),
    arm,
  );
  return element(
    'figure',
    { class: 'matrix' },
    plotCaption(plot, title),
    element(
      'div',
      { class: 'wide' },
      element(
        'table',
        {},
        element(
          'thead',
          {},
          element(
            'tr',
            {},
            element('td', {}),
            ...columns.map(({ name }) => element('th', { scope: 'col' }, name)),
            element('th', { scope: 'col' }, 'steps'),
          ),
        ),
        element(
          'tbody',
          {},
          ...rows.map(({ name, counts }) => {
            const total = counts.reduce((sum, count) => sum + count, 0);
            return element(
              'tr',
              {},
              element('th', { scope: 'row' }, name),
              ...counts.map((count, c) =>
                element(
                  'td',
                  {
                    title: `${count} of ${total}`,
                    style: `--share:${((100 * count) / total).toFixed(1)}%;--own:var(${columns[c]!.colour})`,
                    class: 'heat',
                  },
                  percent(count / total, 0),
                ),
              ),
              element('td', { class: 'count' }, total.toLocaleString('en')),
            );
          }),
        ),
      ),
    ),
  );
}
