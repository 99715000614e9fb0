import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeTinyFolder } from './tiny-folder.ts';

/** The shape of SmolLM2-135M: 134,515,008 parameters, 0.54 GB. Its numbers are random: memory does not depend on them. */
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

const root = mkdtempSync(path.join(tmpdir(), 'clew-memory-'));
const jiti = path.join(path.dirname(createRequire(import.meta.url).resolve('jiti/package.json')), 'lib/jiti-cli.mjs');
const script = fileURLToPath(new URL('memory-step.ts', import.meta.url));
afterAll(() => rmSync(root, { recursive: true }));

/** In a process of its own, so that nothing else is in what it had resident at most. */
function peakGigabytes(what: 'adapter' | 'all', tokens: number): number {
  return Number(execFileSync(process.execPath, [jiti, script, root, what, String(tokens)], { encoding: 'utf8' }));
}

describe.skipIf(!existsSync('/proc/self/status'))(
  'a step of fine-tuning a model of the shape of SmolLM2-135M (skipped: needs /proc, which says what a process took)',
  () => {
    beforeAll(() => writeTinyFolder(root, { config: smollm2 }), 300_000);

    it.each([
      ['adapter', 512, 3],
      // In one graph of the whole model this takes more than 6 GB.
      ['adapter', 2048, 2],
      ['all', 512, 3],
    ] as const)('keeps below its bound: %s, 1 × %i tokens, %d GB', { timeout: 1_800_000 }, (what, tokens, most) => {
      const peak = peakGigabytes(what, tokens);
      // Its weights alone take half a gigabyte: less would be another model, or a measurement of another process.
      expect(peak).toBeGreaterThan(0.5);
      expect(peak).toBeLessThan(most);
    });
  },
);
