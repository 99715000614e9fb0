import { ClewError } from '../errors.ts';
import type { EpisodeLayout, TrainedPolicy } from '../policy/index.ts';
import { parseReply } from '../tags/index.ts';
import type { ParsedReply } from '../tags/index.ts';
import type { Turn } from './agent.ts';

/** What a policy is kept from saying, or from reading of what it said. */
export const strippings = ['past', 'tag', 'reply'] as const;
export type Stripping = (typeof strippings)[number];

/** What each does, in words for help texts and pages. */
export const strippingWords: Readonly<Record<Stripping, string>> = {
  past: 'earlier replies are shown to it as commands alone, without tag and thought',
  tag: 'every reply opens with the same tag, <monitor>',
  reply: 'it writes neither tag nor thought: every reply opens with <action>',
};

/** An ablation at evaluation: the policy is the same, and what it can say or remember having said is not. */
export interface StrippedTags {
  /** What every reply begins with; the policy writes the rest. */
  readonly opening: readonly number[];
  /** Everything before the reply, where earlier replies are not shown as they were. */
  context?(turn: Turn): number[];
  /** How a reply is recorded: one without a tag is that of an agent without tags, and breaks no rule. */
  read(text: string): { readonly parsed: ParsedReply | null; readonly command: string | null };
}

/**
 * The ablation for a policy. An intervention on what is said and on nothing else: the draws are keyed as without it,
 * and the world is asked the same.
 * @throws ClewError for `tag` and `reply` with a published model, whose replies begin with free words
 */
export function strippedTags(policy: TrainedPolicy, layout: EpisodeLayout, stripping: Stripping): StrippedTags {
  const tagged = (text: string) => {
    const parsed = parseReply(text);
    return { parsed, command: parsed.action };
  };
  if (stripping === 'past') return { opening: [], context: turn => withoutThoughts(turn, layout), read: tagged };
  if (policy.published)
    throw new ClewError(
      `The tags of a published model can only be stripped from what it reads of its past (past), not ${stripping}: ` +
        `its replies begin with free words.`,
    );
  const { tokenizer } = layout;
  if (stripping === 'tag') return { opening: [tokenizer.id('<monitor>')], read: tagged };
  return {
    opening: [tokenizer.id('<action>')],
    read: text => ({ parsed: null, command: parseReply(text).action }),
  };
}

/** An episode so far, in which every reply was its command and nothing else. */
function withoutThoughts({ initialObservation, goal, hint, past }: Turn, layout: EpisodeLayout): number[] {
  const episode = { initialObservation, task: { goal }, hint };
  return [
    ...layout.start(episode),
    ...past.flatMap(step => {
      const reply = layout.reply(`<action>${step.command ?? ''}</action>`);
      return [...reply, ...layout.answer(step, reply, episode)];
    }),
  ];
}
