import { describe, expect, it } from 'vitest';
import { createModel, Learner, modelConfig, parameterLayout } from '../../src/policy/index.ts';
import { AdamW, clipGradient } from '../../src/learn/optimiser.ts';
import { cosineSchedule } from '../../src/learn/optimiser-schedule.ts';

const config = modelConfig('nano', { vocabulary: 10, width: 8, heads: 2, layers: 1, feedForward: 8 });

describe('AdamW', () => {
  it('moves by the learning rate against the sign of the first gradient, and decays matrices alone', () => {
    const model = createModel(config);
    model.parameters.fill(1);
    const gradient = new Float32Array(model.parameters.length).fill(-3);
    new AdamW(model, { weightDecay: 0.5 }).step(gradient, 0.01);
    for (const { name, offset, decays } of parameterLayout(config))
      expect(model.parameters[offset], name).toBeCloseTo(decays ? 1 - 0.005 + 0.01 : 1.01, 6);
    expect(model.version).toBe(1);
  });

  it('follows the published recurrence over several steps', () => {
    const model = createModel(config);
    const optimiser = new AdamW(model, { beta1: 0.9, beta2: 0.95, weightDecay: 0 });
    let [value, first, second] = [model.parameters[0]!, 0, 0];
    [0.5, -2, 0.1, 0.1].forEach((slope, i) => {
      optimiser.step(new Float32Array(model.parameters.length).fill(slope), 0.02);
      first = 0.9 * first + 0.1 * slope;
      second = 0.95 * second + 0.05 * slope ** 2;
      value -= (0.02 * (first / (1 - 0.9 ** (i + 1)))) / (Math.sqrt(second / (1 - 0.95 ** (i + 1))) + 1e-8);
      expect(model.parameters[0]).toBeCloseTo(value, 6);
    });
  });

  it.each([0, 1, 3])('comes to the same, bit for bit, on %i threads of a learner', async workers => {
    const rows = [{ tokens: [1, 2, 3, 4, 5, 6], weights: [0, 1, 1, 1, 0, 1] }];
    const [alone, onThreads] = [createModel(config), createModel(config)];
    const begun = new AdamW(alone);
    const learner = await Learner.open(onThreads, { workers });
    try {
      const { gradient } = await learner.gradient(rows, { kind: 'likelihood', normaliser: 4 });
      begun.step(gradient, 0.01);
      const kept = { ...begun.state, first: begun.state.first.slice(), second: begun.state.second.slice() };
      onThreads.parameters.set(alone.parameters);
      const resumed = new AdamW(onThreads, {}, kept);
      for (let step = 0; step < 3; step++) {
        const next = await learner.gradient(rows, { kind: 'likelihood', normaliser: 4 });
        begun.step(next.gradient, 0.01);
        await resumed.stepOn(learner, next.gradient, 0.01);
      }
      expect(onThreads.parameters).toEqual(alone.parameters);
      expect(resumed.state).toEqual(begun.state);
      expect(onThreads.version).toBe(3);
    } finally {
      await learner.close();
    }
  });

  it('refuses the state of another model', () => {
    expect(
      () => new AdamW(createModel(config), {}, { first: new Float32Array(3), second: new Float32Array(3), steps: 1 }),
    ).toThrow(/state is for 3 parameters/);
  });
});

describe('clipGradient', () => {
  it('shortens a long gradient to the limit, leaves a short one, and tells the norm before', () => {
    const gradient = Float32Array.of(3, 4);
    expect(clipGradient(gradient, 10)).toBe(5);
    expect([...gradient]).toEqual([3, 4]);
    expect(clipGradient(gradient, 1)).toBe(5);
    expect(Math.hypot(...gradient)).toBeCloseTo(1, 6);
  });

  it('refuses a gradient that is not finite', () => {
    expect(() => clipGradient(Float32Array.of(1, NaN), 1)).toThrow(/gradient is not finite/);
  });
});

describe('cosineSchedule', () => {
  it('warms up in a straight line, peaks, and ends at a tenth', () => {
    const rate = cosineSchedule({ peak: 1, warmUp: 4, steps: 104 });
    expect([0, 1, 2, 3, 4].map(rate)).toEqual([0.25, 0.5, 0.75, 1, 1]);
    expect(rate(54)).toBeCloseTo(0.55, 10);
    expect(rate(104)).toBeCloseTo(0.1, 10);
  });
});
