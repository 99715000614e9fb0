import type { Shape } from './shape.ts';

/** Where and how something is drawn. */
export interface Canvas {
  /** In pixels. */
  readonly width: number;
  /** A colour of the palette as an SVG attribute takes it: `var(--ink)` in the page, `#1d2126` in a file. */
  readonly paint: (property: string) => string;
}

export interface Drawing {
  readonly height: number;
  readonly shapes: readonly Shape[];
  /** Of lines over iterations: where each is across, and how high they are. */
  readonly across?: readonly number[];
  readonly area?: { readonly top: number; readonly bottom: number };
}

/** Small type, of axes and legends. */
export const smallType = { 'font-size': 11 } as const;
