import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { alfworld } from '../../../envs/alfworld/index.ts';
import { act, type Agent, rollout } from '../../../src/agents/index.ts';
import { completeKit, hindsightEpisode, trajectoryLeaks } from '../../../src/demonstrations/index.ts';
import type { Trajectory } from '../../../src/trajectory/index.ts';
import { ownGame, writeOwnData } from './fixtures/own-data.ts';
import type { Category } from './fixtures/own-game.ts';

const data = mkdtempSync(join(tmpdir(), 'clew-alfworld-hindsight-'));
afterAll(() => rmSync(data, { recursive: true }));
writeOwnData(data);
const world = await alfworld({ data, partial: true, heldOut: ['cool', 'two'] });
const rules = completeKit(world).leaks(world.heldOut);
const id = (category: Category, split: 'train' | 'seen' = 'train') => ownGame(category, split);

async function play(task: string, commands: readonly string[]): Promise<Trajectory> {
  const agent: Agent = {
    name: 'script',
    batching: 'synchronous',
    reply: async turns => turns.map(({ episode }) => act(commands[episode.steps]!)),
  };
  let played: Trajectory | undefined;
  const onTrajectory = (trajectory: Trajectory) => void (played = trajectory);
  const record = world.task(task);
  await rollout({ world, tasks: [record], agent, run: 'theirs', maxSteps: commands.length, onTrajectory });
  return played!;
}
const hindsight = (lost: Trajectory) => hindsightEpisode(world, lost, { run: 'own', rules });

const putAway = [
  'go to cabinet 2',
  'open cabinet 2',
  'take spoon 1 from cabinet 2',
  'go to drawer 1',
  'open drawer 1',
  'move spoon 1 to drawer 1',
];

describe('what a lost episode of an official game did achieve', () => {
  it('is a won episode of the same game with that goal, told in the wording of its own', async () => {
    const lost = await play(id('clean'), [...putAway, 'look']);
    expect([lost.success, lost.task.goal]).toEqual([false, 'put a clean spoon in drawer']);
    const own = hindsight(lost)!;
    expect(own).toMatchObject({
      id: `own/${id('clean')}#hindsight`,
      task: { category: 'pick', split: 'train', goal: 'put a spoon in drawer' },
      success: true,
      stopReason: 'success',
    });
    expect(own.initialObservation).toBe(
      lost.initialObservation.replace('put a clean spoon in drawer', 'put a spoon in drawer'),
    );
    expect(own.steps.map(({ command, observation }) => [command, observation])).toEqual(
      lost.steps.slice(0, putAway.length).map(({ command, observation }) => [command, observation]),
    );
    expect(own.steps.map(({ success }) => success)).toEqual(own.steps.map((_, t) => t === putAway.length - 1));
    expect(own.steps[0]!.parsed!.thought).toContain('put spoon in drawer');
    expect(own.steps.every(({ mistake }) => !mistake)).toBe(true);
    expect(trajectoryLeaks(own, rules)).toEqual([]);
  });

  it('says it otherwise where the game does', async () => {
    const book = await play(id('heat'), putAway);
    expect(book.task.goal).toBe('heat some mug and put it in desk');
    expect(hindsight(book)!.task.goal).toBe('put some spoon on drawer');
  });

  it('is nothing where nothing was put away, in games of the evaluation, and of kinds that are held out', async () => {
    expect(hindsight(await play(id('clean'), putAway.slice(0, 4)))).toBeUndefined();
    expect(hindsight(await play(id('clean', 'seen'), putAway))).toBeUndefined();
    const { task } = world.task(id('clean'));
    const goal = { category: 'cool', object: 'apple', target: 'microwave' } as const;
    expect(world.label({ ...task, goal })).toBeUndefined();
    expect(world.label({ ...task, goal: { ...goal, category: 'heat' } })).toEqual({ split: 'train', category: 'heat' });
    // There is no such thing in the room.
    expect(world.label({ ...task, goal: { ...goal, category: 'pick', object: 'statue' } })).toBeUndefined();
    expect(() =>
      world.start({ ...world.task(id('clean')), task: { ...task, goal: { ...goal, object: 'statue' } } }),
    ).toThrow('cannot have the goal cool statue microwave: it has no such things.');
  });

  it('knows every task of a list by what it is', () => {
    for (const split of world.splits)
      for (const { task, category } of world.tasks(split, 10)) expect(world.label(task)).toEqual({ split, category });
  });
});
