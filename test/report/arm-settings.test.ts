import { describe, expect, it } from 'vitest';
import { openStore } from 'clew';
import { settingsApart } from '../../src/report/arm-settings.ts';
import { trainingsOf } from '../../src/report/trainings.ts';
import {
  advantagesOfRecipe,
  objectiveOfRecipe,
  readRlRecipe,
  type RlRecipeInput,
} from '../../src/training/rl/index.ts';

/** In which settings two arms differ, that were trained with these recipes. */
function apart(a: RlRecipeInput, b: RlRecipeInput, start = 'policy', alsoStart = start) {
  const store = openStore(':memory:');
  for (const [arm, input, policy] of [
    ['a', a, start],
    ['b', b, alsoStart],
  ] as const) {
    const recipe = readRlRecipe(input);
    const [advantages, objective] = [advantagesOfRecipe(recipe), objectiveOfRecipe(recipe)];
    const config = { kind: 'rl', arm, seed: 1, recipe, advantages, objective, start: { policy } };
    store.runs.add({ id: arm, kind: 'rl', world: 'household', config });
  }
  store.runs.add({ id: 'cold', kind: 'evaluation', world: 'household', config: { arm: 'cold start' } });
  const { trainings } = trainingsOf(store.runs.list());
  store.close();
  expect(settingsApart(trainings, 'cold start', 'a', 'household')).toBe(null);
  return settingsApart(trainings, 'a', 'b', 'household');
}

describe('the settings in which two arms differ', () => {
  it('are none where the same is written otherwise', () => {
    expect(apart({}, { advantages: { preset: 'grpo', options: { format: 0 } }, learningRate: 1.5e-4 })).toEqual([]);
  });

  it('tell the cost of a malformed reply apart from the advantages, also where a preset decides it', () => {
    expect(apart({ advantages: 'grpo' }, { advantages: 'rlvmr:fixed' })).toEqual([
      { setting: 'advantages', a: 'grpo', b: 'rlvmr:fixed' },
      { setting: 'format cost', a: '0', b: '0.5' },
    ]);
    const cost = { format: 0.5 };
    expect(
      apart(
        { advantages: { preset: 'grpo', options: cost } },
        { advantages: { preset: 'rlvmr:fixed', options: { ...cost, weight: 0.25 } } },
      ),
    ).toEqual([{ setting: 'advantages', a: 'grpo', b: 'rlvmr:fixed {"weight":0.25}' }]);
  });

  it('are those of sampling, updating and where a training began, but not what an alarm does', () => {
    expect(
      apart(
        { temperature: 0.7, alarms: 'warn' },
        { advantages: 'dapo', objective: 'dapo', selfImitation: { weight: 1 } },
        'one',
        'another',
      )!.map(({ setting }) => setting),
    ).toEqual(['groups kept', 'objective', 'temperature', 'policy that it begins with', 'selfImitation']);
  });
});
