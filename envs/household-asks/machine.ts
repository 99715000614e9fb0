import type { EventsOf } from 'clew';
import { assign, setup } from 'xstate';
import { kindOf } from '../house/kinds.ts';
import { reached } from '../house/goal.ts';
import {
  commands as houseCommands,
  type HouseholdContext,
  type HouseholdEvent,
  machine as house,
  slots as houseSlots,
} from '../house/machine.ts';
import { matterIn, type Matter } from '../asking/matters.ts';
import type { Gap } from './gap.ts';
import type { Task } from './task.ts';

/** The household's commands and three of a conversation. In code-point order. */
export const commands = {
  ask: 'ask {question}',
  clean: houseCommands.clean,
  close: houseCommands.close,
  cool: houseCommands.cool,
  decline: 'decline',
  done: 'done',
  examine: houseCommands.examine,
  go: houseCommands.go,
  heat: houseCommands.heat,
  help: houseCommands.help,
  inventory: houseCommands.inventory,
  look: houseCommands.look,
  move: houseCommands.move,
  open: houseCommands.open,
  slice: houseCommands.slice,
  take: houseCommands.take,
  use: houseCommands.use,
} as const;

export type TalkEvent = EventsOf<Pick<typeof commands, 'ask' | 'decline' | 'done'>, { question: string }>;
export type AsksEvent = HouseholdEvent | TalkEvent;

/** The house, what the sentence leaves out, and what was asked. */
export interface AsksContext extends HouseholdContext {
  readonly gap: Gap;
  /** Matters in the order in which they were first asked about. */
  readonly asked: readonly Matter[];
  /** How the agent ended the episode. */
  readonly ended: 'done' | 'decline' | null;
}

// The household's own chart is one region of this one. Its types speak of its own task and events alone.
const { on, initial, states } = house.config;

/**
 * A house and a conversation, side by side. The episode does not end when the goal holds: trying every place would find
 * a hidden one.
 */
export const machine = setup({
  types: {} as { input: Task; context: AsksContext; events: AsksEvent },
  guards: {
    ...(house.implementations.guards as Record<never, never>),
    'is a question': (_, { question }: { question: string }) => matterIn(question) !== undefined,
  },
  actions: {
    ...(house.implementations.actions as Record<never, never>),
    hear: assign({
      asked: ({ context: { asked } }, { question }: { question: string }) => {
        const matter = matterIn(question)!;
        return asked.includes(matter) ? asked : [...asked, matter];
      },
    }),
    end: assign({ ended: (_, { how }: { how: 'done' | 'decline' }) => how }),
  },
}).createMachine({
  id: 'household-asks',
  type: 'parallel',
  context: ({ input: { house: found, gap } }) => ({
    house: found.house,
    goal: found.goal,
    at: null,
    held: null,
    doors: found.doors,
    contents: found.contents,
    marks: {},
    gap,
    asked: [],
    ended: null,
  }),
  states: {
    house: { on, initial, states } as Record<never, never>,
    conversation: {
      initial: 'open',
      states: {
        open: {
          on: {
            ask: {
              guard: { type: 'is a question', params: ({ event }) => event },
              actions: { type: 'hear', params: ({ event }) => event },
            },
            done: { target: 'over', actions: { type: 'end', params: { how: 'done' } } },
            decline: { target: 'over', actions: { type: 'end', params: { how: 'decline' } } },
          },
        },
        over: {},
      },
    },
  },
});

/** The household's slots, and any question. */
export const slots = houseSlots;

/** Whether the goal holds now, with what its sentence leaves out. What is impossible never holds. */
export function holds(now: Pick<AsksContext, 'goal' | 'contents' | 'at' | 'held' | 'marks' | 'gap'>): boolean {
  return now.gap.kind !== 'impossible' && reached(meant(now));
}

/** The house without things of the wanted kind that are not the one that is meant. */
export function meant<C extends Pick<AsksContext, 'goal' | 'contents' | 'held' | 'gap'>>(now: C): C {
  const { gap, goal } = now;
  if (gap.kind !== 'which') return now;
  const other = (name: string) => kindOf(name) === goal.object && name !== gap.hidden;
  return {
    ...now,
    held: now.held !== null && other(now.held) ? null : now.held,
    contents: Object.fromEntries(
      Object.entries(now.contents).map(([place, things]) => [place, things.filter(name => !other(name))]),
    ),
  };
}

/** Won: done while the goal holds, or declined what cannot be done. */
export function won(now: AsksContext): boolean {
  return now.ended === 'done' ? holds(now) : now.ended === 'decline' && now.gap.kind === 'impossible';
}
