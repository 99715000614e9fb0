import { ClewError } from '../errors.ts';

/** How a token is chosen from the model's distribution. */
export interface Sampling {
  /** Divides the logits; 0 takes the most likely token. Default 1. */
  temperature?: number;
  /** Draws from the fewest most likely tokens that hold this much probability. Default 1: all. */
  topP?: number;
}

/** A chosen token and its log-probability under the model itself: at temperature 1, nothing cut off or forbidden. */
export interface Draw {
  token: number;
  logProbability: number;
}

/** Throws for a temperature or topP that means nothing. */
export function checkSampling({ temperature = 1, topP = 1 }: Sampling): void {
  if (!(temperature >= 0 && temperature < Infinity)) throw new ClewError(`The temperature is ${temperature}; it must be 0 (greedy) or above.`);
  if (!(topP > 0 && topP <= 1)) throw new ClewError(`topP is ${topP}; it must be above 0 and at most 1.`);
}

/**
 * Chooses a token. `uniform` in [0, 1) decides which, so the same logits and number give the same token. Where
 * `permitted` is given no other token can be chosen.
 */
export function draw(logits: Float32Array, uniform: number, { temperature = 1, topP = 1 }: Sampling, permitted?: ReadonlySet<number>): Draw {
  const candidates = permitted ? [...permitted].toSorted((a, b) => a - b) : Array.from(logits, (_, token) => token);
  const best = candidates.reduce((best, token) => (logits[token]! > logits[best]! ? token : best), candidates[0]!);
  if (!Number.isFinite(logits[best])) throw new ClewError('The model\'s logits are not finite: its parameters have gone astray. Load an earlier checkpoint.');
  const token = temperature === 0 ? best : drawFrom(candidates, logits, uniform, temperature, topP, logits[best]!);
  return { token, logProbability: logits[token]! - logSumExp(logits) };
}

function drawFrom(candidates: readonly number[], logits: Float32Array, uniform: number, temperature: number, topP: number, highest: number): number {
  let kept = candidates.map(token => ({ token, weight: Math.exp((logits[token]! - highest) / temperature) }));
  let total = kept.reduce((sum, { weight }) => sum + weight, 0);
  if (topP < 1) {
    const enough = topP * total;
    const ranked = kept.toSorted((a, b) => b.weight - a.weight || a.token - b.token);
    let held = 0;
    const last = ranked.findIndex(({ weight }) => (held += weight) >= enough);
    kept = ranked.slice(0, last < 0 ? undefined : last + 1);
    total = kept.reduce((sum, { weight }) => sum + weight, 0);
  }
  let rest = uniform * total;
  for (const { token, weight } of kept) {
    rest -= weight;
    if (rest < 0) return token;
  }
  // Rounding may leave a rest after the last: then it is the last that could be drawn at all.
  return kept.findLast(({ weight }) => weight > 0)!.token;
}

function logSumExp(logits: Float32Array): number {
  let highest = -Infinity;
  for (const logit of logits) highest = Math.max(highest, logit);
  let total = 0;
  for (const logit of logits) total += Math.exp(logit - highest);
  return highest + Math.log(total);
}
