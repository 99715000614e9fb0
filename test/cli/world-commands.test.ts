import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { sourceOfClew } from '../../src/cli/world-project.ts';
import { clew } from './run-clew.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'clew-'));
});

/** One sentence for the user, and no stack. */
function sentence(err: string): string {
  expect(err).toMatch(/^clew: /);
  expect(err).not.toMatch(/^\s+at /m);
  return err;
}

const projectFiles = [
  '.gitignore',
  '.yarnrc.yml',
  'package.json',
  'pnpm-workspace.yaml',
  'tsconfig.json',
  'world.test.ts',
  'world.ts',
];

describe('clew new', () => {
  it('makes a world that passes the check and can be played, drawn and tested', () => {
    expect(clew(['new', 'my-world'], { cwd: folder })).toMatchObject({ code: 0 });
    const checked = clew(['check', './my-world/world.ts', '--tasks', '50', '--json'], { cwd: folder });
    expect(checked.code).toBe(0);
    expect(JSON.parse(checked.out)).toMatchObject([{ world: 'my-world', unsolvable: 0, wonAtStart: 0, problems: [] }]);
    expect(clew(['play', './my-world/world.ts'], { cwd: folder, input: 'hint\nquit\n' })).toMatchObject({ code: 0 });
    expect(clew(['graph', './my-world/world.ts'], { cwd: folder }).out).toContain('emptyHanded');
  });
  it('makes a project of its own outside of one, and a part of it inside', () => {
    const files = (at: string) => readdirSync(at).toSorted();
    expect(files(join(folder, 'my-world'))).toEqual(projectFiles);
    const own = JSON.parse(readFileSync(join(folder, 'my-world/package.json'), 'utf8'));
    expect(own).toMatchObject({ name: 'my-world', private: true, type: 'module' });
    expect(Object.keys(own.dependencies)).toEqual(['clew', 'xstate', 'zod']);
    // This Clew was not installed from a registry, so the project takes it from its folder.
    const { clew: source, ...others } = own.dependencies as Record<string, string>;
    expect(readFileSync(join(folder, 'my-world', source!.replace('file:', ''), 'package.json'), 'utf8')).toContain(
      '"name": "clew"',
    );
    for (const range of Object.values({ ...others, ...own.devDependencies })) expect(range).toMatch(/^[~^]\d/);
    const project = mkdtempSync(join(folder, 'project-'));
    writeFileSync(join(project, 'package.json'), '{}');
    expect(clew(['new', 'my-world'], { cwd: project }).out).toContain('Made my-world/ with world.ts, world.test.ts, ');
    expect(files(join(project, 'my-world'))).toEqual(['tsconfig.json', 'world.test.ts', 'world.ts']);
    expect(clew(['new', 'other', '--project'], { cwd: project }).out).toContain('npm install');
    expect(files(join(project, 'other'))).toEqual(projectFiles);
  });
  it('takes Clew from where the project around it has it: a registry, a packed file, a repository', () => {
    const around = mkdtempSync(join(folder, 'around-'));
    const sourceIn = (spec: string, root = 'node_modules/clew') => {
      writeFileSync(join(around, 'package.json'), JSON.stringify({ dependencies: { clew: spec } }));
      return sourceOfClew(join(around, 'worlds/house'), join(around, root), '1.2.3');
    };
    expect(sourceIn('^1.0.0')).toBe('^1.2.3');
    expect(sourceIn('file:../clew-1.2.3.tgz')).toBe('file:../../../clew-1.2.3.tgz');
    expect(sourceIn('./clew-1.2.3.tgz', 'node_modules/.pnpm/clew@1/node_modules/clew')).toBe(
      'file:../../clew-1.2.3.tgz',
    );
    expect(sourceIn(`file:${join(around, 'packed/clew.tgz')}`)).toBe('file:../../packed/clew.tgz');
    expect(sourceIn('link:../clew')).toBe('file:../../../clew');
    expect(sourceIn('git+https://example.org/clew.git#main')).toBe('git+https://example.org/clew.git#main');
    expect(sourceIn('^1.0.0', '../clew')).toBe('file:../../../clew');
    writeFileSync(join(around, 'package.json'), '{}');
    expect(sourceOfClew(join(around, 'house'), join(around, 'node_modules/clew'), '1.2.3')).toBe('^1.2.3');
  });
  it('never writes over what is there', () => {
    const again = clew(['new', 'my-world'], { cwd: folder });
    expect(again.code).toBe(1);
    expect(sentence(again.err)).toContain('already something called "my-world"');
  });
  it('explains a name that cannot be one', () => {
    const wrong = clew(['new', 'My World!'], { cwd: folder });
    expect(wrong.code).toBe(2);
    expect(sentence(wrong.err)).toContain('lower-case letters, digits and hyphens');
  });
});

