/**
 * Packs Clew, installs it into an empty project, and uses it there as a stranger would. `--node 22` does it with that
 * Node (from the npm package `node`); `--manager pnpm@10` (or several of them) also installs what `clew new --project`
 * makes with that package manager; `--keep` leaves the project. Needs the npm registry, and a build in `dist`.
 */
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { faultsOf, folderTable, type Packed } from './package-contents.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values: options } = parseArgs({
  options: {
    node: { type: 'string' },
    manager: { type: 'string', multiple: true, default: [] },
    keep: { type: 'boolean' },
  },
});
const { devDependencies } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
  devDependencies: Record<string, string>;
};

class Failed extends Error {}

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** What this script's own npm tells its children would reach the project's npm. */
const ownEnv = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));

function run(command: readonly string[], cwd: string, { env = ownEnv, input = '' } = {}): Ran {
  const [program, ...args] = command as [string, ...string[]];
  const ran = spawnSync(program, args, { cwd, env, input, encoding: 'utf8', maxBuffer: 1 << 28 });
  if (ran.error) throw new Failed(`${command.join(' ')} cannot be run: ${ran.error.message}`);
  return { code: ran.status, out: ran.stdout, err: ran.stderr };
}

function must(what: string, { code, out, err }: Ran, expected: { code?: number; text?: RegExp } = {}): void {
  const wanted = expected.code ?? 0;
  if (code !== wanted) throw new Failed(`${what} ended with ${code} instead of ${wanted}:\n${out}\n${err}`);
  if (expected.text && !expected.text.test(out + err))
    throw new Failed(`${what} did not say ${String(expected.text)}:\n${out}\n${err}`);
  process.stdout.write(`  ok  ${what}\n`);
}

const npmCli =
  process.env['npm_execpath'] ?? path.join(run(['npm', 'root', '-g'], root).out.trim(), 'npm/bin/npm-cli.js');

function pack(into: string): { packed: Packed; tarball: string } {
  const ran = run([process.execPath, npmCli, 'pack', '--json', '--ignore-scripts', '--pack-destination', into], root);
  if (ran.code !== 0) throw new Failed(`npm pack failed:\n${ran.err}`);
  const [packed] = JSON.parse(ran.out) as [Packed];
  process.stdout.write(
    `${packed.filename}: ${(packed.size / 1e6).toFixed(2)} MB packed, ${(packed.unpackedSize / 1e6).toFixed(2)} MB, ` +
      `${packed.files.length} files\n${folderTable(packed.files)}\n`,
  );
  const faults = faultsOf(packed);
  if (faults.length > 0) throw new Failed(faults.join('\n'));
  return { packed, tarball: path.join(into, packed.filename) };
}

/** The Node to check with, and the environment in which it is the one on the PATH. */
function chooseNode(version: string | undefined, folder: string): { node: string; env: NodeJS.ProcessEnv } {
  if (version === undefined) return { node: process.execPath, env: ownEnv };
  mkdirSync(folder);
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ private: true, allowScripts: { node: true } }));
  const ran = run([process.execPath, npmCli, 'install', `node@${version}`], folder);
  const node = path.join(folder, 'node_modules/node/bin/node');
  if (ran.code !== 0 || !existsSync(node)) throw new Failed(`Node ${version} cannot be installed:\n${ran.err}`);
  // better-sqlite3 may have to be compiled, against this Node's headers; they come in the same package.
  const platform = path.join(folder, 'node_modules/node/node_modules');
  const home = [platform, path.join(folder, 'node_modules')]
    .filter(place => existsSync(place))
    .flatMap(place => readdirSync(place).map(name => path.join(place, name)))
    .find(place => existsSync(path.join(place, 'include/node/node.h')));
  const PATH = [path.dirname(node), process.env['PATH']].join(path.delimiter);
  return { node, env: { ...ownEnv, PATH, ...(home && { npm_config_nodedir: home }) } };
}

const tsconfig = {
  compilerOptions: {
    target: 'ES2022',
    module: 'NodeNext',
    strict: true,
    skipLibCheck: false,
    noEmit: true,
    types: ['node'],
  },
  include: ['*.ts'],
};

