import type { Context } from './context.ts';
import { element } from './element.ts';
import { counted } from '../numbers.ts';

/** Episodes that a fault of the world's own code has cost, which is nothing that an agent did. Null where there are none. */
export function worldFaults({ data }: Context): HTMLElement | null {
  const runs = data.runs.flatMap(({ id, world, failures }) =>
    failures && failures.ofWorld > 0 ? [{ id, world, ...failures }] : [],
  );
  if (runs.length === 0) return null;
  return element(
    'div',
    { class: 'world-fault', role: 'note', 'aria-label': 'Faults of the world' },
    element('strong', {}, 'A fault of the world, not of an agent'),
    ...runs.map(({ id, world, ofWorld, first }) =>
      element(
        'p',
        {},
        `${counted(ofWorld, 'episode')} of ${id} could not be finished, because the code of ${world} failed. The first: `,
        element('q', {}, first.find(reason => reason.includes('has a fault')) ?? first[0]),
      ),
    ),
    element(
      'p',
      { class: 'fine' },
      'Figures are of the other episodes. Mend the world, and run the same command again.',
    ),
  );
}
