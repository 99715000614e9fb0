import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { act, type Agent, rollout } from '../../../src/agents/index.ts';
import { branchValues, momentOf } from '../../../src/training/rl/branch.ts';
import { surprisal, uncertainMoments, vineAdvantages } from '../../../src/training/rl/vine.ts';
import { type IterationReport, readRlRecipe, trainRl } from '../../../src/training/rl/index.ts';
import { openStore, type Trajectory } from '../../../src/trajectory/index.ts';
import { shortestPath } from '../../../src/world/index.ts';
import { episode, tagged } from '../../rewards/tagged-step.ts';
import { smallPolicy, world } from './fixture.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'clew-vine-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Tokens of which those of the command, the ones above 9, had the given log-probabilities. */
const layout = { commandTokens: (reply: readonly number[]) => reply.map(token => token > 9) };
const drawn = (thought: number, ...command: number[]) =>
  tagged('monitor', 'look', {
    tokens: {
      prompt: [1],
      reply: [2, ...command.map((_, i) => 10 + i)],
      logProbabilities: [thought, ...command],
    },
  });
const lost = (id: string, ...steps: ReturnType<typeof drawn>[]) =>
  episode(false, steps, { id, group: 'g' } as Partial<Trajectory>);

describe('moments', () => {
  it('are before and after the least expected command, but for starts and ends', () => {
    expect(surprisal(drawn(-5, -1, -0.5), layout)).toBe(1.5);
    const a = lost('a', drawn(-9, -0.1), drawn(0, -2), drawn(0, -0.2));
    const b = lost('b', drawn(0, -3), drawn(0, -0.1), drawn(0, -0.1));
    const c = lost('c', drawn(0, -0.1), drawn(0, -0.2));
    const told = (moments: number) =>
      uncertainMoments([a, b, c], { moments }, layout).map(({ trajectory, step }) => `${trajectory.id}${step}`);
    expect(told(1)).toEqual(['b1']);
    expect(told(2)).toEqual(['b1', 'a1', 'a2']);
    expect(told(9)).toEqual(['b1', 'a1', 'a2', 'c1']);
  });

  it('give the steps between two of them the difference of their values', () => {
    const won = { ...lost('w', drawn(0, -1), drawn(0, -1)), success: true };
    const a = lost('a', drawn(0, -1), drawn(0, -1), drawn(0, -1), drawn(0, -1));
    const advantages = vineAdvantages(
      [won, a],
      [
        { trajectory: a, step: 1 },
        { trajectory: a, step: 2 },
      ],
      [0.75, 0.25],
    );
    // The group won half of its episodes.
    expect(advantages.get('w')).toEqual([0.5, 0.5]);
    expect(advantages.get('a')).toEqual([0.25, -0.5, -0.25, -0.25]);
  });

  it('are looked for, and valued, from where an episode is its own: what it was begun with all of its group have', () => {
    const a = lost('a', drawn(0, -9), drawn(0, -8), drawn(0, -0.1), drawn(0, -1), drawn(0, -0.2));
    const b = { ...lost('b', drawn(0, -9), drawn(0, -8), drawn(0, -0.3), drawn(0, -0.1)), success: true };
    const c = lost('c', drawn(0, -9), drawn(0, -8), drawn(0, -0.1));
    const begun = new Map([a, b, c].map(({ id }) => [id, 2]));
    const points = uncertainMoments([a, b, c], { moments: 3 }, layout, begun);
    // The least expected steps of all, the first two, were drawn once for the whole group.
    expect(points.map(({ trajectory, step }) => `${trajectory.id}${step}`)).toEqual(['a3', 'a4', 'b3']);
    const advantages = vineAdvantages([a, b], points.slice(0, 2), [0.75, 0.25], begun);
    expect(advantages.get('a')).toEqual([0, 0, 0.25, -0.5, -0.25]);
    expect(advantages.get('b')).toEqual([0, 0, 0.5, 0.5]);
  });
});

