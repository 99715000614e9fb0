// oxlint-disable unicorn/consistent-function-scoping -- what only one block needs stands in it
import { describe, expect, it } from 'vitest';
import {
  advantageNames,
  advantagesOf,
  dapo,
  describeGroups,
  drGrpo,
  grpo,
  inMixedGroups,
  openAdvantages,
  rloo,
} from '../../../src/learn/advantages/index.ts';
import { createRandom } from '../../../src/world/random.ts';
import { episode, tagged } from '../../rewards/tagged-step.ts';
import { numbers, sumOf } from './numbers.ts';

/** Random batches: groups of one size, each of one task, with outcomes and lengths of their own. */
function randomBatch(seed: number) {
  const random = createRandom('groups', seed);
  const size = 2 + random.int(7);
  const groups = 1 + random.int(5);
  const batch = Array.from({ length: groups }, (_, g) =>
    Array.from({ length: size }, (_, i) =>
      numbers(`${g}/${i}`, random.int(2), 1 + random.int(12), { group: `group ${g}`, task: `task ${g}` }),
    ),
  ).flat();
  return { random, size, groups, batch };
}
const seeds = Array.from({ length: 200 }, (_, seed) => seed);

describe('a group is exactly G rollouts of one task', () => {
  it('in any order, or it is an error that names the group', () => {
    for (const seed of seeds) {
      const { random, size, batch } = randomBatch(seed);
      const victim = random.int(batch.length);
      const group = batch[victim]!.group;
      expect(() => advantagesOf(grpo(), random.shuffle(batch), size)).not.toThrow();
      const lost = batch.toSpliced(victim, 1);
      expect(() => advantagesOf(grpo(), lost, size)).toThrow(
        `Group ${group} has ${size - 1} ${size === 2 ? 'rollout' : 'rollouts'} and should have ${size}`,
      );
      const surplus = [...batch, { ...batch[victim]!, id: 'one more' }];
      expect(() => advantagesOf(grpo(), surplus, size)).toThrow(
        `Group ${group} has ${size + 1} rollouts and should have ${size}`,
      );
      const mixed = batch.with(victim, { ...batch[victim]!, task: 'another' });
      expect(() => advantagesOf(grpo(), mixed, size)).toThrow(/mixes the tasks .*another/);
      const twice = batch.with(victim, batch[(victim + 1) % batch.length]!);
      expect(() => advantagesOf(grpo(), twice, size)).toThrow('is in the batch twice');
    }
  });

  it('whatever the order of the batch, an episode has the same advantage', () => {
    for (const seed of seeds) {
      const { random, size, batch } = randomBatch(seed);
      const byId = (shuffled: typeof batch) => {
        const { episodes, steps } = advantagesOf(grpo(), shuffled, size);
        return new Map(episodes.map(({ id }, i) => [id, steps[i]!]));
      };
      const expected = byId(batch);
      for (const [id, steps] of byId(random.shuffle(batch)))
        for (const [t, value] of steps.entries()) expect(value).toBeCloseTo(expected.get(id)![t]!, 9);
    }
  });
});

describe('sums', () => {
  it('over trajectories are 0 where each trajectory counts one, over steps where each step does', () => {
    for (const seed of seeds) {
      const { size, batch } = randomBatch(seed);
      for (const recipe of [grpo({ crossSteps: false }), drGrpo(), rloo()]) {
        const { steps } = advantagesOf(recipe, batch, size);
        expect(
          steps.reduce((sum, one) => sum + one[0]!, 0),
          recipe.name,
        ).toBeCloseTo(0, 9);
      }
      for (const recipe of [grpo(), drGrpo({ crossSteps: true })])
        expect(sumOf(advantagesOf(recipe, batch, size).steps), recipe.name).toBeCloseTo(0, 9);
    }
  });

  it('GRPO does not notice when every outcome is scaled or shifted', () => {
    for (const seed of seeds) {
      const { size, batch } = randomBatch(seed);
      const moved = batch.map(one =>
        numbers(one.id, 3 + 10 * one.outcome, one.steps, { group: one.group, task: one.task }),
      );
      const other = advantagesOf(grpo({ crossSteps: false }), moved, size).steps;
      advantagesOf(grpo({ crossSteps: false }), batch, size).steps.forEach((steps, i) =>
        expect(steps[0]).toBeCloseTo(other[i]![0]!, 4),
      );
    }
  });
});

describe('DAPO', () => {
  it('leaves out the groups in which all succeed or all fail, whole', () => {
    for (const seed of seeds) {
      const { size, batch } = randomBatch(seed);
      const { episodes } = advantagesOf(dapo(), batch, size);
      for (const group of new Set(batch.map(({ group }) => group))) {
        const successes = batch.filter(one => one.group === group && one.outcome === 1).length;
        expect(episodes.filter(one => one.group === group)).toHaveLength(successes > 0 && successes < size ? size : 0);
      }
      expect(inMixedGroups(batch)).toEqual(episodes);
    }
  });

  it('gives an empty batch when no group is mixed', () => {
    expect(advantagesOf(dapo(), [numbers(0, 1, 3), numbers(1, 1, 4)], 2)).toMatchObject({ episodes: [], steps: [] });
  });
});

describe('figures of groups', () => {
  const rollout = (rollout: number, success: boolean, command: string, changes = {}) => ({
    ...episode(success, [tagged('monitor', command)]),
    id: `e${rollout}`,
    rollout,
    group: 'g',
    seed: `s${rollout}`,
    ...changes,
  });

  it('tell a sound iteration', () => {
    expect(describeGroups([rollout(0, true, 'look'), rollout(1, false, 'go')], 2)).toEqual({
      groups: 1,
      mixedShare: 1,
      outcomeStd: Math.SQRT1_2,
      identicalShare: 0,
      equalSeeds: 0,
      duplicates: 0,
      wrongGroups: 0,
    });
  });

  it('tell equal seeds, duplicates, equal commands and groups of a wrong size', () => {
    const figures = describeGroups(
      [rollout(0, false, 'look'), rollout(0, false, 'look'), rollout(1, false, 'look', { seed: 's0' })],
      2,
    );
    expect(figures).toMatchObject({ mixedShare: 0, identicalShare: 1, equalSeeds: 2, duplicates: 1, wrongGroups: 1 });
  });
});

describe('presets', () => {
  it('are opened by name, with options that are checked', () => {
    for (const name of advantageNames) expect(openAdvantages(name, { format: 0.5 }).terms.at(-1)!.name).toBe('format');
    expect(() => openAdvantages('ppo')).toThrow(
      `There are no advantages "ppo": there are ${advantageNames.join(', ')}.`,
    );
    expect(() => openAdvantages('grpo', { crossStep: true })).toThrow(
      'The options of the advantages grpo do not fit: Unrecognized key: "crossStep".',
    );
    expect(() => openAdvantages('grpo', { legacyPenalty: true, crossSteps: true })).toThrow(
      'leave outcome and crossSteps out',
    );
    expect(() => openAdvantages('rlvmr:fixed', { std: false })).toThrow('Unrecognized key: "std"');
  });
});
