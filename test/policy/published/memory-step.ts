/**
 * Two steps of fine-tuning a published model on one row; prints the most gigabytes that this process had resident:
 * `memory-step.ts FOLDER adapter|all TOKENS`.
 */
import { readFileSync } from 'node:fs';
import { AdamW, clipGradient } from '../../../src/learn/index.ts';
import { Learner, trainable } from '../../../src/policy/index.ts';
import { frozenModel, openPublishedFolder } from '../../../src/policy/published/index.ts';

const [folder, what, count] = process.argv.slice(2) as [string, 'adapter' | 'all', string];
const published = await openPublishedFolder(folder);
const policy = { model: frozenModel(published), published: { folder: published, commands: [] } };
const { model } = await trainable(policy, what === 'all' ? { full: true } : { lora: 16 }, 0);
const learner = await Learner.open(model, { workers: 0 });
const optimiser = new AdamW(model);
const tokens = Array.from({ length: Number(count) + 1 }, (_, i) => (i * 7919) % model.config.vocabulary);
const row = { tokens, weights: tokens.map((_, i) => (i === 0 ? 0 : 1)) };
// The first step compiles, the second is what a training does over and over.
for (let step = 0; step < 2; step++) {
  const { gradient } = await learner.gradient([row], { kind: 'likelihood', normaliser: Number(count) });
  clipGradient(gradient, 1);
  optimiser.step(gradient, 1e-5);
}
const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))!;
process.stdout.write(`${(1024 * Number(kilobytes)) / 1e9}\n`);
await learner.close();
