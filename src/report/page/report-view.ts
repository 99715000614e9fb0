import { askingTable } from './asking.ts';
import { alarmTable } from './alarms.ts';
import { tagColour, tagNames } from '../plots/palette.ts';
import { headlinePlots } from '../plots/measured.ts';
import type { Context } from './context.ts';
import { element, type Child } from './element.ts';
import { worldFaults } from './faults.ts';
import { forecastSection } from './forecasts.ts';
import { firstErrorTable } from './first-errors.ts';
import { headlineTable } from './headline.ts';
import { counted, instant } from '../numbers.ts';
import { provenance } from './provenance.ts';
import { outcomeTable, recoveryTable } from './recovery.ts';
import { rewardTable } from './rewards.ts';
import { legendOf, plotFigure } from './plot-figure.ts';
import { speedUpSection } from './speed-ups.ts';
import { strippedTable } from './stripped.ts';
import { tagMatrix } from './tags.ts';
import { thinkingTable } from './thinking.ts';
import { learningCurves, rewardCurves, tagCurves } from './training.ts';

export interface Section {
  readonly id: string;
  readonly title: string;
  readonly content: HTMLElement;
}

/** The sections of the report that the data have something for, in order. */
export function reportSections(context: Context): Section[] {
  const { data } = context;
  const hasTraining = data.curves.some(({ training }) => training.length > 0);
  const section = (id: string, title: string, ...content: readonly Child[]): Section => ({
    id,
    title,
    content: element('section', { id }, element('h2', {}, title), ...content),
  });
  const matrix = tagMatrix(context);
  const shares = tagCurves(context);
  const parts = rewardCurves(context);
  const paid = rewardTable(context);
  const foretold = forecastSection(context);
  const sooner = speedUpSection(context);
  const legend = legendOf(tagNames.map(name => ({ name, colour: tagColour(name) })));
  return [
    data.results.length === 0
      ? null
      : section(
          'results',
          'Results',
          conclusions(context),
          headlineTable(context),
          matrix === null ? null : legend.cloneNode(true),
          resultNotes(context),
          recoveryTable(context),
          firstErrorTable(context),
          strippedTable(context),
          outcomeTable(context),
          askingTable(context),
          element('div', { class: 'pair' }, ...headlinePlots(data).map(plotFigure)),
          thinkingTable(context),
        ),
    hasTraining ? section('curves', 'Learning curves', learningCurves(context)) : null,
    sooner === null ? null : section('speed-up', 'Speed-up', sooner),
    matrix === null && shares.length === 0
      ? null
      : section(
          'tags',
          'Tags',
          legend,
          shares.length === 0 ? null : element('div', { class: 'charts' }, ...shares),
          matrix,
        ),
    parts.length === 0 && paid === null
      ? null
      : section(
          'rewards',
          'Rewards',
          parts.length === 0 ? null : element('div', { class: 'charts broad' }, ...parts),
          paid,
        ),
    foretold === null ? null : section('forecasts', 'Forecasts', foretold),
    hasTraining ? section('alarms', 'Alarms', alarmTable(context)) : null,
    section(
      'run',
      'How it was run',
      data.notes.length === 0
        ? null
        : element('ul', { class: 'notes' }, ...data.notes.map(note => element('li', {}, note))),
      provenance(context),
    ),
  ].filter(made => made !== null);
}

export function reportHead(context: Context): HTMLElement {
  const { data } = context;
  const measured = data.results.reduce((sum, { figures }) => sum + figures.episodes, 0);
  const iterations = data.curves.reduce((sum, { training }) => sum + training.length, 0);
  return element(
    'div',
    { class: 'title' },
    element('h1', {}, data.title),
    element(
      'p',
      { class: 'muted' },
      [
        measured > 0 ? `${counted(measured, 'episode')} measured` : '',
        iterations > 0 ? `${counted(data.curves.length, 'training run')}, ${counted(iterations, 'iteration')}` : '',
        instant(data.created),
      ]
        .filter(Boolean)
        .join(' · '),
    ),
    worldFaults(context),
  );
}

const signs = { more: '▲', less: '▼', unclear: '○', unknown: '?' } as const;

/** What the comparisons say. The last two arms first: a study ends with the method that it is about. */
function conclusions({ data }: Context): HTMLElement | null {
  const all = data.comparisons.filter(({ conclusions: own }) => own.length > 0);
  if (all.length === 0) return null;
  const items = (comparisons: typeof all): HTMLElement =>
    element(
      'ul',
      { class: 'conclusions' },
      ...comparisons.flatMap(comparison =>
        comparison.conclusions.map(({ subject, finding, sentence }) =>
          element(
            'li',
            { class: `${subject} ${finding}` },
            element('i', { 'aria-hidden': 'true' }, signs[finding]),
            sentence,
          ),
        ),
      ),
    );
  const firstLevel = data.levels.find(({ name }) => all.some(({ level }) => level === name))!.name;
  const main = all
    .filter(({ level, b }) => level === firstLevel && b === data.results.findLast(row => row.level === firstLevel)?.arm)
    .toReversed();
  const rest = all.filter(comparison => !main.includes(comparison));
  return element(
    'div',
    {},
    items(main),
    rest.length === 0
      ? null
      : element('details', {}, element('summary', {}, `${counted(rest.length, 'other comparison')}`), items(rest)),
  );
}

function resultNotes({ data }: Context): HTMLElement {
  const notes = [
    ...new Set(data.results.flatMap(({ arm, level, notes: own }) => own.map(note => `${arm}, ${level}: ${note}`))),
  ];
  const cautions = new Set(
    data.results.flatMap(({ arm, cautions: own }) => own.map(caution => `${arm} was ${caution}`)),
  );
  return element(
    'div',
    { class: 'fine' },
    ...[...cautions].map(caution => element('p', { class: 'caution' }, caution)),
    element(
      'p',
      {},
      'Small figures are 95 % intervals. Repetitive: the same command was given before in the same state of the ' +
        'world. Failures go on until the step limit and repeat, so the first 10 steps are what to compare; “solved ' +
        'by all” are the tasks that every arm of the level solved. Well-formed: exactly one tag, then exactly one ' +
        'action.',
    ),
    notes.length === 0
      ? null
      : element(
          'details',
          {},
          element('summary', {}, counted(notes.length, 'note')),
          element('ul', {}, ...notes.map(note => element('li', {}, note))),
        ),
  );
}
