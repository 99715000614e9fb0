import { ClewError } from '../../errors.ts';
import { type Message, transcriptPrompt } from '../../tags/index.ts';
import type { EpisodeLayout } from '../episode-layout.ts';
import { type ChatTemplate, promptDate } from './chat-template.ts';
import type { PublishedFolder } from './folder.ts';

/** What a policy that is a published model has beside its parameters. */
export interface PublishedPolicy {
  readonly folder: PublishedFolder;
  /** The command templates of the world that it plays, which its prompt lists. */
  readonly commands: readonly string[];
}

/** Stands for a content while a template is rendered; nothing that a template could trim or look for. */
const mark = (i: number): string => `CONTENT${i}OF`;
const marks = /CONTENT(\d+)OF/;

/**
 * Episodes as chats: rules, the commands and the form of a reply in the system message, then observations and replies
 * in turn, in the form of the model's own template. What stands between a reply and the next is taken from the template
 * once and put behind the tokens as they were written, so that a prompt only grows and nothing is encoded twice.
 *
 * What worlds and demonstrations say is ordinary text: a `<|im_end|>` in it ends nothing.
 */
export function chatLayout({ folder, commands }: PublishedPolicy): EpisodeLayout {
  const { tokenizer, ends } = folder;
  const template = folder.template!;
  const texts = tokenizer.rawTexts();
  const answerParts = turnParts(template);

  /** A text of the template with contents in it. Joined where no content could be taken for a part of the template. */
  function encode(parts: readonly string[], contents: readonly string[]): number[] {
    const pieces = parts.flatMap((part, i) => [
      { text: part, foreign: false },
      ...(i < contents.length ? [{ text: contents[i]!, foreign: true }] : []),
    ]);
    if (!contents.some(content => tokenizer.hasMarkers(content)))
      return tokenizer.encode(pieces.map(({ text }) => text).join(''));
    return pieces.flatMap(({ text, foreign }) => (foreign ? tokenizer.encodeForeign(text) : tokenizer.encode(text)));
  }

  return {
    tokenizer,
    start({ initialObservation: text, task, hint }) {
      const goal = task?.goal ?? '';
      const initialObservation = hint === undefined ? text : `${text}\n${hint}`;
      const messages = transcriptPrompt({ goal, initialObservation, past: [], commands });
      const { parts, contents } = openingParts(template, messages);
      return encode(parts, contents);
    },
    answer({ observation }, reply) {
      const tokens = encode(answerParts, [observation.trim()]);
      const ended = ends.includes(reply.at(-1) ?? -1);
      return ended && ends.includes(tokens[0]!) ? tokens.slice(1) : tokens;
    },
    // With the token that ends a turn, so that a model also learns to end its own.
    reply: text => [...tokenizer.encodeForeign(text), ends.includes(tokenizer.end) ? tokenizer.end : ends[0]!],
    replyText: tokens => tokenizer.decode(ends.includes(tokens.at(-1) ?? -1) ? tokens.slice(0, -1) : tokens),
    commandTokens(reply) {
      const whole = reply.map(token => texts[token] ?? '').join('');
      const from = whole.indexOf('<action>') + '<action>'.length;
      const end = whole.indexOf('</action>', from);
      const to = end < 0 ? whole.length : end;
      let at = 0;
      return reply.map(token => {
        const start = at;
        at += (texts[token] ?? '').length;
        return from >= '<action>'.length && start < to && at > from;
      });
    },
    stop: { stop: ends, stopTexts: ['</action>'] },
  };
}

const options = { add_generation_prompt: true, enable_thinking: false, date_string: promptDate };

/** The template's text around the contents of the messages before the first reply. */
function openingParts(template: ChatTemplate, messages: readonly Message[]): { parts: string[]; contents: string[] } {
  const contents = messages.map(({ content }) => content.trim());
  const roles = messages.map(({ role }, i) => ({ role, content: mark(i) }));
  try {
    return { parts: cut(template({ ...options, messages: roles }), contents.length), contents };
  } catch (error) {
    if (!(error instanceof ClewError)) throw error;
    // Some templates know no system message: the rules then stand before the task.
    const joined = contents.join('\n\n');
    return {
      parts: cut(template({ ...options, messages: [{ role: 'user', content: mark(0) }] }), 1),
      contents: [joined],
    };
  }
}

/** The template's text between a reply and the next, around the one content in it. */
function turnParts(template: ChatTemplate): string[] {
  const roles = ['system', 'user', 'assistant', 'user'] as const;
  const render = (from: number): string[] =>
    cut(
      template({ ...options, messages: roles.slice(from).map((role, i) => ({ role, content: mark(i) })) }),
      roles.length - from,
    );
  let parts: string[];
  try {
    parts = render(0);
  } catch (error) {
    if (!(error instanceof ClewError)) throw error;
    parts = render(1);
  }
  return parts.slice(-2);
}

/** Cuts a rendered text at the contents, which must stand in it once each, in their order. */
function cut(text: string, count: number): string[] {
  const parts = text.split(marks);
  const found = parts.filter((_, i) => i % 2 === 1).map(Number);
  if (found.join() !== Array.from({ length: count }, (_, i) => i).join())
    throw new ClewError('The chat template does not show each message once, in order: it cannot be played in turns.');
  return parts.filter((_, i) => i % 2 === 0);
}