describe('clew check', () => {
  it('reports one object a world, and exits with 0 when all are sound', () => {
    const { code, out } = clew(['check', 'locked-room', '--tasks', '40', '--json']);
    expect(code).toBe(0);
    const [report] = JSON.parse(out);
    expect(report).toMatchObject({
      world: 'locked-room',
      unsolvable: 0,
      wonAtStart: 0,
      problems: [],
      pathSteps: { min: 4, max: 4 },
    });
    expect(report.splits.train.categories).toHaveProperty('brass lock');
  });
  it('exits with 1 and names what is wrong with a bad world', () => {
    const { code, out } = clew(['check', 'test/world/fixtures/bad-world.ts', '--tasks', '30']);
    expect(code).toBe(1);
    for (const fault of [
      'unsolvable',
      'won at start',
      'dead end',
      'unreachable state',
      'unused command',
      'clock or actor',
      'wildcard',
      'missing category',
      'collision',
      'broken promise',
    ])
      expect(out).toContain(`${fault}: `);
  });
  it('lets pass what the author allows', () => {
    const { out } = clew(['check', 'test/world/fixtures/bad-world.ts', '--allow', 'dead end,collision', '--json']);
    const [{ problems, cautions }] = JSON.parse(out);
    expect(problems.map((problem: { kind: string }) => problem.kind)).not.toContain('collision');
    expect(cautions).toEqual([]);
  });
  it('takes a folder and a package that is installed', () => {
    const named = (world: string) => {
      const { out, err } = clew(['check', world, '--tasks', '2', '--json'], { cwd: folder });
      return err || JSON.parse(out)[0].world;
    };
    expect(named('./my-world')).toBe('my-world');
    const source = readFileSync(join(folder, 'my-world/world.ts'), 'utf8');
    const put = (at: string, manifest: object, file: string) => {
      mkdirSync(join(folder, at, 'lib'), { recursive: true });
      writeFileSync(join(folder, at, 'package.json'), JSON.stringify(manifest));
      writeFileSync(join(folder, at, file), source);
    };
    put(
      'node_modules/my-pkg',
      { type: 'module', exports: { '.': { types: './x.d.ts', import: './lib/a.ts' } } },
      'lib/a.ts',
    );
    put('node_modules/@me/pkg', { exports: { './hard': './lib/hard.ts' } }, 'lib/hard.ts');
    put('node_modules/old', { main: 'lib/gone.ts' }, 'index.ts');
    expect(named('my-pkg')).toBe('my-world');
    expect(named('@me/pkg/hard')).toBe('my-world');
    expect(named('old')).toContain('old has no world: its package.json names lib/gone.ts, which is no');
    mkdirSync(join(folder, 'empty'));
    for (const slip of ['my-wrold', './my-wold', 'myworld'])
      expect(sentence(clew(['check', slip], { cwd: folder }).err)).toContain('Did you mean ./my-world?');
    expect(named('./empty')).toContain('The folder ./empty has no world: no package.json');
  });
  it('tells the mistakes of a definition as sentences', () => {
    const source = readFileSync(join(folder, 'my-world/world.ts'), 'utf8');
    writeFileSync(
      join(folder, 'wrong.ts'),
      source.replace("'light the {lamp}'", "'light the {lmp}'").replace('success:', 'sucess:'),
    );
    const { code, err } = clew(['check', './wrong.ts'], { cwd: folder });
    expect(code).toBe(1);
    expect(sentence(err)).toContain('defineWorld knows no `sucess`; `success` was probably meant');
    writeFileSync(join(folder, 'wrong.ts'), source.replace("'light the {lamp}'", "'light the {lmp}'"));
    expect(sentence(clew(['check', './wrong.ts'], { cwd: folder }).err)).toContain('{lamp} was probably meant');
  });
  it.each([
    ['a slip', ['check', 'cookin'], 2, 'There is no world "cookin". Did you mean cooking? Shipped worlds: '],
    ['an unknown world', ['check', 'kitchen'], 2, 'There is no world "kitchen". Shipped worlds: '],
    ['a name that every object has', ['check', '__proto__'], 2, 'There is no world "__proto__". Shipped worlds: '],
    ['another such name', ['check', 'constructor'], 2, 'There is no world "constructor"'],
    ['a file that is not there', ['check', './no-such.ts'], 2, 'There is no world file "./no-such.ts"'],
    ['a file that is no world', ['check', './package.json'], 2, 'A world is a .ts, .mts, .js or .mjs file'],
    ['the same world twice', ['check', 'locked-room', 'locked-room'], 2, 'two of these have the same name'],
  ])('explains %s', (_, args, code, message) => {
    const run = clew(args);
    expect(run.code).toBe(code);
    expect(sentence(run.err)).toContain(message);
  });
  it('explains a file that does not load, with the place', () => {
    writeFileSync(join(folder, 'broken.ts'), 'export const x: = 3;\n');
    writeFileSync(join(folder, 'throws.ts'), 'throw new Error("no luck today");\n');
    writeFileSync(join(folder, 'empty.ts'), 'export const world = 1;\n');
    for (const [file, message] of [
      ['broken.ts', 'broken.ts:1:'],
      ['throws.ts', 'no luck today'],
      ['empty.ts', 'does not export a world by default'],
    ] as const) {
      const run = clew(['check', `./${file}`], { cwd: folder });
      expect(run.code).toBe(1);
      expect(sentence(run.err)).toContain(message);
    }
  });
  it('loads a file that imports what clew, xstate and zod export, as the same copies', () => {
    writeFileSync(
      join(folder, 'imports.ts'),
      `import household from 'clew/worlds/household';
       import { conformance } from 'clew/testing';
       import manifest from 'clew/package.json';
       import { check, ClewError } from 'clew';
       import { setup, StateMachine } from 'xstate';
       import { getShortestPaths } from 'xstate/graph';
       import { assign } from 'xstate/actions';
       import { z } from 'zod';
       import { z as v4 } from 'zod/v4';
       import * as mini from 'zod/mini';
       import german from 'zod/v4/locales/de.js';
       const wrong = {
         paths: typeof getShortestPaths, assign: typeof assign, mini: typeof mini.string, german: typeof german,
         conformance: typeof conformance, check: typeof check, version: typeof manifest.version,
       };
       for (const [name, kind] of Object.entries(wrong))
         if (kind !== (name === 'version' ? 'string' : 'function')) throw new Error(name + ' is ' + kind);
       if (z.ZodType !== v4.ZodType) throw new Error('two copies of zod');
       if (!(household.logic instanceof StateMachine)) throw new Error('two copies of xstate');
       try { household.task('nowhere'); } catch (error) {
         if (!(error instanceof ClewError)) throw new Error('two copies of clew');
       }
       export default household;\n`,
    );
    writeFileSync(join(folder, 'missing.ts'), "import 'clew/nowhere';\n");
    const fine = clew(['check', './imports.ts', '--tasks', '1'], { cwd: folder });
    expect(fine).toMatchObject({ code: 0, err: '' });
    expect(sentence(clew(['check', './missing.ts'], { cwd: folder }).err)).toContain('clew/nowhere');
  });
  it('explains an option that makes no sense', () => {
    const run = clew(['check', 'locked-room', '--tasks', 'many']);
    expect(run.code).toBe(2);
    expect(run.err).toContain('a whole number of at least 1');
  });
});

