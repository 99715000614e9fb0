import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildWordTokenizer, createModel, modelConfig, saveCheckpoint } from '../../src/policy/index.ts';
import { readRlRecipe } from '../../src/training/rl/index.ts';
import { contentHash, openStore, type Store } from '../../src/trajectory/index.ts';
import { smallPolicy } from '../training/rl/fixture.ts';
import { clew } from './run-clew.ts';

const bin = fileURLToPath(new URL('../../bin/clew.js', import.meta.url));
let folder: string;
let policy: string;
let recipe: string;
const file = (name: string) => join(folder, name);

/** Writes a recipe. Alarms only warn: so few episodes raise some. */
function recipeOf(name: string, settings: string): string {
  writeFileSync(file(name), settings);
  return file(name);
}
const small = 'iterations: 4\ntasks: 2\nrollouts: 2\nminiBatches: 2\nmaxSteps: 4\nalarms: warn\n';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'clew-rl-'));
  policy = file('cold-start.safetensors');
  await saveCheckpoint(policy, await smallPolicy());
  recipe = recipeOf('small.yaml', `advantages: rlvmr:fixed\n${small}`);
}, 60_000);

const train = (name: string, ...more: string[]) => [
  'train',
  'rl',
  'locked-room',
  '--recipe',
  recipe,
  '--from',
  policy,
  '--db',
  file(`${name}.db`),
  '--out',
  file(`${name}.safetensors`),
  '--workers',
  '1',
  ...more,
];

function look<T>(name: string, what: (store: Store) => T): T {
  const store = openStore(file(`${name}.db`), { readonly: true });
  try {
    return what(store);
  } finally {
    store.close();
  }
}

/** Everything that a run must give again, whatever interrupted it: weights, episodes, and figures but for the clock. */
function outcome(name: string): unknown {
  return look(name, store => [
    readFileSync(file(`${name}.safetensors`)).toString('base64'),
    contentHash(store),
    store.metrics
      .of('locked-room rlvmr:fixed seed 0')
      .filter(({ phase }) => phase !== 'command')
      .map(row => ({ ...row, data: { ...(row.data as object), seconds: null } })),
  ]);
}

function sentence(run: { code: number | null; err: string }, code: number): string {
  expect(run.err).toMatch(/^clew: /m);
  expect(run.err).not.toMatch(/^\s+at /m);
  expect(run.code).toBe(code);
  return run.err;
}

/** Runs the command and sends it the signals, each as soon as one more iteration has been told. */
function interrupted(
  args: readonly string[],
  ...signals: NodeJS.Signals[]
): Promise<{ code: number | null; signal: string | null; out: string; err: string }> {
  const child = spawn(process.execPath, [bin, ...args], { env: { ...process.env, NO_COLOR: '1' } });
  let out = '';
  let err = '';
  child.stderr.on('data', (text: Buffer) => {
    err += text.toString();
  });
  child.stdout.on('data', (text: Buffer) => {
    out += text.toString();
    if (/^iteration /m.test(text.toString()) && signals.length > 0) child.kill(signals.shift());
  });
  return new Promise(resolve => child.on('close', (code, signal) => resolve({ code, signal, out, err })));
}

