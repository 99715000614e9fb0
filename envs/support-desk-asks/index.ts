import { type CommandEvent, defineWorld, type World, type WorldState } from 'clew';
import { matterIn } from '../asking/matters.ts';
import { lookedUp } from '../desk/look-up.ts';
import { answerText, wrong } from '../desk/texts.ts';
import { answerTo, matterOf, sentenceOf } from './gap.ts';
import { kit } from './kit.ts';
import { type AsksContext, type AsksEvent, commands, holds, isDone, machine, slots } from './machine.ts';
import { createExpert } from './players.ts';
import { categories, categoryOf, drawTask, isHeldOut, pairs, type Task, task } from './task.ts';

const desk =
  'You are at a support desk. You can look up orders, refund coins, send something new, send a parcel elsewhere, reply, ' +
  'ask the customer, decline what cannot be done, and say done when all is done and said.';

/**
 * The support desk, where some tickets leave out what is wanted, some ask for what cannot be done, and the agent may ask
 * the customer.
 */
const supportDeskAsks: World<Task, WorldState<AsksContext>, AsksEvent & CommandEvent> = defineWorld({
  name: 'support-desk-asks',
  task,
  generate: drawTask,
  categories,
  category: ({ ticket, gap }) => categoryOf(ticket.category, gap.kind),
  heldOut: pairs.filter(isHeldOut).map(({ desk: kind, gap }) => categoryOf(kind, gap)),
  machine,
  commands,
  slots,
  goal: ({ ticket, gap }) => `Help ${ticket.customer}: ${sentenceOf(ticket, gap)}.`,
  observe(state, event) {
    const { orders, ticket, gap } = state.context;
    if (!event)
      return (
        `${desk} Open orders: ${Object.keys(orders).join(', ')}.\nYour task is to: help ${ticket.customer}: ` +
        `${sentenceOf(ticket, gap)}.`
      );
    const end = state.matches('wronged') ? wrong : '';
    switch (event.type) {
      case 'ask':
        return `${ticket.customer} says: ${answerTo(matterIn(event.question)!, gap)}`;
      case 'done':
        return `The ticket is closed.${end}`;
      case 'decline':
        return `The ticket is declined.${end}`;
      default:
        return answerText(state.context, event, end !== '');
    }
  },
  success: state => state.matches('solved'),
  subgoals: {
    'knows what is meant': ({ context: { gap, asked } }) => {
      const matter = matterOf[gap.kind];
      return matter === null || asked.includes(matter);
    },
    settled: ({ context }) => isDone(context),
    'goal holds': ({ context }) => holds(context),
  },
  look: ({ context }, _, event) => (event.type === 'lookUp' ? lookedUp(context, event) : undefined),
  maxSteps: 15,
  expert: createExpert,
  kit,
});
export default supportDeskAsks;
