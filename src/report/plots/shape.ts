/** An SVG element as data: the page makes elements of it, and a file its text. */
export interface Shape {
  readonly tag: string;
  readonly attributes: Readonly<Record<string, string | number>>;
  readonly children: readonly (Shape | string)[];
}

export function shape(
  tag: string,
  attributes: Readonly<Record<string, string | number | undefined>> = {},
  ...children: readonly (Shape | string)[]
): Shape {
  const known = Object.entries(attributes).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, typeof value === 'number' ? round(value) : value] as const],
  );
  return { tag, attributes: Object.fromEntries(known), children };
}

/** Words at a place. */
export function words(
  x: number,
  y: number,
  text: string,
  attributes: Readonly<Record<string, string | number | undefined>> = {},
): Shape {
  return shape('text', { x, y, ...attributes }, text);
}

/** The path through points; null begins it anew. */
export function pathOf(points: readonly (readonly [x: number, y: number] | null)[]): string {
  return points
    .map((point, i) => (point === null ? '' : `${points[i - 1] ? 'L' : 'M'}${round(point[0])} ${round(point[1])}`))
    .join('');
}

/** The text of a shape. Texts are escaped: nothing that an agent or a world wrote is ever read as markup. */
export function svgText({ tag, attributes, children }: Shape): string {
  const written = Object.entries(attributes).map(([name, value]) => ` ${name}="${escaped(String(value))}"`);
  const inner = children.map(child => (typeof child === 'string' ? escaped(child) : svgText(child)));
  return `<${tag}${written.join('')}>${inner.join('')}</${tag}>`;
}

function escaped(text: string): string {
  return (
    text
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      // XML has no way to write these.
      // oxlint-disable-next-line no-control-regex
      .replaceAll(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g, '\uFFFD')
  );
}

function round(value: number): number {
  return Math.round(100 * value) / 100;
}

/** As much of a text as fits, at about so many pixels a letter. */
export function fitting(text: string, width: number, letter = 6.2): string {
  const most = Math.max(3, Math.floor(width / letter));
  const letters = [...text];
  return letters.length <= most ? text : `${letters.slice(0, most - 1).join('')}…`;
}

/** A text in lines that fit, broken between words. */
export function linesOf(text: string, width: number, letter = 6): string[] {
  const most = Math.max(10, Math.floor(width / letter));
  const lines: string[] = [];
  for (const word of text.split(' ').filter(Boolean)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= most) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