describe('clew train rl', { timeout: 120_000 }, () => {
  it('tells every iteration in a line, with alarms and their remedies, and writes a policy that plays', () => {
    const run = clew(train('told', '--split', 'seen', '--evaluate-tasks', '3', '--evaluate-every', '2'));
    expect(run.err).toBe('');
    expect(run.code).toBe(0);
    expect(run.out).toMatch(/^locked-room rlvmr:fixed seed 0: [\d,]+ parameters; engine onnx cpu, 1 threads$/m);
    expect(
      run.out.match(
        /^iteration \d of 4: success \d+\.\d %, well-formed .*, inadmissible .*, repetitive .*, entropy \d.*, KL .*, gradient .*; \d+\.\d s \(rollout .*, update .*\)/gm,
      ),
    ).toHaveLength(4);
    expect(run.out.match(/^after iteration [024], seen \(L0\): success .* of 3 episodes$/gm)).toHaveLength(3);
    expect(run.out).toMatch(/^alarm, warning: tag collapse\. .+\n {2}Hold the tags to the cold start/m);
    look('told', store => {
      expect(store.runs.get('locked-room rlvmr:fixed seed 0')).toMatchObject({
        kind: 'rl',
        status: 'done',
        engine: 'onnx cpu',
        config: { arm: 'rlvmr:fixed', seed: 0, recipe: { tasks: 2 } },
      });
      expect(store.checkpoints.of('locked-room rlvmr:fixed seed 0')).toHaveLength(1);
      expect(store.trajectories.count().trajectories).toBe(16);
    });
    expect(clew(['runs', 'show', 'locked-room', '--db', file('told.db')]).out).toMatch(/^ +4 +\d+\.\d %/m);
    expect(
      clew([
        'eval',
        'locked-room',
        '--agent',
        `policy:${file('told.safetensors')}`,
        '--split',
        'seen',
        '--tasks',
        '2',
        '--workers',
        '1',
        '--db',
        file('told.db'),
      ]).code,
    ).toBe(0);
  });

  it('says everything as JSON lines', () => {
    const run = clew(train('json', '--json', '--iterations', '2'));
    const lines = run.out
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as { type: string });
    expect(lines.map(({ type }) => type)).toEqual(['start', 'iteration', 'iteration', 'end']);
    expect(lines[1]).toMatchObject({
      run: 'locked-room rlvmr:fixed seed 0',
      iteration: 1,
      iterations: 2,
      seconds: { rollout: expect.any(Number) },
      repetition: { all: expect.any(Number) },
      alarms: expect.any(Array),
    });
    expect(lines.at(-1)).toMatchObject({ iterations: 2, finished: true, policy: file('json.safetensors') });
  });

  it('stopped or killed, it goes on with nothing but the name of the run, to the same weights and rows', async () => {
    expect(clew(train('straight')).code).toBe(0);
    const stopped = await interrupted(train('stopped'), 'SIGINT');
    expect(stopped.code).toBe(1);
    expect(stopped.err).toContain('Stopping after this iteration.');
    expect(stopped.out).toMatch(
      /Stopped after iteration [123] of 4\. To go on: clew train rl --resume "locked-room rlvmr:fixed seed 0" --db /,
    );
    expect(look('stopped', store => store.runs.list()[0]!.status)).toBe('stopped');
    expect(existsSync(file('stopped.safetensors'))).toBe(false);
    expect(
      (
        await interrupted(
          ['train', 'rl', '--resume', 'locked-room', '--db', file('stopped.db'), '--workers', '1'],
          'SIGKILL',
        )
      ).signal,
    ).toBe('SIGKILL');
    expect(clew(['train', 'rl', '--resume', 'locked-room', '--db', file('stopped.db'), '--workers', '1']).code).toBe(0);
    expect(outcome('stopped')).toEqual(outcome('straight'));
  });

  it('ends at once at a second SIGINT, and still goes on later', async () => {
    const long = recipeOf(
      'long.yaml',
      `advantages: rlvmr:fixed\n${small.replace('iterations: 4', 'iterations: 400').replace('tasks: 2', 'tasks: 16').replace('rollouts: 2', 'rollouts: 16')}`,
    );
    const run = spawn(process.execPath, [bin, ...train('twice').map(word => (word === recipe ? long : word))], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    run.stdout.once('data', () => run.kill('SIGINT'));
    run.stderr.once('data', () => run.kill('SIGINT'));
    expect(await new Promise(resolve => run.on('close', (_, signal) => resolve(signal)))).toBe('SIGINT');
    expect(
      clew(['train', 'rl', '--resume', 'locked-room', '--db', file('twice.db'), '--workers', '1', '--iterations', '1'])
        .code,
    ).toBe(0);
  });

  it('takes more iterations for a run that was finished', () => {
    expect(clew(train('longer', '--iterations', '2')).code).toBe(0);
    expect(clew(train('longer', '--iterations', '4')).out).toContain('goes on after iteration 2');
    expect(readFileSync(file('longer.safetensors')).length).toBeGreaterThan(0);
    expect(
      look('longer', store =>
        store.metrics.of('locked-room rlvmr:fixed seed 0', 'train').map(({ iteration }) => iteration),
      ),
    ).toEqual([1, 2, 3, 4]);
  });

  it('an alarm that says stop ends the run before its iteration counts, and says how to go on', () => {
    const strict = recipeOf('strict.yaml', `${small.replace('alarms: warn\n', '')}replyTokens: 4\n`);
    const run = clew(train('strict').map(word => (word === recipe ? strict : word)));
    expect(run.code).toBe(1);
    expect(run.out).toMatch(
      /alarm, stop: form of replies\. Only \d+ % of the replies are well-formed\.\n {2}Go back to the last healthy checkpoint/,
    );
    expect(run.out).toContain('was stopped in iteration 1');
    expect(look('strict', store => store.runs.list()[0]!.status)).toBe('failed');
    const name = 'locked-room grpo seed 0';
    expect(run.out).toContain(`To go on in spite of it: clew train rl --resume "${name}" --alarms warn`);
    const on = clew(['train', 'rl', '--resume', name, '--alarms', 'warn', '--db', file('strict.db')]);
    expect([on.err, on.code]).toEqual(['', 0]);
    expect(look('strict', store => store.runs.list()[0]!.status)).toBe('done');
  });
});

