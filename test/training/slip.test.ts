import { expect, test } from 'vitest';
import { createRandom } from '../../src/world/index.ts';
import { slip } from '../../src/training/slip.ts';

const action = { begin: 100, end: 101 };
const reply = [1, 2, 3, 4, 5, 6, 7, 8, action.begin, 50, 51, action.end];
const slips = Array.from({ length: 200 }, (_, seed) => slip(reply, { action }, createRandom('slip', seed)));

test('the action stays, and the thought up to the slip', () => {
  for (const { tokens, weights } of slips) {
    expect(tokens.slice(-4)).toEqual(reply.slice(-4));
    expect(tokens.slice(0, 3)).toEqual([1, 2, 3]);
    expect(weights).toHaveLength(tokens.length);
    const wrong = weights.indexOf(0);
    expect(tokens.slice(0, wrong)).toEqual(reply.slice(0, wrong));
    expect(weights.slice(0, 3)).toEqual([1, 1, 1]);
    expect(weights.slice(-3)).toEqual([1, 1, 1]);
  }
});

const breaksOff = ({ tokens, weights }: (typeof slips)[number]) => tokens[weights.indexOf(0)] === action.begin;

test('half of the thoughts break off, and that they end there is not learnt', () => {
  const broken = slips.filter(breaksOff);
  expect(broken.length / slips.length).toBeCloseTo(0.5, 1);
  for (const { tokens, weights } of broken) {
    expect(tokens.length).toBeLessThan(reply.length);
    expect(weights.filter(weight => weight === 0)).toHaveLength(1);
  }
});

test('the others go round in circles, which are not learnt; how to leave them is', () => {
  for (const { tokens, weights } of slips.filter(each => !breaksOff(each))) {
    const from = weights.indexOf(0), to = weights.lastIndexOf(0) + 1, said = tokens.slice(from, to);
    expect(tokens[to]).toBe(action.begin);
    expect([1, 2, 3, 4, 5, 6].some(length => said.every((token, i) => token === tokens[from - length + (i % length)]))).toBe(true);
  }
});

test('a reply without a thought stays as it is', () => {
  expect(slip([1, action.begin, 50, action.end], { action }, createRandom('slip'))).toEqual({ tokens: [1, action.begin, 50, action.end], weights: [1, 1, 1, 1] });
  expect(slip([1, 2, 3], { action }, createRandom('slip'))).toEqual({ tokens: [1, 2, 3], weights: [1, 1, 1] });
});
