import { modelConfig } from '../../../src/policy/index.ts';
import type { BenchResult } from '../bench.ts';
import { decodingRate, shapes, trainingRate, vocabulary } from '../policy.ts';
import { askPytorch } from '../pytorch.ts';

const workers = 2;

interface Rates {
  readonly trainedTokensPerSecond: number;
  readonly generatedTokensPerSecond: number;
}

/**
 * Training and decoding of the shapes of the benchmark `policy` on two threads, and the same by PyTorch (eager, two
 * threads) right after each. See `askPytorch`.
 */
export async function besidePytorch(): Promise<BenchResult> {
  const result: Record<string, BenchResult> = {};
  for (const [name, shape] of Object.entries(shapes)) {
    const config = modelConfig('nano', { vocabulary, context: 768, tokenShift: false, ...shape });
    const trained = Math.round((await trainingRate(config, workers)).tokensPerSecond);
    const generated = await decodingRate(config, workers, 120);
    const theirs = pytorch(name);
    result[name] = {
      trainedTokensPerSecond: trained,
      generatedTokensPerSecond: generated,
      ...('missing' in theirs
        ? { pytorch: theirs.missing }
        : {
            pytorch: { ...theirs },
            timesPytorchTraining: round(trained / theirs.trainedTokensPerSecond),
            timesPytorchDecoding: round(generated / theirs.generatedTokensPerSecond),
          }),
    };
  }
  return result;
}

function pytorch(shape: string): Rates | { readonly missing: string } {
  const asked = askPytorch(['--cpu', '--threads', String(workers), shape]);
  return 'missing' in asked
    ? (asked as { missing: string })
    : (asked as Record<string, { float32: Rates }>)[shape]!.float32;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
