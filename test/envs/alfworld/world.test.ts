import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { shortestPath } from 'clew';
import { conformance } from 'clew/testing';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { alfworld, engineFor, FastEngine, readGame, shortestPlan } from '../../../envs/alfworld/index.ts';
import { ownGame, writeOwnData } from './fixtures/own-data.ts';
import { type Category, gameText, tasks } from './fixtures/own-game.ts';

const root = mkdtempSync(join(tmpdir(), 'clew-alfworld-'));
afterAll(() => rmSync(root, { recursive: true }));
writeOwnData(root);
const world = await alfworld({ data: root, partial: true });
const l2 = await alfworld({ data: root, partial: true, heldOut: ['cool', 'two'] });
const id = (category: Category) => ownGame(category, 'seen');

describe('ALFWorld games as a world', () => {
  for (const { name, broken } of conformance(l2)) it(name, () => expect([...broken()]).toEqual([]));

  it('has the splits of the data, and keeps categories out of training when asked to', () => {
    expect(world.splits).toEqual(['train', 'seen', 'unseen']);
    expect(l2.splits).toEqual(['train', 'seen', 'unseen', 'heldOut']);
    expect(
      l2
        .tasks('train', 10)
        .map(({ category }) => category)
        .toSorted(),
    ).toEqual(['clean', 'heat', 'look', 'pick']);
    expect(l2.tasks('heldOut', 10).map(task => task.id)).toEqual([
      'alfworld:heldOut:pick_cool_then_place_in_recep-Thing-None-Place-2/trial_1',
      'alfworld:heldOut:pick_two_obj_and_place-Thing-None-Place-2/trial_1',
    ]);
  });

  it('loads a game once for an episode, however many others are played at the same time', async () => {
    const crowded = await alfworld({ data: root, partial: true, keptGames: 1 });
    const reads = vi.spyOn(JSON, 'parse');
    const records = crowded.tasks('train', 6);
    expect(records).toHaveLength(6);
    let episodes = records.map(record => crowded.start(record));
    const alone = records.map(record => world.start(record));
    const play = (commands: readonly string[]) => {
      for (const command of commands) episodes = episodes.map(episode => episode.step(command));
      for (const episode of episodes) void [episode.admissible, episode.goal, episode.stateHash, episode.success];
    };
    play(['go to cabinet 1', 'go to cabinet 2']);
    reads.mockClear();
    const commands = ['open cabinet 2', 'go to fridge 1', 'look', 'go to cabinet 1', 'inventory'];
    play(commands);
    expect(reads).not.toHaveBeenCalled();
    reads.mockRestore();
    expect(episodes.map(episode => episode.stateHash)).toEqual(
      alone.map(episode => episode.play(['go to cabinet 1', 'go to cabinet 2', ...commands]).stateHash),
    );
  });

  it('tells an unknown command from one that is not possible now', () => {
    const start = world.start(id('pick'));
    expect(start.step('put book 1 in/on shelf 1').last!.refusal).toBe('unknown command');
    expect(start.step('go to moon 1').last!.refusal).toBe('unknown command');
    expect(start.step('open fridge 1').last!.refusal).toBe('not possible now');
    expect(start.step(' go to fridge 1 ').last!.accepted).toBe(true);
  });

  it('knows the goal, the subgoals and what a look showed', () => {
    const start = world.start(id('clean'));
    expect(start.goal).toBe('put a clean spoon in drawer');
    const there = start.play(['go to cabinet 2', 'open cabinet 2', 'take spoon 1 from cabinet 2']);
    expect(there.reached).toEqual(['object in hand']);
    expect(there.play(['go to sinkbasin 1', 'clean spoon 1 with sinkbasin 1']).reached).toEqual([
      'object in hand',
      'object ready',
    ]);
    const look = world.admissible(start.state).get('go to cabinet 2')!;
    expect(world.look(start.step('go to cabinet 2').state, start.record.task, look)).toEqual({
      target: 'cabinet 2',
      contents: 'The cabinet 2 is closed.',
      needed: true,
    });
  });

  it('prints its commands as templates', () => {
    expect(world.commands).toContain('move {object} to {receptacle}');
    expect(world.commands).toContain('slice {object} with {object}');
  });

  it('says which categories there are', async () => {
    await expect(alfworld({ data: root, partial: true, heldOut: ['hot' as never] })).rejects.toThrow(
      'ALFWorld has no category "hot"; it has pick, look',
    );
  });
});

describe('shortest plans', () => {
  it.each(Object.keys(tasks) as Category[])(
    'of the task "%s" are as short as a search over all commands finds',
    category => {
      const engine = engineFor(readGame(gameText(category), 'small.tw-pddl')) as unknown as FastEngine;
      const plan = shortestPlan(engine)!;
      const record = world.task(id(category));
      expect(world.start(record).play(plan).success).toBe(true);
      // Every shorter list of commands is tried, up to the length that fits a test.
      const search = shortestPath(world, record.task, undefined, { maxStates: 60_000 });
      if (search.kind === 'solved') expect(search.path).toHaveLength(plan.length);
      else expect(plan.length).toBeGreaterThan(6);
    },
  );

  it('do without what is already so', () => {
    const engine = engineFor(readGame(gameText('pick'), 'small.tw-pddl')) as unknown as FastEngine;
    let { state } = engine.step(engine.start, 'go to cabinet 1');
    state = engine.step(state, 'take book 1 from cabinet 1').state;
    expect(shortestPlan(engine, state)).toEqual(['go to shelf 1', 'move book 1 to shelf 1']);
  });
});
