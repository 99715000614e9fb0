import { repeatedSteps, stripLetters } from '../strip.ts';
import { tagColour, tagNames } from '../plots/palette.ts';
import { type Context, taskName } from './context.ts';
import { choice, element } from './element.ts';
import { type EpisodeRow, filterEpisodes } from './episode-filter.ts';
import { counted } from '../numbers.ts';
import { type EpisodeFilter, noFilter, writeRoute } from './route.ts';

const rowsAtOnce = 100;

/**
 * The list of trajectories with its filter. `changed` is told of every change of the filter, to keep it in the address.
 */
export function episodeList(
  context: Context,
  given: EpisodeFilter,
  changed: (filter: EpisodeFilter) => void,
): HTMLElement {
  let filter = given;
  let found: ReadonlySet<string> = new Set();
  let asked = 0;
  const list = element('div', { class: 'episodes' });
  const count = element('p', { class: 'muted', role: 'status' });
  const show = (): void => showRows(context, filterEpisodes(context.rows, filter, found), list, count);
  const narrow = (part: Partial<EpisodeFilter>): void => {
    filter = { ...filter, ...part };
    changed(filter);
    show();
  };
  const search = async (): Promise<void> => {
    const text = filter.text.trim();
    const turn = ++asked;
    const ids = text === '' ? [] : await context.source.search(text);
    if (turn !== asked) return; // An answer to what is no longer asked.
    found = new Set(ids);
    show();
  };
  let waiting: ReturnType<typeof setTimeout> | undefined;
  const box = element('input', {
    type: 'search',
    value: given.text,
    placeholder: 'goal, thought, command, observation …',
    'aria-label': 'Text',
    oninput: () => {
      narrow({ text: box.value });
      clearTimeout(waiting);
      waiting = setTimeout(() => void search(), 150);
    },
  });
  if (given.text.trim() !== '') void search();
  show();
  return element('div', {}, filterBar(context, given, box, narrow), count, list);
}

function filterBar(
  { data, levelLabel }: Context,
  given: EpisodeFilter,
  box: HTMLElement,
  narrow: (part: Partial<EpisodeFilter>) => void,
): HTMLElement {
  const any = ['', 'any'] as const;
  const categories = [...new Set(data.tasks.map(({ category }) => category))]
    .filter(category => category !== '')
    .toSorted();
  const letters = Object.entries(stripLetters).filter(([letter]) =>
    data.episodes.strip.some(strip => strip.toLowerCase().includes(letter)),
  );
  return element(
    'form',
    { class: 'bar filter', onsubmit: event => event.preventDefault() },
    choice('Arm', [any, ...data.arms.map(arm => [arm, arm] as const)], given.arm, arm => narrow({ arm })),
    choice('Level', [any, ...data.levels.map(({ name }) => [name, levelLabel(name)] as const)], given.level, level =>
      narrow({ level }),
    ),
    categories.length > 1
      ? choice(
          'Category',
          [any, ...categories.map(category => [category, category] as const)],
          given.category,
          category => narrow({ category }),
        )
      : null,
    choice('Success', [any, ['yes', 'yes'], ['no', 'no'], ['unknown', 'not known']], given.success, success =>
      narrow({ success: success as EpisodeFilter['success'] }),
    ),
    letters.length > 1
      ? choice('Tag', [any, ...letters.map(([letter, tag]) => [letter, tag] as const)], given.tag, tag =>
          narrow({ tag }),
        )
      : null,
    choice('Repeats', [any, ['yes', 'yes'], ['no', 'no']], given.repeats, repeats =>
      narrow({ repeats: repeats as EpisodeFilter['repeats'] }),
    ),
    element('label', { class: 'choice grow' }, element('span', {}, 'Text'), box),
    element('a', { class: 'clear', href: writeRoute({ view: 'list', filter: noFilter }) }, 'clear'),
  );
}

function showRows(context: Context, rows: readonly EpisodeRow[], list: HTMLElement, count: HTMLElement): void {
  const readable = rows.filter(row => row.readable).length;
  const won = rows.filter(row => row.success === true).length;
  const some = readable < rows.length ? `; ${readable.toLocaleString('en')} of them can be read` : '';
  count.textContent =
    rows.length === 0
      ? 'No trajectory fits. Clear the filter, or look for another word.'
      : `${counted(rows.length, 'trajectory', 'trajectories')}, ${won.toLocaleString('en')} with success${some}`;
  let shown = 0;
  const more = element('button', { type: 'button', class: 'show-more', onclick: () => extend() });
  const extend = (): void => {
    const next = rows.slice(shown, shown + rowsAtOnce).map(row => episodeRow(context, row));
    shown += next.length;
    more.remove();
    list.append(...next);
    const left = rows.length - shown;
    more.textContent = `show ${Math.min(rowsAtOnce, left)} more of ${left.toLocaleString('en')}`;
    if (left > 0) list.append(more);
  };
  list.replaceChildren();
  extend();
}

function episodeRow(context: Context, row: EpisodeRow): HTMLElement {
  const repeated = repeatedSteps(row.strip);
  const inside = [
    element(
      'span',
      {
        class: `mark ${String(row.success)}`,
        title: row.success === null ? 'success not known' : row.success ? 'success' : 'failure',
      },
      row.success === null ? '?' : row.success ? '✓' : '✗',
    ),
    element('span', { class: 'goal' }, row.task.goal || row.task.id),
    stripBar(row.strip),
    element(
      'span',
      { class: 'facts-line' },
      element(
        'span',
        { class: 'arm' },
        element('i', { style: `background:var(${context.armColour(row.arm)})` }),
        row.arm,
      ),
      element('span', {}, row.iteration === null ? row.level : `iteration ${row.iteration}`),
      element('span', {}, row.task.category),
      element('span', { class: 'task-name', title: 'task' }, taskName(row.task)),
      element(
        'span',
        {},
        [
          counted(row.strip.length, 'step'),
          ...(repeated > 0 ? [`${repeated} repeated`] : []),
          ...(row.refused > 0 ? [`${row.refused} refused`] : []),
        ].join(', '),
      ),
    ),
  ];
  return row.readable
    ? element(
        'a',
        { class: 'episode', href: writeRoute({ view: 'trajectory', id: row.id, step: null, beside: null }) },
        ...inside,
      )
    : element('div', { class: 'episode unread', title: 'The steps of this one are not in the report' }, ...inside);
}

/** A cell a step in the colour of its tag; repeats are cut through. */
function stripBar(strip: string): HTMLElement {
  return element(
    'span',
    { class: 'strip', 'aria-hidden': 'true' },
    ...[...strip].map(letter => {
      const tag = stripLetters[letter.toLowerCase() as keyof typeof stripLetters];
      return element('i', {
        class: letter === letter.toLowerCase() ? undefined : 'repeat',
        style: `background-color:var(${tagColour(tag)})`,
        title: (tagNames as readonly string[]).includes(tag) ? tag : undefined,
      });
    }),
  );
}
