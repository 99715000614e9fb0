import { expect, it } from 'vitest';
import lockedRoom from '../../envs/locked-room/index.ts';
import { estimateStudy, formatEstimate, openStudy, readStudyRecipe } from '../../src/study/index.ts';
import { demonstrationSize } from '../../src/training/needed-context.ts';

const estimateOf = (recipe: Parameters<typeof readStudyRecipe>[0], speed: number) =>
  estimateStudy(openStudy(readStudyRecipe(recipe), { world: lockedRoom }), speed);

const input = {
  name: 'estimated',
  world: 'locked-room',
  policy: { preset: 'nano', context: 512 },
  pretraining: { tokens: 8000 },
  demonstrations: { build: { trajectories: 12 } },
  sft: { epochs: 10 },
  rl: { iterations: 3, tasks: 2, rollouts: 4, maxSteps: 8 },
  arms: [
    { name: 'GRPO', rl: { advantages: { preset: 'grpo', options: { format: 0.5 } } } },
    {
      name: 'MASA',
      rl: { advantages: { preset: 'grpo', options: { format: 0.5 } }, forecasts: { warmUp: { tasks: 5 } } },
    },
  ],
  seeds: [0, 1],
  evaluation: {
    panels: [
      { split: 'seen', tasks: 4 },
      { split: 'heldOut', tasks: 6 },
    ],
    rollouts: 3,
    during: { every: 2, tasks: 5 },
  },
};

it('counts what a study does: arms × seeds, warm-ups, and every policy on every panel', async () => {
  const estimate = (await estimateOf(input, 50_000))!;
  // Two arms and two seeds of 3 × 2 × 4 episodes, and two warm-ups of 5 × 4.
  expect(estimate.episodes).toBe(2 * 2 * 24 + 2 * 20);
  // The cold start, and two arms with two seeds; before, after two and after all three iterations of each training.
  expect(estimate.evaluated).toBe(5 * (4 + 6) * 3 + 2 * 2 * 3 * (4 + 5));
  const { opening, step, steps } = await demonstrationSize(lockedRoom, lockedRoom.expert ? 24 : 3);
  expect(steps).toBeGreaterThan(2);
  expect(step).toBeGreaterThan(5);
  expect(estimate.taughtTokens).toBe(Math.round(8000 + 10 * 12 * (opening + steps * step)));
  expect(formatEstimate(estimate)).toMatch(
    /^[\d,]+ tokens are learnt from, 136 episodes .* 258 to be evaluated: .* about /,
  );
});

it('counts whole panels, and policies whose tags are stripped, in the ways and on the levels that are asked for', async () => {
  const evaluated = async (evaluation: object) =>
    (await estimateOf(
      { ...input, evaluation: { panels: [{ split: 'seen' }, { split: 'unseen', tasks: 6 }], ...evaluation } },
      1000,
    ))!.evaluated;
  const whole = openStudy(readStudyRecipe({ ...input, evaluation: { panels: [{ split: 'seen' }] } }), {
    world: lockedRoom,
  });
  const seen = whole.panels[0]!.tasks.length;
  expect(seen).toBeGreaterThan(6);
  // The cold start, and two arms with two seeds.
  expect(await evaluated({})).toBe(5 * (seen + 6));
  const temperatures = [0, 1];
  const everything = 5 * 2 * (seen + 6);
  expect(await evaluated({ temperatures })).toBe(everything);
  const ways = ['tag', 'past'];
  expect(await evaluated({ temperatures, stripTags: { ways } })).toBe(everything + 5 * 2 * (seen + 6));
  expect(await evaluated({ temperatures, stripTags: { ways, arms: ['MASA'], levels: ['L1'] } })).toBe(
    everything + 2 * 2 * 6,
  );
});

it('takes as long as the engine is slow and the policy large, and longer where episodes use all their steps', async () => {
  const minutes = async (changes: object, speed: number) =>
    (await estimateOf({ ...input, ...changes }, speed))!.minutes;
  const usual = await minutes({}, 50_000);
  expect(usual.high).toBeGreaterThan(usual.low);
  const slow = await minutes({}, 5_000);
  // What rules make takes the same time.
  const byRules = 12 / 25 / 60;
  expect((slow.low - byRules) / (usual.low - byRules)).toBeCloseTo(10, 6);
  expect((await minutes({ policy: { preset: 'base' } }, 50_000)).low).toBeGreaterThan(8 * usual.low);
  expect((await minutes({ seeds: [0, 1, 2, 3] }, 50_000)).high).toBeGreaterThan(1.2 * usual.high);
});

it('says nothing of the time of a published model', async () => {
  const { pretraining: _, sft: __, ...rest } = input;
  const recipe = readStudyRecipe({ ...rest, policy: { folder: 'model', lora: 8 } });
  expect(await estimateStudy({ recipe, world: lockedRoom, starts: [], panels: [] }, 50_000)).toBeNull();
});
