/** What the sentences of ALFWorld's rooms say, for whoever reads them: the experts, the notes and the codec. */

/** The names in an English list: `a mug 1, a pen 2, and a cd 1`; none for `nothing`. */
export function readList(text: string): string[] {
  return text
    .split(/,\s*(?:and\s+)?|\s+and\s+/)
    .map(item => item.trim().replace(/^(?:an?|the)\s+/, ''))
    .filter(item => /^\w[\w ]*\d$/.test(item));
}

/** What `Your task is to: …` says, without the full stop; undefined where no such line stands. */
export function taskIn(text: string): string | undefined {
  return /Your task is to: ([^\n]+?)\.?\s*$/m.exec(text)?.[1];
}

/** The receptacles that an initial observation names. */
export function roomIn(text: string): string[] {
  return readList(/you see (.+?)\.\s*$/m.exec(text)?.[1] ?? '');
}

/**
 * What was seen in a receptacle, wherever it stands in a text: `On the R, you see …`, `The R is open. In it, you see
 * …`.
 */
export function contentsIn(text: string): { receptacle: string; things: string[]; open: boolean } | undefined {
  const match = /\b(?:On the|The) ([a-z]+ \d+)( is open\. In it)?, you see (.+?)\.$/.exec(text);
  return match ? { receptacle: match[1]!, things: readList(match[3]!), open: match[2] !== undefined } : undefined;
}

/** The receptacle that a text says is shut. */
export function shutIn(text: string): string | undefined {
  return (/\bThe ([a-z]+ \d+) is closed\.$/.exec(text) ?? /^You close the ([a-z]+ \d+)\.$/.exec(text))?.[1];
}

/**
 * A place among those of its kind in a room: `cabinet 2 of 4`, `cabinet 4 of 4, the last`. Numbers run from 1, so that
 * the next one is known; that there is none is said, because small models do not tell by themselves that 4 is 4.
 */
export function placeAmong(name: string, places: Iterable<string>): string {
  const kind = kindOf(name);
  const all = [...places].filter(each => kindOf(each) === kind).length;
  return `${name} of ${all}${name === `${kind} ${all}` ? ', the last' : ''}`;
}

/** `mug` of `mug 2`. */
export function kindOf(name: string): string {
  return name.replace(/ \d+$/, '');
}

/** How a thing is called after a verb was done to it: `hot` after `heat`. */
export const becomes: Readonly<Record<string, 'clean' | 'hot' | 'cool'>> = {
  clean: 'clean',
  heat: 'hot',
  cool: 'cool',
};
