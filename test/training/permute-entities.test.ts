import { expect, test } from 'vitest';
import { buildWordTokenizer } from '../../src/policy/index.ts';
import { permuteShare, tokenPermutation } from '../../src/training/permute-entities.ts';
import { createRandom } from '../../src/world/index.ts';

const numbers = Array.from({ length: 20 }, (_, i) => i + 1).join(' ');
const tokenizer = buildWordTokenizer({ texts: [`mug pen cd desk shelf drawer bed fridge open in ${numbers}`] });
const recipe = { permutableThings: ['mug', 'pen', 'cd'], permutablePlaces: ['desk', 'shelf', 'drawer', 'bed'] };
const renamed = (text: string, places: number, seed: number) =>
  tokenizer.decode(tokenPermutation(tokenizer, recipe, { places })(createRandom(seed)).tokens(tokenizer.encode(text)));
const text = 'desk 2 open in mug 3 pen 1 fridge 1 desk 2 shelf 1';

test('things change kinds and numbers, the same everywhere in a text; places keep theirs', () => {
  for (let seed = 0; seed < 20; seed++)
    expect(renamed(text, 0, seed)).toMatch(
      /^desk 2 open in (mug|pen|cd) \d+ (mug|pen|cd) \d+ fridge 1 desk 2 shelf 1$/,
    );
});

test('places trade names among each other and keep their numbers, where the share says so', () => {
  const all = Array.from({ length: 40 }, (_, seed) => renamed(text, 1, seed));
  for (const each of all) {
    const [, desk, again, shelf] = /^(\w+) 2 open in .* fridge 1 (\w+) 2 (\w+) 1$/.exec(each)!;
    expect(again).toBe(desk);
    expect(shelf).not.toBe(desk);
    expect(recipe.permutablePlaces).toEqual(expect.arrayContaining([desk, shelf]));
  }
  expect(new Set(all.map(each => each.split(' ')[0])).size).toBe(4);
});

test('a share of one half moves the places of about half of the texts', () => {
  const moved = Array.from({ length: 200 }, (_, seed) => renamed('desk 2 shelf 1 drawer 1 bed 1', 0.5, seed)).filter(
    each => each !== 'desk 2 shelf 1 drawer 1 bed 1',
  ).length;
  expect(moved).toBeGreaterThan(70);
  expect(moved).toBeLessThan(130);
});

test('what could stand in a place of a text is renamed with it, as if it stood there', () => {
  const rename = permuteShare(tokenizer, recipe, { share: 1, places: 1 });
  const [tokens, alternative] = [tokenizer.encode(text), tokenizer.encode('bed 1 open in pen 7')] as const;
  // At the place of `desk` a bed would be right; behind `mug`, the number 7.
  const choices = [
    { at: 0, right: [tokens[0]!, alternative[0]!], wrong: [] },
    { at: 5, right: [tokens[5]!], wrong: [tokenizer.encode('7')[0]!] },
  ];
  for (let seed = 0; seed < 20; seed++) {
    const row = rename({ tokens, choices }, createRandom(seed));
    expect(row.choices!.map(({ at, right }) => row.tokens[at] === right[0])).toEqual([true, true]);
    // The same renaming of a text in which those stand.
    const other = rename(
      { tokens: [alternative[0]!, ...tokens.slice(1, 5), ...tokenizer.encode('7')] },
      createRandom(seed),
    );
    expect(row.choices![0]!.right[1]).toBe(other.tokens[0]);
    expect(row.choices![1]!.wrong[0]).toBe(other.tokens[5]);
  }
});
