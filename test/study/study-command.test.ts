import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { studyResultSchema, type StudyResult } from '../../src/study/index.ts';
import { openStore } from '../../src/trajectory/index.ts';
import { clew } from '../cli/run-clew.ts';

const bin = fileURLToPath(new URL('../../bin/clew.js', import.meta.url));
const recipe = fileURLToPath(new URL('miniature.yaml', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'clew-study-'));
const study = (out: string, file = recipe) => ['study', file, '--out', join(folder, out), '--workers', '1'];
const resultIn = (out: string): StudyResult =>
  studyResultSchema.parse(JSON.parse(readFileSync(join(folder, out, 'result.json'), 'utf8')));
/** How the recipe strips the tags of RLVMR. */
const strippedOf = ['past', 'reply'];
/** A result but for when it was made and how long it took. */
const timeless = (result: StudyResult): unknown =>
  JSON.parse(
    JSON.stringify(result, (key, value: unknown) =>
      ['created', 'finished', 'seconds'].includes(key) ? undefined : value,
    ),
  );

/** Runs a study until it has written what `moment` says, then sends it a signal. */
function interrupted(
  out: string,
  moment: string,
  signal: NodeJS.Signals,
): Promise<{ code: number | null; err: string }> {
  const child = spawn(process.execPath, [bin, ...study(out)], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, NO_COLOR: '1' },
  });
  let err = '';
  let sent = false;
  child.stderr.on('data', (text: Buffer) => {
    err += text.toString();
    if (sent || !err.includes(moment)) return;
    sent = true;
    child.kill(signal);
  });
  return new Promise(resolve => {
    child.on('close', code => resolve({ code, err }));
  });
}