function checkInProject(folder: string, tarball: string, node: string, env: NodeJS.ProcessEnv): void {
  const npm = (...args: string[]) =>
    run([node, npmCli, ...args, '--no-fund', '--no-audit', '--loglevel=warn'], folder, { env });
  const clew = (args: string, input = '') =>
    run([node, path.join(folder, 'node_modules/clew/bin/clew.js'), ...args.split(' ')], folder, { env, input });
  writeFileSync(
    path.join(folder, 'package.json'),
    JSON.stringify({
      private: true,
      type: 'module',
      allowScripts: { 'better-sqlite3': true, 'onnxruntime-node': false, esbuild: false },
    }),
  );

  const installed = npm('install', tarball);
  must('npm install of the package, with its peers', installed);
  if (/Unknown .* config|allowScripts|install-scripts/.test(installed.err))
    throw new Failed(`npm install warns of our making:\n${installed.err}`);
  for (const peer of ['xstate', 'zod'])
    if (existsSync(path.join(folder, 'node_modules/clew/node_modules', peer)))
      throw new Failed(`There is a second copy of ${peer} inside clew.`);

  must('clew new', clew('new my-world'));
  must('clew check', clew('check ./my-world/world.ts --tasks 50'));
  must('clew play', clew('play ./my-world/world.ts', 'hint\nquit\n'));
  must('clew eval', clew('eval household --panel seen --tasks 2 --agent random'), { text: /seen/ });
  must('quickstart without an engine says what to install', clew('quickstart --minutes 1'), {
    code: 1,
    text: /^clew: A policy needs an engine.*npm install onnxruntime-node/m,
  });

  const tools = ['onnxruntime-node', 'typescript', 'vitest', '@types/node'];
  must(
    'npm install of an engine and of the tools of a project',
    npm('install', '--save-dev', ...tools.map(name => `${name}@${devDependencies[name]!}`)),
  );
  must('clew quickstart', clew('quickstart --minutes 1'), { text: /onnxruntime-node/ });

  copyFileSync(path.join(root, 'scripts/package-use.ts'), path.join(folder, 'use.ts'));
  writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify(tsconfig));
  const tsc = path.join(folder, 'node_modules/typescript/bin/tsc');
  must('a type-check of a program, libraries included', run([node, tsc, '-p', '.'], folder, { env }));
  must(
    'a type-check of the new world, libraries included',
    run([node, tsc, '-p', 'my-world', '--skipLibCheck', 'false'], folder, { env }),
  );
  must(
    'the test of the new world',
    run([node, path.join(folder, 'node_modules/vitest/vitest.mjs'), 'run', '--root', 'my-world'], folder, { env }),
  );
  must('the compiled program', runTypeScript(node, folder, env), { text: /the library works/ });
}

/**
 * A project of its own, as `clew new --project` makes it, installed and used with a package manager: `pnpm@10`,
 * `yarn@1`, `@yarnpkg/cli-dist@4`. Its Clew comes from the packed file, as that of the project around it does.
 */
function checkWithManager(folder: string, manager: string, node: string, env: NodeJS.ProcessEnv): void {
  const name = manager.replaceAll(/[^a-z0-9]+/g, '-').replace(/^-/, '');
  const clew = path.join(folder, 'node_modules/clew/bin/clew.js');
  must(`clew new ${name} --project`, run([node, clew, 'new', name, '--project'], folder, { env }));
  const own = path.join(folder, name);
  const npx = path.join(path.dirname(npmCli), 'npx-cli.js');
  const managed = (...args: string[]) => run([node, npx, '--yes', manager, ...args], own, { env });
  process.stdout.write(`${manager}: ${managed('--version').out.trim()}\n`);
  must(`${manager} install`, managed('install'));
  for (const script of ['check', 'test', 'types']) must(`${manager} run ${script}`, managed('run', script));
  // A database needs better-sqlite3, which is compiled or fetched by a script that managers do not run unasked.
  const rollout = 'rollout ./world.ts --agent expert --split train --tasks 2 --db runs.db';
  must(
    'clew rollout into a database',
    run([node, 'node_modules/clew/bin/clew.js', ...rollout.split(' ')], own, { env }),
  );
}

/** Node 20 cannot read TypeScript: the program is compiled first. */
function runTypeScript(node: string, folder: string, env: NodeJS.ProcessEnv): Ran {
  const tsc = path.join(folder, 'node_modules/typescript/bin/tsc');
  const compiled = run([node, tsc, '-p', '.', '--noEmit', 'false', '--skipLibCheck'], folder, { env });
  return compiled.code === 0 ? run([node, 'use.js'], folder, { env }) : compiled;
}

const folder = mkdtempSync(path.join(os.tmpdir(), 'clew-package-'));
try {
  const { tarball } = pack(folder);
  const { node, env } = chooseNode(options.node, path.join(folder, 'node'));
  process.stdout.write(`Node ${run([node, '--version'], folder).out.trim()}\n`);
  const project = path.join(folder, 'project');
  mkdirSync(project);
  checkInProject(project, tarball, node, env);
  for (const manager of options.manager) checkWithManager(project, manager, node, env);
  process.stdout.write('The package works where it is installed.\n');
} catch (error) {
  if (!(error instanceof Failed)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
} finally {
  if (options.keep) process.stdout.write(`${folder}\n`);
  else rmSync(folder, { recursive: true, force: true });
}
