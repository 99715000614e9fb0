import { existsSync } from 'node:fs';
import { basename, extname, resolve } from 'node:path';
import { type Document, isCollection, isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml';
import { ClewError, UsageError } from '../errors.ts';
import { readText } from '../read-file.ts';
import { importFile } from './import-file.ts';

/** What a file of settings says, and where it says it. */
export interface SettingsFile {
  readonly value: unknown;
  /**
   * `recipe.yaml, line 3` for the setting at a path, or for a key within it; the name alone where lines are not known.
   */
  at(path: readonly PropertyKey[], key?: string): string;
}

/**
 * Reads a YAML, JSON, TypeScript or JavaScript file of settings; a module exports them by default.
 * @param hints what to say to someone whose file is not there, and what a module should read like.
 * @throws UsageError when there is no such file, ClewError when it cannot be read.
 */
export async function readSettings(
  file: string,
  { missing, example }: { readonly missing: (file: string) => string; readonly example: string },
): Promise<SettingsFile> {
  if (!existsSync(file)) throw new UsageError(`There is no recipe ${file}. ${missing(file)}`);
  const name = basename(file);
  const kind = extname(file);
  if (['.ts', '.mts', '.js', '.mjs'].includes(kind)) {
    try {
      const { default: value } = await importFile(resolve(file));
      // A module without a default export is read as an empty one.
      if (value === undefined || (typeof value === 'object' && value !== null && Object.keys(value).length === 0))
        throw new ClewError(`${name} exports no recipe by default. It should read: export default ${example}`);
      return { value, at: () => name };
    } catch (error) {
      if (error instanceof ClewError) throw error;
      throw new ClewError(`${name} does not load: ${(error as Error).message.split('\n')[0]}`);
    }
  }
  if (!['.yaml', '.yml', '.json'].includes(kind))
    throw new UsageError(
      `${name} is no recipe by its name: a recipe is a .yaml, .yml, .json, .ts, .mts, .js or .mjs file.`,
    );
  return yamlSettings(readText(file), name);
}

function yamlSettings(text: string, name: string): SettingsFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [error] = document.errors;
  if (error) throw new ClewError(`${name}, line ${lines.linePos(error.pos[0]).line}: ${error.message}.`);
  return {
    value: (document.toJS() as unknown) ?? {},
    at(path, key) {
      const offset = offsetOf(document, key === undefined ? path : [...path, key]);
      return offset === undefined ? name : `${name}, line ${lines.linePos(offset).line}`;
    },
  };
}

/** Where a setting begins, or what is nearest above it; a setting in a map begins at its key. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number | undefined {
  let node: unknown = document.contents;
  let offset: number | undefined;
  for (const step of path) {
    const key = isMap(node) ? node.items.find(pair => isScalar(pair.key) && pair.key.value === step)?.key : undefined;
    node = isCollection(node) ? node.get(step, true) : undefined;
    const begins = isNode(key) ? key : node;
    if (!isNode(begins) || !begins.range) return offset;
    offset = begins.range[0];
  }
  return offset;
}