describe('clew study', { timeout: 300_000 }, () => {
  let printed: { code: number | null; out: string; err: string };
  beforeAll(() => {
    printed = clew(study('straight'));
  }, 300_000);

  it('trains, evaluates and reports, telling each stage in a plain line', () => {
    expect(printed.code).toBe(0);
    for (const stage of [
      '[1/9] demonstrations: 12 trajectories;',
      '[2/9] pretraining: ',
      '[3/9] fine-tuning: ',
      '[4/9] evaluation: cold start: success L0 ',
      '[5/9] training: GRPO, seed 0: success on training tasks ',
      '[8/9] evaluation: RLVMR, seed 0: success L0 ',
      '[9/9] report: ',
    ])
      expect(printed.err).toContain(stage);
    expect(printed.out).toMatch(/^L0 +cold start +GRPO +RLVMR$/m);
    expect(printed.out).toMatch(/^repetitive, first 10 steps( +[\d.]+ % \[[\d.]+, [\d.]+\]){3}$/m);
    // What an arm does with its tags stripped stands beside what it does as it is, for the arms and levels asked for.
    const stripped = resultIn('straight').table.filter(({ level }) => level.includes('tags stripped'));
    expect(stripped.map(({ arm, level, episodes }) => [arm, level, episodes])).toEqual([
      ['RLVMR', 'L0 tags stripped: past', 4],
      ['RLVMR', 'L0 tags stripped: reply', 4],
    ]);
    // The question of the project is answered in words, whatever the answer is.
    expect(printed.out.replaceAll('\n', ' ')).toMatch(
      /RLVMR (repeats itself less than|repeats itself more than|does not repeat itself less than) GRPO on L0|It is not clear that RLVMR repeats itself less than GRPO on L0/,
    );
    for (const file of [
      'report.html',
      'result.json',
      'clew.db',
      'cold-start.safetensors',
      'grpo-seed-0.safetensors',
      'rlvmr-seed-0.safetensors',
    ])
      expect(existsSync(join(folder, 'straight', file))).toBe(true);
  });

  it('lets every policy play every task of every panel exactly once', () => {
    const {
      study: { panels, policies },
      table,
    } = resultIn('straight');
    const store = openStore(join(folder, 'straight', 'clew.db'), { readonly: true });
    expect(panels).toEqual([
      { level: 'L0', panel: 'seen', tasks: 4 },
      { level: 'L2', panel: 'heldOut', tasks: 4 },
    ]);
    const evaluations = store.runs.list().filter(({ kind }) => kind === 'evaluation');
    expect(evaluations.map(({ id }) => id)).toEqual(
      ['cold start', 'GRPO, seed 0', 'RLVMR, seed 0'].flatMap(arm => [
        `${arm}, L0 seen T 0.4`,
        ...(arm.startsWith('RLVMR') ? strippedOf.map(way => `${arm}, L0 seen T 0.4 tags stripped: ${way}`) : []),
        `${arm}, L2 heldOut T 0.4`,
      ]),
    );
    for (const { id, config } of evaluations) {
      const heads = store.trajectories.summaries({ run: id });
      const { arm, policy } = config as { arm: string; policy: string };
      expect(new Set(heads.map(({ task }) => task)).size).toBe(4);
      expect(heads).toHaveLength(4);
      // What played is what was trained, and the file that is kept.
      expect(policies).toContainEqual(expect.objectContaining({ arm, version: policy }));
      expect(heads.every(({ policyVersion }) => policyVersion === policy)).toBe(true);
    }
    expect(table.map(({ arm, level, episodes }) => [arm, level, episodes])).toEqual([
      ...['cold start', 'GRPO', 'RLVMR'].map(arm => [arm, 'L0', 4]),
      ...strippedOf.map(way => ['RLVMR', `L0 tags stripped: ${way}`, 4]),
      ...['cold start', 'GRPO', 'RLVMR'].map(arm => [arm, 'L2', 4]),
    ]);
    store.close();
  });

  it('draws the same training tasks for every arm, and trains what both began with', () => {
    const store = openStore(join(folder, 'straight', 'clew.db'), { readonly: true });
    const tasks = (run: string) => [...new Set(store.trajectories.summaries({ run }).map(({ group }) => group))];
    expect(tasks('GRPO, seed 0')).toEqual(tasks('RLVMR, seed 0'));
    expect(tasks('GRPO, seed 0')).toHaveLength(4);
    const begun = ['GRPO, seed 0', 'RLVMR, seed 0'].map(
      run => (store.runs.get(run)!.config as { start: { policy: string } }).start.policy,
    );
    const versions = resultIn('straight').study.policies.map(({ version }) => version);
    expect(begun).toEqual([versions[0], versions[0]]);
    expect(new Set(versions).size).toBe(3);
    store.close();
  });

  it('compares arms that differ in their advantages and in nothing else', () => {
    const { comparisons } = resultIn('straight');
    expect(comparisons.map(({ a, b, level, settings }) => [`${b} − ${a}, ${level}`, settings])).toEqual(
      ['L0', 'L2'].flatMap(level => [
        [`GRPO − cold start, ${level}`, []],
        [`RLVMR − cold start, ${level}`, []],
        [`RLVMR − GRPO, ${level}`, [{ setting: 'advantages', a: 'grpo', b: 'rlvmr:fixed' }]],
      ]),
    );
  });

  it('killed and interrupted again and again, ends with the same result', async () => {
    for (const [moment, signal] of [
      ['[2/9] pretraining: ', 'SIGKILL'],
      ['[3/9] fine-tuning: ', 'SIGINT'],
      ['[5/9] training: GRPO, seed 0: after iteration 1', 'SIGKILL'],
      ['[6/9] evaluation: GRPO', 'SIGKILL'],
      ['[7/9] training: RLVMR, seed 0: after iteration 0', 'SIGINT'],
    ] as const) {
      const { code, err } = await interrupted('broken', moment, signal);
      expect(err).toContain(moment);
      expect(code).toBe(signal === 'SIGKILL' ? null : 1);
      if (signal === 'SIGINT') expect(err).toContain('the same command goes on from there');
    }
    const { code, err } = clew(study('broken'));
    expect(code).toBe(0);
    expect(err).toMatch(/^\[2\/9\] pretraining: .*; from before$/m);
    expect(timeless(resultIn('broken'))).toEqual(timeless(resultIn('straight')));
  });

  it('does nothing twice, and prints the result as JSON where it is asked to', () => {
    const { code, out, err } = clew([...study('straight'), '--json']);
    expect([code, err]).toEqual([0, '']);
    expect(timeless(studyResultSchema.parse(JSON.parse(out)))).toEqual(timeless(resultIn('straight')));
    const store = openStore(join(folder, 'straight', 'clew.db'), { readonly: true });
    expect(store.trajectories.count().trajectories).toBe(2 * 2 * 8 + 3 * 8 + strippedOf.length * 4);
    store.close();
  });

  it('takes further seeds into a study that is over, but no other settings', () => {
    const changed = (change: (text: string) => string): string => {
      const file = join(folder, 'changed.yaml');
      writeFileSync(file, change(readFileSync(recipe, 'utf8')));
      return file;
    };
    const other = clew(
      study(
        'straight',
        changed(text => text.replace('epochs: 10', 'epochs: 11')),
      ),
    );
    expect(other.code).toBe(1);
    expect(other.err).toMatch(
      /^clew: .*straight holds the study "miniature", which was begun with other settings \(sft\.epochs: 10, now 11\)\. Give this one another --out, or remove that folder\.\n$/,
    );
    const before = resultIn('straight');
    const more = clew(
      study(
        'straight',
        changed(text => `${text}seeds: [0, 1]\n`),
      ),
    );
    expect(more.code).toBe(0);
    const {
      study: { policies },
      table,
    } = resultIn('straight');
    expect(policies.slice(0, 3)).toEqual(before.study.policies);
    expect(policies.slice(3).map(({ arm, seed }) => [arm, seed])).toEqual([
      ['GRPO', 1],
      ['RLVMR', 1],
    ]);
    expect(
      table
        .filter(({ arm }) => arm !== 'cold start')
        .every(({ seeds, episodes }) => seeds.length === 2 && episodes === 8),
    ).toBe(true);
  });

  it.each([
    ['a recipe that is not there', ['none.yaml'], 2, /^clew: There is no recipe none\.yaml\./],
    [
      'a setting that is none, with its line',
      [{ pretraining: 'pretraining: { token: 8000 }' }],
      1,
      /^clew: bad\.yaml, line 5: pretraining: "token" is no setting here/,
    ],
    ['a world that is not there', [{ world: 'world: unlocked-room' }], 2, /There is no world/],
    [
      'a panel that is not there',
      [{ panel: '  panels: [{ panel: everything }]' }],
      2,
      /There is no panel "everything"/,
    ],
    [
      'more tasks than there are',
      [{ panel: '  panels: [{ split: heldOut, tasks: 100000 }]' }],
      1,
      /heldOut has \d+ tasks, not 100000/,
    ],
    [
      'demonstrations that do not ship',
      [{ demonstrations: 'demonstrations: shipped' }],
      1,
      /No demonstrations come with locked-room\./,
    ],
    [
      'demonstrations that are not there',
      [{ demonstrations: 'demonstrations: { file: none.sqlite }' }],
      1,
      /There are no demonstrations .*none\.sqlite\. Make some with: clew cold-start build locked-room/,
    ],
    [
      "categories held out where that is the world's business",
      [{ world: 'world: household\nheldOut: [heat]' }],
      1,
      /household holds out .*, whatever heldOut says/,
    ],
  ] as const)('names %s, and leaves nothing behind', (_, [given], code, message) => {
    let file: string = 'none.yaml';
    if (typeof given === 'object') {
      file = join(folder, 'bad.yaml');
      const text = readFileSync(recipe, 'utf8');
      writeFileSync(
        file,
        Object.entries(given).reduce(
          (lines, [key, line]) => lines.replace(new RegExp(`^ *${key}s?:.*$`, 'm'), line as string),
          text,
        ),
      );
    }
    const run = clew(study('bad', file));
    expect(run.err).toMatch(message);
    expect(run.err).not.toMatch(/^\s+at /m);
    expect(run.code).toBe(code);
    expect(existsSync(join(folder, 'bad', 'pretraining.safetensors'))).toBe(false);
  });

  it('asks for one folder at a time', () => {
    const run = clew([...study('both'), recipe]);
    expect(run.code).toBe(2);
    expect(run.err).toContain('--out names the folder of one study');
  });
});

