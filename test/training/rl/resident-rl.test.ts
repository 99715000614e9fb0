import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { tensorflowLibraries } from '../../../src/policy/engines/tensorflow/libraries.ts';
import { locate } from '../../../src/policy/engines/tensorflow/library.ts';
import { type IterationReport, readRlRecipe, type RlRecipeInput, trainRl } from '../../../src/training/rl/index.ts';
import { openStore } from '../../../src/trajectory/index.ts';
import { smallPolicy, world } from './fixture.ts';

const library = tensorflowLibraries.find(locate);
const missing = library ? '' : ` (skipped: needs one of ${tensorflowLibraries.join(', ')}, and none is installed)`;
const folder = mkdtempSync(join(tmpdir(), 'clew-resident-rl-'));
afterAll(() => rmSync(folder, { recursive: true }));
const start = await smallPolicy();

let runs = 0;
/** Two iterations; `stopped`: ended after the first, and gone on with. */
async function trained(resident: boolean, recipe: RlRecipeInput, stopped = false) {
  const name = join(folder, String(++runs));
  const store = openStore(`${name}.db`);
  const reports: IterationReport[] = [];
  try {
    for (const stops of stopped ? [true, false] : [false]) {
      const stop = new AbortController();
      const result = await trainRl({
        world,
        recipe: readRlRecipe(recipe),
        start,
        seed: 1,
        store,
        run: 'arm',
        out: `${name}.safetensors`,
        compute: { engine: { engine: 'tensorflow', ...(library && { library }) }, workers: 0, resident },
        signal: stop.signal,
        onIteration(report) {
          reports.push(report);
          if (stops) stop.abort();
        },
      });
      expect(result.finished).toBe(!stops);
      if (result.policy)
        return {
          parameters: result.policy.model.parameters.slice(),
          reports: reports.map(report => ({ ...report, seconds: null })),
        };
    }
    throw new Error('unreachable');
  } finally {
    store.close();
  }
}

const recipe: RlRecipeInput = {
  advantages: 'rlvmr:fixed',
  objective: { preset: 'clew', options: { klCoefficient: 0.05 } },
  iterations: 2,
  tasks: 2,
  rollouts: 4,
  maxSteps: 4,
  replyTokens: 24,
  learningRate: 1e-3,
  miniBatches: 2,
  alarms: 'warn',
};

describe.skipIf(missing)(`reinforcement learning in the engine's memory${missing}`, { timeout: 600_000 }, () => {
  it('begins as it does in this process, and plays on with what it has learnt', async () => {
    const [here, there] = [await trained(false, recipe), await trained(true, recipe)];
    const [first, wanted] = [there.reports[0]!, here.reports[0]!];
    expect(first).toMatchObject({ updates: wanted.updates, episodes: wanted.episodes, tokens: wanted.tokens });
    expect(first.updates).toBeGreaterThan(0);
    expect(first.gradientNorm).toBeCloseTo(wanted.gradientNorm!, 4);
    expect(first.loss).toBeCloseTo(wanted.loss!, 4);
    expect(first.klToReference).toBeCloseTo(wanted.klToReference!, 4);
    // Sampled with the parameters that were trained there: the trainer finds the same log-probabilities.
    for (const { mismatchMax } of there.reports) expect(mismatchMax).toBeLessThan(1e-4);
    expect(there.parameters).not.toEqual(start.model.parameters);
  });

  it.each([
    ['as it is', {}],
    ['at another temperature', { temperature: 0.7 }],
    ['at another temperature, imitating, which takes that back for a moment', { temperature: 0.7, selfImitation: {} }],
  ])('goes on, bit for bit, where it was stopped: %s', async (_, changes) => {
    expect(await trained(true, { ...recipe, ...changes }, true)).toEqual(
      await trained(true, { ...recipe, ...changes }),
    );
  });
});
