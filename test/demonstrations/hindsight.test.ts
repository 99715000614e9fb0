import { expect, test } from 'vitest';
import household from '../../envs/household/index.ts';
import { act, rollout, type Agent } from '../../src/agents/index.ts';
import { completeKit, hindsightEpisode, trajectoryLeaks } from '../../src/demonstrations/index.ts';
import type { Trajectory } from '../../src/trajectory/index.ts';
import type { TaskRecord, World } from '../../src/world/index.ts';

const world = household as unknown as World;
type HouseTask = ReturnType<typeof household.task>['task'];
const kit = completeKit(household);
const rules = kit.leaks(household.heldOut);
const hindsight = (lost: Trajectory) => hindsightEpisode(household, lost, { run: 'own', rules });

/** An agent that gives these commands, whatever it reads. */
function saying(commands: readonly string[]): Agent {
  return {
    name: 'script',
    batching: 'synchronous',
    reply: async turns => turns.map(({ episode }) => act(commands[episode.steps]!)),
  };
}

/** What an expert does who takes another goal for the task's own. */
function commandsFor(record: TaskRecord<HouseTask>, goal: Partial<HouseTask['goal']>): string[] {
  const other = { ...record, task: { ...record.task, goal: { ...record.task.goal, ...goal } } };
  const expert = kit.createExpert(undefined as never);
  let episode = household.start(other as typeof record);
  expert.see(episode.observation);
  const commands: string[] = [];
  while (!episode.done && commands.length < 30) {
    const decision = expert.decide();
    if (!decision) break;
    commands.push(decision.command);
    episode = episode.step(decision.command);
    expert.see(episode.observation, decision.command);
  }
  return commands;
}

async function play(record: TaskRecord<HouseTask>, commands: readonly string[]): Promise<Trajectory> {
  let played: Trajectory | undefined;
  await rollout({
    world: household,
    tasks: [record],
    agent: saying(commands),
    run: 'theirs',
    maxSteps: commands.length,
    onTrajectory: trajectory => (played = trajectory),
  });
  return played!;
}

/** Cleaning tasks whose place does not hold a thing of the kind already. */
const cleaning = household
  .tasks('train', 100)
  .filter(record => record.category === 'clean' && commandsFor(record, { category: 'pick' }).length > 2);

test('what was put away without being cleaned is a won episode of putting it there, with thoughts of that goal', async () => {
  let found = 0;
  for (const record of cleaning.slice(0, 8)) {
    const commands = commandsFor(record, { category: 'pick' });
    // It goes on after what it did achieve, and is refused before it.
    const lost = await play(record, [commands[0]!, commands[0]!, ...commands.slice(1), 'look', 'inventory']);
    expect(lost.success).toBe(false);
    const own = hindsight({ ...lost, hint: 'things: soap', outcomes: { score: 3 } });
    if (!own) continue;
    found++;
    // What was told and paid for the other goal would be wrong beside this one.
    expect([own.hint, own.outcomes]).toEqual([undefined, undefined]);
    const { object, target } = record.task.goal;
    expect(own).toMatchObject({
      id: `own/${record.id}#hindsight`,
      run: 'own',
      task: { id: `${record.id}#hindsight`, category: 'pick', split: 'train' },
      success: true,
      stopReason: 'success',
    });
    expect(own.task.goal).toMatch(new RegExp(`^put (a|some) ${object} (in|on) ${target}\\.$`));
    expect(own.initialObservation).toContain(`Your task is to: ${own.task.goal}`);
    expect(own.initialObservation.split('\n')[2]).toBe(lost.initialObservation.split('\n')[2]);
    // The policy's own commands and the world's own answers, up to the win and no further.
    expect(own.steps.map(({ command, observation }) => [command, observation])).toEqual(
      lost.steps.slice(0, commands.length + 1).map(({ command, observation }) => [command, observation]),
    );
    expect(own.steps.map(({ success }) => success)).toEqual(own.steps.map((_, t) => t === commands.length));
    expect(own.steps.map(({ mistake }) => mistake)).toEqual(own.steps.map((_, t) => t === 1));
    expect(own.steps.every(({ parsed }) => parsed?.violations.length === 0)).toBe(true);
    expect(own.steps[0]!.parsed!.thought).toMatch(
      new RegExp(`^plan: (find ${object}|take ${object}), put ${object} in ${target}\\.`),
    );
    expect(trajectoryLeaks(own, rules)).toEqual([]);
  }
  // One in ten such tasks is one of the evaluation's, and is passed over.
  expect(found).toBeGreaterThanOrEqual(5);
});

