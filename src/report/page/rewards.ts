import type { Context } from './context.ts';
import { armName } from './cells.ts';
import { element } from './element.ts';
import { named, wideTable } from './figure-table.ts';
import { signed } from '../numbers.ts';
import { partName } from '../part-name.ts';

/** What each part of the stored rewards paid an episode of the evaluations. Null when no scores are stored. */
export function rewardTable(context: Context): HTMLElement | null {
  const { results } = context.data;
  const parts = [...new Set(results.flatMap(({ rewards }) => Object.keys(rewards)))].toSorted();
  if (parts.length === 0) return null;
  const scored = results.filter(({ rewards }) => Object.keys(rewards).length > 0);
  return wideTable(
    'Rewards',
    element(
      'table',
      { class: 'rewards stacked' },
      element('caption', {}, 'Mean over episodes of the sum over their steps, in the evaluations'),
      element(
        'thead',
        {},
        element(
          'tr',
          {},
          element('th', { scope: 'col' }, 'part'),
          ...scored.map(({ arm, level }) =>
            element('th', { scope: 'col' }, armName(context, arm), element('small', {}, level)),
          ),
        ),
      ),
      element(
        'tbody',
        {},
        ...parts.map(part =>
          element(
            'tr',
            {},
            element('th', { scope: 'row' }, partName(part, parts)),
            ...scored.map(({ arm, level, rewards }) =>
              named(
                element(
                  'td',
                  { title: rewards[part] ? `${rewards[part].episodes} episodes` : undefined },
                  rewards[part] ? signed(rewards[part].mean) : '–',
                ),
                `${arm}, ${level}`,
              ),
            ),
          ),
        ),
      ),
    ),
  );
}
