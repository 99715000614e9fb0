import { type EventsOf, slot } from 'clew';
import { assign, setup } from 'xstate';
import { matterIn, type Matter, matters } from '../asking/matters.ts';
import {
  commands as deskCommands,
  type DeskContext,
  type DeskEvent,
  isAnswered,
  isSettled,
  machine as desk,
  slots as deskSlots,
} from '../desk/machine.ts';
import type { Gap } from './gap.ts';
import type { Task } from './task.ts';

/** The desk's commands and three of a conversation: `done` closes the ticket. */
export const commands = {
  lookUp: deskCommands.lookUp,
  refund: deskCommands.refund,
  send: deskCommands.send,
  redirect: deskCommands.redirect,
  reply: deskCommands.reply,
  ask: 'ask {question}',
  done: 'done',
  decline: 'decline',
} as const;

type Seen = { readonly context: AsksContext };

/** The desk's slots; what is proposed tells nothing that the customer was not asked. */
export const slots = {
  ...deskSlots,
  address: slot.text({
    longest: 60,
    propose: ({ context: { ticket, gap, asked } }: Seen) =>
      ticket.address === null || (gap.kind === 'where' && !asked.includes('where')) ? [] : [ticket.address],
  }),
  words: slot.text({
    longest: 200,
    propose: ({ context: { orders } }: Seen) => Object.keys(orders).map(number => `Order ${number} is settled.`),
  }),
  question: slot.text({ longest: 200, propose: () => matters }),
} as const;

export type TalkEvent = EventsOf<Pick<typeof commands, 'ask' | 'decline' | 'done'>, { question: string }>;
export type AsksEvent = Exclude<DeskEvent, { type: 'close' }> | TalkEvent;

/** The desk, what the ticket leaves out, and what was asked. */
export interface AsksContext extends DeskContext {
  readonly gap: Gap;
  /** Matters in the order in which they were first asked about. */
  readonly asked: readonly Matter[];
}

/** Whether what is meant has been done. What is impossible never is. */
export function isDone(context: AsksContext): boolean {
  return context.gap.kind !== 'impossible' && isSettled(context);
}

/** Whether `done` would win. */
export function holds(context: AsksContext): boolean {
  return isDone(context) && isAnswered(context);
}

// The desk's own deeds. Its types speak of its own task and events alone; its close is called done here.
const { close: _, ...deeds } = (desk.config.states as { open: { on: Record<string, unknown> } }).open.on;

export const machine = setup({
  types: {} as { input: Task; context: AsksContext; events: AsksEvent },
  guards: {
    'is a question': (_arguments, { question }: { question: string }) => matterIn(question) !== undefined,
    'all is done and said': ({ context }) => holds(context),
    'cannot be done': ({ context }) => context.gap.kind === 'impossible',
  },
  actions: {
    hear: assign({
      asked: ({ context: { asked } }, { question }: { question: string }) => {
        const matter = matterIn(question)!;
        return asked.includes(matter) ? asked : [...asked, matter];
      },
    }),
  },
}).createMachine({
  id: 'support-desk-asks',
  context: ({ input }) => ({
    ...input,
    known: [],
    refunded: 0,
    sent: null,
    address: null,
    said: '',
    asked: [],
  }),
  initial: 'open',
  states: {
    open: {
      on: {
        ...(deeds as Record<never, never>),
        ask: {
          guard: { type: 'is a question', params: ({ event }) => event },
          actions: { type: 'hear', params: ({ event }) => event },
        },
        done: [{ guard: 'all is done and said', target: 'solved' }, { target: 'wronged' }],
        decline: [{ guard: 'cannot be done', target: 'solved' }, { target: 'wronged' }],
      },
    },
    solved: { type: 'final' },
    wronged: { type: 'final' },
  },
});
