import { expect, test } from 'vitest';
import workshop from '../../examples/workshop/world.ts';
import { completeKit, demonstrate, rulesAnnotator, trajectoryOf } from '../../src/demonstrations/index.ts';
import { codecOf, layoutOf, trajectoryRow } from '../../src/policy/index.ts';
import { demonstrationSteps, neededContext } from '../../src/training/needed-context.ts';
import { newPolicy, policySettingsSchema } from '../../src/training/stages/index.ts';
import { worldTokenizer } from '../../src/training/vocabulary.ts';
import type { World } from '../../src/world/index.ts';

const world = workshop as unknown as World;
const layout = layoutOf(await worldTokenizer(world), codecOf(world));

async function demonstration(wordy = 1) {
  const [record] = world.tasks('train', 1);
  const { createExpert, mistakes } = completeKit(world);
  const played = demonstrate({ world, record: record!, createExpert, mistakes });
  const replies = (await rulesAnnotator().annotate(played)) as string[];
  const trajectory = trajectoryOf(played, replies, 'test', 'rules');
  return {
    ...trajectory,
    steps: trajectory.steps.map(step => ({ ...step, reply: step.reply.replace('</', ` ${'so '.repeat(wordy)}</`) })),
  };
}

test('a context holds the longest demonstration, and an episode that uses up all steps', async () => {
  const long = await demonstration(400);
  const { length } = trajectoryRow(long, layout).tokens;
  const needed = await neededContext(world, layout, [long]);
  expect(needed).toBeGreaterThan(length);
  // As many tokens a step, and as many steps as the world allows.
  expect(needed).toBeGreaterThan((world.maxSteps * length) / (long.steps.length + 1));
  expect(needed % 64).toBe(0);
});

test('short episodes get the least one, and a new policy has it unless told otherwise', async () => {
  expect(await neededContext(world, layout, [await demonstration()])).toBe(1280);
  expect(await neededContext(world, layout)).toBe(1280);
  const { model } = await newPolicy(world, policySettingsSchema.parse({ preset: 'pico' }));
  expect(model.config.context).toBe(1280);
  const told = await newPolicy(world, policySettingsSchema.parse({ preset: 'pico', context: 320 }));
  expect(told.model.config.context).toBe(320);
});

test('the steps of a demonstration are those of the expert, with its mistakes', async () => {
  const { steps } = await demonstration();
  const mean = await demonstrationSteps(world);
  expect(mean).toBeGreaterThan(steps.length / 4);
  expect(mean).toBeLessThan(steps.length * 4);
});
