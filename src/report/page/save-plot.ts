import { plotFile } from '../plots/draw.ts';
import type { Plot } from '../plots/plot.ts';
import { element } from './element.ts';
import { colour } from './theme.ts';

/** Pixels of a PNG for one of its SVG: sharp in print and on dense screens. */
const density = 2;

/** Two buttons that save a plot, in the colours that the page has now. */
export function saveButtons(plot: Plot): HTMLElement {
  const place = element('span', { class: 'save' });
  const button = (kind: 'SVG' | 'PNG', file: (plot: Plot) => Blob | Promise<Blob>): HTMLElement =>
    element(
      'button',
      {
        type: 'button',
        'aria-label': `Save ${plot.title} as ${kind}`,
        title: `Save as ${kind}`,
        onclick: async () => {
          place.querySelector('.failed')?.remove();
          try {
            save(await file(plot), `${plot.name}.${kind.toLowerCase()}`);
          } catch (error) {
            const reason = error instanceof Error ? error.message : String(error);
            place.append(element('span', { class: 'failed', role: 'alert' }, reason));
          }
        },
      },
      kind,
    );
  place.append(button('SVG', svgBlob), button('PNG', pngBlob));
  return place;
}

function svgBlob(plot: Plot): Blob {
  return new Blob([plotFile(plot, colour).svg], { type: 'image/svg+xml' });
}

async function pngBlob(plot: Plot): Promise<Blob> {
  const { svg, width, height } = plotFile(plot, colour);
  const image = new Image(width * density, height * density);
  // The page lets images in that are data, and no others.
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = element('canvas', { width: width * density, height: height * density });
  canvas.getContext('2d')!.drawImage(image, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>(resolve => {
    canvas.toBlob(resolve, 'image/png');
  });
  if (!blob) throw new Error('This browser cannot make a PNG of it. Save the SVG instead.');
  return blob;
}

function save(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  element('a', { href: url, download: name }).click();
  // The download has to have begun.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
