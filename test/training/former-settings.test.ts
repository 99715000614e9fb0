import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  buildWordTokenizer,
  createModel,
  modelConfig,
  saveCheckpoint,
  type TrainedPolicy,
} from '../../src/policy/index.ts';
import { beginRun } from '../../src/runs/index.ts';
import { currentRlRecipe } from '../../src/training/former-settings.ts';
import { readRlRecipe } from '../../src/training/rl/index.ts';
import { formerHashes } from '../../src/training/rl/kept-state.ts';
import { trainStage } from '../../src/training/stage.ts';
import { openStore } from '../../src/trajectory/index.ts';
import { plainCodec } from '../../src/world/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'clew-former-settings-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** As commit 7a00869 wrote it, with every default. */
const kept = JSON.parse(
  '{"advantages":"grpo","objective":"clew","selfImitation":{"weight":1,"tokens":30000,"observationWeight":0.1,"renamed":0.3,"renamedPlaces":0.5},"iterations":100,"tasks":16,"rollouts":8,"pool":4096,"temperature":1,"replyTokens":64,"dynamicRounds":1,"miniBatches":4,"epochs":1,"learningRate":0.00015,"warmUp":5,"decay":1,"weightDecay":0,"clip":2,"skipAbove":5,"alarms":"stop"}',
);

describe('a recipe of reinforcement learning of before', () => {
  const now = {
    advantages: 'grpo',
    maxGradNorm: 2,
    gradientSpikeThreshold: 5,
    selfImitation: { permuteThings: 0.3 },
  };

  it('is the same recipe in the names of now', () => {
    expect(readRlRecipe(kept)).toEqual(readRlRecipe(now));
  });

  it('is refused where it says a setting twice', () => {
    expect(() => readRlRecipe({ clip: 1, maxGradNorm: 2 })).toThrow('Unrecognized key: "clip"');
  });

  it('names the state that was kept of it', () => {
    // What that commit called the state of a run with this recipe and seed 3.
    const config = { kind: 'rl', seed: 3, recipe: readRlRecipe(now) };
    expect(formerHashes(config)).toContain('f4a314fc19a95a7f');
    expect(formerHashes({ ...config, permuted: 'names of now' })).toContain('f4a314fc19a95a7f');
  });

  it('is that of a run which goes on', () => {
    const store = openStore(':memory:');
    const run = { id: 'old', kind: 'rl', world: 'locked-room', remedy: 'Choose another name.' } as const;
    store.runs.add({ ...run, config: { seed: 3, recipe: kept } });
    const begin = (recipe: object) =>
      beginRun(store, {
        ...run,
        config: { seed: 3, recipe: readRlRecipe(recipe) },
        current: ({ recipe: before, ...config }) => ({ ...config, recipe: currentRlRecipe(before) }),
      });
    expect(begin(now).status).toBe('running');
    expect(() => begin({ ...now, maxGradNorm: 1 })).toThrow('recipe.maxGradNorm: 2, now 1');
  });
});

it('a policy that was fine-tuned before is known by its settings', async () => {
  const tokenizer = buildWordTokenizer({ texts: ['a mug on a shelf'] });
  const size = { vocabulary: tokenizer.size, width: 16, heads: 2, layers: 1, feedForward: 16, context: 64 };
  const start: TrainedPolicy = {
    model: createModel(modelConfig('nano', size), 7),
    tokenizer,
    codec: plainCodec,
    origin: { codec: 'plain', world: 'locked-room', stages: [] },
  } as unknown as TrainedPolicy;
  const out = join(folder, 'sft.safetensors');
  const stage = { stage: 'sft', epochs: 2, renamed: 0.7, stuck: 0.8, circles: 0.15 };
  await saveCheckpoint(out, { ...start, origin: { ...start.origin, stages: [{ ...stage, result: { steps: 1 } }] } });
  const again = (settings: object) =>
    trainStage({
      out,
      start,
      settings: { stage: 'sft', epochs: 2, permuteThings: 0.7, failureChains: 0.8, ...settings },
      train: () => Promise.reject(new Error('It is trained again.')),
    });
  expect(await again({ repetitiveThoughts: 0.15 })).toEqual({ training: null, policy: null });
  await expect(again({ repetitiveThoughts: 0.2 })).rejects.toThrow('repetitiveThoughts: 0.15, now 0.2');
});
