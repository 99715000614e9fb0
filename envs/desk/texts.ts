import type { DeskContext, DeskEvent } from './machine.ts';
import { type Task, wishText } from './task.ts';

/** What every ticket begins with. */
export const desk =
  'You are at a support desk. You can look up orders, refund coins, send something new, send a parcel elsewhere, ' +
  'reply, and close the ticket when all is done and said.';

export function goalText({ ticket }: Pick<Task, 'ticket'>): string {
  return `Help ${ticket.customer}: ${wishText(ticket)}.`;
}

export function openingText(context: DeskContext): string {
  return (
    `${desk} Open orders: ${Object.keys(context.orders).join(', ')}.\nYour task is to: help ` +
    `${context.ticket.customer}: ${wishText(context.ticket)}.`
  );
}

export const wrong = ' That cannot be made good: the ticket is lost.';

/** What is read after a command; `wronged` when it lost the ticket. */
export function answerText({ orders, ticket }: DeskContext, event: DeskEvent, wronged: boolean): string {
  const end = wronged ? wrong : '';
  switch (event.type) {
    case 'lookUp': {
      const order = orders[event.order];
      return order
        ? `Order ${event.order}: ${order.item}, price ${order.price}, shipping ${order.shipping}.`
        : `There is no order ${event.order}.`;
    }
    case 'refund':
      return `You refund ${event.amount} coins.${end}`;
    case 'send':
      return `You send a new ${event.item}.${end}`;
    case 'redirect':
      return `The parcel will go to ${event.address}.`;
    case 'reply':
      return `${ticket.customer} reads: ${event.words}`;
    case 'close':
      return `The ticket is closed.${end}`;
  }
}
