import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import lockedRoom from '../../envs/locked-room/index.ts';
import { episodeLayoutOf, trajectoryRow } from '../../src/policy/index.ts';
import { trainColdStarts } from '../../src/study/cold-start.ts';
import { formatStudy, openStudy, readStudyRecipe, runStudy, type StageEnd } from '../../src/study/index.ts';
import { stagesOf } from '../../src/study/stages.ts';
import { openStore } from '../../src/trajectory/index.ts';

const build = (more: object = {}) => ({ demonstrations: { build: { trajectories: 8, ...more } } });
const students = { from: 'rlvmr', tasks: 30, temperature: 1 };
const base = {
  name: 'starts',
  world: 'locked-room',
  starts: {
    // Written before the start that its students come from: the order is the study's business.
    'mbt-r': build({ method: 'mbt-r', students }),
    rlvmr: build(),
    'mbt-s': build({ method: 'mbt-s' }),
    'direct-r': build({ method: 'mbt-r', phases: false, students }),
  },
  arms: [
    { name: 'GRPO', from: 'rlvmr' },
    { name: 'MBT-S', from: 'mbt-s', rl: { iterations: 0 } },
    { name: 'MBT-S + GRPO', from: 'mbt-s' },
    { name: 'MBT-R + GRPO' },
  ],
  evaluation: { panels: [{ split: 'seen', tasks: 3 }], maxSteps: 8 },
};
const fault = (recipe: object): string => {
  try {
    readStudyRecipe(recipe);
  } catch (error) {
    expect((error as Error).name).toBe('ClewError');
    return (error as Error).message;
  }
  throw new Error('The recipe was taken.');
};
const withStart = (name: string, start: object) => ({ ...base, starts: { ...base.starts, [name]: start } });

describe('a recipe with several cold starts', () => {
  it('has demonstrations for each start, and arms that say which they begin with', () => {
    const recipe = readStudyRecipe(base);
    expect(recipe.demonstrations).toBeUndefined();
    expect(Object.keys(recipe.starts!)).toEqual(['mbt-r', 'rlvmr', 'mbt-s', 'direct-r']);
    expect(recipe.arms.map(({ name, from, rl }) => [name, from, rl === null])).toEqual([
      ['GRPO', 'rlvmr', false],
      ['MBT-S', 'mbt-s', true],
      ['MBT-S + GRPO', 'mbt-s', false],
      ['MBT-R + GRPO', undefined, false],
    ]);
  });

  it.each<[string, object, string | RegExp]>([
    [
      'demonstrations beside them',
      { ...base, demonstrations: 'shipped' },
      /demonstrations: is what a study with one cold start has/,
    ],
    ['expert iteration', { ...base, expertIteration: {} }, /expertIteration: begins with one cold start/],
    [
      'an unknown start',
      { ...base, arms: [{ name: 'a', from: 'mbt' }] },
      /arms\[0\]\.from: there is no start "mbt"; there are mbt-r, rlvmr/,
    ],
    [
      'a start where there are none',
      { ...base, starts: undefined, arms: [{ name: 'a', from: 'mbt-s' }] },
      /names one of several starts/,
    ],
    [
      'a start without training where there are none',
      { ...base, starts: undefined, arms: [{ name: 'a', rl: { iterations: 0 } }] },
      /it is evaluated anyway/,
    ],
    [
      'settings of what is not trained',
      { ...base, arms: [{ name: 'a', rl: { iterations: 0, tasks: 2 } }] },
      /nothing is trained that could have them/,
    ],
    [
      'two names for one start',
      {
        ...base,
        arms: [
          { name: 'a', rl: { iterations: 0 } },
          { name: 'b', rl: { iterations: 0 } },
        ],
      },
      /is the start "mbt-r" without training, and so is the arm "a"/,
    ],
    [
      'an arm with the name of a start',
      { ...base, arms: [{ name: 'Cold start rlvmr' }] },
      /is what a policy is called that arms begin with/,
    ],
    ['students of nobody', withStart('rlvmr', build({ method: 'mbt-r' })), /rewrites episodes: say whose/],
    ['students that nothing rewrites', withStart('rlvmr', build({ students: { from: 'mbt-s' } })), /only mbt-r does/],
    [
      'students of an unknown start',
      withStart('mbt-r', build({ method: 'mbt-r', students: { from: 'x' } })),
      /students\.from: there is no start "x"/,
    ],
    [
      'starts that wait for each other',
      withStart('rlvmr', build({ method: 'mbt-r', students: { from: 'mbt-r' } })),
      /no start can be the first/,
    ],
    [
      'phases of what is cut at its first error',
      withStart('mbt-r', build({ method: 'mbt-r', students: { ...students, cut: 'first-error' } })),
      /cut at first-error have plain thoughts: say phases: false/,
    ],
    ['look-ups in phases', withStart('mbt-s', build({ method: 'mbt-s', lookUps: true })), /belongs to plain thoughts/],
    ['phases of what has none', withStart('rlvmr', build({ phases: true })), /thoughts of rlvmr have none/],
    [
      'two names for one file',
      { ...base, starts: { 'a b': build(), 'A B': build() }, arms: [{ name: 'a' }] },
      /is the name of two starts/,
    ],
    ['a name like a number', withStart('7', build()), /begins with a letter/],
  ])('refuses %s in a sentence', (_, recipe, message) => expect(fault(recipe)).toMatch(message));
});

