import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { locate } from '../../src/policy/engines/tensorflow/library.ts';
import { buildWordTokenizer, createModel, Learner, modelConfig, type Row } from '../../src/policy/index.ts';
import { train } from '../../src/training/train.ts';
import { createRandom } from '../../src/world/random.ts';

const library = '@tensorflow/tfjs-backend-cpu';
const missing = locate(library) ? '' : ` (skipped: needs ${library}, which is not installed)`;
const tokenizer = buildWordTokenizer({ texts: ['a b c d e f g h'] });
const config = modelConfig('pico', {
  vocabulary: tokenizer.size,
  context: 32,
  width: 8,
  heads: 2,
  headWidth: 4,
  keyHeads: 1,
  layers: 1,
  feedForward: 12,
});

const root = await mkdtemp(path.join(tmpdir(), 'clew-resident-'));
afterAll(() => rm(root, { recursive: true }));

function rows(step: number): Row[] {
  const random = createRandom('rows', step);
  return [9, 14].map(length => ({
    tokens: Array.from({ length }, () => random.int(tokenizer.size)),
    weights: Array.from({ length }, (_, i) => (i === 0 ? 0 : 1)),
  }));
}

let trainings = 0;

/** Trains eight steps, anew; `stopAfter`: is interrupted there, and goes on from the file in another process's place. */
async function trained(resident: boolean, stopAfter?: number) {
  const file = path.join(root, `${trainings++}.safetensors`);
  const losses: number[] = [];
  const validation: number[] = [];
  for (const stops of stopAfter === undefined ? [false] : [true, false]) {
    const engine = { engine: 'tensorflow', library } as const;
    const learner = await Learner.open(createModel(config, 'steps'), { engine, workers: 0, resident });
    const stop = new AbortController();
    const result = await train({
      learner,
      tokenizer,
      steps: 8,
      warmUp: 2,
      learningRate: 0.01,
      maxGradNorm: 0.5,
      rows,
      settings: {},
      checkpoint: { file, every: 100 },
      validation: { rows: rows(99), every: 2, patience: 100 },
      signal: stop.signal,
      onStep({ step, loss, validationLoss }) {
        losses.push(loss);
        if (validationLoss !== undefined) validation.push(validationLoss);
        if (stops && step === stopAfter) stop.abort();
      },
    });
    expect(result.finished).toBe(!stops);
    const { parameters } = learner.model;
    await learner.close();
    if (!stops) return { losses, validation, best: result.best, parameters: parameters.slice() };
  }
  throw new Error('unreachable');
}

describe.skipIf(missing)(`a training in the engine's memory${missing}`, () => {
  it('takes the steps of one out of it, and keeps the model that validates best', async () => {
    const [outside, inside] = [await trained(false), await trained(true)];
    expect(inside.losses).toHaveLength(8);
    inside.losses.forEach((loss, i) => expect(Math.abs(loss / outside.losses[i]! - 1)).toBeLessThan(1e-4));
    inside.validation.forEach((loss, i) => expect(Math.abs(loss / outside.validation[i]! - 1)).toBeLessThan(1e-4));
    expect(inside.best?.step).toBe(outside.best?.step);
    inside.parameters.forEach((value, i) => expect(value).toBeCloseTo(outside.parameters[i]!, 4));
    expect(new Set(inside.losses).size).toBe(8);
  });

  it('goes on, bit for bit, where it was stopped', async () => {
    expect(await trained(true, 3)).toEqual(await trained(true));
  });
});
