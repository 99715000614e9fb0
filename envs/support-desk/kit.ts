import { type QuestionWriter, sentenceCodec, type WorldKit } from 'clew';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { type KnownOrder, readOrder } from '../desk/expert.ts';
import { customers, items, streets, type Task } from '../desk/task.ts';
import { desk, wrong } from '../desk/texts.ts';

const number = { pattern: String.raw`\d+` };

/** The desk's sentences in fewer words: `order 17 lamp price 35 shipping 4`, `ok`. */
export const deskCodec = sentenceCodec({
  name: 'support-desk',
  // 2: commands are as they are.
  version: 2,
  slots: {
    customer: customers,
    item: items,
    order: number,
    amount: number,
    price: number,
    shipping: number,
    orders: { pattern: String.raw`\d+(?:, \d+)*` },
    address: { pattern: '[^\n]+' },
    words: { pattern: '[^\n]+' },
  },
  openings: [
    ...(
      [
        ['order {order} came broken, and the money is wanted back', 'price {order}'],
        ['order {order} came broken, and a new one is wanted', 'new {order}'],
        ['order {order} came late, and the shipping is wanted back', 'shipping {order}'],
        ['order {order} is to go to {address}', 'to {address} order {order}'],
      ] as const
    ).map(([wish, short]) => ({
      full: `${desk} Open orders: {orders}.\nYour task is to: help {customer}: ${wish}.`,
      short: `{customer} wants ${short} of {orders}`,
      reminder: `${short}?`,
    })),
    { full: `${desk} Open orders: {orders}.`, short: 'orders {orders}' },
  ],
  // As they are: a thought ends with the command, and what comes back letter by letter is copied soonest.
  commands: Object.fromEntries(
    [
      'look up order {order}',
      'refund {amount} coins',
      'send a new {item}',
      'send the parcel to {address}',
      'reply Order {order} is settled.',
      'reply {words}',
      'answer {words}',
      'close the ticket',
    ].map(command => [command, command]),
  ),
  answers: {
    'look up order {order}': {
      'Order {order}: {item}, price {price}, shipping {shipping}.':
        'order {order} {item} price {price} shipping {shipping}',
      'There is no order {order}.': 'none',
    },
    'refund {amount} coins': lostOrNot('You refund {amount} coins.'),
    'send a new {item}': lostOrNot('You send a new {item}.'),
    'send the parcel to {address}': { 'The parcel will go to {address}.': 'ok' },
    'reply Order {order} is settled.': { '{customer} reads: Order {order} is settled.': '{customer} ok' },
    'reply {words}': { '{customer} reads: {words}': '{customer} ok' },
    'answer {words}': { '{customer} reads: {words}': '{customer} ok' },
    'close the ticket': lostOrNot('The ticket is closed.'),
    '': { 'Nothing happens.': 'no' },
  },
});

function lostOrNot(text: string): Record<string, string> {
  return { [text]: 'ok', [`${text}${wrong}`]: 'lost' };
}

/** What is in order 17? What does it cost? Where does it go? Asked of the orders that were looked up, and of one that was not. */
function questions(): QuestionWriter {
  const known = new Map<string, KnownOrder>();
  let open: readonly string[] = [];
  return {
    see(text) {
      open = /Open orders: ([\d, ]+)\./.exec(text)?.[1]?.split(', ') ?? open;
      const order = readOrder(text);
      if (order) known.set(order.number, order);
    },
    ask(random) {
      if (open.length === 0) return undefined;
      const number = random.pick(open);
      // An address is told by the ticket alone: it is to be said again, as an expert does.
      if (random() < 0.3) {
        const address = `${1 + random.int(50)} ${random.pick(streets)}`;
        return {
          question: `to ${address} order ${number}?`,
          answer: `order ${number} to ${address}.`,
          tag: 'monitor',
        };
      }
      const about = known.get(number);
      const what = random.pick(['price', 'new', 'shipping'] as const);
      const question = `${what} ${number}?`;
      if (!about) return { question, answer: `no order ${number} seen yet.`, tag: 'explore' };
      const answer = what === 'new' ? `order ${number} ${about.item}.` : `${what} ${about[what]}.`;
      return { question, answer, tag: 'monitor' };
    },
  };
}

/** The folder of the package: sources and build find the same data in it. */
const packageFolder = new URL('./', pathToFileURL(createRequire(import.meta.url).resolve('clew/package.json')));

/** What the desk brings along. */
export const kit: WorldKit<Task> = {
  codec: deskCodec,
  questions,
  permutableThings: items,
  lookUpVerbs: ['refund'],
  goalPatterns: {
    refund: /order \d+ came broken, and the money is wanted back/i,
    replace: /order \d+ came broken, and a new one is wanted/i,
    address: /order \d+ is to go to /i,
    late: /order \d+ came late, and the shipping is wanted back/i,
  },
  panels: new URL('envs/support-desk/panels/', packageFolder),
};
