import type { Random, Split } from 'clew';
import { z } from 'zod';
import {
  categories as deskCategories,
  type Category as DeskCategory,
  deskShape,
  drawTicket,
  type Task as DeskTask,
} from '../desk/task.ts';
import { type GapKind, gapSchema, gapsOf } from './gap.ts';

/** A ticket with what its sentence leaves out. Only an impossible one is about an order that there is not. */
export const task = z.strictObject({ ...deskShape, gap: gapSchema }).superRefine(({ orders, ticket, gap }, context) => {
  if (!gapsOf[ticket.category].includes(gap.kind))
    context.addIssue({
      code: 'custom',
      message: `a ${ticket.category} ticket cannot have the gap "${gap.kind}"`,
      path: ['gap', 'kind'],
    });
  if (String(ticket.order) in orders === (gap.kind === 'impossible'))
    context.addIssue({
      code: 'custom',
      message: 'a ticket is about an order that there is not where it is impossible, and nowhere else',
      path: ['ticket', 'order'],
    });
});
export type Task = z.infer<typeof task>;

export type Category = DeskCategory | `${DeskCategory}-${GapKind}`;

/** `refund` without a gap, `refund-which` with one. */
export function categoryOf(desk: DeskCategory, gap: GapKind): Category {
  return gap === 'none' ? desk : `${desk}-${gap}`;
}

interface Pair {
  readonly desk: DeskCategory;
  readonly gap: GapKind;
}

/** Every kind of ticket, with its gap. */
export const pairs: readonly Pair[] = deskCategories.flatMap(desk => gapsOf[desk].map(gap => ({ desk, gap })));
export const categories: readonly Category[] = pairs.map(({ desk, gap }) => categoryOf(desk, gap));

/** The kind of ticket and the kind of gap that are never trained on. */
export function isHeldOut({ desk, gap }: Pair): boolean {
  return desk === 'late' || gap === 'which';
}

/** Half of the tickets have no gap (half of these with noise), two fifths have one, a tenth cannot be settled. */
const shares: readonly (readonly [share: number, kinds: readonly GapKind[]])[] = [
  [0.25, ['none']],
  [0.25, ['noise']],
  [0.4, ['which', 'where', 'how']],
  [0.1, ['impossible']],
];

/** Draws a ticket with a gap of the kinds that a split needs; the kind of gap is drawn first. */
export function drawTask(random: Random, split: Split): Task {
  const possible = pairs.filter(pair => isHeldOut(pair) === (split === 'heldOut'));
  let draw = random();
  const kinds = shares.find(([share]) => (draw -= share) < 0)![1];
  const gap = random.pick(kinds.filter(kind => possible.some(pair => pair.gap === kind)));
  const { desk } = random.pick(possible.filter(pair => pair.gap === gap));
  return withGap(
    drawTicket(random, () => desk),
    gap,
    random,
  );
}

function withGap({ orders, ticket }: DeskTask, kind: GapKind, random: Random): Task {
  const hiding = (hidden: string | null): Task => ({ orders, ticket, gap: { kind, hidden } });
  switch (kind) {
    case 'none':
      return hiding(null);
    case 'noise':
      return hiding(random.pick(Object.keys(orders).filter(number => number !== String(ticket.order))));
    case 'which':
      return hiding(String(ticket.order));
    case 'where':
      return hiding(ticket.address);
    case 'how':
      return hiding(ticket.category === 'replace' ? 'a new one' : 'the money back');
    case 'impossible': {
      const absent = Array.from({ length: 50 }, (_, i) => 10 + i).filter(number => !(String(number) in orders));
      return { orders, ticket: { ...ticket, order: random.pick(absent) }, gap: { kind, hidden: null } };
    }
  }
}
