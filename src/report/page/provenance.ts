import type { ReportRun } from '../data.ts';
import type { Context } from './context.ts';
import { element } from './element.ts';
import { counted, duration, instant } from '../numbers.ts';

/** How it was run: machines, engines, seeds, settings, hashes and commands. */
export function provenance(context: Context): HTMLElement {
  const { data } = context;
  const machines = [...new Set(data.runs.map(({ machine }) => machineWords(machine)))];
  const engines = [...new Set(data.runs.map(({ engine }) => engine).filter(engine => engine !== null))];
  const commands = [
    ...new Set([...data.commands, ...data.runs.map(({ command }) => command).filter(command => command !== null)]),
  ];
  return element(
    'div',
    {},
    element(
      'dl',
      { class: 'facts' },
      ...fact('machine', machines.join('; ')),
      ...fact('engine', engines.join('; ') || 'none was recorded'),
      ...fact('Clew', data.clew),
      ...fact('database', data.database),
      ...fact('made', instant(data.created)),
    ),
    commands.length > 0 ? element('pre', { class: 'commands' }, commands.join('\n')) : null,
    element('div', { class: 'runs' }, ...data.runs.map(run => runDetails(run))),
  );
}

function fact(name: string, value: string): HTMLElement[] {
  return [element('dt', {}, name), element('dd', {}, value)];
}

function runDetails(run: ReportRun): HTMLElement {
  const length = run.finished === null ? null : Date.parse(run.finished) - Date.parse(run.created);
  const summary = [
    run.world,
    run.seed === null ? '' : `seed ${run.seed}`,
    run.episodes === 0 ? '' : counted(run.episodes, 'episode'),
    run.engine ?? '',
    instant(run.created),
    length === null ? '' : duration(length),
  ];
  return element(
    'details',
    { class: 'run' },
    element(
      'summary',
      {},
      element('span', { class: `badge ${run.status}` }, run.status),
      ' ',
      element('span', { class: 'badge' }, run.kind),
      ' ',
      element('b', {}, run.id),
      element('small', {}, summary.filter(Boolean).join(' · ')),
    ),
    run.checkpoints.length === 0
      ? null
      : element(
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
                ...['checkpoint', 'SHA-256', 'iteration', 'bytes'].map(head => element('th', { scope: 'col' }, head)),
              ),
            ),
            element(
              'tbody',
              {},
              ...run.checkpoints.map(({ path, iteration, bytes, sha256 }) =>
                element(
                  'tr',
                  {},
                  element('td', {}, path),
                  element('td', { class: 'text' }, element('code', {}, sha256)),
                  element('td', {}, iteration),
                  element('td', {}, bytes.toLocaleString('en')),
                ),
              ),
            ),
          ),
        ),
    run.failures === undefined
      ? null
      : element(
          'ul',
          { class: 'notes' },
          ...run.failures.first.map(reason => element('li', {}, reason)),
          run.failures.count > run.failures.first.length
            ? element('li', {}, `and ${run.failures.count - run.failures.first.length} more`)
            : null,
        ),
    element('p', { class: 'muted' }, machineWords(run.machine)),
    element('pre', {}, JSON.stringify(run.config, null, 2)),
  );
}

/** `Intel …, 2 cores, 24 GiB, linux x64, Node v20.20.2`, as far as it is known. */
function machineWords(machine: unknown): string {
  const { processor, cores, memory, platform, node } = (
    typeof machine === 'object' && machine !== null ? machine : {}
  ) as Record<string, unknown>;
  const words = [
    typeof processor === 'string' ? processor : null,
    typeof cores === 'number' ? counted(cores, 'core') : null,
    typeof memory === 'number' ? `${Math.round(memory / 2 ** 30)} GiB` : null,
    typeof platform === 'string' ? platform : null,
    typeof node === 'string' ? `Node ${node}` : null,
  ].filter(word => word !== null);
  return words.length > 0 ? words.join(', ') : 'not recorded';
}
