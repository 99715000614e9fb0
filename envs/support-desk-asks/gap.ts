import { z } from 'zod';
import { type Matter, nothingMore } from '../asking/matters.ts';
import { type Category, type Ticket, wishText } from '../desk/task.ts';

/** What a ticket leaves out, if anything: three kinds of gap, words beside the point, and what cannot be settled. */
export const gapKinds = ['none', 'noise', 'which', 'where', 'how', 'impossible'] as const;
export type GapKind = (typeof gapKinds)[number];

/** What one has to ask about to know what is meant; null where there is nothing to ask. */
export const matterOf: Readonly<Record<GapKind, Matter | null>> = {
  none: null,
  noise: null,
  which: 'which',
  where: 'where',
  how: 'how',
  impossible: null,
};

/** The kinds of gap that each kind of ticket can have. */
export const gapsOf: Readonly<Record<Category, readonly GapKind[]>> = {
  refund: ['none', 'noise', 'which', 'how', 'impossible'],
  replace: ['none', 'noise', 'which', 'how', 'impossible'],
  address: ['none', 'noise', 'which', 'where', 'impossible'],
  late: ['none', 'noise', 'which', 'impossible'],
};

/**
 * A gap as part of a task. `hidden` is what the customer would say: a number, an address, `the money back` or `a new
 * one`; the order that noise speaks of.
 */
export const gapSchema = z.strictObject({ kind: z.enum(gapKinds), hidden: z.string().nullable() });
export type Gap = Readonly<z.infer<typeof gapSchema>>;

/** What the ticket asks for, with what the gap leaves out left out. */
export function sentenceOf(ticket: Ticket, { kind, hidden }: Gap): string {
  const whole = wishText(ticket);
  switch (kind) {
    case 'none':
    case 'impossible':
      return whole;
    case 'noise':
      return `${whole}. Order ${hidden} is as it should be`;
    case 'which':
      return whole.replace(`order ${ticket.order}`, 'my order');
    case 'where':
      return `order ${ticket.order} is to go to my new address`;
    case 'how':
      return `order ${ticket.order} came broken, and it is to be made good`;
  }
}

/** What the customer answers to a question about a matter. */
export function answerTo(asked: Matter, { kind, hidden }: Gap): string {
  if (matterOf[kind] !== asked || hidden === null) return nothingMore;
  switch (kind) {
    case 'which':
      return `Order ${hidden}.`;
    case 'where':
      return `To ${hidden}.`;
    default:
      return `${hidden[0]!.toUpperCase()}${hidden.slice(1)}.`;
  }
}
