/** Trimmed, in lower case, every run of white space one space: what two texts share that say the same. */
export function plainText(text: string): string {
  return text.trim().replaceAll(/\s+/g, ' ').toLowerCase();
}

/**
 * What all spellings of one command share: `plainText` without final full stops and exclamation marks. `Open  Drawer 1
 * .` is
 * `open drawer 1`. Worlds read commands by it first, and then without articles.
 */
export function normaliseCommand(command: string): string {
  return plainText(command).replace(/[ .!]+$/, '');
}

/** A normalised text without `the`, `a` and `an` before other words. */
export function withoutArticles(text: string): string {
  return text.replaceAll(/(?<=^| )(?:the|an?) (?=\S)/g, '');
}

/**
 * What a command is counted as: worlds take `Take the key.` and `take key` for one command, so metrics and rewards do
 * too.
 */
export function commandIdentity(command: string): string {
  return withoutArticles(normaliseCommand(command));
}

/**
 * Whether a plain text says a plain part as whole words, in whatever script: `mug 1` is not in `mug 12`. Parts may begin
 * or end with marks.
 */
export function saysWhole(text: string, part: string): boolean {
  const isWord = (letter = ''): boolean => /[\p{L}\p{N}_]/u.test(letter);
  const joined = (at: number): boolean => isWord(text[at - 1]) && isWord(text[at]);
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1))
    if (!joined(at) && !joined(at + part.length)) return true;
  return false;
}
