import type { Random } from 'clew';
import { z } from 'zod';

/** The words of the desk. */
export const items = ['lamp', 'chair', 'kettle', 'rug', 'clock', 'mirror', 'vase', 'pillow'] as const;
export type Item = (typeof items)[number];
export const customers = ['Ana', 'Bo', 'Cleo', 'Dan', 'Eve', 'Finn'] as const;
export const streets = ['Elm Road', 'Mill Lane', 'Oak Street', 'Lake View'] as const;

/**
 * What a customer wants: the money back for something broken, a new one in its place, the parcel at another address, or
 * the shipping back for a parcel that came late.
 */
export const categories = ['refund', 'replace', 'address', 'late'] as const;
export type Category = (typeof categories)[number];

const order = z.strictObject({
  item: z.enum(items),
  price: z.int().min(5).max(40),
  shipping: z.int().min(1).max(4),
});
export type Order = z.infer<typeof order>;

/** Orders by their numbers, and a ticket. */
export const deskShape = {
  orders: z.record(z.string().regex(/^[1-9]\d?$/), order),
  ticket: z
    .strictObject({
      category: z.enum(categories),
      customer: z.enum(customers),
      /** The number of the order that the ticket is about. */
      order: z.int(),
      /** Where the parcel should go; only of an `address` ticket. */
      address: z.string().nullable(),
    })
    .refine(
      ({ address, category }) => (address !== null) === (category === 'address'),
      'an address belongs to a ticket of the category address, and to no other',
    ),
};

/**
 * Orders, and a ticket about one of them. Every ticket says enough: those that call for a question are of another world,
 * `support-desk-asks`.
 */
export const task = z
  .strictObject(deskShape)
  .refine(({ orders, ticket }) => String(ticket.order) in orders, 'the ticket is about an order that there is not');
export type Task = z.infer<typeof task>;
export type Ticket = Task['ticket'];

export function drawTask(random: Random, heldOut: boolean): Task {
  return drawTicket(random, () => (heldOut ? 'late' : random.pick(['refund', 'replace', 'address'] as const)));
}

/** Three orders, and a ticket about one of them of the category that is picked after they are drawn. */
export function drawTicket(random: Random, pick: () => Category): Task {
  const numbers = random.shuffle(Array.from({ length: 50 }, (_, i) => 10 + i)).slice(0, 3);
  const wares = random.shuffle(items);
  const category = pick();
  return {
    orders: Object.fromEntries(
      numbers
        .toSorted((a, b) => a - b)
        .map((number, i) => [number, { item: wares[i]!, price: 5 + random.int(36), shipping: 1 + random.int(4) }]),
    ),
    ticket: {
      category,
      customer: random.pick(customers),
      order: numbers[0]!,
      address: category === 'address' ? `${1 + random.int(50)} ${random.pick(streets)}` : null,
    },
  };
}

/** What the ticket asks for, as the end of a sentence. */
export function wishText({ category, order, address }: Ticket): string {
  switch (category) {
    case 'refund':
      return `order ${order} came broken, and the money is wanted back`;
    case 'replace':
      return `order ${order} came broken, and a new one is wanted`;
    case 'address':
      return `order ${order} is to go to ${address}`;
    case 'late':
      return `order ${order} came late, and the shipping is wanted back`;
  }
}
