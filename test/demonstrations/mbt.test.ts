import { expect, test } from 'vitest';
import household from '../../envs/household/index.ts';
import { randomAgent, rollout, type Agent } from '../../src/agents/index.ts';
import {
  completeKit,
  buildDemonstrations,
  commandOf,
  demonstrate,
  foresight,
  inspectDemonstrations,
  mbtRMethod,
  mbtRulesAnnotator,
  mbtSMethod,
  objection,
  phaseOf,
  rewriteEpisode,
} from '../../src/demonstrations/index.ts';
import { isWellFormed, parseReply } from '../../src/tags/index.ts';
import { openStore, type Trajectory } from '../../src/trajectory/index.ts';

const recipe = completeKit(household);

/** A student that plays these commands, then says the last one again and again. */
function student(commands: readonly string[]): Agent {
  return {
    name: 'student',
    batching: 'synchronous',
    reply: async turns =>
      turns.map(({ past }) => {
        const command = commands[past.length] ?? commands.at(-1)!;
        return {
          text: `<monitor>hm</monitor><action>${command}</action>`,
          parsed: parseReply(`<monitor>hm</monitor><action>${command}</action>`),
          command,
        };
      }),
  };
}

async function played(agent: Agent, task: string): Promise<Trajectory> {
  let found: Trajectory | undefined;
  await rollout({
    world: household,
    tasks: [household.task(task)],
    agent,
    run: 'students',
    onTrajectory: trajectory => {
      found = trajectory;
    },
  });
  return found!;
}

const task = 'household:train:0';
const record = household.task(task);
const rewritten = (trajectory: Trajectory) =>
  rewriteEpisode({ world: household, record, trajectory, createExpert: recipe.createExpert });
const expert = demonstrate({
  world: household,
  record,
  createExpert: recipe.createExpert,
  mistakes: recipe.mistakes,
  rate: 0,
}).steps.map(commandOf);

test('MBT-S goes through the five phases, in order, with an error to correct', async () => {
  const { demonstrate: make } = mbtSMethod(household);
  const made = household.tasks('train', 40).flatMap(each => make(each, 0) ?? []);
  expect(made.length).toBeGreaterThan(20);
  for (const { steps } of made) {
    const phases = steps.map((_, t) => phaseOf(steps, t));
    expect(phases[0]).toBe('understanding');
    expect(new Set(phases).has('correction')).toBe(true);
    if (!steps.at(-2)!.mistake) expect(phases.at(-1)).toBe('verification');
  }
});

test('each phase has its tag, every reply keeps its command, and the voice is "we"', async () => {
  const demonstration = mbtSMethod(household).demonstrate(record, 0)!;
  const { steps } = demonstration;
  const replies = (await mbtRulesAnnotator().annotate(demonstration)) as string[];
  const tagOf = {
    understanding: ['planning'],
    planning: ['planning'],
    execution: ['explore', 'monitor', 'planning'],
    correction: ['reflection', 'planning'],
    verification: ['monitor'],
  };
  for (const [t, reply] of replies.entries()) {
    expect(objection(reply, commandOf(steps[t]!))).toBeUndefined();
    expect(parseReply(reply).thought).toMatch(/^we /);
    expect(tagOf[phaseOf(steps, t)]).toContain(parseReply(reply).tag);
  }
  expect(replies[0]).toContain(steps[0]!.before.goal.toLowerCase().replace(/\.$/, ''));
  expect(replies.at(-1)).toContain('the goal holds');
  expect(foresight(demonstration, replies)).toBeUndefined();
});

test('MBT-R keeps what explored, cuts the stagnation, notices the error and finishes', async () => {
  const [first] = expert;
  const stuck = await played(student([first!, 'go to fridge 1', 'clean tomato 1 with fridge 1']), task);
  expect([stuck.success, stuck.steps.length]).toEqual([false, 30]);
  const { steps, won } = rewritten(stuck)!;
  expect(won).toBe(true);
  expect(steps.slice(0, 3).map(commandOf)).toEqual([first, 'go to fridge 1', 'clean tomato 1 with fridge 1']);
  expect(steps[2]!.mistake).toMatchObject({ kind: 'student', lesson: 'clean tomato 1 with fridge 1 did not work' });
  expect(steps.filter(({ mistake }) => mistake?.lesson).length).toBe(1);
  expect(phaseOf(steps, 3)).toBe('correction');
  const replies = (await mbtRulesAnnotator().annotate(rewritten(stuck)!)) as string[];
  expect(replies[3]).toMatch(/^<reflection>we notice, failed: clean tomato 1 with fridge 1 did not work/);
});

