import type { Decision, Expert } from 'clew';
import { type Category } from './task.ts';

/** What the texts have told of an order. */
export interface KnownOrder {
  readonly item: string;
  readonly price: number;
  readonly shipping: number;
}

const wishes: readonly (readonly [RegExp, Category])[] = [
  [/^order (\d+) came broken, and the money/, 'refund'],
  [/^order (\d+) came broken, and a new one/, 'replace'],
  [/^order (\d+) is to go to (.+)$/, 'address'],
  [/^order (\d+) came late/, 'late'],
];

/** What a ticket asks for, from the text that tells it. */
export function readTicket(
  opening: string,
): { readonly order: string; readonly category: Category; readonly address: string | undefined } | undefined {
  const wish = /^Your task is to: help \w+: (.+)\.$/m.exec(opening)?.[1] ?? '';
  for (const [pattern, category] of wishes) {
    const [, order, address] = pattern.exec(wish) ?? [];
    if (order !== undefined) return { order, category, address };
  }
  return undefined;
}

/** The order that an answer tells of. */
export function readOrder(text: string): (KnownOrder & { readonly number: string }) | undefined {
  const [, number, item, price, shipping] = /^Order (\d+): (\w+), price (\d+), shipping (\d+)\.$/.exec(text) ?? [];
  return number === undefined ? undefined : { number, item: item!, price: Number(price), shipping: Number(shipping) };
}

/**
 * Looks the order up, does what is owed, tells the customer, and closes. It knows what it has read and nothing else.
 */
export function deskExpert(): Expert {
  let ticket: ReturnType<typeof readTicket>;
  const known = new Map<string, KnownOrder>();
  let settled = false;
  let told = false;

  function see(text: string, command?: string): void {
    if (command === undefined) ticket = readTicket(text);
    const order = readOrder(text);
    if (order) known.set(order.number, order);
    if (/^You (?:refund|send)/.test(text)) settled = true;
    const address = /^The parcel will go to (.+)\.$/.exec(text)?.[1];
    if (address !== undefined) settled = address === ticket?.address;
    const reply = /^\w+ reads: (.*)$/.exec(text)?.[1];
    if (reply !== undefined) told = new RegExp(String.raw`\b${ticket?.order}\b`).test(reply);
  }

  function decide(): Decision | undefined {
    if (!ticket) return undefined;
    const { order, category, address } = ticket;
    const about = known.get(order);
    const deed = { refund: 'refund price', late: 'refund shipping', replace: 'send new', address: 'send parcel' }[
      category
    ];
    const plan = [
      ...(about || category === 'address' || settled ? [] : [`find order ${order}`]),
      ...(settled ? [] : [deed]),
      ...(told ? [] : ['reply']),
      'close ticket',
    ];
    const next = (command: string, target: string, because: string, searching = false): Decision => ({
      command,
      subgoal: plan[0]!,
      target,
      searching,
      plan,
      because,
    });
    if (settled && told) return next('close the ticket', 'ticket', `order ${order} settled and told`);
    if (settled) return next(`reply Order ${order} is settled.`, `order ${order}`, `order ${order} settled`);
    if (category === 'address') return next(`send the parcel to ${address}`, address!, `order ${order} to ${address}`);
    if (!about) return next(`look up order ${order}`, `order ${order}`, `order ${order} is not known`, true);
    return category === 'replace'
      ? next(`send a new ${about.item}`, about.item, `order ${order} ${about.item}`)
      : category === 'refund'
        ? next(`refund ${about.price} coins`, `${about.price} coins`, `price ${about.price}`)
        : next(`refund ${about.shipping} coins`, `${about.shipping} coins`, `shipping ${about.shipping}`);
  }

  return { see, decide };
}
