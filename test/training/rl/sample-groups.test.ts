import { describe, expect, it } from 'vitest';
import { act, type Agent, expertAgent } from '../../../src/agents/index.ts';
import { advantagesOf, batchOf, openAdvantages } from '../../../src/learn/advantages/index.ts';
import { readRlRecipe, type RlOptions } from '../../../src/training/rl/index.ts';
import { sampleGroups } from '../../../src/training/rl/sample-groups.ts';
import { taskRounds } from '../../../src/training/rl/tasks.ts';
import type { Trajectory } from '../../../src/trajectory/index.ts';
import type { World } from '../../../src/world/index.ts';
import { world } from './fixture.ts';

/** Plays as an expert does, and gives up in a step with this probability. */
function givingUp(probability: number): Agent {
  const expert = expertAgent();
  return {
    ...expert,
    name: 'giving up',
    batching: 'synchronous',
    async reply(turns) {
      const replies = await expert.reply(turns);
      return turns.map(({ random }, i) =>
        random() < probability ? { text: '', parsed: null, command: null, aborted: true } : replies[i]!,
      );
    },
  };
}

function optionsOf(settings: object): RlOptions {
  const recipe = readRlRecipe({ advantages: 'dapo', rollouts: 4, miniBatches: 1, ...settings });
  return { world: world as World, recipe, seed: 7, run: 'r' } as RlOptions;
}

const isMixed = (group: readonly Trajectory[]) => new Set(group.map(({ success }) => success)).size > 1;

function groupsOf(trajectories: readonly Trajectory[]): Trajectory[][] {
  const groups = new Map<string, Trajectory[]>();
  for (const trajectory of trajectories)
    groups.set(trajectory.group, [...(groups.get(trajectory.group) ?? []), trajectory]);
  return [...groups.values()];
}

describe('sampleGroups', () => {
  it('plays no task twice in an iteration, also when the pool is small or a pass ends in the middle', async () => {
    for (const pool of [5, 9]) {
      const options = optionsOf({ tasks: 4, pool, dynamicRounds: 4 });
      const rounds = taskRounds(world, options.recipe, options.seed);
      for (let number = 1; number <= 3; number++) {
        const sampled = await sampleGroups(options, givingUp(0.02), rounds.nextIteration(), number);
        const groups = groupsOf(sampled.trajectories);
        const tasks = groups.map(([first]) => first!.task.id);
        expect(new Set(tasks).size, `pool ${pool}`).toBe(tasks.length);
        expect(groups.map(({ length }) => length)).toEqual(groups.map(() => 4));
        expect(new Set(sampled.trajectories.map(({ id }) => id)).size).toBe(sampled.trajectories.length);
        expect(sampled.rounds).toBeLessThanOrEqual(Math.ceil(pool / 4));
        const recipe = openAdvantages('dapo');
        const batch = batchOf(recipe, sampled.trajectories);
        expect(advantagesOf(recipe, batch, 4).episodes).toHaveLength(4 * groups.filter(isMixed).length);
      }
    }
  }, 180_000);

  it('takes groups with both outcomes first, and stops as soon as there are enough', async () => {
    const options = optionsOf({ tasks: 3, pool: 64, dynamicRounds: 8 });
    const { trajectories, rounds } = await sampleGroups(
      options,
      givingUp(0.05),
      taskRounds(world, options.recipe, 1).nextIteration(),
      1,
    );
    expect(rounds).toBeLessThan(8);
    const groups = groupsOf(trajectories);
    expect(groups).toHaveLength(3);
    expect(groups.every(isMixed)).toBe(true);
  });

  it('fills up with the last round when there are none, after all the rounds that were asked for', async () => {
    const options = optionsOf({ tasks: 3, pool: 64, dynamicRounds: 5 });
    const { trajectories, rounds, leftOut } = await sampleGroups(
      options,
      givingUp(1),
      taskRounds(world, options.recipe, 1).nextIteration(),
      1,
    );
    expect(rounds).toBe(5);
    // Nothing that was played is lost from the count: five rounds of three tasks, of which those of one are kept.
    expect(leftOut).toEqual({ tasks: 12, episodes: 48, tokens: 0 });
    expect(groupsOf(trajectories)).toHaveLength(3);
    expect(groupsOf(trajectories).some(isMixed)).toBe(false);
  });

  it('takes what comes where there is one round', async () => {
    const options = optionsOf({ advantages: 'grpo', tasks: 3, pool: 64 });
    const { trajectories, rounds, leftOut } = await sampleGroups(
      options,
      givingUp(1),
      taskRounds(world, options.recipe, 1).nextIteration(),
      1,
    );
    expect([rounds, trajectories.length, leftOut]).toEqual([1, 12, undefined]);
  });
});

describe('groups that are branched', () => {
  /** Searches the chest first and then sings: its first error is its second step. Rollout 3 of a group sings no more. */
  const erring: Agent = {
    name: 'erring',
    batching: 'synchronous',
    reply: async turns =>
      turns.map(({ past, rollout: k }) =>
        act(past.length === 0 ? 'search the chest' : k === 3 ? 'search the rug' : 'sing'),
      ),
  };

  it('begin before the first error of an episode that was played first, and say with which step', async () => {
    const settings = { advantages: 'grpo', tasks: 2, pool: 4, maxSteps: 4, branchAt: 'first-error' };
    const options = optionsOf(settings);
    const draw = () => taskRounds(world, options.recipe, options.seed).nextIteration();
    const { trajectories, begun, scouts } = await sampleGroups(options, erring, draw(), 1);
    expect(trajectories).toHaveLength(8);
    expect(scouts).toMatchObject({ episodes: 2, steps: 8 });
    for (const { id, steps } of trajectories) {
      expect(begun.get(id)).toBe(1);
      expect(steps[0]!.command).toBe('search the chest');
      expect(steps).toHaveLength(4);
    }
    expect(trajectories.map(({ steps }) => steps[1]!.command)).toEqual(
      [0, 1].flatMap(() => ['sing', 'sing', 'sing', 'search the rug']),
    );
    const plain = await sampleGroups(optionsOf({ ...settings, branchAt: undefined }), erring, draw(), 1);
    expect([plain.begun.size, plain.scouts]).toEqual([0, undefined]);
  });

  it('begin at the start where the first step is the error, or there is none', async () => {
    const options = optionsOf({ advantages: 'grpo', tasks: 2, pool: 4, maxSteps: 4, branchAt: 'first-error' });
    const draw = () => taskRounds(world, options.recipe, options.seed).nextIteration();
    const singing: Agent = { ...erring, reply: async turns => turns.map(() => act('sing')) };
    expect((await sampleGroups(options, singing, draw(), 1)).begun.size).toBe(0);
    expect((await sampleGroups(options, expertAgent(), draw(), 1)).begun.size).toBe(0);
  });
});
