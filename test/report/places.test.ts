import { describe, expect, it } from 'vitest';
import type { Run } from 'clew';
import { strippedLevel } from '../../src/report/stripped-level.ts';
import { placing, sortArms, sortLevels, superseded } from '../../src/report/places.ts';

function run(id: string, kind: Run['kind'], config: object = {}, world = 'household'): Run {
  return { id, kind, world, config, engine: null, machine: {}, status: 'done', created: '', finished: null };
}
const head = (id: string, split: 'train' | 'seen' | 'unseen' | 'heldOut' | null = 'seen', agent = 'policy') => ({
  run: id,
  split,
  agent,
});

describe('where an episode stands', () => {
  it('is what its evaluation says', () => {
    const placeOf = placing([run('e', 'evaluation', { arm: 'GRPO', seed: 2, level: 'L1', temperature: 0.4 })]);
    expect(placeOf(head('e', 'seen'))).toEqual({ arm: 'GRPO', level: 'L1', seed: '2', measured: true });
  });

  it('is the agent and the split where a run names no arm and no level', () => {
    const placeOf = placing([run('r', 'rollout', { agent: 'expert', seed: 0 }), run('i', 'import')]);
    expect(placeOf(head('r', 'heldOut'))).toMatchObject({ arm: 'expert', level: 'L2' });
    expect(placeOf(head('i', null, 'gpt'))).toMatchObject({ arm: 'gpt', level: 'no split', measured: true });
  });

  it('is training for what a policy was trained on, and for demonstrations', () => {
    const placeOf = placing([run('t', 'rl', { arm: 'RLVMR', seed: 1 }), run('c', 'cold-start')]);
    expect(placeOf(head('t', 'train'))).toEqual({ arm: 'RLVMR', level: 'training', seed: '1', measured: false });
    expect(placeOf(head('c', 'train'))).toMatchObject({ arm: 'demonstrations', level: 'training', measured: false });
  });

  it('is a level of its own where tags were stripped, beside that of the same tasks as they are', () => {
    const placeOf = placing([
      run('a', 'evaluation', { arm: 'A', level: 'L1', temperature: 0.4 }),
      run('b', 'evaluation', { arm: 'A', level: 'L1', temperature: 0.4, stripTags: 'past' }),
    ]);
    const { level } = placeOf(head('b'));
    expect(level).toBe('L1 tags stripped: past');
    expect(strippedLevel(level)).toEqual({ of: placeOf(head('a')).level, way: 'past' });
    expect(strippedLevel('L1')).toBeUndefined();
    expect(sortLevels([level, 'L2', 'L1']).map(({ label }) => label)).toEqual([
      'L1 (unseen)',
      'L1 tags stripped: past (unseen)',
      'L2 (held out)',
    ]);
  });

  it('keeps worlds apart, and greedy from sampled play', () => {
    const placeOf = placing([
      run('a', 'evaluation', { arm: 'A', level: 'L0', temperature: 0 }),
      run('b', 'evaluation', { arm: 'A', level: 'L0', temperature: 0.4 }, 'alfworld'),
      run('c', 'rollout', { agent: 'expert' }),
    ]);
    expect([placeOf(head('a')), placeOf(head('b')), placeOf(head('c'))].map(({ level }) => level)).toEqual([
      'household L0 greedy',
      'alfworld L0 T 0.4',
      'household L0',
    ]);
  });
});

it('is training in its own world, where a database has several', () => {
  const placeOf = placing([
    run('a', 'rl', { arm: 'A' }),
    run('b', 'rl', { arm: 'A' }, 'alfworld'),
    run('p', 'pretrain', {}, 'x'),
  ]);
  expect([placeOf(head('a')), placeOf(head('b'))].map(({ level }) => level)).toEqual([
    'household training',
    'alfworld training',
  ]);
  expect(placing([run('a', 'rl', { arm: 'A' }), run('p', 'pretrain', {}, 'x')])(head('a')).level).toBe('training');
});

describe('the order', () => {
  it('of levels is from near to far, world by world, and training last', () => {
    expect(sortLevels(['training', 'L2', 'hard', 'L0', 'train', 'L1']).map(({ name }) => name)).toEqual([
      'L0',
      'L1',
      'L2',
      'train',
      'hard',
      'training',
    ]);
    expect(sortLevels(['b training', 'a training', 'b L0', 'a L0']).map(({ name }) => name)).toEqual([
      'a L0',
      'b L0',
      'a training',
      'b training',
    ]);
    expect(sortLevels(['b L0', 'a L1', 'a L0 greedy', 'a L0']).map(({ label }) => label)).toEqual([
      'a L0 (seen)',
      'a L0 greedy (seen)',
      'a L1 (unseen)',
      'b L0 (seen)',
    ]);
  });

  it('of arms is that of their runs, those that were not trained here first', () => {
    const runs = [
      run('t', 'rl', { arm: 'GRPO' }),
      run('e', 'evaluation', { arm: 'GRPO' }),
      run('c', 'evaluation', { arm: 'cold start' }),
    ];
    expect(sortArms(runs, ({ config }) => [(config as { arm: string }).arm])).toEqual(['cold start', 'GRPO']);
  });
});

describe('a run that a later one has played again', () => {
  const place = (seed: string) => ({ arm: 'GRPO', level: 'L0', seed, measured: true });
  const evaluation = (id: string, panel: string) => run(id, 'evaluation', { arm: 'GRPO', level: 'L0', panel });

  it('is superseded: same arm, level, seed and panel', () => {
    const runs = [evaluation('iteration 50', 'l0'), evaluation('iteration 100', 'l0')];
    expect([...superseded(runs, new Map(runs.map(({ id }) => [id, place('0')])))]).toEqual([
      ['iteration 50', 'iteration 100'],
    ]);
  });

  it('is not when it is of another seed or another panel, or is no evaluation', () => {
    const seeds = [evaluation('seed 0', 'l0'), evaluation('seed 1', 'l0')];
    expect(
      superseded(
        seeds,
        new Map([
          ['seed 0', place('0')],
          ['seed 1', place('1')],
        ]),
      ).size,
    ).toBe(0);
    const panels = [evaluation('a', 'l0'), evaluation('b', 'other')];
    expect(superseded(panels, new Map(panels.map(({ id }) => [id, place('0')]))).size).toBe(0);
    const rollouts = [
      run('a', 'rollout', { agent: 'x', panel: 'l0' }),
      run('b', 'rollout', { agent: 'x', panel: 'l0' }),
    ];
    expect(superseded(rollouts, new Map(rollouts.map(({ id }) => [id, place('0')]))).size).toBe(0);
  });
});