test('fruitless commands before the cut are left out; steps that led astray stay, marked, so that the replay holds', async () => {
  const [first] = expert;
  const stuck = await played(
    student(['help', first!, 'open shelf 9', 'go to garbagecan 1', 'go to toaster 1', 'open toaster 1']),
    task,
  );
  const { steps } = rewritten(stuck)!;
  const commands = steps.map(commandOf);
  expect(commands.filter(command => command === 'help' || command === 'open shelf 9')).toEqual([]);
  let episode = household.start(record);
  for (const { before, after } of steps) {
    expect(before.stateHash).toBe(episode.stateHash);
    episode = episode.step(after.last!.command);
  }
  expect(episode.success).toBe(true);
});

test('an episode that was won without stagnation is kept whole', async () => {
  const won = await played(student(expert), task);
  expect(won.success).toBe(true);
  const { steps } = rewritten(won)!;
  expect(steps.map(commandOf)).toEqual(expert);
  expect(steps.every(({ mistake }) => mistake === null)).toBe(true);
});

test("a random agent's episodes are rewritten into won, replayable, well-formed trajectories; the student's own words do not stay", async () => {
  const students: Trajectory[] = [];
  const store = openStore(':memory:');
  await rollout({
    world: household,
    tasks: household.tasks('train', 120),
    agent: randomAgent(),
    run: 'students',
    onTrajectory: trajectory => students.push(trajectory),
  });
  await buildDemonstrations({
    world: household,
    store,
    run: 'mbt-r',
    annotator: mbtRulesAnnotator(),
    trajectories: 12,
    ...mbtRMethod(household, students),
  });
  const found = inspectDemonstrations(store, recipe.leaks(household.heldOut), household);
  expect(found).toMatchObject({
    trajectories: 12,
    successes: 12,
    violations: 0,
    leaks: 0,
    replayFaults: 0,
    agreement: 1,
    categories: { clean: 3, heat: 3, look: 3, pick: 3 },
  });
  for (const { steps } of store.trajectories.select()) {
    for (const { parsed } of steps) expect(parsed && isWellFormed(parsed)).toBe(true);
    expect(steps.at(-1)!.mistake).toBe(false);
  }
});

test('episodes of another version, or of no training task, are refused with what to do', async () => {
  const trajectory = await played(student(expert), task);
  expect(() => mbtRMethod(household, [{ ...trajectory, worldVersion: '0' }])).toThrow(
    /was played in version 0 of household .* Let the student play again/,
  );
  expect(() => mbtRMethod(household, [{ ...trajectory, task: { ...trajectory.task, split: 'seen' } }])).toThrow(
    /no episode of a training task of household to rewrite.*clew rollout/,
  );
});

test('MBT-R cut at the first error keeps that one error, marked, and the expert recovers from it', async () => {
  const start = expert.slice(0, 2);
  const wrong = 'go to fridge 99';
  const lost = await played(student([...start, wrong, wrong, 'look', wrong]), task);
  const cut = (trajectory: Trajectory) =>
    rewriteEpisode({ world: household, record, trajectory, createExpert: recipe.createExpert, cut: 'first-error' });
  const made = cut(lost)!;
  expect(made.won).toBe(true);
  expect(made.steps.flatMap(({ mistake }) => (mistake ? [mistake.command] : []))).toEqual([wrong]);
  expect(made.steps.slice(0, 3).map(commandOf)).toEqual([...start, wrong]);
  expect(made.steps[3]!.mistake).toBeNull();
  // One that was won, and one in which nothing was wrong, have nothing to recover from.
  expect(cut({ ...lost, success: true })).toBeUndefined();
  const idle = await played(student([...start, 'inventory']), task);
  expect([idle.success, cut(idle)]).toEqual([false, undefined]);
});

test('a student is followed to one of its own states, step by step, and the expert goes on from there: DAgger', async () => {
  const start = expert.slice(0, 2);
  const wrong = 'go to fridge 99';
  // Cut late in a long one, the expert would not be done within the limit.
  const { steps, ...rest } = await played(student([...start, wrong, wrong, wrong, 'look']), task);
  const lost = { ...rest, steps: steps.slice(0, 6) };
  const cuts = new Set<number>();
  for (const n of Array.from({ length: 12 }, (_, i) => i)) {
    const own = { ...lost, id: `student ${n}` };
    const made = rewriteEpisode({
      world: household,
      record,
      trajectory: own,
      createExpert: recipe.createExpert,
      cut: 'any',
    })!;
    expect(made.won).toBe(true);
    // Everything the student did before the cut is there, refusals that say nothing new included.
    const said = own.steps.map(({ command }) => command);
    const kept = made.steps.findIndex(({ decision, mistake }, t) => mistake === null && decision.command !== said[t]);
    const cut = kept < 0 ? made.steps.length : kept;
    cuts.add(cut);
    expect(made.steps.slice(0, cut).map(commandOf)).toEqual(said.slice(0, cut));
    for (const { mistake, decision } of made.steps) if (mistake) expect(mistake.command).not.toBe(decision.command);
  }
  expect(cuts.size).toBeGreaterThan(2);
});
