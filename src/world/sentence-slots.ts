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

/** The values of slots, by name. */
export type Values = Readonly<Record<string, string>>;

type Slots = Readonly<Record<string, SentenceSlot>>;

/**
 * One form of a sentence: reads the values of its slots (of lists the items with blanks between them), and writes a
 * text with them.
 */
export interface Side {
  read(text: string): Values | undefined;
  /** Undefined where a value is missing. */
  write(values: Values): string | undefined;
}

/** A slot in a template. */
export const slotPattern = /\{(\w+)\}/g;

export function slotsIn(template: string): string[] {
  return [...template.matchAll(slotPattern)].map(([, slot]) => slot!);
}

/** One form of a sentence, from its template. */
export function side(template: string, slots: Slots, form: 'full' | 'short'): Side {
  const names = slotsIn(template);
  const readers = names.map(name => itemReader(slots[name]!, slots, form));
  const pattern = new RegExp(
    `^${template
      .split(slotPattern)
      .map((part, i) => (i % 2 === 0 ? escaped(part) : `(?<slot${i >> 1}>${patternOf(slots[part]!, slots, form)})`))
      .join('')}$`,
  );
  return {
    read(text) {
      const match = pattern.exec(text);
      // By name: patterns of the author's own may have groups too.
      return match
        ? Object.fromEntries(names.map((name, i) => [name, readers[i]!(match.groups![`slot${i}`]!)]))
        : undefined;
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

function patternOf(slot: SentenceSlot, slots: Slots, form: 'full' | 'short'): string {
  if ('pattern' in slot) return slot.pattern;
  if (!isList(slot)) return alternatives(slot);
  const item = `(?:${alternatives(itemsIn(slot, form))})${besidePattern(slot, slots, form)}`;
  return `${escaped(noneOf(slot))}|${item}(?:${form === 'full' ? escaped(betweenOf(slot)) : ' '}${item})*`;
}

/** What stands behind each item of a list. */
function besidePattern({ beside }: List, slots: Slots, form: 'full' | 'short'): string {
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
function itemReader(slot: SentenceSlot, slots: Slots, form: 'full' | 'short'): (text: string) => string {
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

/** Every word that may stand in a slot, in both forms, as far as they are listed. */
export function wordsOf(slot: SentenceSlot): readonly string[] {
  if ('pattern' in slot) return [];
  return isList(slot) ? [...itemsIn(slot, 'full'), ...itemsIn(slot, 'short'), noneOf(slot)] : slot;
}

function escaped(text: string): string {
  return text.replaceAll(/[.?+*()[\]{}|^$\\]/g, String.raw`\$&`);
}
