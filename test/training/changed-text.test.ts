import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import lockedRoom from '../../envs/locked-room/index.ts';
import { completeKit, demonstrate, rulesAnnotator, trajectoryOf } from '../../src/demonstrations/index.ts';
import { loadPolicy, savePolicy } from '../../src/policy/index.ts';
import {
  newPolicy,
  pretrainingSettingsSchema,
  sftSettingsSchema,
  type StageContext,
  trainPretraining,
  trainSft,
} from '../../src/training/stages/index.ts';
import type { Trajectory } from '../../src/trajectory/index.ts';
import type { World, WorldKit } from '../../src/world/index.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'clew-changed-text-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The world with a kit that asks one question, which has always the same answer. */
function asking(answer: string, kit: Partial<WorldKit<never>> = {}): World {
  const questions = () => ({ see: () => {}, ask: () => ({ question: 'open?', answer }) });
  return { ...lockedRoom, kit: { ...lockedRoom.kit, questions, ...kit } } as World;
}

const world = asking('the door.');
const start = await newPolicy(world, { preset: 'pico', context: 512, seed: 0 });
const settings = pretrainingSettingsSchema.parse({ tokens: 4000, tokensPerStep: 500 });

/** What a training is told, to be ended after its second step where it is to be gone on with. */
function context(name: string, stopped: boolean): Omit<StageContext, 'world'> {
  const ending = new AbortController();
  return {
    start,
    out: path.join(folder, `${name}.safetensors`),
    learner: { workers: 0 },
    signal: ending.signal,
    onStep: ({ step }) => {
      if (stopped && step === 2) ending.abort();
    },
  };
}

describe('a pretraining whose kit asks another question', () => {
  it('does not go on from the state of the one before', async () => {
    const { training } = await trainPretraining({ ...context('stopped', true), world }, settings);
    expect(training).toMatchObject({ step: 2, finished: false });
    const changed = trainPretraining({ ...context('stopped', false), world: asking('the key.') }, settings);
    await expect(changed).rejects.toThrow(/stopped\.training\.safetensors .* learnt other text than is made now/);
    const same = await trainPretraining({ ...context('stopped', false), world: asking('the door.') }, settings);
    expect(same.training?.finished).toBe(true);
  }, 240_000);

  it('does not take the policy that is there for its own', async () => {
    await trainPretraining({ ...context('finished', false), world }, settings);
    const again = await trainPretraining({ ...context('finished', false), world }, settings);
    expect(again.training).toBeNull();
    const changed = trainPretraining({ ...context('finished', false), world: asking('the key.') }, settings);
    await expect(changed).rejects.toThrow(/was begun with other settings \(text: "\w+", now "\w+"\)/);
  }, 240_000);

  it('takes the policy that an earlier version made, which does not name its text', async () => {
    const { out } = context('finished', false);
    const there = await loadPolicy(out, world);
    const { text: _, ...stage } = there.origin.stages[0]!;
    await savePolicy(out, { ...there, origin: { ...there.origin, stages: [stage] } } as never);
    const again = await trainPretraining({ ...context('finished', false), world }, settings);
    expect(again.training).toBeNull();
  }, 240_000);
});

it('a policy of another size is not taken for the one that is asked for', async () => {
  await trainPretraining({ ...context('small', false), world }, settings);
  const larger = await newPolicy(world, { preset: 'nano', context: 512, seed: 0 });
  const asked = trainPretraining({ ...context('small', false), world, start: larger }, settings);
  await expect(asked).rejects.toThrow(/small\.safetensors holds a policy that was begun with other settings .*width: /);
}, 240_000);

describe('a fine-tuning in which other things trade names', () => {
  it('does not go on from the state of the one before', async () => {
    const before = asking('the door.', { permutableThings: ['key', 'crowbar'] });
    const now = asking('the door.', { permutableThings: ['key', 'crowbar', 'chest', 'rug'] });
    const demonstrations = { trajectories: await demonstrated(8), content: 'eight' };
    const twice = sftSettingsSchema.parse({ epochs: 3, tokensPerStep: 400, permuteThings: 1 });
    await trainSft({ ...context('sft', true), world: before }, demonstrations, twice);
    await expect(trainSft({ ...context('sft', false), world: now }, demonstrations, twice)).rejects.toThrow(
      /learnt other text than is made now/,
    );
    const { training } = await trainSft({ ...context('sft', false), world: before }, demonstrations, twice);
    expect(training?.finished).toBe(true);
  }, 240_000);
});

async function demonstrated(count: number): Promise<Trajectory[]> {
  const { createExpert, mistakes } = completeKit(world);
  return Promise.all(
    world.tasks('train', count).map(async record => {
      const demonstration = demonstrate({ world, record, createExpert, mistakes, rate: 0 });
      const replies = (await rulesAnnotator().annotate(demonstration)) as string[];
      return trajectoryOf(demonstration, replies, 'shown', 'rules');
    }),
  );
}