describe('clew play', () => {
  const play = (input: string, ...args: string[]) => clew(['play', 'locked-room', ...args], { input });

  it('plays to the end, with undo and hint', () => {
    // Whatever the task is, following the hints wins.
    let commands = '';
    let out = '';
    for (let i = 0; i < 10 && !out.includes('Done, in'); i++) {
      const hint = play(`${commands}hint\nquit\n`).out.trimEnd().split('\n').at(-4)!;
      commands += `${hint.split('   (')[0]}\n`;
      out = play(commands).out;
    }
    expect(out).toContain('You are free.\n\nDone, in 4 steps.');
    expect(play('search the rug\nundo\nundo\nquit\n').out).toMatch(
      /Undone\. You are back after 0 steps[^]*There is nothing to undo/,
    );
  });
  it('says whether a command is unknown or not possible now', () => {
    const { out, code } = play('dance\nleave the room\nquit\n');
    expect(code).toBe(0);
    expect(out).toContain('No command of this world reads like that');
    expect(out).toContain('not possible now');
  });
  it('lists what can be said', () => {
    const { out } = play('?\nquit\n');
    expect(out).toMatch(
      /Sentences of this world:\n {2}search the \{place\}\n[^]*Possible now:\n {2}search the chest\n/,
    );
    expect(out).toContain('save [FILE], load [FILE]');
  });
  it('saves a game and goes on with it, undo included', () => {
    const file = join(folder, 'room.game.json');
    const saved = play(`search the rug\nsearch the vase\nsave ${file}\nsearch the clock\nload ${file}\nquit\n`).out;
    expect(saved).toMatch(/Saved in .*room\.game\.json/);
    expect(saved).toMatch(/Loaded locked-room:train:0 after 2 steps, where you read:\n(.*vase.*)\n/);
    expect(saved).toContain('Left after 2 steps.');
    const later = play('undo\nquit\n', '--load', file).out;
    expect(later).toContain('Undone. You are back after 1 steps');
    expect(sentence(play('', '--load', 'package.json').err)).toContain('"package.json" is no saved game');
    expect(play('load nowhere.json\nquit\n')).toMatchObject({
      code: 0,
      out: expect.stringContaining('There is no saved game "nowhere.json"'),
    });
    const other = clew(['play', join(folder, 'my-world'), '--load', file]);
    expect(sentence(other.err)).toContain('The episode was saved by locked-room version');
  });
  it("tells a fault of the world's own code as such, and goes on where it was", () => {
    const { out, code, err } = clew(['play', 'test/world/fixtures/faulty-world.ts'], {
      input: 'ring the silver bell\nbreak the ladder\nhint\nring the bronze bell\nleave\n',
    });
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('The world faulty has a fault, in task faulty:train:0, step 1, "ring the silver bell"');
    expect(out).toContain('step 1, "break the ladder": its slots or a guard failed (Unable to evaluate guard');
    expect(out).toContain('the expert has lost its notes');
    expect(out.match(/That is a fault of the world, not of your command\./g)).toHaveLength(3);
    expect(out).toContain('You ring.');
    expect(out).toContain('Done, in 2 steps.');
  });
  it('survives a command of a megabyte and the end of the input', () => {
    const { out, code } = play(`${'a'.repeat(1_000_000)}\n`);
    expect(code).toBe(0);
    expect(out).toContain('Nothing happens.');
    expect(out.length).toBeLessThan(5000);
  });
  it('explains a task of another world', () => {
    const run = play('', '--task', 'household:train:1');
    expect(run.code).toBe(2);
    expect(sentence(run.err)).toContain('is a task of the world "household", not of "locked-room"');
  });
});