test('it may be no task of the evaluation, and of no kind that is held out, whatever the rules forget', async () => {
  const heating = household.tasks('train', 60).filter(({ category }) => category === 'heat');
  const forgetful = completeKit(household).leaks([]);
  const labels = new Set<string | undefined>();
  for (const record of heating) {
    const lost = await play(record, commandsFor(record, { category: 'cool' }));
    const put = { ...record.task, goal: { ...record.task.goal, category: 'pick' as const } };
    const label = household.label(put)?.split;
    labels.add(label);
    // What was cooled and put away was put away: that may be learnt.
    for (const each of [rules, forgetful]) {
      const own = hindsightEpisode(household, lost, { run: 'own', rules: each });
      if (own) expect([own.task.category, label]).toEqual(['pick', 'train']);
    }
  }
  expect(heating.length).toBeGreaterThan(10);
  expect(labels).toContain('train');
});

test('a lamp that shone on what was in hand', async () => {
  const looking = household.tasks('train', 120).filter(({ category }) => category === 'look');
  const goals: string[] = [];
  for (const record of looking) {
    const other = Object.values(record.task.contents)
      .flat()
      .map(name => name.replace(/ \d+$/, ''))
      .find(kind => kind !== record.task.goal.object && kind !== 'desklamp');
    const commands = commandsFor(record, { object: other as HouseTask['goal']['object'] });
    const own = hindsight(await play(record, commands));
    if (own) goals.push(own.task.goal);
  }
  expect(goals.length).toBeGreaterThan(5);
  for (const goal of goals) expect(goal).toMatch(/^(look at|examine the) \w+ (under|with) the desklamp\.$/);
});

test('an episode that was won, achieved nothing, is of an evaluation split, or of another version gives none', async () => {
  const [record] = cleaning;
  const commands = commandsFor(record!, {});
  expect(hindsight(await play(record!, commands))).toBeUndefined();
  expect(hindsight(await play(record!, commands.slice(0, 2)))).toBeUndefined();
  const put = commandsFor(record!, { category: 'pick' });
  const lost = await play(record!, put);
  expect(hindsight({ ...lost, worldVersion: '0' })).toBeUndefined();
  const seen = household
    .tasks('seen', 60)
    .find(record => record.category === 'clean' && commandsFor(record, { category: 'pick' }).length > 2);
  expect(hindsight(await play(seen!, commandsFor(seen!, { category: 'pick' })))).toBeUndefined();
  // What the world answers otherwise with the other goal is no win of it.
  const forged = { ...lost, steps: lost.steps.map(step => ({ ...step, observation: 'You win.' })) };
  expect(hindsight(forged)).toBeUndefined();
});

test('a goal that was reached from the beginning is no achievement', async () => {
  const [record] = cleaning;
  const put = commandsFor(record!, { category: 'pick' });
  const lost = await play(record!, put);
  const { object, target } = record!.task.goal;
  const there = Object.keys(record!.task.contents).find(name => name.startsWith(`${target} `))!;
  const already = {
    ...record!.task,
    contents: { ...record!.task.contents, [there]: [...record!.task.contents[there]!, `${object} 9`] },
  };
  const same: World = { ...world, task: () => ({ ...record!, task: already }) };
  expect(hindsightEpisode(same, lost, { run: 'own', rules })).toBeUndefined();
});