describe('branches', () => {
  /** Walks the shortest path with an even rollout, and sings with an odd one. */
  const half: Agent = {
    name: 'half',
    batching: 'synchronous',
    reply: async turns =>
      turns.map(({ rollout: k, episode: { record, state } }) => {
        const found = shortestPath(world, record.task as never, state as never);
        return act(k % 2 === 0 && found.kind === 'solved' ? found.path[0]! : 'sing');
      }),
  };

  it('value a moment by the share of rollouts from it that are won, and say what they cost', async () => {
    const played: Trajectory[] = [];
    await rollout({
      world,
      tasks: world.tasks('train', 2),
      agent: half,
      run: 'branched',
      maxSteps: 6,
      onTrajectory: one => played.push(one),
    });
    const points = played.flatMap(trajectory => [
      { trajectory, step: 1 },
      { trajectory, step: trajectory.steps.length - 1 },
    ]);
    const { values, cost } = await branchValues(points, {
      world,
      agent: half,
      branches: 4,
      run: 'branched',
      iteration: 1,
      seed: 'x',
      maxSteps: 6,
    });
    expect(values).toEqual([0.5, 0.5, 0.5, 0.5]);
    expect(cost.episodes).toBe(16);
    // Winners go on to the end of the way, the others to the limit of six steps; the steps before are not counted.
    const wanted = points.reduce(
      (sum, { trajectory, step }) => sum + 2 * (trajectory.steps.length - step + 6 - step),
      0,
    );
    expect(cost.steps).toBe(wanted);
    const moment = momentOf(world, world.task(played[0]!.task.id), points[1]!);
    expect(moment.episode.stateHash).toBe(played[0]!.steps.at(-1)!.stateBefore);
    const other = { ...played[0]!, steps: played[0]!.steps.map(step => ({ ...step, observation: 'Rain.' })) };
    expect(() => momentOf(world, world.task(other.task.id), { trajectory: other, step: 1 })).toThrow(
      /cannot be branched: locked-room does not answer again as it did/,
    );
  });

  it('are learnt from: the same numbers from the same seed, and rows say what they took', async () => {
    const start = await smallPolicy(8);
    const recipe = readRlRecipe({
      advantages: { preset: 'vine', options: { format: 0.5 } },
      vine: { moments: 3, branches: 2 },
      iterations: 1,
      tasks: 2,
      rollouts: 4,
      maxSteps: 8,
      miniBatches: 1,
      alarms: 'warn',
    });
    const run = async (name: string) => {
      const store = openStore(path.join(folder, `${name}.db`));
      const reports: IterationReport[] = [];
      const { policy } = await trainRl({
        world,
        recipe,
        start,
        seed: 3,
        store,
        run: 'vine',
        out: path.join(folder, `${name}.safetensors`),
        compute: { workers: 0 },
        onIteration: report => void reports.push(report),
      });
      const stored = [...store.trajectories.select({ run: 'vine' })].length;
      store.close();
      return { report: reports[0]!, stored, parameters: policy!.model.parameters };
    };
    const [first, second] = [await run('one'), await run('two')];
    const { branches, episodes } = first.report;
    expect(episodes).toBe(8);
    expect(first.stored).toBe(8);
    // Three steps, each valued before and after, twice; starts and ends cost nothing.
    expect(branches!.episodes).toBeGreaterThanOrEqual(6);
    expect(branches!.episodes).toBeLessThanOrEqual(12);
    expect(branches!.tokens.sampled).toBeGreaterThan(0);
    expect(first.report.branches!.steps).toBe(second.report.branches!.steps);
    expect(first.parameters).toEqual(second.parameters);
    expect(first.report.advantages.terms.vine).toBeDefined();
  });

  it('are asked for by the advantages and the recipe together, or not at all', () => {
    expect(() => readRlRecipe({ advantages: 'vine' })).toThrow(/have a term on vine: say how many moments/);
    expect(() => readRlRecipe({ advantages: 'grpo', vine: {} })).toThrow(/branches would be played for nothing/);
  });
});
