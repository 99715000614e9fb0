import { expect, test } from 'vitest';
import household from '../../envs/household/index.ts';
import { codecOf, layoutOf } from '../../src/policy/index.ts';
import { pretrainingText } from '../../src/training/pretraining-text.ts';
import { worldTokenizer } from '../../src/training/vocabulary.ts';
import type { World } from '../../src/world/index.ts';

const world = household as unknown as World;
const codec = codecOf(world);

test('a manual and look-ups make other streams of text, and words of their own are tokens where they are asked for', async () => {
  const usual = await worldTokenizer(world);
  const both = await worldTokenizer(world, { manual: true, lookUps: true });
  const texts = ['cool with fridge.', 'one, then another one.', 'at shelf 2 of 2, the last.'];
  for (const text of texts) expect(both.encode(text).length).toBe(text.match(/\w+|[^\w\s]/g)!.length);
  expect(usual.encode(texts.join(' ')).length).toBeGreaterThan(both.encode(texts.join(' ')).length);
  const layout = layoutOf(both, codec);
  const options = [{}, { manual: 0.3 }, { lookUps: true }, { manual: 0.3, lookUps: true }];
  const made = options.map(each => pretrainingText({ world, layout, ...each }));
  expect(new Set(made.map(({ stream }) => stream)).size).toBe(4);
  // What is off does not name the stream, so that policies and states of before keep theirs.
  expect(pretrainingText({ world, layout, manual: 0, lookUps: false }).stream).toBe(made[0]!.stream);
  const told = made.map(({ document }) =>
    Array.from({ length: 24 }, (_, n) => both.decode(document(n).tokens)).join('\n'),
  );
  expect(told.map(text => [text.includes('with fridge'), text.includes('where?')])).toEqual([
    [false, false],
    [true, false],
    [false, true],
    [true, true],
  ]);
});