describe('clew graph', () => {
  it('writes Mermaid or SVG', () => {
    expect(clew(['graph', 'locked-room']).out).toContain('stateDiagram-v2');
    const file = join(folder, 'room.svg');
    expect(clew(['graph', 'locked-room', '--task', 'locked-room:train:0', '--out', file])).toMatchObject({ code: 0 });
    expect(readFileSync(file, 'utf8')).toContain('<svg');
  });
  it('explains a kind of file that it cannot write', () => {
    const run = clew(['graph', 'locked-room', '--out', 'room.bmp']);
    expect(run.code).toBe(2);
    expect(sentence(run.err)).toContain('--out takes a .mmd, .md or .svg file');
  });
});

describe('clew panel', () => {
  it('writes the same panel each time', () => {
    const one = clew(['panel', 'locked-room', '--split', 'unseen', '--tasks', '10']);
    expect(one.code).toBe(0);
    expect(JSON.parse(one.out).tasks).toHaveLength(10);
    expect(clew(['panel', 'locked-room', '--split', 'unseen', '--tasks', '10']).out).toBe(one.out);
  });
});

it('a wrong command exits with 2 and says what there is', () => {
  const run = clew(['dance']);
  expect(run.code).toBe(2);
  expect(run.err).toContain("unknown command 'dance'");
});
