import { ClewError } from '../errors.ts';
import type { Codec } from './codec.ts';

/**
 * What may stand in a slot of a sentence: one of some words, as they are; several of them, which the world prints with
 * something between them (`saw, awl`, or `nothing`) and the short form with blanks; or whatever fits a pattern.
 */
export type SentenceSlot =
  | readonly string[]
  | {
      /** The items, or the items with what the short form writes instead: `{ 'roasted leek': 'roast leek' }`. */
      readonly list: readonly string[] | Readonly<Record<string, string>>;
      /** Between two items; `, ` if left out. */
      readonly between?: string;
      /** For an empty list; `nothing` if left out. */
      readonly none?: string;
      /**
       * A slot whose value the short form writes behind each item: `saw drawer awl drawer` of what lies in the drawer.
       * A small policy looks up what stands beside a word far sooner than what stands some words before it.
       */
      readonly beside?: string;
    }
  | { readonly pattern: string };

export interface SentenceCodecOptions {
  /** See `Codec.name`. */
  readonly name: string;
  /** See `Codec.version`. */
  readonly version?: number;
  readonly slots: Readonly<Record<string, SentenceSlot>>;
  /** Openings with their short forms, and what stands before every reply, made of the slots of the opening. */
  readonly openings: readonly { readonly full: string; readonly short: string; readonly reminder?: string }[];
  /** Commands and their short forms. */
  readonly commands: Readonly<Record<string, string>>;
  /** For each command the world's answers to it and their short forms; under `''` those to any command. */
  readonly answers: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

type Values = Readonly<Record<string, string>>;

/** A sentence in both forms. */
interface Sentence {
  readonly full: Side;
  readonly short: Side;
}

/**
 * One form of a sentence: reads the values of its slots (of lists the items with blanks between them), and writes a
 * text with them.
 */
interface Side {
  read(text: string): Values | undefined;
  /** Undefined where a value is missing. */
  write(values: Values): string | undefined;
}

const said = 'says: ';

/**
 * A codec from pairs of sentences with the same slots. What an answer has in common with its command can be left out of
 * the short form: it is put back from the command. Any text that is none of the sentences, or that would not come back
 * letter by letter, stays as it is.
 *
 * @example
 * sentenceCodec({
 *   name: 'cellar',
 *   slots: { place: ['shelf', 'box'], things: { list: ['rope', 'lamp'] }, thing: ['rope', 'lamp'] },
 *   openings: [{ full: 'You are in a cellar.\nYour task: Bring the {thing}.', short: 'goal: {thing}', reminder: '{thing}?' }],
 *   commands: { 'go to the {place}': 'go {place}', 'take the {thing}': 'take {thing}' },
 *   answers: {
 *     'go to the {place}': { 'You are at the {place}. You see {things}.': 'has {things}' },
 *     'take the {thing}': { 'You take the {thing}.': 'ok' },
 *     '': { 'Nothing happens.': 'no' },
 *   },
 * });
 * @throws ClewError for a sentence with an unknown slot, a short form with a slot that nothing fills, and an answer to
 *   a command that there is not.
 */
export function sentenceCodec({ name, version = 1, slots, openings, commands, answers }: SentenceCodecOptions): Codec {
  for (const [slot, { beside }] of Object.entries(slots as Readonly<Record<string, { readonly beside?: string }>>))
    if (beside !== undefined && !Object.hasOwn(slots, beside))
      throw new ClewError(
        `The codec ${name} writes {${beside}} beside each of {${slot}}, and has no such slot: there are ` +
          `${Object.keys(slots).join(', ')}.`,
      );
  const texts: string[] = [];
  const sentence = (full: string, short: string, from: readonly string[] = []): Sentence => {
    for (const [text, other] of [
      [full, [...slotsIn(short), ...from]],
      [short, slotsIn(full)],
    ] as const)
      for (const slot of slotsIn(text)) {
        if (!Object.hasOwn(slots, slot))
          throw new ClewError(
            `The codec ${name} writes {${slot}} in "${text}", and has no such slot: there are ` +
              `${Object.keys(slots).join(', ')}.`,
          );
        if (!other.includes(slot))
          throw new ClewError(
            `The codec ${name} cannot turn "${full}" into "${short}" and back: {${slot}} is in one of them only.`,
          );
      }
    texts.push(full, short);
    return { full: side(full, slots, 'full'), short: side(short, slots, 'short') };
  };
  const opening = openings.map(({ full, short, reminder }) => ({
    ...sentence(full, short),
    reminder: reminder === undefined ? undefined : side(reminder, slots, 'short'),
  }));
  const command = Object.entries(commands).map(([full, short]) => ({ template: full, ...sentence(full, short) }));
  const answer = new Map(
    Object.entries(answers).map(([template, pairs]) => {
      if (template !== '' && !Object.hasOwn(commands, template))
        throw new ClewError(
          `The codec ${name} has answers to "${template}", which is none of its commands: ` +
            `${Object.keys(commands).join(', ')}.`,
        );
      return [
        template,
        Object.entries(pairs).map(([full, short]) => sentence(full, short, slotsIn(template))),
      ] as const;
    }),
  );

  /** The sentences that may answer a command, and the values that it has. */
  function answersTo(text: string | null): { sentences: readonly Sentence[]; known: Values } {
    const any = answer.get('') ?? [];
    for (const { template, full } of text === null ? [] : command) {
      const known = full.read(text!);
      if (known) return { sentences: [...(answer.get(template) ?? []), ...any], known };
    }
    return { sentences: any, known: {} };
  }

  const decodeObservation = (compact: string, text: string | null): string => {
    const { sentences, known } = answersTo(text);
    return expanded(compact, sentences, known);
  };
  const decodeInitialObservation = (compact: string): string => expanded(compact, opening);
  const decodeCommand = (compact: string): string => expanded(compact, command);
  return {
    name,
    version,
    words: [...texts, ...openings.map(({ reminder = '' }) => reminder), ...Object.values(slots).flatMap(wordsOf), said]
      .join(' ')
      .replaceAll(slotPattern, ' '),
    encodeInitialObservation: text => shortened(text, opening, decodeInitialObservation),
    decodeInitialObservation,
    reminder(text) {
      for (const { full, reminder } of opening) {
        const values = full.read(text);
        if (values) return reminder?.write(values) ?? '';
      }
      return '';
    },
    encodeObservation(text, to) {
      const { sentences, known } = answersTo(to);
      return shortened(text, sentences, compact => decodeObservation(compact, to), known);
    },
    decodeObservation,
    encodeCommand: text => shortened(text, command, decodeCommand),
    decodeCommand,
  };
}

/**
 * The first short form that comes back as the same text, else the text itself, marked where it could be taken for a
 * short form.
 */
function shortened(
  text: string,
  sentences: readonly Sentence[],
  decode: (compact: string) => string,
  known: Values = {},
): string {
  for (const { full, short } of sentences) {
    const values = full.read(text);
    const compact = values && short.write({ ...known, ...values });
    if (compact !== undefined && decode(compact) === text) return compact;
  }
  return decode(text) === text ? text : said + text;
}

function expanded(compact: string, sentences: readonly Sentence[], known: Values = {}): string {
  if (compact.startsWith(said)) return compact.slice(said.length);
  for (const { full, short } of sentences) {
    const values = short.read(compact);
    const text = values && full.write({ ...known, ...values });
    if (text !== undefined) return text;
  }
  return compact;
}

const slotPattern = /\{(\w+)\}/g;

function slotsIn(template: string): string[] {
  return [...template.matchAll(slotPattern)].map(([, slot]) => slot!);
}

function side(template: string, slots: SentenceCodecOptions['slots'], form: 'full' | 'short'): Side {
  const names = slotsIn(template);
  const readers = names.map(name => itemReader(slots[name]!, slots, form));
  const pattern = new RegExp(
    `^${template
      .split(slotPattern)
      .map((part, i) => (i % 2 === 0 ? escaped(part) : `(${patternOf(slots[part]!, slots, form)})`))
      .join('')}$`,
  );
  return {
    read(text) {
      const match = pattern.exec(text);
      return match ? Object.fromEntries(names.map((name, i) => [name, readers[i]!(match[i + 1]!)])) : undefined;
    },
    write(values) {
      let whole = true;
      const text = template.replaceAll(slotPattern, (_, name: string) => {
        const written = listed(slots[name]!, values[name], values, form);
        whole &&= written !== undefined;
        return written ?? '';
      });
      return whole ? text : undefined;
    },
  };
}

function isList(slot: SentenceSlot): slot is List {
  return 'list' in slot;
}

type List = Extract<SentenceSlot, { list: unknown }>;

function patternOf(slot: SentenceSlot, slots: SentenceCodecOptions['slots'], form: 'full' | 'short'): string {
  // Groups of the author's own would be counted as slots.
  if ('pattern' in slot) return slot.pattern.replaceAll(/(?<!\\)\((?!\?)/g, '(?:');
  if (!isList(slot)) return alternatives(slot);
  const item = `(?:${alternatives(itemsIn(slot, form))})${besidePattern(slot, slots, form)}`;
  return `${escaped(noneOf(slot))}|${item}(?:${form === 'full' ? escaped(betweenOf(slot)) : ' '}${item})*`;
}

/** What stands behind each item of a list. */
function besidePattern({ beside }: List, slots: SentenceCodecOptions['slots'], form: 'full' | 'short'): string {
  return form === 'short' && beside !== undefined ? ` (?:${patternOf(slots[beside]!, slots, form)})` : '';
}

/** Longest first, so that `saw blade` is not read as `saw`. */
function alternatives(words: readonly string[]): string {
  return words
    .toSorted((a, b) => b.length - a.length)
    .map(escaped)
    .join('|');
}

/** Makes of what stands in a slot the value that is passed on: of a list the items alone. */
function itemReader(
  slot: SentenceSlot,
  slots: SentenceCodecOptions['slots'],
  form: 'full' | 'short',
): (text: string) => string {
  if (!isList(slot)) return text => text;
  const whole = new Map(itemsIn(slot, 'short').map((short, i) => [short, itemsIn(slot, 'full')[i]!]));
  const item = new RegExp(`(${alternatives([...whole.keys()])})${besidePattern(slot, slots, form)}(?: |$)`, 'g');
  return text => {
    if (text === noneOf(slot)) return text;
    const items =
      form === 'full' ? text.split(betweenOf(slot)) : [...text.matchAll(item)].map(([, each]) => whole.get(each!)!);
    return items.join(separator);
  };
}

/** The value of a slot in one of the two forms; undefined where it, or what stands beside it, is not known. */
function listed(
  slot: SentenceSlot,
  value: string | undefined,
  values: Values,
  form: 'full' | 'short',
): string | undefined {
  if (value === undefined || !isList(slot) || value === noneOf(slot)) return value;
  const items = value.split(separator);
  if (form === 'full') return items.join(betweenOf(slot));
  const shortItems = items.map(item => (isNames(slot.list) ? item : slot.list[item]!));
  if (slot.beside === undefined) return shortItems.join(' ');
  const beside = values[slot.beside];
  return beside === undefined ? undefined : shortItems.map(item => `${item} ${beside}`).join(' ');
}

/** Between the items of a list while it is passed on; no item has it. */
const separator = '\n';

function isNames(list: List['list']): list is readonly string[] {
  return Array.isArray(list);
}

/** The items of a list in one of the two forms, in one order. */
function itemsIn({ list }: List, form: 'full' | 'short'): readonly string[] {
  return isNames(list) ? list : form === 'full' ? Object.keys(list) : Object.values(list);
}

const noneOf = ({ none = 'nothing' }: List): string => none;
const betweenOf = ({ between = ', ' }: List): string => between;

function wordsOf(slot: SentenceSlot): readonly string[] {
  if ('pattern' in slot) return [];
  return isList(slot) ? [...itemsIn(slot, 'full'), ...itemsIn(slot, 'short'), noneOf(slot)] : slot;
}

function escaped(text: string): string {
  return text.replaceAll(/[.?+*()[\]{}|^$\\]/g, String.raw`\$&`);
}
