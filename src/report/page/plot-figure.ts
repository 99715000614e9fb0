import { toldAt } from '../plots/curves.ts';
import { drawPlot, type Drawing } from '../plots/draw.ts';
import type { Line, LinePlot, Plot } from '../plots/plot.ts';
import { shape, type Shape } from '../plots/shape.ts';
import { element } from './element.ts';
import { saveButtons } from './save-plot.ts';

/**
 * A plot in the page, with buttons that save it. It is as wide as its place, and has the colours of the page. Lines
 * tell the values under the pointer in words.
 */
export function plotFigure(plot: Plot): HTMLElement {
  const drawn = element('div', { class: 'drawn' });
  const told = plot.kind === 'lines' ? element('p', { class: 'told', 'aria-live': 'off' }, toldAt(plot, null)) : null;
  redrawIn(drawn, width => {
    const drawing = drawPlot(plot, { width, paint: property => `var(${property})` });
    const svg = svgOf(drawing, width, plot.title);
    if (plot.kind === 'lines' && told) tellUnderPointer(svg, drawing, plot, told);
    return svg;
  });
  return element(
    'figure',
    { class: `chart ${plot.kind}` },
    plotCaption(plot),
    drawn,
    plot.kind === 'lines' && plot.legend && plot.lines.length > 1 ? legendOf(plot.lines) : null,
    told,
  );
}

/** What stands above a plot: its title, buttons, and what is drawn. */
export function plotCaption(plot: Plot, title: Node | string = plot.title): HTMLElement {
  return element(
    'figcaption',
    {},
    element('strong', {}, title),
    saveButtons(plot),
    plot.note === '' ? null : element('span', { class: 'note', title: plot.note }, plot.note),
  );
}

export function legendOf(lines: readonly Pick<Line, 'name' | 'colour'>[]): HTMLElement {
  return element(
    'ul',
    { class: 'legend' },
    ...lines.map(({ name, colour: property }) =>
      element('li', {}, element('i', { style: `background:var(${property})` }), name),
    ),
  );
}

/** Draws once the place has a width, and anew when that changes. */
function redrawIn(place: HTMLElement, draw: (width: number) => SVGElement): void {
  let before = 0;
  new ResizeObserver(() => {
    const width = Math.floor(place.clientWidth);
    if (width === 0 || width === before) return;
    before = width;
    place.replaceChildren(draw(width));
  }).observe(place);
}

function svgOf({ height, shapes }: Drawing, width: number, title: string): SVGElement {
  return svgElement(
    shape('svg', { width, height, viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': title }, ...shapes),
  );
}

function svgElement({ tag, attributes, children }: Shape): SVGElement {
  const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  for (const child of children) made.append(typeof child === 'string' ? child : svgElement(child));
  return made;
}

/** A line at the iteration that the pointer is nearest to, and its values in words. */
function tellUnderPointer(svg: SVGElement, { across = [], area }: Drawing, plot: LinePlot, told: HTMLElement): void {
  const line = svgElement(shape('line', { class: 'at', y1: area!.top, y2: area!.bottom }));
  svg.append(line);
  svg.addEventListener('pointermove', event => {
    const { left } = svg.getBoundingClientRect();
    const x = event.clientX - left;
    const at = across.reduce((best, place, i) => (Math.abs(place - x) < Math.abs(across[best]! - x) ? i : best), 0);
    told.textContent = toldAt(plot, at);
    for (const name of ['x1', 'x2']) line.setAttribute(name, String(across[at]));
    line.style.visibility = 'visible';
  });
  svg.addEventListener('pointerleave', () => {
    told.textContent = toldAt(plot, null);
    line.style.visibility = 'hidden';
  });
}
