import { type EventsOf, slot } from 'clew';
import { assign, setup } from 'xstate';
import { type Item, items, type Order, type Task } from './task.ts';

export const commands = {
  lookUp: 'look up order {order}',
  refund: 'refund {amount} coins',
  send: 'send a new {item}',
  redirect: 'send the parcel to {address}',
  reply: ['reply {words}', 'answer {words}'],
  close: 'close the ticket',
} as const;

type Seen = { readonly context: DeskContext };

/** Numbers and texts are open: what is proposed is what the desk shows, and a player may say anything. */
export const slots = {
  item: items,
  order: slot.number({ min: 1, max: 999, propose: ({ context }: Seen) => Object.keys(context.orders).map(Number) }),
  amount: slot.number({
    min: 1,
    max: 999,
    propose: ({ context }: Seen) =>
      context.known.flatMap(number => [context.orders[number]!.price, context.orders[number]!.shipping]),
  }),
  address: slot.text({
    longest: 60,
    propose: ({ context: { ticket } }: Seen) => (ticket.address === null ? [] : [ticket.address]),
  }),
  words: slot.text({ longest: 200, propose: ({ context: { ticket } }: Seen) => [`Order ${ticket.order} is settled.`] }),
} as const;

export interface DeskContext extends Task {
  /** The orders that were looked up, in the order of their numbers. */
  readonly known: readonly string[];
  readonly refunded: number;
  readonly sent: Item | null;
  readonly address: string | null;
  /** The last reply that the customer has got. */
  readonly said: string;
}
export type DeskEvent = EventsOf<typeof commands, typeof slots>;

/** Undefined where the ticket is about an order that there is not. */
function wanted({ orders, ticket }: DeskContext): Order | undefined {
  return orders[ticket.order];
}

/** What is owed in coins; 0 where the ticket asks for something else. */
function owed(context: DeskContext): number {
  const { category } = context.ticket;
  const order = wanted(context);
  return (category === 'refund' ? order?.price : category === 'late' ? order?.shipping : undefined) ?? 0;
}

/** Whether what the ticket asks for has been done. */
export function isSettled(context: DeskContext): boolean {
  const { ticket, refunded, sent, address } = context;
  switch (ticket.category) {
    case 'replace':
      return sent !== null && sent === wanted(context)?.item;
    case 'address':
      return address === ticket.address;
    default:
      return refunded === owed(context);
  }
}

/** Whether the customer was told about this order. */
export function isAnswered({ ticket, said }: DeskContext): boolean {
  return new RegExp(String.raw`\b${ticket.order}\b`).test(said);
}

export const machine = setup({
  types: {} as { input: Task; context: DeskContext; events: DeskEvent },
}).createMachine({
  id: 'support-desk',
  context: ({ input }) => ({ ...input, known: [], refunded: 0, sent: null, address: null, said: '' }),
  initial: 'open',
  states: {
    open: {
      on: {
        lookUp: {
          actions: assign({
            known: ({ context: { orders, known }, event }) =>
              Object.keys(orders).filter(number => known.includes(number) || number === String(event.order)),
          }),
        },
        // Money that has gone to the wrong hands, or a parcel, does not come back.
        refund: [
          {
            guard: ({ context, event }) => context.refunded === 0 && event.amount === owed(context),
            actions: assign({ refunded: ({ event }) => event.amount }),
          },
          { target: 'wronged' },
        ],
        send: [
          {
            guard: ({ context, event }) =>
              context.ticket.category === 'replace' && context.sent === null && event.item === wanted(context)?.item,
            actions: assign({ sent: ({ event }) => event.item }),
          },
          { target: 'wronged' },
        ],
        // An address can be corrected as long as the ticket is open.
        redirect: { actions: assign({ address: ({ event }) => event.address }) },
        reply: { actions: assign({ said: ({ event }) => event.words }) },
        close: [
          { guard: ({ context }) => isSettled(context) && isAnswered(context), target: 'solved' },
          { target: 'wronged' },
        ],
      },
    },
    solved: { type: 'final' },
    wronged: { type: 'final' },
  },
});
