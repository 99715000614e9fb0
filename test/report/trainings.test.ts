import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore, type Run, type Store } from 'clew';
import { armCautions } from '../../src/report/arm-cautions.ts';
import { settingsApart } from '../../src/report/arm-settings.ts';
import { reportData, resultOf } from '../../src/report/index.ts';
import { byArm } from '../../src/report/plots/series.ts';
import { trainingsBehind, trainingsOf } from '../../src/report/trainings.ts';
import { openAdvantages } from '../../src/learn/advantages/index.ts';
import { exampleTask, exampleTrajectory } from '../trajectory/examples.ts';

/** Two worlds in which an arm of one name was trained, in the second with another recipe, and with seed 0 twice. */
let store: Store;
beforeAll(() => {
  store = openStore(':memory:');
  const train = (id: string, world: string, seed: number, success: number, preset = 'grpo'): void => {
    const [arm, advantages] = ['GRPO', openAdvantages(preset)];
    const config = { arm, seed, recipe: { advantages: preset }, advantages, objective: {}, start: { policy: world } };
    store.runs.add({ id, kind: 'rl', world, config });
    store.metrics.put(id, { iteration: 1, phase: 'train', data: { success } });
    store.trajectories.add(
      exampleTrajectory({ run: id, world, iteration: 1, task: exampleTask(`${world}:train:0`, { split: 'train' }) }),
    );
    const run = `eval ${id}`;
    store.runs.add({ id: run, kind: 'evaluation', world, config: { arm, seed } });
    store.trajectories.add(exampleTrajectory({ run, world, task: exampleTask(`${world}:seen:0`, { split: 'seen' }) }));
  };
  train('h0', 'household', 0, 0.25);
  train('h1', 'household', 1, 0.75);
  train('c0 first', 'cooking', 0, 0.1, 'rlvmr:paper');
  train('c0', 'cooking', 0, 1, 'rlvmr:paper');
});
afterAll(() => store.close());

describe('an arm of one name in two worlds', () => {
  it('is two arms: its seeds are the trainings in one world, the latest of each seed', () => {
    const data = reportData(store);
    expect(
      byArm(data).map(({ world, arm, curves }) => [world, arm, curves.map(({ run, seed }) => `${run} ${seed}`)]),
    ).toEqual([
      ['cooking', 'GRPO', ['c0 0']],
      ['household', 'GRPO', ['h0 0', 'h1 1']],
    ]);
    expect(data.notes).toContain(
      'The curves of c0 first are left out: c0 trained the same arm with the same seed later. Give arms names of ' +
        'their own (--arm) to see both.',
    );
    expect(resultOf(data).training.map(({ run, world }) => `${run} in ${world}`)).toEqual([
      'h0 in household',
      'h1 in household',
      'c0 in cooking',
    ]);
  });

  it('is not listed as one either: episodes of training have a level for each world', () => {
    expect(reportData(store).levels.map(({ name }) => name)).toEqual([
      'cooking L0',
      'household L0',
      'cooking training',
      'household training',
    ]);
  });

  it('has the cautions and the settings of the world in which it was measured', () => {
    const rows = reportData(store).results.map(({ level, cautions }) => [level, cautions.length]);
    expect(rows).toEqual([
      ['cooking L0', 1],
      ['household L0', 0],
    ]);
    const other = {
      id: 'b',
      kind: 'rl',
      world: 'cooking',
      config: { ...(store.runs.get('c0')!.config as object), arm: 'B' },
    };
    const { trainings } = trainingsOf([...store.runs.list(), other as unknown as Run]);
    expect(settingsApart(trainings, 'GRPO', 'B', 'cooking')).toEqual([]);
    expect(settingsApart(trainings, 'GRPO', 'B', 'household')!.map(({ setting }) => setting)).toEqual([
      'advantages',
      'policy that it begins with',
    ]);
    expect(armCautions(trainings, 'B', 'household')).toHaveLength(1);
  });

  it('stands on nothing in a third world: which of them was measured there is not known', () => {
    const { trainings } = trainingsOf(store.runs.list());
    expect(trainingsBehind(trainings, 'GRPO', 'alfworld')).toEqual([]);
    const inOne = trainings.filter(({ run }) => run.world === 'household');
    expect(trainingsBehind(inOne, 'GRPO', 'alfworld').map(({ run }) => run.id)).toEqual(['h0', 'h1']);
  });
});
