import { ClewError } from '../errors.ts';
import type { Codec } from './codec.ts';
import { type SentenceSlot, type Side, side, slotPattern, slotsIn, type Values, wordsOf } from './sentence-slots.ts';

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

/** A sentence in both forms. */
interface Sentence {
  readonly full: Side;
  readonly short: Side;
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