describe('clew quickstart', () => {
  it('needs the games of ALFWorld for ALFWorld', { timeout: 60_000 }, () => {
    const { code, err } = clew(['quickstart', '--world', 'alfworld', '--out', join(folder, 'quick')], {
      env: { ALFWORLD_DATA: '' },
    });
    expect(code).toBe(2);
    expect(err).toMatch(/^clew: Where are the ALFWorld games\?/);
    expect(existsSync(join(folder, 'quick'))).toBe(false);
  });

  it('says what it will do before it begins, in any world, and takes a folder', { timeout: 60_000 }, () => {
    const file = join(folder, 'a-file');
    writeFileSync(file, '');
    const world = fileURLToPath(new URL('../../examples/workshop/world.ts', import.meta.url));
    const { code, err } = clew(['quickstart', '--world', world, '--out', file]);
    expect(code).toBe(2);
    expect(err).toContain('Clew quickstart: an agent learns to think before it acts, in the world');
    expect(err).toMatch(/from there GRPO and RLVMR, \d+ iterations of 16 × 8 episodes each;/);
    expect(err).toContain('all of them play 40 tasks of L0, 40 tasks of L1, 40 tasks of L2.');
    expect(err).toMatch(/about 8 minutes on two cores of a laptop/);
    expect(err).toMatch(/^clew: .*a-file is a file, and --out takes a folder/m);
  });

  it('refuses data for a world that has none', () => {
    const { code, err } = clew(['quickstart', '--data', '/nowhere']);
    expect([code, err]).toEqual([
      2,
      'clew: --data says where a world finds its data, and household is made from none: leave it out.\n',
    ]);
  });
});

