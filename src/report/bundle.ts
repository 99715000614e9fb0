import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { PageCode } from './page-code.ts';

/**
 * Bundles the modules of a page into one script, and its `style.css` behind that of uPlot. For the build and the tests: rolldown is
 * not there where Clew is only installed.
 * @param folder with a `main.ts`, and a `style.css` unless it looks as the report does.
 */
export async function bundlePage(folder: URL): Promise<PageCode> {
  const { rolldown } = await import('rolldown');
  const bundle = await rolldown({ input: fileURLToPath(new URL('main.ts', folder)), platform: 'browser', onwarn(warning) { throw new Error(warning.message); } });
  try {
    const { output } = await bundle.generate({ format: 'iife', minify: true, comments: { legal: true } });
    const uplot = createRequire(import.meta.url).resolve('uplot/dist/uPlot.min.css');
    return { script: output[0].code, style: `${readFileSync(uplot, 'utf8')}\n${readFileSync(new URL('style.css', folder), 'utf8')}` };
  } finally {
    await bundle.close();
  }
}
