import { expect, it } from 'vitest';
import { openStore } from '../../src/trajectory/index.ts';
import { armCautions } from '../../src/report/arm-cautions.ts';
import { trainingsOf } from '../../src/report/trainings.ts';
import { resultRows } from '../../src/report/results.ts';
import { advantageNames, openAdvantages } from '../../src/learn/advantages/index.ts';

function cautionsOf(advantages: object): readonly string[] {
  const store = openStore(':memory:');
  store.runs.add({ id: 'run', kind: 'rl', world: 'household', config: { arm: 'a', seed: 1, advantages } });
  store.runs.add({ id: 'other', kind: 'rl', world: 'household', config: { arm: 'b' } });
  const { trainings } = trainingsOf(store.runs.list());
  store.close();
  expect(armCautions(trainings, 'b', 'household')).toEqual([]);
  return armCautions(trainings, 'a', 'household');
}

it('an arm whose cost for malformed replies can never act has a caution: of all presets that is the paper alone', () => {
  const warned = advantageNames.filter(name => cautionsOf(openAdvantages(name)).length > 0);
  expect(warned).toEqual(['rlvmr:paper']);
  expect(cautionsOf(openAdvantages('rlvmr:paper'))[0]).toMatch(/^trained with a cost .* that can never act: /);
});

it('a cost that is set beside it acts, and then there is none', () => {
  expect(cautionsOf(openAdvantages('rlvmr:paper', { format: 0.5 }))).toEqual([]);
  expect(cautionsOf(openAdvantages('rlvmr:fixed', { format: 0 }))).toEqual([]);
});

it('stands with the rows of the arm in the table', () => {
  const cell = { level: 'L0', world: 'household', episodes: [], runs: [], rewards: {} };
  const rows = resultRows(
    [
      { ...cell, arm: 'a' },
      { ...cell, arm: 'b' },
    ],
    ({ arm }) => (arm === 'a' ? ['careful'] : []),
  );
  expect(rows.map(({ cautions }) => cautions)).toEqual([['careful'], []]);
});