describe('clew study with rounds of expert iteration', { timeout: 300_000 }, () => {
  it('begins every arm with the policy of the last round, and reports that policy beside the cold start', () => {
    const file = join(folder, 'own.json');
    const world = fileURLToPath(new URL('../training/stages/levers.ts', import.meta.url));
    writeFileSync(
      file,
      JSON.stringify({
        name: 'own',
        world,
        policy: { context: 256 },
        pretraining: { tokens: 4000, tokensPerStep: 500 },
        demonstrations: { build: { trajectories: 12, mistakes: 0 } },
        sft: { epochs: 60, tokensPerStep: 120, learningRate: 0.003 },
        expertIteration: { rounds: 2, tasks: 16, pool: 40, temperature: 1, epochs: 1 },
        rl: { iterations: 1, tasks: 2, rollouts: 4, miniBatches: 1, pool: 4, alarms: 'warn' },
        arms: [{ name: 'GRPO' }],
        evaluation: { panels: [{ split: 'seen', tasks: 8 }] },
      }),
    );
    const { code, err, out } = clew(study('own', file));
    expect(err).toMatch(/^\[5\/9\] expert iteration: won \d+ %, \d+ % of the training tasks of each round; /m);
    expect(code).toBe(0);
    expect(out).toMatch(/^L0 +cold start +expert iteration +GRPO$/m);
    const {
      study: { policies },
    } = resultIn('own');
    const store = openStore(join(folder, 'own', 'clew.db'), { readonly: true });
    expect(policies.map(({ arm }) => arm)).toEqual(['cold start', 'expert iteration', 'GRPO']);
    expect((store.runs.get('GRPO, seed 0')!.config as { start: { policy: string } }).start.policy).toBe(
      policies[1]!.version,
    );
    store.close();
    // Once more: all of it is there.
    expect(clew(study('own', file)).err).not.toMatch(/^\[\d\/9\] (?!report).*; (?!.*before)/m);
  });
});
