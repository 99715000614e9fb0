import { existsSync } from 'node:fs';

/** The folder of clew's own package.json, from the sources and from the build alike. */
export const packageRoot: URL = (() => {
  let folder = new URL('./', import.meta.url);
  while (!existsSync(new URL('package.json', folder))) folder = new URL('../', folder);
  return folder;
})();