describe('a recipe', { timeout: 60_000 }, () => {
  it('is explained with every default, as YAML that is read back', () => {
    const explained = clew(['train', 'rl', '--explain']);
    expect(explained.code).toBe(0);
    expect(explained.out).toContain('# rollouts of each task: the size of a group\nrollouts: 8\n');
    expect(explained.out).toContain('# categories:');
    const path = recipeOf('explained.yaml', explained.out);
    expect(clew(['train', 'rl', '--explain', '--recipe', path]).out).toBe(explained.out);
    for (const setting of Object.keys(readRlRecipe({})))
      expect(explained.out).toMatch(new RegExp(`^${setting}: `, 'm'));
  });

  it('may be YAML, JSON or TypeScript: the same settings are the same recipe', () => {
    const explained = (name: string, text: string) =>
      clew(['train', 'rl', '--explain', '--recipe', recipeOf(name, text)]).out;
    const yaml = explained(
      'a.yaml',
      'advantages: { preset: rlvmr:fixed, options: { tagDivergence: 0.05 } }\ntasks: 4 # few\n',
    );
    expect(yaml).toContain('tagDivergence: 0.05');
    expect(
      explained(
        'a.json',
        '{ "advantages": { "preset": "rlvmr:fixed", "options": { "tagDivergence": 0.05 } }, "tasks": 4 }',
      ),
    ).toBe(yaml);
    expect(
      explained(
        'a.ts',
        "const tasks: number = 2 * 2;\nexport default { advantages: { preset: 'rlvmr:fixed', options: { tagDivergence: 0.05 } }, tasks };\n",
      ),
    ).toBe(yaml);
  });

  it.each<[string, string, string, RegExp]>([
    [
      'a misspelt setting',
      'wrong.yaml',
      'tasks: 4\nlearningrate: 1\n',
      /wrong\.yaml, line 2: "learningrate" is no setting of a recipe\. Did you mean "learningRate"\?/,
    ],
    [
      'a setting from elsewhere',
      'wrong.yaml',
      'gpus: 8\n',
      /line 1: "gpus" is no setting of a recipe\. There are advantages, objective, selfImitation, .*forecasts, iterations/,
    ],
    [
      'a misspelt preset',
      'wrong.yaml',
      '# mine\nadvantages: rlvmr:fixd\n',
      /line 2: advantages "rlvmr:fixd" is no preset\. Did you mean "rlvmr:fixed"\?/,
    ],
    [
      'an option beside its preset',
      'wrong.yaml',
      'advantages:\n  preset: grpo\n  mixedOnly: true\n',
      /"mixedOnly" belongs under options/,
    ],
    [
      'a misspelt option',
      'wrong.yaml',
      'objective:\n  preset: clew\n  options: { klCoeficient: 0.1 }\n',
      /line 1: objective: "klCoeficient" is no option of an objective\. Did you mean "klCoefficient"\?/,
    ],
    [
      'an option that a preset has not',
      'wrong.yaml',
      'advantages: { preset: rloo, options: { std: true } }\n',
      /line 1: advantages: The options of the advantages rloo do not fit: .*"std"/,
    ],
    [
      'terms that are not whole',
      'wrong.yaml',
      'advantages: { name: mine, terms: [{ name: a }] }\n',
      /terms of your own are not whole: terms\.0\.signal/,
    ],
    ['a number in quotes', 'wrong.yaml', 'tasks: "4"\n', /line 1: tasks: .*expected number, received string/],
    [
      'an impossible combination',
      'wrong.yaml',
      'tasks: 2\nrollouts: 2\nminiBatches: 8\n',
      /line 3: miniBatches: there are only 4 episodes to part into 8\./,
    ],
    [
      'dynamic sampling without a filter',
      'wrong.yaml',
      'dynamicRounds: 3\n',
      /line 1: dynamicRounds: .*use advantages dapo/,
    ],
    [
      'a misspelt setting of self-imitation',
      'wrong.yaml',
      'tasks: 2\nselfImitation: { token: 5 }\n',
      /line 2: selfImitation: "token" is no setting of it\. Did you mean "tokens"\?/,
    ],
    ['a setting that is there twice', 'wrong.yaml', 'tasks: 2\ntasks: 3\n', /wrong\.yaml, line 2: .*unique/],
    ['a list', 'wrong.yaml', '- tasks\n', /is no recipe: it should hold settings/],
    ['a module that exports nothing', 'wrong.ts', 'const tasks = 2;\n', /wrong\.ts exports no recipe by default/],
    ['a module that does not load', 'wrong.ts', 'export default { tasks: \n', /wrong\.ts does not load: /],
    ['a file of another kind', 'wrong.txt', 'tasks: 2\n', /wrong\.txt is no recipe by its name/],
  ])('says where and what is wrong: %s', (_, name, text, message) => {
    const run = clew([
      'train',
      'rl',
      'locked-room',
      '--recipe',
      recipeOf(name, text),
      '--from',
      policy,
      '--db',
      file('wrong.db'),
    ]);
    expect(sentence(run, name.endsWith('.txt') ? 2 : 1)).toMatch(message);
    expect(existsSync(file('wrong.db'))).toBe(false);
  });
});

