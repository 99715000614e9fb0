import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import lockedRoom from '../../envs/locked-room/index.ts';
import { openStudy, readStudyRecipe, runStudy, type StudyOutcome } from '../../src/study/index.ts';
import { contentHash, openStore } from '../../src/trajectory/index.ts';
import { writeTinyFolder } from '../policy/published/tiny-folder.ts';

const root = mkdtempSync(path.join(tmpdir(), 'clew-published-study-'));
afterAll(() => rmSync(root, { recursive: true }));
await writeTinyFolder(path.join(root, 'model'), { config: { max_position_embeddings: 8192 } });

/** Everything that a study can do with a published model, as little of it as possible. */
const written = {
  name: 'published',
  world: 'locked-room',
  policy: { folder: 'model', lora: 2 },
  demonstrations: { build: { trajectories: 2, maxSteps: 6, mistakes: 0 } },
  sft: { epochs: 1 },
  expertIteration: { rounds: 2, tasks: 2, pool: 4, maxSteps: 1, replyTokens: 4 },
  rl: { iterations: 2, tasks: 1, rollouts: 2, pool: 2, maxSteps: 1, miniBatches: 1, replyTokens: 4, alarms: 'warn' },
  arms: [
    {
      name: 'RLVMR',
      rl: {
        advantages: { preset: 'rlvmr:fixed', options: { format: 0.5 } },
        selfImitation: { tokens: 500 },
      },
    },
  ],
  evaluation: { panels: [{ split: 'seen' as const, tasks: 1 }], maxSteps: 1, replyTokens: 4 },
};

/** Runs the study in a folder until it has said `until` so often, or to its end. */
async function run(recipe: unknown, out: string, stop: { kind: string; after: number } | null = null) {
  const study = openStudy(readStudyRecipe(recipe), { world: lockedRoom, folder: root });
  const folder = path.join(root, out);
  const store = openStore(path.join(root, `${out}.db`));
  const abort = new AbortController();
  const stages: string[] = [];
  let outcome: StudyOutcome | null;
  const count = (kind: string) => {
    if (stop?.kind === kind && --stop.after === 0) abort.abort();
  };
  try {
    outcome = await runStudy(study, {
      out: folder,
      store,
      compute: { workers: 0 },
      signal: abort.signal,
      progress: {
        step: () => count('step'),
        iteration: () => count('iteration'),
        end: ({ stage, outcome: said }) => said !== null && stages.push(`${stage.kind} ${stage.title}`.trim()),
      },
    });
    return { outcome, stages, content: contentHash(store) };
  } finally {
    store.close();
  }
}

