import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, extname, join, resolve } from 'node:path';
import { z } from 'zod';
import { UsageError } from '../errors.ts';
import { nearest } from '../nearest.ts';
import { clip } from '../world/tasks.ts';

const extensions = ['.ts', '.mts', '.js', '.mjs'];
const usualFiles = ['world', 'index'].flatMap(name => extensions.map(extension => name + extension));

/** What of a package.json says where its code begins. */
const manifest = z.object({
  exports: z.unknown().optional(),
  module: z.string().optional(),
  main: z.string().optional(),
});

/**
 * The file of a world: a file, a folder (its package.json says which file, else `world.ts` or `index.ts`), or a package
 * that is installed here, `my-pkg`, `@me/my-pkg` or `my-pkg/hard`.
 *
 * @param shipped names of the worlds that ship, for the sentence that says what there is
 * @throws UsageError where there is none
 */
export function findWorldFile(nameOrPath: string, shipped: readonly string[]): string {
  if (nameOrPath.startsWith('policy:'))
    throw new UsageError(
      `${clip(nameOrPath)} is a policy and no world. It plays one: clew eval WORLD --agent ${clip(nameOrPath)} --split seen`,
    );
  const path = resolve(nameOrPath);
  if (existsSync(path)) {
    if (statSync(path).isDirectory()) return fileOfFolder(path, '.', nameOrPath);
    if (extensions.includes(extname(path))) return path;
    throw new UsageError(
      `${clip(nameOrPath)} cannot be a world. A world is a .ts, .mts, .js or .mjs file that exports one by default.`,
    );
  }
  const installed = folderOfPackage(nameOrPath);
  if (installed) return fileOfFolder(installed.folder, installed.entry, nameOrPath);
  const meant = nearest(nameOrPath.replace(/^\.\//, ''), [...shipped, ...foldersOfWorlds()]);
  const question = meant === undefined ? '' : ` Did you mean ${shipped.includes(meant) ? meant : `./${meant}`}?`;
  throw new UsageError(
    /^[./~]|[\\.]/.test(nameOrPath)
      ? `There is no world file "${clip(nameOrPath)}".${question} A world is a .ts, .mts, .js or .mjs file that exports one by ` +
          `default, or a folder with a world.ts.`
      : `There is no world "${clip(nameOrPath)}".${question} Shipped worlds: ${shipped.join(', ')}; or give the path of a file ` +
          `such as ./my-world.ts, of a folder, or the name of a package that is installed here.`,
  );
}

/** Folders of this one that hold a world. */
function foldersOfWorlds(): string[] {
  return readdirSync('.', { withFileTypes: true })
    .filter(entry => entry.isDirectory() && existsSync(join(entry.name, 'world.ts')))
    .map(({ name }) => name);
}

/** Where a package lies that files in this folder could import, and which of its entries is meant. */
function folderOfPackage(name: string): { folder: string; entry: string } | undefined {
  const [, own, rest] = /^((?:@[\w.-]+\/)?[\w-][\w.-]*)(\/[\w./-]+)?$/.exec(name) ?? [];
  if (own === undefined) return undefined;
  for (let folder = resolve('.'); ; folder = dirname(folder)) {
    const found = join(folder, 'node_modules', own);
    if (existsSync(join(found, 'package.json'))) return { folder: found, entry: `.${rest ?? ''}` };
    if (folder === dirname(folder)) return undefined;
  }
}

/** What every folder of a published model or of an adapter has, and no world. */
const modelFiles = ['tokenizer.json', 'adapter_config.json'];

function fileOfFolder(folder: string, entry: string, shown: string): string {
  if (entry === '.' && modelFiles.some(file => existsSync(join(folder, file))))
    throw new UsageError(
      `${clip(shown)} is a published model and no world. It plays one: clew eval WORLD --agent policy:${clip(shown)} ` +
        `--split seen`,
    );
  const told = entryOf(join(folder, 'package.json'), entry);
  const named = told ?? (entry === '.' ? undefined : entry);
  const candidates = named === undefined ? usualFiles : ['', ...extensions].map(extension => named + extension);
  const found = candidates
    .map(file => join(folder, file))
    .find(file => existsSync(file) && statSync(file).isFile() && extensions.includes(extname(file)));
  if (found !== undefined) return found;
  throw new UsageError(
    named === undefined
      ? `The folder ${clip(shown)} has no world: no package.json that says where it is (\`exports\`), and no ` +
          `world.ts or index.ts.`
      : `${clip(shown)} has no world: its package.json names ${named}, which is no .ts, .mts, .js or .mjs file there.`,
  );
}

/** The file that a package.json names for an entry (`.`, `./hard`); undefined where it names none. */
function entryOf(file: string, entry: string): string | undefined {
  if (!existsSync(file)) return undefined;
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    throw new UsageError(`${clip(file)} is no JSON.`);
  }
  const parsed = manifest.safeParse(json);
  if (!parsed.success) return undefined;
  const { exports, module, main } = parsed.data;
  const entries = typeof exports === 'object' && exports !== null ? (exports as Readonly<Record<string, unknown>>) : {};
  const target = Object.keys(entries).some(key => key.startsWith('.'))
    ? entries[entry]
    : entry === '.'
      ? exports
      : undefined;
  return condition(target) ?? (entry === '.' ? (module ?? main) : undefined);
}

/** The file behind conditions such as `{ "types": …, "import": … }`, in the order in which Node asks them. */
function condition(target: unknown): string | undefined {
  if (typeof target === 'string') return target;
  if (typeof target !== 'object' || target === null) return undefined;
  for (const [name, inner] of Object.entries(target))
    if (name === 'import' || name === 'node' || name === 'default') {
      const found = condition(inner);
      if (found !== undefined) return found;
    }
  return undefined;
}