describe('what clew train rl is given', { timeout: 60_000 }, () => {
  const lacking: [string, () => string[], number, string][] = [
    ['no world', () => ['--from', policy], 2, 'Say which world to train in'],
    [
      'no cold start',
      () => ['locked-room'],
      2,
      'Say with which policy to begin: --from POLICY, the cold start. Make one with: clew train sft locked-room',
    ],
    [
      'a cold start that is not there',
      () => ['locked-room', '--from', file('none.safetensors')],
      2,
      'none.safetensors (--from). Make a cold start with: clew train sft',
    ],
    ['a cold start of another world', () => ['household', '--from', policy], 1, 'cannot play household'],
    [
      'a recipe that is not there',
      () => ['locked-room', '--from', policy, '--recipe', file('none.yaml')],
      2,
      'none.yaml writes one with every default',
    ],
    [
      'demonstrations that are not there',
      () => [
        'locked-room',
        '--from',
        policy,
        '--recipe',
        recipeOf('imitating.yaml', 'selfImitation: {}\n'),
        '--demonstrations',
        file('none.sqlite'),
      ],
      2,
      'There is no file',
    ],
    [
      'demonstrations that nothing is learnt from',
      () => ['locked-room', '--from', policy, '--demonstrations', file('none.sqlite')],
      2,
      'give the recipe selfImitation (see --explain), or leave them out',
    ],
    ['no database to resume from', () => ['--resume', 'nobody'], 2, 'so there is no run "nobody" to go on with'],
  ];
  it.each(lacking)('explains %s', (_, args, code, message) => {
    expect(sentence(clew(['train', 'rl', ...args(), '--db', file('lacking.db')]), code)).toContain(message);
    expect(existsSync(file('lacking.db'))).toBe(false);
  });

  it('explains a reference of another architecture, and one of another tokenizer', async () => {
    const cold = await smallPolicy(1);
    const { tokenizer, origin } = cold;
    const wide = file('wide.safetensors');
    const other = file('other.safetensors');
    await saveCheckpoint(wide, {
      model: createModel(modelConfig('nano', { vocabulary: tokenizer.size, context: 512 }), 'wide'),
      tokenizer,
      origin,
    });
    expect(sentence(clew(train('wide', '--reference', wide)), 1)).toMatch(
      /another architecture .*Take the cold start itself, or set klCoefficient to 0/,
    );
    const words = buildWordTokenizer({ texts: ['other words'] });
    await saveCheckpoint(other, {
      model: createModel(modelConfig('nano', { vocabulary: words.size, context: 512 }), 'other'),
      tokenizer: words,
      origin,
    });
    expect(sentence(clew(train('other', '--reference', other)), 1)).toContain('another tokenizer');
    expect([existsSync(file('wide.db')), existsSync(file('other.db'))]).toEqual([false, false]);
  });

  it('refuses to go on with another recipe, seed or cold start, and leaves the run as it was', async () => {
    expect(clew(train('kept', '--iterations', '2')).code).toBe(0);
    const kept = () =>
      look('kept', store => [
        store.runs.list(),
        store.metrics.of('locked-room rlvmr:fixed seed 0'),
        contentHash(store),
      ]);
    const before = kept();
    const changed = recipeOf(
      'changed.yaml',
      `advantages: rlvmr:fixed\n${small.replace('tasks: 2', 'tasks: 3')}learningRate: 0.1\n`,
    );
    const asked = (...more: string[]) =>
      sentence(
        clew(['train', 'rl', '--resume', 'locked-room rlvmr:fixed seed 0', '--db', file('kept.db'), ...more]),
        1,
      );
    expect(asked('--recipe', changed)).toMatch(
      /begun with other settings \(recipe\.tasks: 2, now 3; recipe\.learningRate: 0\.00015, now 0\.1\).*--run NAME/,
    );
    expect(sentence(clew(train('kept').map(word => (word === recipe ? changed : word))), 1)).toContain(
      'begun with other settings (recipe.tasks: 2, now 3',
    );
    expect(asked('--seed', '1')).toContain('(seed: 0, now 1)');
    const other = file('other-start.safetensors');
    await saveCheckpoint(other, await smallPolicy(1));
    expect(asked('--from', other)).toMatch(/\(start\.policy: "[0-9a-f]{16}", now "[0-9a-f]{16}"/);
    expect(asked('--split', 'seen')).toContain('(evaluation.every: not set, now 10; ');
    expect(kept()).toEqual(before);
  });

  it('names the runs there are when one to resume is not among them, and those that cannot go on', () => {
    expect(clew(train('names', '--iterations', '1')).code).toBe(0);
    clew([
      'rollout',
      'locked-room',
      '--agent',
      'random',
      '--split',
      'seen',
      '--tasks',
      '1',
      '--db',
      file('names.db'),
      '--run',
      'played',
    ]);
    const resumed = (name: string) => clew(['train', 'rl', '--resume', name, '--db', file('names.db')]);
    expect(sentence(resumed('lokced-room rlvmr:fixed seed 0'), 2)).toContain(
      'Did you mean "locked-room rlvmr:fixed seed 0"?',
    );
    expect(sentence(resumed('nobody'), 2)).toContain('Its runs: locked-room rlvmr:fixed seed 0; played.');
    expect(sentence(resumed('played'), 2)).toContain(
      'is of the kind rollout: only a run of clew train rl can go on here',
    );
  });
});

// A real file system that is full: SQLite's and Node's errors are those of the system.
const mounts =
  process.platform === 'linux' && spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'tmpfs', tmpdir()]).status === 0;