describe('a study that begins with a published model', { timeout: 600_000 }, () => {
  it('names a model that is damaged before anything is written', async () => {
    cpSync(path.join(root, 'model'), path.join(root, 'damaged'), { recursive: true });
    truncateSync(path.join(root, 'damaged/model.safetensors'), 5000);
    const recipe = { ...written, policy: { folder: 'damaged', lora: 2 } };
    await expect(run(recipe, 'of-damaged')).rejects.toThrow(/model\.safetensors/);
    expect(existsSync(path.join(root, 'of-damaged'))).toBe(false);
  });

  it.each([
    ['an adapter', { folder: 'model', lora: 2 }],
    ['all weights', { folder: 'model', full: true }],
  ])('trains %s in every stage, and goes on bit for bit wherever it stopped', async (_, policy) => {
    const name = 'lora' in policy ? 'lora' : 'full';
    const recipe = { ...written, policy };
    const straight = await run(recipe, `${name}-straight`);
    expect(straight.stages).toEqual([
      'demonstrations',
      'sft',
      'evaluation cold start',
      'expert iteration',
      'evaluation expert iteration',
      'rl RLVMR, seed 0',
      'evaluation RLVMR, seed 0',
      'report',
    ]);
    const { policies } = straight.outcome!.result.study;
    expect(policies.map(({ file }) => file)).toEqual(['cold-start', 'expert-iteration', 'rlvmr-seed-0']);
    // Every stage has changed what it began with.
    expect(new Set(policies.map(({ version }) => version)).size).toBe(3);

    // Stopped in the fine-tuning, in the second round of expert iteration, and in the arm.
    const stopped = `${name}-stopped`;
    for (const stop of [
      { kind: 'step', after: 1 },
      { kind: 'step', after: 2 },
      { kind: 'iteration', after: 1 },
    ])
      expect((await run(recipe, stopped, stop)).outcome).toBeNull();
    const again = await run(recipe, stopped);
    expect(again.outcome!.result.study.policies).toEqual(policies);
    expect(again.content).toBe(straight.content);
    const weights = name === 'lora' ? 'adapter_model.safetensors' : 'model.safetensors';
    for (const { file } of policies)
      expect(readFileSync(path.join(root, stopped, file, weights))).toEqual(
        readFileSync(path.join(root, `${name}-straight`, file, weights)),
      );
  });

  it('begins with an adapter that is there already', async () => {
    const { outcome } = await run(
      { ...written, policy: { folder: 'model', adapter: 'lora-straight/cold-start' }, expertIteration: undefined },
      'further',
    );
    expect(outcome!.result.study.policies[0]!.file).toBe('cold-start');
  });

  it('reads defaults that fit a published model, and keeps what is said', () => {
    const { sft, expertIteration, arms, evaluation, pretraining } = readStudyRecipe({
      ...written,
      expertIteration: {},
      rl: {},
      evaluation: { panels: [{ split: 'seen' }] },
    });
    expect(sft).toMatchObject({ epochs: 1, learningRate: 2e-4, permuteThings: 0, repetitiveThoughts: 0 });
    expect(expertIteration).toMatchObject({ epochs: 1, learningRate: 2e-4, permuteThings: 0, replyTokens: 128 });
    expect([evaluation.replyTokens, ...arms.map(({ rl }) => rl!.replyTokens)]).toEqual([128, 128]);
    expect(pretraining).toBeUndefined();
    expect(readStudyRecipe({ ...written, policy: {} }).pretraining).toMatchObject({ tokens: 2_500_000 });
  });

  it.each([
    [{ policy: { folder: 'model' } }, /policy\.lora: Say what is trained.*lora: 16, adapter: FOLDER, full: true/],
    [{ policy: { folder: 'model', lora: 2, full: true } }, /policy\.lora: Say what is trained/],
    [{ policy: { folder: 'model', lora: 2, preset: 'nano' } }, /policy\.preset: is for a new decoder/],
    [{ policy: { lora: 2 } }, /policy\.lora: is for published models/],
    [{ policy: { folder: 'model', rank: 2 } }, /"rank" is no setting here; there are .*folder, adapter, lora/],
    [{ pretraining: { tokens: 100 } }, /pretraining: is for a new decoder/],
  ])('refuses %j in a sentence', (change, message) => {
    expect(() => readStudyRecipe({ ...written, ...change })).toThrow(message);
  });

  it('says that there is no such model or adapter before anything is begun', () => {
    const open = (policy: object) =>
      openStudy(readStudyRecipe({ ...written, policy }), { world: lockedRoom, folder: root });
    expect(() => open({ folder: 'nowhere', lora: 2 })).toThrow(
      /policy\.folder: There is no folder .*nowhere\. .*policy fetch/,
    );
    writeFileSync(path.join(root, 'a-file'), '');
    expect(() => open({ folder: 'model', adapter: 'a-file' })).toThrow(/a-file is no folder of an adapter/);
  });

  it("runs the guide's recipe, with a tiny model in the place of SmolLM2 and less of everything", async () => {
    const guide = readFileSync(path.resolve(import.meta.dirname, '../../docs/guide/real-models.md'), 'utf8');
    const recipe = parse(/```yaml file=smollm2\.yaml\n([\s\S]*?)```/.exec(guide)![1]!) as Recipe;
    expect(recipe.policy).toEqual({ folder: 'models/smollm2-135m-instruct', lora: 16 });
    const little = { tasks: 2, maxSteps: 1, replyTokens: 4 };
    recipe.policy.folder = 'model';
    recipe.demonstrations.build.trajectories = 3;
    Object.assign(recipe.expertIteration, little);
    Object.assign(recipe.rl, little, { iterations: 1, tasks: 1, rollouts: 2, miniBatches: 1 });
    Object.assign(recipe.evaluation, { maxSteps: 1, replyTokens: 4 });
    for (const panel of recipe.evaluation.panels) panel.tasks = 1;
    const { outcome, stages } = await run(recipe, 'guide');
    expect(outcome!.result.study.policies).toHaveLength(4);
    expect(stages).toEqual(expect.arrayContaining(['sft', 'rl GRPO, seed 0', 'rl RLVMR, seed 0', 'report']));
  });
});

interface Recipe {
  policy: { folder: string; lora: number };
  demonstrations: { build: { trajectories: number } };
  expertIteration: object;
  rl: object;
  evaluation: { panels: { tasks: number }[] };
}
