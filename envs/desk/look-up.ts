import type { DeskContext, DeskEvent } from './machine.ts';

/** What looking an order up shows, and whether the ticket needs it. */
export function lookedUp({ orders, ticket }: DeskContext, { order }: DeskEvent & { readonly type: 'lookUp' }) {
  return { target: `order ${order}`, contents: JSON.stringify(orders[order] ?? null), needed: order === ticket.order };
}
