import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadWorld } from '../../src/cli/load-world.ts';
import { openStore } from '../../src/trajectory/index.ts';
import { loadPolicy, type TrainedPolicy } from '../../src/policy/index.ts';
import { policyAgent, policyVersion } from '../../src/agents/policy.ts';
import { planRun, playRun } from '../../src/runs/index.ts';
import { readRlRecipe, trainRl } from '../../src/training/rl/index.ts';
import {
  expertIterationSettingsSchema,
  newPolicy,
  policySettingsSchema,
  pretrainingSettingsSchema,
  readDemonstrations,
  sftSettingsSchema,
  trainExpertIteration,
  trainPretraining,
  trainSft,
} from '../../src/training/stages/index.ts';
import { loadPanel, panelTasks } from '../../src/world/index.ts';
import type { BenchResult } from './bench.ts';
import { besidePytorch } from './stages/beside-pytorch.ts';
import { measured } from './stages/stage.ts';

// As commands load it: threads know where to load it too.
const world = await loadWorld('household');

/** Sizes of the stages: each long enough to be measured, all together a few minutes. */
const preset = process.env.CLEW_BENCH_PRESET ?? 'nano';
const amount = Number(process.env.CLEW_BENCH_AMOUNT ?? 1);
const pretrainingTokens = Math.round(400_000 * amount);
const sftEpochs = Math.ceil(8 * amount);
const ownTasks = Math.round(200 * amount);
const panelSize = Math.min(100, Math.round(100 * amount));
const iterations = Math.ceil(2 * amount);

type Stage = (folder: string) => Promise<BenchResult>;

/** In their order: each begins with what the one before left in the folder. */
const stages: Readonly<Record<string, Stage>> = {
  pretraining: async folder => {
    const start = await newPolicy(world, policySettingsSchema.parse({ preset, context: 1280 }));
    const settings = pretrainingSettingsSchema.parse({ tokens: pretrainingTokens });
    return measured(() => trainPretraining({ world, start, out: file(folder, 'pretrained') }, settings));
  },
  sft: async folder => {
    const start = await policy(folder, 'pretrained');
    const settings = sftSettingsSchema.parse({ epochs: sftEpochs });
    return measured(() => trainSft({ world, start, out: file(folder, 'cold-start') }, shipped(), settings));
  },
  'expert iteration': async folder => {
    const context = {
      world,
      start: await policy(folder, 'cold-start'),
      out: file(folder, 'expert-iteration'),
      store: openStore(path.join(folder, 'expert-iteration.sqlite')),
      run: 'expert iteration',
    };
    const settings = expertIterationSettingsSchema.parse({ rounds: 1, tasks: ownTasks, pool: 1200, epochs: 1 });
    return measured(() => trainExpertIteration(context, shipped(), settings));
  },
  'reinforcement learning': async folder => {
    const start = await policy(folder, 'expert-iteration');
    const recipe = readRlRecipe({
      advantages: 'rlvmr:fixed',
      objective: { preset: 'clew', options: { klCoefficient: 0, entropyCoefficient: 0 } },
      iterations,
      tasks: 16,
      rollouts: 8,
      maxSteps: 14,
      miniBatches: 1,
      temperature: 0.8,
      learningRate: 1e-4,
      alarms: 'warn',
    });
    const store = openStore(path.join(folder, 'rl.sqlite'));
    return measured(() => trainRl({ world, recipe, start, seed: 0, store, run: 'rl', out: file(folder, 'rl') }));
  },
  evaluation: async folder => {
    const checkpoint = await policy(folder, 'expert-iteration');
    const store = openStore(path.join(folder, 'evaluation.sqlite'));
    const plan = planRun(store, {
      id: 'bench',
      kind: 'evaluation',
      world,
      tasks: panelTasks(loadPanel('unseen', world), world).slice(0, panelSize),
      rollouts: 1,
      seed: 0,
      settings: { policy: policyVersion(checkpoint) },
      remedy: 'Choose another name.',
    });
    return measured(async () => {
      const agent = await policyAgent({ checkpoint, workers: os.availableParallelism() });
      await playRun(store, plan, { agent, parallelEpisodes: 128 });
      await agent.close();
    });
  },
};

/**
 * The stages of a small study of the household, one after the other, each in a process of its own: tokens a second
 * beside those of the engine alone on the same rows and episodes, the main thread's share, and memory. Then training
 * and decoding of plain shapes, beside PyTorch where it is installed.
 */
export async function bench(): Promise<BenchResult> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'clew-bench-'));
  try {
    const results: Record<string, BenchResult> = {};
    for (const name of Object.keys(stages)) {
      const printed = execFileSync(process.execPath, [fileURLToPath(import.meta.url), name, folder], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      results[name] = JSON.parse(printed) as BenchResult;
    }
    return { preset, workers: os.availableParallelism(), stages: results, pytorch: await besidePytorch() };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function file(folder: string, name: string): string {
  return path.join(folder, `${name}.safetensors`);
}

function policy(folder: string, name: string): Promise<TrainedPolicy> {
  return loadPolicy(file(folder, name), world);
}

function shipped() {
  return readDemonstrations(openStore(fileURLToPath(world.kit.demonstrations!), { readonly: true }), world);
}

const [, started, name, folder] = process.argv;
if (started === fileURLToPath(import.meta.url) && name !== undefined && folder !== undefined) {
  process.stdout.write(JSON.stringify(await stages[name]!(folder)));
  process.exit(0);
}
