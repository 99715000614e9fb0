/** A level whose episodes were played with tags stripped: the level of the same tasks as they are, and what was stripped. */
export interface StrippedLevel {
  readonly of: string;
  readonly way: string;
}

const mark = ' tags stripped: ';

/** What tables call a level that was played with tags stripped. In a file without other code, because the page reads it too. */
export function nameOfStripped({ of, way }: StrippedLevel): string {
  return `${of}${mark}${way}`;
}

/** The reverse; undefined for a level that was played as it is. */
export function strippedLevel(name: string): StrippedLevel | undefined {
  const at = name.lastIndexOf(mark);
  return at < 0 ? undefined : { of: name.slice(0, at), way: name.slice(at + mark.length) };
}
