import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { paletteStyle } from './plots/palette.ts';

/** What a page runs and looks like: two texts, to be put into it or served beside it. */
export interface PageCode {
  readonly script: string;
  readonly style: string;
}

/**
 * Bundles the modules of a page into one script, and its style: `style.css`, or the colours and then the files of the
 * folder `style` in order. For the build and the tests: rolldown is not there where Clew is only installed.
 * @param folder with a `main.ts` and a style
 */
export async function bundlePage(folder: URL): Promise<PageCode> {
  const { rolldown } = await import('rolldown');
  const bundle = await rolldown({
    input: fileURLToPath(new URL('main.ts', folder)),
    platform: 'browser',
    onwarn(warning) {
      throw new Error(warning.message);
    },
  });
  try {
    const { output } = await bundle.generate({ format: 'iife', minify: true });
    return { script: output[0].code, style: styleOf(folder) };
  } finally {
    await bundle.close();
  }
}

function styleOf(folder: URL): string {
  const parts = new URL('style/', folder);
  if (!existsSync(parts)) return readFileSync(new URL('style.css', folder), 'utf8');
  const files = readdirSync(parts).toSorted();
  return [paletteStyle(), ...files.map(name => readFileSync(new URL(name, parts), 'utf8'))].join('');
}
