import { type CommandEvent, defineWorld, expertSteps, slot, type World, type WorldState } from 'clew';
import { leadsTo } from '../house/goal.ts';
import { isFirstInPlace, isInHand, isReady, isThere } from '../house/goal.ts';
import type { HouseholdEvent } from '../house/machine.ts';
import { answer, initialObservation, receptacleText } from '../house/texts.ts';
import { drawTask } from './draw-task.ts';
import { matterIn, matters } from '../asking/matters.ts';
import { answerTo, matterOf, sentenceOf } from './gap.ts';
import {
  type AsksContext,
  type AsksEvent,
  commands,
  holds,
  machine,
  meant,
  slots,
  type TalkEvent,
  won,
} from './machine.ts';
import { kit } from './kit.ts';
import { createExpert } from './players.ts';
import { categories, categoryOf, isHeldOut, pairs, type Task, task } from './task.ts';

const talk = new Set<string>(['ask', 'decline', 'done'] satisfies TalkEvent['type'][]);
const isTalk = (event: AsksEvent): event is TalkEvent => talk.has(event.type);

/**
 * The household, where some sentences leave out what is wanted, some ask for what cannot be done, and the agent may ask
 * and says when it is done.
 */
const householdAsks: World<Task, WorldState<AsksContext>, AsksEvent & CommandEvent> = defineWorld({
  name: 'household-asks',
  task,
  generate: (random, split) => drawTask(random, split, fair),
  categories,
  category: ({ house, gap }) => categoryOf(house.goal.category, gap.kind),
  heldOut: pairs.filter(isHeldOut).map(({ house, gap }) => categoryOf(house, gap)),
  variant: ({ house }) => house.house,
  machine,
  commands,
  slots: { ...slots, question: slot.text({ longest: 200, propose: () => matters }) },
  order: 'code point',
  goal: ({ house, gap }) => sentenceOf(house.goal, gap),
  observe({ context }, event) {
    if (!event)
      return initialObservation(context).replace(/(?<=^Your task is to: ).*$/m, () =>
        sentenceOf(context.goal, context.gap),
      );
    if (!isTalk(event)) return answer(context, event);
    return event.type === 'ask' ? answerTo(matterIn(event.question)!, context.gap) : 'The user takes note.';
  },
  success: ({ context }) => won(context),
  losing: ({ context }) => context.ended !== null && !won(context),
  subgoals: {
    'knows what is meant': ({ context: { gap, asked } }) => {
      const matter = matterOf[gap.kind];
      return matter === null || asked.includes(matter);
    },
    'object in hand': ({ context }) => isInHand(meant(context)),
    'first of two in place': ({ context }) => isFirstInPlace(meant(context)),
    'object ready': ({ context }) => isReady(meant(context)),
    'at the destination': ({ context }) => isThere(meant(context)),
    'goal holds': ({ context }) => holds(context),
  },
  look({ context }, _, event) {
    if (isTalk(event)) return undefined;
    return lookAt(context, event);
  },
  maxSteps: 30,
  expert: createExpert,
  kit,
});
export default householdAsks;

function lookAt(context: AsksContext, event: HouseholdEvent) {
  const place = event.type === 'go' ? event.receptacle : event.type === 'open' ? event.place : undefined;
  if (place !== undefined)
    return { target: place, contents: receptacleText(context, place), needed: leadsTo(meant(context), place) };
  return event.type === 'examine'
    ? { target: event.thing, contents: answer(context, event), needed: false }
    : undefined;
}

/** Whether one who asks what is left out, and sees only text, wins within the limit of steps. */
function fair(drawn: Task): boolean {
  const category = categoryOf(drawn.house.goal.category, drawn.gap.kind);
  return (
    expertSteps(householdAsks, { id: 'household-asks:train:0', split: 'train', category, task: drawn }) !== undefined
  );
}
