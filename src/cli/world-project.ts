import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageRoot } from './package-root.ts';

interface Manifest {
  readonly version: string;
  readonly engines: { readonly node: string };
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

/**
 * The files beside a new world: how it is type-checked and, where it is a project of its own, what npm, pnpm and yarn
 * need. Otherwise its folder is a part of the project around it, which has Clew already.
 */
export function projectFiles(name: string, project: boolean): Readonly<Record<string, string>> {
  const own = {
    'package.json': manifest(name),
    'pnpm-workspace.yaml': pnpm,
    // Yarn's own way of keeping packages has no folders, and files in TypeScript are not found in it.
    '.yarnrc.yml': 'nodeLinker: node-modules\n',
    '.gitignore': 'node_modules\n.yarn\n*.sqlite\n',
  };
  return { ...(project ? own : {}), 'tsconfig.json': json(typescript) };
}

/** Whether this folder, or one around it, has a package.json. */
export function inProject(): boolean {
  for (let folder = path.resolve('.'); ; folder = path.dirname(folder)) {
    if (existsSync(path.join(folder, 'package.json'))) return true;
    if (folder === path.dirname(folder)) return false;
  }
}

function manifest(name: string): string {
  const own = JSON.parse(readFileSync(new URL('package.json', packageRoot), 'utf8')) as Manifest;
  return json({
    name,
    version: '0.0.0',
    private: true,
    type: 'module',
    engines: own.engines,
    scripts: { check: 'clew check ./world.ts', play: 'clew play ./world.ts', test: 'vitest run', types: 'tsc' },
    dependencies: {
      clew: sourceOfClew(path.resolve(name), fileURLToPath(packageRoot), own.version),
      xstate: own.peerDependencies['xstate'],
      zod: own.peerDependencies['zod'],
    },
    devDependencies: Object.fromEntries(
      ['@types/node', 'typescript', 'vitest'].map(tool => [tool, own.devDependencies[tool]]),
    ),
    exports: './world.ts',
    // Which packages may run a script while they are installed, in the words of npm and of yarn; pnpm has a file for it.
    allowScripts: { 'better-sqlite3': true, esbuild: false },
    dependenciesMeta: { 'better-sqlite3': { built: true } },
  });
}

/**
 * Where the project in `folder` gets the Clew from whose package is in `root`: this very folder for a checkout, the same
 * place that the project around an installed one names (a packed file, a repository), and otherwise the registry.
 */
export function sourceOfClew(folder: string, root: string, version: string): string {
  const at = (place: string): string => `file:${path.relative(folder, place).split(path.sep).join('/')}`;
  const parts = path.resolve(root).split(path.sep);
  const installed = parts.indexOf('node_modules');
  if (installed < 0) return at(root);
  const around = parts.slice(0, installed).join(path.sep) || path.sep;
  const asked = askedFor(path.join(around, 'package.json'));
  const local = /^(?:file:|link:|portal:)?((?:\.{0,2}|~|[a-z]:)[/\\].*|.*\.tgz)$/i.exec(asked)?.[1];
  if (asked.includes('://')) return asked;
  return local === undefined ? `^${version}` : at(path.resolve(around, local));
}

/** What a project says of where it has Clew from; empty where it says nothing. */
function askedFor(manifestFile: string): string {
  if (!existsSync(manifestFile)) return '';
  const { dependencies, devDependencies } = JSON.parse(readFileSync(manifestFile, 'utf8')) as Partial<Manifest>;
  return dependencies?.['clew'] ?? devDependencies?.['clew'] ?? '';
}

/** pnpm runs no script of a package that is not named here. Version 10 reads the list, and later ones the table. */
const pnpm = `packages:
  - .
allowBuilds:
  better-sqlite3: true
  esbuild: false
onlyBuiltDependencies:
  - better-sqlite3
`;

const typescript = {
  compilerOptions: {
    target: 'ES2022',
    module: 'NodeNext',
    types: ['node'],
    strict: true,
    noUncheckedIndexedAccess: true,
    allowImportingTsExtensions: true,
    skipLibCheck: true,
    noEmit: true,
  },
  include: ['*.ts'],
};

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
