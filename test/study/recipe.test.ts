import { describe, expect, it } from 'vitest';
import { alfworld, kit } from '../../envs/alfworld/index.ts';
import household from '../../envs/household/index.ts';
import lockedRoom from '../../envs/locked-room/index.ts';
import workshop from '../../examples/workshop/world.ts';
import type { World } from '../../src/world/index.ts';
import { quickstartRecipe, readStudyRecipe, usualMinutes, usualMinutesOf } from '../../src/study/index.ts';

const smallest = {
  name: 'small',
  world: 'household',
  arms: [{ name: 'GRPO' }],
  evaluation: { panels: [{ panel: 'seen' }] },
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

describe('the recipe of a study', () => {
  it('needs a name, a world, an arm and a panel; all else has a default', () => {
    const recipe = readStudyRecipe(smallest);
    expect(recipe).toMatchObject({
      demonstrations: 'shipped',
      seeds: [0],
      evaluation: { temperatures: [0.4], rollouts: 1 },
      arms: [{ name: 'GRPO', rl: { advantages: 'grpo', tasks: 16, rollouts: 8 } }],
    });
    for (const name of Object.keys(smallest))
      expect(fault({ ...smallest, [name]: undefined })).toMatch(
        new RegExp(`^The recipe: ${name}: .*(expected|required)`, 'i'),
      );
  });

  it('gives every arm the shared settings of reinforcement learning, under its own', () => {
    const { arms } = readStudyRecipe({
      ...smallest,
      rl: { iterations: 7, learningRate: 1e-4 },
      arms: [{ name: 'GRPO' }, { name: 'RLOO', rl: { advantages: 'rloo', learningRate: 2e-4 } }],
    });
    expect(arms.map(({ rl }) => [rl?.advantages, rl?.iterations, rl?.learningRate])).toEqual([
      ['grpo', 7, 1e-4],
      ['rloo', 7, 2e-4],
    ]);
  });

  it.each([
    [
      'an unknown setting',
      { arm: [] },
      'The recipe: "arm" is no setting here; there are name, world, data, heldOut, policy, pretraining, demonstrations, starts, sft, expertIteration, rl, arms, seeds, evaluation.',
    ],
    [
      'an unknown setting within',
      { pretraining: { token: 1 } },
      /^The recipe: pretraining: "token" is no setting here; there are tokens, tokensPerStep/,
    ],
    [
      'an unknown setting of a panel',
      { evaluation: { panels: [{ panel: 'seen', task: 3 }] } },
      /^The recipe: evaluation\.panels\[0\]: "task" is no setting here; there are panel, split, tasks, level\./,
    ],
    [
      'a panel that says nothing',
      { evaluation: { panels: [{ tasks: 3 }] } },
      'The recipe: evaluation.panels[0]: says what is played: either panel or split.',
    ],
    [
      'demonstrations that are nothing',
      { demonstrations: { fiel: 'x' } },
      'The recipe: demonstrations: takes shipped, { file: PATH } or { build: { trajectories, seed, … } }.',
    ],
    [
      'an unknown method',
      { arms: [{ name: 'a', rl: { advantages: 'grpoo' } }] },
      /^The recipe: arms\[0\]\.rl\.advantages: takes the name of a preset, or .*; there are grpo, .*rlvmr:fixed, mar, rubric, asking\.$/,
    ],
    [
      'an impossible combination',
      { rl: { tasks: 2, rollouts: 2, miniBatches: 9 } },
      /^The recipe: .*there are only 4 episodes to part into 9\.$/,
    ],
    [
      'two arms of one name',
      { arms: [{ name: 'a b' }, { name: 'A-B' }] },
      /^The recipe: arms: "A-B" is the name of two arms/,
    ],
    [
      'an arm with the name of the cold start',
      { arms: [{ name: 'Cold start' }] },
      /is what a policy is called that arms begin with/,
    ],
    [
      'an arm with the name of the rounds',
      { arms: [{ name: 'expert iteration' }] },
      /is what a policy is called that arms begin with/,
    ],
    ['a seed twice', { seeds: [1, 2, 1] }, 'The recipe: seeds: 1 is there twice.'],
    ['a name that is no folder', { name: '../x' }, /^The recipe: name: takes letters, digits/],
  ])('names %s', (_, change, message) => expect(fault({ ...smallest, ...change })).toMatch(message));

  it('tells a shared setting that is wrong once, where it stands', () => {
    expect(fault({ ...smallest, rl: { iteration: 3 }, arms: [{ name: 'a' }, { name: 'b' }] })).toMatch(
      /^The recipe: rl: "iteration" is no setting here; there are advantages, [^\n]+\.$/,
    );
  });
});

describe('the cost of a malformed reply', () => {
  const arms = (...advantages: readonly unknown[]) => ({
    ...smallest,
    arms: advantages.map((own, i) => ({ name: `arm ${i + 1}`, rl: { advantages: own } })),
  });
  const grpo = (format: number) => ({ preset: 'grpo', options: { format } });
  const fixed = (format: number) => ({ preset: 'rlvmr:fixed', options: { format } });

  it('has to be the same in all arms where a preset decides it', () => {
    const message =
      'The recipe: arms: a malformed reply costs 0 in arm 1 (the default of its preset), 0.5 in arm 2 (the default of its preset): a difference between these arms may come of that and not of the method. Give every arm the same cost, as in advantages: { preset: grpo, options: { format: 0.5 } }, or write each down if the cost is what you compare.';
    expect(fault(arms('grpo', 'rlvmr:fixed'))).toBe(message);
    expect(fault({ ...arms(undefined, 'rlvmr:fixed'), rl: { advantages: 'grpo' } })).toBe(message);
    expect(fault(arms(grpo(0.2), 'rlvmr:fixed'))).toContain('costs 0.2 in arm 1, 0.5 in arm 2 (the default');
    expect(fault(arms({ preset: 'dapo', options: { mixedOnly: false } }, fixed(0.5)))).toContain('0 in arm 1 (the def');
  });

  it('may differ where every arm says so, and is not asked for where it is the same', () => {
    for (const recipe of [
      arms(grpo(0.5), 'rlvmr:fixed'),
      arms(grpo(0), fixed(0.5)),
      arms('grpo', 'rlvmr:code', 'gigpo'),
      arms('rlvmr:fixed'),
    ])
      expect(readStudyRecipe(recipe).arms).toHaveLength(recipe.arms.length);
  });
});

describe('the recipe of the quickstart', () => {
  it('follows from the minutes alone, and grows with them', () => {
    const amounts = [1, usualMinutes, 4 * usualMinutes].map(minutes => {
      const { pretraining, sft, arms, evaluation } = quickstartRecipe(household, { minutes });
      return [pretraining.tokens, sft.epochs, arms[0]!.rl!.iterations, evaluation.panels[0]!.tasks!];
    });
    const [short, usual, long] = amounts as [number[], number[], number[]];
    for (let i = 0; i < usual.length; i++) expect(short[i]).toBeLessThan(usual[i]!);
    expect([long[0]! / usual[0]!, long[2]! / usual[2]!, long[3]! / usual[3]!]).toEqual([4, 4, 4]);
    expect(long[1]).toBe(usual[1]);
    expect(quickstartRecipe(household, { minutes: 5 })).toEqual(quickstartRecipe(household, { minutes: 5 }));
  });

  it('asks for no more tasks than a panel has', () => {
    expect(quickstartRecipe(household, { minutes: 1000 }).evaluation.panels.map(({ tasks }) => tasks)).toEqual([
      512, 512, 512,
    ]);
  });

  it.skipIf(!process.env['ALFWORLD_DATA'])('holds out what a kit suggests; skipped: needs ALFWORLD_DATA', async () => {
    const world = await alfworld({ heldOut: kit.suggestedHeldOut as ['cool', 'two'] });
    const recipe = quickstartRecipe(world, { minutes: 1000 });
    expect(recipe.heldOut).toEqual(['cool', 'two']);
    expect(recipe.evaluation.panels).toEqual([
      { level: 'L0', split: 'seen', tasks: 91 },
      { level: 'L1', split: 'unseen', tasks: 96 },
      { level: 'L2', split: 'heldOut', tasks: 38 },
    ]);
  });

  it('lets a world without panels and demonstrations play its splits and make its own', () => {
    const { demonstrations, evaluation, world } = quickstartRecipe(lockedRoom, { minutes: 1, name: './room.ts' });
    expect([world, demonstrations]).toEqual(['./room.ts', { build: expect.objectContaining({ seed: 0 }) }]);
    expect(evaluation.panels).toEqual([
      { level: 'L0', split: 'seen', tasks: 8 },
      { level: 'L1', split: 'unseen', tasks: 8 },
      { level: 'L2', split: 'heldOut', tasks: 8 },
    ]);
  });

  it('gives a small world a small policy and many demonstrations, if its expert makes them, and less time', () => {
    const small = quickstartRecipe(workshop as World, { vocabulary: 170 });
    expect(small.policy).toMatchObject({ preset: 'pico' });
    expect(small.demonstrations).toMatchObject({ build: { trajectories: 400 } });
    expect(small.sft.epochs).toBe(4);
    // Short demonstrations hold few decisions, so there are more of them; but no more than can be made.
    const of = (demonstrationSteps: number, minutes?: number) =>
      quickstartRecipe(workshop as World, { vocabulary: 170, demonstrationSteps, minutes }).demonstrations;
    expect(of(8)).toMatchObject({ build: { trajectories: 1000 } });
    expect(of(1)).toMatchObject({ build: { trajectories: 2000 } });
    expect(of(30)).toMatchObject({ build: { trajectories: 400 } });
    expect(of(8, 1)).toMatchObject({ build: { trajectories: 400 } });
    expect(usualMinutesOf(workshop as World, 170)).toBeLessThan(usualMinutes);
    // Twice the minutes, twice the work; and no epoch more.
    const long = quickstartRecipe(workshop as World, {
      vocabulary: 170,
      minutes: 2 * usualMinutesOf(workshop as World, 170),
    });
    expect(long.pretraining.tokens).toBe(2 * small.pretraining.tokens);
    expect(long.sft.epochs).toBe(4);
    // Without an expert a search finds them, slowly: fewer of them, seen oftener.
    const searched = quickstartRecipe(lockedRoom, { vocabulary: 170 });
    expect(searched.demonstrations).toMatchObject({ build: { trajectories: 200 } });
    expect(searched.sft.epochs).toBe(20);
    // Many words, or demonstrations that ship: the usual size.
    expect(quickstartRecipe(workshop as World, { vocabulary: 900 }).policy.preset).toBe('nano');
    expect(quickstartRecipe(household, { vocabulary: 170 }).policy.preset).toBe('nano');
  });

  it('trains all arms from one cold start, with one seed and one set of tasks', () => {
    const { arms, seeds } = quickstartRecipe(household, { seed: 3 });
    expect(seeds).toEqual([3]);
    expect(arms.map(({ name }) => name)).toEqual(['GRPO', 'RLVMR']);
    const [grpo, rlvmr] = arms.map(({ rl }) => ({ ...rl, advantages: null }));
    expect(grpo).toEqual(rlvmr);
  });
});
