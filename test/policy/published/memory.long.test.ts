import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const reason = process.platform === 'linux' ? '' : ' (skipped: needs /proc, where Linux says how much memory was taken)';

/** A process of its own: what it took at most is then what the step took. */
function peakGigabytes(what: 'adapter' | 'all'): number {
  const script = fileURLToPath(new URL('memory-step.ts', import.meta.url));
  const { stdout, stderr, status } = spawnSync('npx', ['jiti', script, what], { encoding: 'utf8' });
  expect(status, stderr).toBe(0);
  return Number(stdout.trim());
}

describe.skipIf(reason)(`a step of fine-tuning a model of SmolLM2's shape on 512 tokens${reason}`, () => {
  it.each(['adapter', 'all'] as const)('takes less than 3 GB: %s', { timeout: 1_800_000 }, what => {
    const peak = peakGigabytes(what);
    // Its weights alone take half a gigabyte.
    expect(peak).toBeGreaterThan(0.5);
    expect(peak).toBeLessThan(3);
  });
});
