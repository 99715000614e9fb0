import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadPolicy } from '../../../src/policy/index.ts';
import {
  type ExpertIterationRound,
  expertIterationSettingsSchema,
  trainExpertIteration,
} from '../../../src/training/stages/index.ts';
import { openStore, type Store } from '../../../src/trajectory/index.ts';
import type { World } from '../../../src/world/index.ts';
import levers from './levers.ts';
import { newcomer } from './newcomer.ts';

const folder = mkdtempSync(join(tmpdir(), 'clew-own-'));
afterAll(() => rmSync(folder, { recursive: true }));

const world = levers as unknown as World;

await newcomer(join(folder, 'start.safetensors'));
const settings = expertIterationSettingsSchema.parse({
  rounds: 2,
  tasks: 12,
  pool: 30,
  temperature: 1,
  epochs: 1,
  permuteThings: 0,
  permutePlaces: 0,
});

interface Call {
  readonly store?: Store;
  readonly signal?: AbortSignal;
  readonly onEpisode?: (done: number) => void;
  readonly replyTokens?: number;
  readonly tasks?: number;
  readonly hindsight?: boolean;
  readonly replay?: number;
  readonly of?: World;
}

/** A copy: a training changes the policy that it is given. */
const again = () => loadPolicy(join(folder, 'start.safetensors'), world);

async function train(
  out: string,
  {
    store = openStore(':memory:'),
    signal,
    onEpisode,
    replyTokens = 64,
    tasks = settings.tasks,
    hindsight = false,
    replay = 1,
    of = world,
  }: Call = {},
) {
  const rounds: ExpertIterationRound[] = [];
  const trained = await trainExpertIteration(
    {
      world: of,
      start: await again(),
      out: join(folder, out),
      store,
      run: 'own',
      learner: { workers: 1 },
      ...(signal && { signal }),
      ...(onEpisode && { onEpisode }),
      onRound: round => rounds.push(round),
    },
    { trajectories: [], content: 'none' },
    { ...settings, tasks, replyTokens, hindsight, replay },
  );
  return { trained, rounds, store };
}
const bytes = (name: string) => readFileSync(join(folder, name));

describe('trainExpertIteration', () => {
  it('plays training tasks that were not won before, and learns from every task that was', async () => {
    const { trained, rounds, store } = await train('one.safetensors');
    const won = (run: string) => [...store.trajectories.select({ run, success: true })].map(({ task }) => task.id);
    const played = [...store.trajectories.select({ run: 'own, round 2' })];
    expect(rounds.map(({ round, played }) => [round, played])).toEqual([
      [1, 12],
      [2, 12],
    ]);
    expect(won('own, round 1').length).toBeGreaterThan(0);
    expect(played.every(({ task }) => task.split === 'train' && !won('own, round 1').includes(task.id))).toBe(true);
    expect(rounds[0]!.won).toBe(won('own, round 1').length);
    expect(rounds.map(({ hindsight }) => hindsight)).toEqual([0, 0]);
    expect(rounds[1]!.learnt).toBeGreaterThanOrEqual(rounds[0]!.learnt);
    expect(trained!.origin.stages.slice(1).map(({ stage, count }) => [stage, count])).toEqual(
      rounds.map(({ learnt }) => ['sft', learnt]),
    );
  });

  it('learns again from as large a share of earlier rounds as it is told to', async () => {
    const store = openStore(':memory:');
    const all = await train('all.safetensors', { store });
    const learnt = async (replay: number) =>
      (await train(`replay-${replay}.safetensors`, { replay })).rounds.map(round => round.learnt);
    const [first, second] = all.rounds.map(round => round.learnt) as [number, number];
    expect(first).toBeGreaterThan(1);
    // The first rounds are the same, and so is what the second ones play.
    expect(await learnt(0)).toEqual([first, second - first]);
    expect(await learnt(0.5)).toEqual([first, second - first + Math.round(first / 2)]);
    // Another share is another training, and never goes on with a file of this one.
    await expect(train('all.safetensors', { store, replay: 0 })).rejects.toThrow('all.safetensors holds a policy');
  });

  it('learns from lost episodes too what they did achieve, where it is asked to and the world tells', async () => {
    await expect(train('blind.safetensors', { hindsight: true })).rejects.toThrow(
      'levers does not tell what else an episode may have achieved: its kit has no otherGoals. Leave hindsight out.',
    );
    type Task = ReturnType<(typeof levers)['task']>['task'];
    const telling: World = {
      ...world,
      kit: {
        ...world.kit,
        // The lever that was pulled would have been the right one.
        otherGoals: (task, commands) =>
          commands.map(command => ({ ...(task as Task), right: /^pull the (\w+) lever$/.exec(command)![1] })),
      },
    };
    const { rounds, store, trained } = await train('hindsight.safetensors', { hindsight: true, of: telling });
    const lost = [...store.trajectories.select({ run: 'own, round 1', success: false })];
    expect(rounds[0]!.hindsight).toBeGreaterThan(0);
    expect(rounds[0]!.hindsight).toBeLessThanOrEqual(lost.length);
    expect(trained!.origin.stages.slice(1).map(({ count }) => count)).toEqual(
      rounds.map(({ learnt, hindsight }) => learnt + hindsight),
    );
  });

  it('stopped in the middle of a round, goes on to the same policy', async () => {
    await train('straight.safetensors');
    const store = openStore(':memory:');
    const stop = new AbortController();
    let episodes = 0;
    const halted = await train('stopped.safetensors', {
      store,
      signal: stop.signal,
      onEpisode: () => {
        if (++episodes === 15) stop.abort();
      },
    });
    expect(halted.trained).toBeNull();
    expect(halted.rounds).toHaveLength(1);
    const { rounds } = await train('stopped.safetensors', { store });
    expect(rounds.map(({ before }) => before)).toEqual([true, false]);
    expect(bytes('stopped.safetensors').equals(bytes('straight.safetensors'))).toBe(true);
    expect(bytes('stopped-1.safetensors').equals(bytes('straight-1.safetensors'))).toBe(true);
  });

  it('says so when nothing was won, and when the rounds were begun with other settings', async () => {
    await expect(train('nothing.safetensors', { replyTokens: 4 })).rejects.toThrow(
      'None of the 12 training tasks was won, so there is nothing to learn from. Begin with a better policy, or give demonstrations.',
    );
    const { store } = await train('other.safetensors');
    await expect(train('more.safetensors', { store, tasks: 9 })).rejects.toThrow(
      /has a run "own, round 1" that was begun with other settings \(tasks\.count: 12, now 9; tasks\.hash: .*\)\. Give these rounds another name/,
    );
  });
});
