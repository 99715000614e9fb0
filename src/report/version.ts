import { existsSync, readFileSync } from 'node:fs';

/** The version of Clew that runs, from its own package.json, in the sources and in the build alike. */
export function clewVersion(): string {
  let folder = new URL('./', import.meta.url);
  while (!existsSync(new URL('package.json', folder))) folder = new URL('../', folder);
  return (JSON.parse(readFileSync(new URL('package.json', folder), 'utf8')) as { version: string }).version;
}