describe.skipIf(!mounts)(
  `a full disk${mounts ? '' : ' (skipped: needs unshare and the right to mount a tmpfs)'}`,
  { timeout: 120_000 },
  () => {
    /**
     * Trains with the database, or the policy, on a disk of so many kilobytes, which is copied to `kept` in the end.
     */
    function onSmallDisk(
      kilobytes: number,
      args: (disk: string) => readonly string[],
    ): { code: number | null; out: string; err: string; kept: string } {
      const disk = mkdtempSync(join(tmpdir(), 'clew-disk-'));
      const kept = mkdtempSync(join(tmpdir(), 'clew-kept-'));
      const script = `mount -t tmpfs -o size=${kilobytes}k tmpfs ${disk} && ${[process.execPath, bin, ...args(disk)].map(word => `'${word}'`).join(' ')}; code=$?; cp -a ${disk}/. ${kept}/; exit $code`;
      const { status, stdout, stderr } = spawnSync('unshare', ['-rm', 'sh', '-c', script], {
        encoding: 'utf8',
        env: { ...process.env, NO_COLOR: '1' },
      });
      return { code: status, out: stdout, err: stderr, kept };
    }
    const place = (name: string, at: string) => (disk: string) =>
      train('unused').map(word =>
        word.startsWith(file('unused'))
          ? word.endsWith(at)
            ? join(disk, `${name}${at}`)
            : file(`${name}${at === '.db' ? '.safetensors' : '.db'}`)
          : word,
      );

    it('is told when the database fills it; what was stored stays, and the run goes on where there is room', () => {
      const run = onSmallDisk(480, place('full', '.db'));
      expect(sentence(run, 1)).toMatch(
        /full\.db could not be written .*: the disk is full.* What was stored before is safe; make room and run the same command again\./,
      );
      const done = run.out.match(/^iteration/gm)?.length ?? 0;
      expect(done).toBeGreaterThan(0);
      expect(done).toBeLessThan(4);
      for (const name of readdirSync(run.kept)) writeFileSync(file(name), readFileSync(join(run.kept, name)));
      expect(look('full', store => store.metrics.of('locked-room rlvmr:fixed seed 0', 'train').length)).toBe(done);
      expect(clew(train('full')).code).toBe(0);
      expect(clew(train('roomy')).code).toBe(0);
      expect(outcome('full')).toEqual(outcome('roomy'));
    });

    it('is told when the state of the training fills it', () => {
      const run = onSmallDisk(100, place('crowded', '.safetensors'));
      expect(sentence(run, 1)).toMatch(/crowded\.training\.safetensors could not be written .*: the disk is full/);
      expect(readdirSync(run.kept)).toEqual([]);
      expect(clew(train('crowded')).code).toBe(0);
    });
  },
);
