import { type CommandEvent, defineWorld, type World, type WorldState } from 'clew';
import { deskExpert } from '../desk/expert.ts';
import { lookedUp } from '../desk/look-up.ts';
import { kit } from './kit.ts';
import { commands, type DeskContext, type DeskEvent, isAnswered, isSettled, machine, slots } from '../desk/machine.ts';
import { categories, drawTask, type Task, task } from '../desk/task.ts';
import { answerText, goalText, openingText } from '../desk/texts.ts';

/** A support desk: tickets about orders, settled by numbers and by free text, in whatever order is right. */
const supportDesk: World<Task, WorldState<DeskContext>, DeskEvent & CommandEvent> = defineWorld({
  name: 'support-desk',
  task,
  generate: (random, split) => drawTask(random, split === 'heldOut'),
  categories,
  category: ({ ticket }) => ticket.category,
  heldOut: ['late'],
  machine,
  commands,
  slots,
  goal: goalText,
  observe: (state, event) =>
    event ? answerText(state.context, event, state.matches('wronged')) : openingText(state.context),
  success: state => state.matches('solved'),
  subgoals: {
    settled: ({ context }) => isSettled(context),
    'customer told': ({ context }) => isSettled(context) && isAnswered(context),
  },
  look: ({ context }, _, event) => (event.type === 'lookUp' ? lookedUp(context, event) : undefined),
  maxSteps: 15,
  expert: deskExpert,
  kit,
});
export default supportDesk;