describe('a study with several cold starts', { timeout: 300_000 }, () => {
  it('teaches each from one prior, lets students play, and gives arms the start that they name', async () => {
    const out = mkdtempSync(join(tmpdir(), 'clew-starts-'));
    const rewritten = { method: 'mbt-r', trajectories: 6, students: { ...students, tasks: 16, together: true } };
    const recipe = readStudyRecipe({
      ...base,
      starts: {
        'direct-r': build({ ...rewritten, phases: false }),
        'mbt-s': { ...build({ method: 'mbt-s', trajectories: 8 }), tokens: 500 },
        rlvmr: build({ trajectories: 6 }),
      },
      policy: { preset: 'pico', context: 768 },
      pretraining: { tokens: 2000, tokensPerStep: 1000 },
      sft: { epochs: 1, tokensPerStep: 800, learningRate: 0.003 },
      rl: { iterations: 1, tasks: 2, rollouts: 2, miniBatches: 1, pool: 4, maxSteps: 6, alarms: 'warn' },
      arms: [
        { name: 'MBT-S', from: 'mbt-s', rl: { iterations: 0 } },
        { name: 'MBT-S + GRPO', from: 'mbt-s' },
        { name: 'direct-R + GRPO' },
      ],
      evaluation: { panels: [{ split: 'seen', tasks: 2 }], maxSteps: 6 },
    });
    const store = openStore(join(out, 'clew.db'));
    const run = async () => {
      const ends: StageEnd[] = [];
      const outcome = await runStudy(openStudy(recipe, { world: lockedRoom }), {
        out,
        store,
        compute: { workers: 1 },
        progress: { end: end => ends.push(end) },
      });
      return { result: outcome!.result, ends };
    };
    const { result, ends } = await run();
    expect(ends.map(({ stage: { kind, title } }) => `${kind} ${title}`.trim())).toEqual([
      'demonstrations mbt-s',
      'demonstrations rlvmr',
      'pretraining',
      'sft mbt-s',
      'evaluation MBT-S',
      'sft rlvmr',
      'evaluation cold start rlvmr',
      // It comes first in the recipe, and after the start whose policy plays its students.
      'demonstrations direct-r',
      'sft direct-r',
      'evaluation cold start direct-r',
      ...['MBT-S + GRPO', 'direct-R + GRPO'].flatMap(arm => [`rl ${arm}, seed 0`, `evaluation ${arm}, seed 0`]),
      'report',
    ]);
    expect(ends.at(-1)!.stage.number).toBe(ends.at(-1)!.stage.stages);

    const { starts, policies } = result.study;
    const of = (name: string) => starts!.find(each => each.name === name)!.demonstrations;
    expect(starts!.map(({ arm }) => arm)).toEqual(['cold start direct-r', 'MBT-S', 'cold start rlvmr']);
    // Equal tokens cut what is shown, and say how much was.
    expect(of('mbt-s').count).toBeLessThan(8);
    expect(of('mbt-s').tokens).toBeLessThanOrEqual(500);
    expect(of('rlvmr').count).toBe(6);
    // What the student was shown comes first, then as many made of its own episodes.
    expect(of('direct-r').count).toBe(6 + 6);
    expect(of('direct-r').tokens).toBeGreaterThan(of('rlvmr').tokens);
    // Each arm begins with the start that it names, the last with the first of the recipe.
    const begun = (arm: string) =>
      (store.runs.get(`${arm}, seed 0`)!.config as { start: { policy: string } }).start.policy;
    const version = (arm: string) => policies.find(each => each.arm === arm)!.version;
    expect(begun('MBT-S + GRPO')).toBe(version('MBT-S'));
    expect(begun('direct-R + GRPO')).toBe(version('cold start direct-r'));
    expect(new Set(starts!.map(({ arm }) => version(arm))).size).toBe(3);
    // Students are played once, in a database of their own, and measured nowhere.
    expect(result.arms).toEqual([...starts!.map(({ arm }) => arm), 'MBT-S + GRPO', 'direct-R + GRPO']);
    expect(formatStudy(result)).toMatch(/direct-R \+ GRPO/);

    // Over and called again it plays and trains nothing, and says the same.
    const again = await run();
    expect(again.ends.filter(({ before, stage }) => !before && stage.kind !== 'report')).toEqual([]);
    expect(again.result.table).toEqual(result.table);
    store.close();
  });

  it('leaves out, and says so, what it built itself and the policy cannot read to its end', async () => {
    const out = mkdtempSync(join(tmpdir(), 'clew-long-'));
    const lengths: number[] = [];
    const train = async (context: number) => {
      const recipe = readStudyRecipe({
        name: 'long',
        world: 'locked-room',
        demonstrations: { build: { trajectories: 8 } },
        policy: { preset: 'pico', context },
        pretraining: { tokens: 2000, tokensPerStep: 1000 },
        sft: { epochs: 1, tokensPerStep: 800 },
        arms: [{ name: 'GRPO' }],
        evaluation: base.evaluation,
      });
      const ends: StageEnd[] = [];
      const options = { out: join(out, `${context}`), store: openStore(':memory:'), compute: { workers: 1 } };
      mkdirSync(options.out);
      const starts = await trainColdStarts(
        openStudy(recipe, { world: lockedRoom }),
        options,
        stagesOf(3, { end: end => ends.push(end) }),
        async coldStart => coldStart,
      );
      const { policy, demonstrations } = starts![0]!;
      const layout = episodeLayoutOf(policy);
      lengths.push(...demonstrations.trajectories.map(each => trajectoryRow(each, layout).tokens.length));
      return { count: demonstrations.trajectories.length, said: ends.at(-1)!.outcome };
    };
    const all = await train(1280);
    expect(all.count).toBe(8);
    expect(all.said).not.toContain('left out');
    // The last token of a row is only foretold.
    const context = Math.max(...lengths) - 2;
    const fitting = lengths.filter(length => length <= context + 1).length;
    expect(await train(context)).toEqual({
      count: fitting,
      said: expect.stringContaining(
        `${8 - fitting} of 8 demonstrations left out: longer than the context of ${context} tokens`,
      ),
    });
    // Where nothing fits, it is said what would.
    await expect(train(64)).rejects.toThrow(/tokens and the policy's context is 64\. Train a policy with a context of/);
  });
});
