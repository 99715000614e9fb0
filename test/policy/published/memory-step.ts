/** Two steps of fine-tuning a model of SmolLM2's shape; prints the most gigabytes that the process has taken. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { AdamW, clipGradient } from '../../../src/learn/index.ts';
import { Learner, trainable } from '../../../src/policy/index.ts';
import { frozenModel, openPublishedFolder } from '../../../src/policy/published/index.ts';
import { writeTinyFolder } from './tiny-folder.ts';

const smollm2 = {
  hidden_size: 576,
  num_hidden_layers: 30,
  num_attention_heads: 9,
  num_key_value_heads: 3,
  head_dim: 64,
  intermediate_size: 1536,
  vocab_size: 49_152,
  max_position_embeddings: 8192,
};

/** Resident set, in bytes: the most so far, or now. */
function memory(what: 'VmHWM' | 'VmRSS'): number {
  return 1024 * Number(new RegExp(`${what}:\\s+(\\d+) kB`).exec(readFileSync('/proc/self/status', 'utf8'))![1]);
}

const root = process.argv[3] ?? mkdtempSync(path.join(tmpdir(), 'clew-memory-'));
if (process.argv[3] === undefined) {
  // Random weights are made in a process of their own, so that making them is not measured.
  const { spawnSync } = await import('node:child_process');
  await writeTinyFolder(root, { config: smollm2 });
  const { status, stdout, stderr } = spawnSync('npx', ['jiti', process.argv[1]!, process.argv[2]!, root], {
    encoding: 'utf8',
  });
  process.stdout.write(stdout);
  process.stderr.write(stderr);
  rmSync(root, { recursive: true });
  process.exitCode = status ?? 1;
} else {
  const published = await openPublishedFolder(root);
  const policy = { model: frozenModel(published), published: { folder: published, commands: [] } };
  const { model } = await trainable(policy, process.argv[2] === 'all' ? { full: true } : { lora: 16 }, 0);
  const learner = await Learner.open(model, { workers: 0 });
  const optimiser = new AdamW(model);
  const tokens = Array.from({ length: 513 }, (_, i) => (i * 7919) % smollm2.vocab_size);
  const row = { tokens, weights: tokens.map((_, i) => (i === 0 ? 0 : 1)) };
  for (let step = 0; step < 2; step++) {
    const { gradient } = await learner.gradient([row], { kind: 'likelihood', normaliser: 512 });
    clipGradient(gradient, 1);
    optimiser.step(gradient, 1e-5);
  }
  process.stdout.write(`${memory('VmHWM') / 1e9}\n`);
  await learner.close();
}
