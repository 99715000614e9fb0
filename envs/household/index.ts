import { type CommandEvent, defineWorld, playerSteps, type World, type WorldState } from 'clew';
import { drawTask, heldOut } from './draw-task.ts';
import { goalText, hasLast, hasObject, hasPlacedOne, hasPrepared, isNeeded, isThere, reached } from './goal.ts';
import { commands, type HouseholdContext, type HouseholdEvent, inReach, machine, slots } from './machine.ts';
import { createPlayer } from './player.ts';
import { categories, type Task, task } from './task.ts';
import { answer, list, opening } from './texts.ts';

/** ALFWorld's six kinds of task, commands and sentences, in houses without end. */
const household: World<Task, WorldState<HouseholdContext>, HouseholdEvent & CommandEvent> = defineWorld({
  name: 'household',
  task,
  generate: (random, split) => drawTask(random, split, fair),
  categories,
  category: ({ goal }) => goal.category,
  heldOut,
  variant: ({ house }) => house,
  machine,
  commands,
  slots,
  order: 'code point',
  goal: ({ goal }) => goalText(goal),
  observe: ({ context }, event) => (event ? answer(context, event) : opening(context)),
  success: ({ context }) => reached(context),
  subgoals: {
    'has the object': ({ context }) => hasObject(context),
    'object is as wanted': ({ context }) => hasPrepared(context),
    'one is in place': ({ context }) => hasPlacedOne(context),
    'has the last object': ({ context }) => hasLast(context),
    'at the destination': ({ context }) => isThere(context),
  },
  look({ context }, _, event) {
    const target = event.type === 'go' ? event.place : event.type === 'open' ? event.here : event.type === 'examine' && event.thing !== context.held ? event.thing : undefined;
    if (target === undefined || (event.type !== 'open' && context.doors[target] === 'shut')) return undefined;
    return { target, contents: list(inReach({ at: target, doors: {}, contents: context.contents })), needed: isNeeded(context, target) };
  },
  maxSteps: 30,
  player: createPlayer,
});
export default household;

/** Whether a player who sees only text wins within the limit of steps. */
function fair(task: Task): boolean {
  return playerSteps(household, { id: 'household:train:0', split: 'train', category: task.goal.category, task }) !== undefined;
}
