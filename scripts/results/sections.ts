/**
 * A page with its generated sections written anew: what stands between `<!-- NAME -->` and `<!-- end of NAME -->`.
 * @throws Error where the page has no such place.
 */
export function withSections(text: string, sections: Readonly<Record<string, string>>): string {
  for (const [name, section] of Object.entries(sections)) {
    const [begin, end] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`];
    const [from, to] = [text.indexOf(begin), text.indexOf(end)];
    if (from < 0 || to < from) throw new Error(`The page has no "${begin}" with "${end}" after it.`);
    text = `${text.slice(0, from + begin.length)}\n\n${section}\n\n${text.slice(to)}`;
  }
  return text;
}
