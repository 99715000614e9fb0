import { metaTags, type MetaTag } from './parsed-reply.ts';
import { tagMeanings } from './vocabulary.ts';

/** One chat message, in the form that every OpenAI-compatible endpoint reads. */
export interface Message {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** What a prompt needs to know of a step that is over. */
export interface PastStep {
  /** Everything the agent wrote. */
  readonly reply: string;
  /** How it was read; null for agents without tags. */
  readonly parsed: {
    readonly tag: MetaTag | null;
    readonly thought: string;
    readonly violations: readonly string[];
  } | null;
  /** What was sent to the world; null when there was no action to send. */
  readonly command: string | null;
  /** What the world answered. */
  readonly observation: string;
}

export interface PromptInput {
  readonly goal: string;
  /** What the world said before the first step. */
  readonly initialObservation: string;
  readonly past: readonly PastStep[];
  /** The world's own command templates, such as `take {thing} from {place}`, in the order in which to show them. */
  readonly commands: readonly string[];
  /** Commands that the world accepts now; left out or null, they are not shown. */
  readonly admissible?: readonly string[] | null;
  /** The names of what a command could be about now; left out or null, they are not shown. */
  readonly objects?: readonly string[] | null;
}

/** A pure function from what has happened to the messages that ask for the next reply. */
export type PromptTemplate = (input: PromptInput) => Message[];

export interface WindowOptions {
  /** How many of the last steps are shown. Default 10; `Infinity` shows all, as RLVMR's code does. */
  readonly history?: number;
  /** How many of the last replies are shown whole, thoughts included. Default 3, as in RLVMR's code. */
  readonly replies?: number;
}

/**
 * A window in the manner of RLVMR: one user message written anew for every step, with the task, the number of steps
 * taken, the recent history, the observation, objects and admissible commands where they are given, the plan carried over from
 * the last
 * `<planning>` thought, the four tags and the form of a reply.
 */
export function windowPrompt(input: PromptInput, options: WindowOptions = {}): Message[] {
  const { past } = input;
  const shown = last(past, options.history ?? 10);
  const sections = [`You act in a text world.\n\n${taskText(input)}`];
  if (past.length > 0)
    sections.push(
      `You have taken ${count(past.length, 'step')} so far. ` +
        `${shown.length === past.length ? 'They were' : `The last ${shown.length} were`}:\n` +
        historyText(shown, past.length - shown.length),
    );
  sections.push(`What you see now:\n${past.at(-1)?.observation ?? input.initialObservation}`);
  sections.push(...shownNow(input));
  if (past.length > 0)
    sections.push(
      `Your plan: ${carriedPlan(past) ?? 'you have not made one.'}\nFollow it. When it no longer fits, make a new one.`,
    );
  const replies = last(past, options.replies ?? 3);
  if (replies.length > 0)
    sections.push(
      `Your latest ${replies.length === 1 ? 'reply' : 'replies'}, word for ` +
        `word:\n${replies.map(step => step.reply).join('\n---\n')}`,
    );
  sections.push(replyForm(input.commands));
  return [{ role: 'user', content: sections.join('\n\n') }];
}

/**
 * A transcript that only grows: the rules once, then replies and observations in turn. Every prompt begins with the
 * whole of the one before, so that a server can reuse what it has computed and a trainer can put an episode in one row.
 * Admissible commands and objects, where given, are shown for the present step only in the last message; leave them out
 * to keep the prefix unbroken.
 */
export function transcriptPrompt(input: PromptInput): Message[] {
  return conversation(`You act in a text world.\n\n${replyForm(input.commands)}`, input);
}

/** ReAct (Yao et al., 2023) without examples: a thought in free words, then the action; no tags. */
export function reactPrompt(input: PromptInput): Message[] {
  return conversation(
    `You act in a text world. Think in a sentence or two, then act.\n\nWrite every reply in this form and nothing ` +
      `after it:\nThought: what you know, and what follows from it\nAction: one ` +
      `command\n\n${commandText(input.commands)}`,
    input,
  );
}

/** The templates by the names that options and runs use. */
export const promptTemplates = {
  window: windowPrompt,
  transcript: transcriptPrompt,
  react: reactPrompt,
} as const satisfies Record<string, PromptTemplate>;

/** The thought of the last well-formed planning step, which RLVMR's prompt carries on; null before there is one. */
export function carriedPlan(past: readonly PastStep[]): string | null {
  for (let i = past.length - 1; i >= 0; i--) {
    const parsed = past[i]!.parsed;
    if (parsed?.tag === 'planning' && parsed.violations.length === 0) return parsed.thought;
  }
  return null;
}

function conversation(rules: string, input: PromptInput): Message[] {
  const messages: Message[] = [
    { role: 'system', content: rules },
    { role: 'user', content: `${taskText(input)}\n\n${input.initialObservation}` },
  ];
  for (const step of input.past)
    messages.push({ role: 'assistant', content: step.reply }, { role: 'user', content: step.observation });
  const shown = shownNow(input);
  if (shown.length > 0) {
    const asked = messages.pop()!;
    messages.push({ role: 'user', content: [asked.content, ...shown].join('\n\n') });
  }
  return messages;
}

/** What is shown of the present step alone, where it is asked for. */
function shownNow({ objects, admissible }: PromptInput): string[] {
  return [
    ...(objects ? [`What a command can be about now: ${objects.length === 0 ? 'nothing' : objects.join(', ')}.`] : []),
    ...(admissible ? [`Commands that would be accepted now:\n${list(admissible)}`] : []),
  ];
}

function replyForm(commands: readonly string[]): string {
  const tags = metaTags.map(tag => `<${tag}> ${tagMeanings[tag]}`).join('\n');
  return (
    `Every reply has two parts. First one short thought inside exactly one of these tags, opened and ` +
    `closed:\n${tags}\n\nThen one command inside <action> and </action>. For example, in form only:\n<monitor>a ` +
    `short thought</monitor>\n<action>a command</action>\n\n${commandText(commands)}`
  );
}

/** What the world understands, as prompts list it. */
export function commandText(commands: readonly string[]): string {
  const slots = commands.some(command => command.includes('{'));
  return (
    `The world understands these ` +
    `commands${slots ? ', with a name from the text in place of each word in braces' : ''}:\n${list(commands)}\nIt ` +
    `understands nothing else.`
  );
}

export function taskText(input: Pick<PromptInput, 'goal'>): string {
  return `Your task: ${input.goal}`;
}

function historyText(steps: readonly PastStep[], before: number): string {
  return steps
    .map(
      (step, i) =>
        `[${before + i + 1}] ` +
        `${step.command === null ? '(no command could be read from your reply)' : `> ${step.command}`}\n${step.observation}`,
    )
    .join('\n');
}

function last<T>(items: readonly T[], most: number): readonly T[] {
  return most <= 0 ? [] : items.length <= most ? items : items.slice(-most);
}

function list(items: readonly string[]): string {
  return items.length === 0 ? '- (none)' : items.map(item => `- ${item}`).join('\n');
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}
