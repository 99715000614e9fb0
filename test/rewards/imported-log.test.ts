import { describe, expect, it } from 'vitest';
import type { Brief, Check } from '../../src/briefs/index.ts';
import { forecastRules, gatherForecasts, scoreForecasts } from '../../src/forecasts/index.ts';
import { measure } from '../../src/metrics/index.ts';
import { openReward, type PartScores, rewardNames, rubricReward } from '../../src/rewards/index.ts';
import { parseReply } from '../../src/tags/index.ts';
import { readLog, textSource, type Trajectory } from '../../src/trajectory/index.ts';
import { exampleStep, exampleTrajectory } from '../trajectory/examples.ts';

const log = JSON.stringify({
  item_id: 'desk_1',
  success: true,
  conversations: [
    { from: 'human', loss: null, value: 'Put the mug on the desk.' },
    {
      from: 'gpt',
      loss: null,
      value:
        '<planning>know: put mug at desk. plan: find mug, put mug on desk.</planning>\n<action>go to drawer 1</action>',
    },
    { from: 'human', loss: null, value: 'The drawer 1 is closed.' },
    { from: 'gpt', loss: null, value: '<explore>A mug may be in it.</explore>\n<action>open drawer 1</action>' },
    { from: 'human', loss: null, value: 'In it, you see a mug 1.' },
  ],
});

interface Line {
  success?: boolean;
  conversations: { from: string; loss: null; value: string }[];
}

/** The log as other agents write it. */
const shapes: Readonly<Record<string, (line: Line) => void>> = {
  'as it is': () => {},
  'without the end': line => delete line.success,
  'of an agent that has no tags': line => {
    line.conversations[1]!.value = 'Thought: I look.\nAction: go to drawer 1';
    line.conversations[3]!.value = 'Thought: again.\nAction: open drawer 1';
  },
  'with a reply without an action': line => (line.conversations[1]!.value = '<planning></planning>'),
  'with a forecast': line =>
    (line.conversations[1]!.value = `<meta>easy</meta><forecast>steps 2; wins 4 of 8; things: drawer</forecast>${line.conversations[1]!.value}`),
};

function importedAs(shape: string): Trajectory {
  const line = JSON.parse(log) as Line;
  shapes[shape]!(line);
  const { trajectories } = readLog(textSource('log', `${JSON.stringify(line)}\n`), { run: 'log', parseReply });
  expect(trajectories).toHaveLength(1);
  return trajectories[0]!;
}

function expectNumbersOrReasons(scores: Readonly<Record<string, PartScores>>, length: number): void {
  for (const [part, { steps, missing }] of Object.entries(scores)) {
    expect(steps).toHaveLength(length);
    const reasons = Object.entries(missing);
    for (const [reason, at] of reasons) {
      expect(reason, part).toMatch(/^(the log|the replies|there (is|are) no) /);
      for (const t of at) expect(steps[t]).toBeNull();
    }
    const told = new Set(reasons.flatMap(([, at]) => at));
    for (const [t, amount] of steps.entries()) if (!told.has(t)) expect(amount).toEqual(expect.any(Number));
  }
}

describe.each(Object.keys(shapes))('an imported log %s', shape => {
  it.each(rewardNames)('gives every step a number for %s, or null and the reason', name => {
    const trajectory = importedAs(shape);
    const reward = openReward(name);
    const scores = reward.score(trajectory);
    expect(Object.keys(scores)).toEqual(reward.parts);
    expectNumbersOrReasons(scores, trajectory.steps.length);
  });

  it.each(forecastRules)('gives every forecast a number for %s, or null and the reason', rule => {
    const gathered = gatherForecasts([]);
    gathered.see(importedAs(shape));
    const { summary, scores } = scoreForecasts(gathered.groups(), rule);
    if (shape !== 'with a forecast') expect(summary.reason).toBe('there are no forecasts');
    else expect(summary.forecasts).toBe(1);
    for (const { parts, missing } of scores)
      for (const [part, value] of Object.entries(parts))
        if (value === null) expect(missing[part as 'steps']).toMatch(/^the log /);
        else expect(value).toEqual(expect.any(Number));
  });

  it('is measured by MBT, or told why not', () => {
    const { detour, underthinking, answerInclusive, asking } = measure([importedAs(shape)]);
    for (const figure of [detour, underthinking, answerInclusive])
      if (figure.value === null) expect(figure.reason).toMatch(/\w/);
    // Nothing says what a sentence leaves out, so there are no figures of asking, rather than ones of nothing.
    expect(asking).toBeUndefined();
  });
});

describe('a log whose replies nobody has read', () => {
  const unread = exampleStep({
    reply: 'I think I will look around.',
    parsed: null,
    command: null,
    accepted: null,
    refusal: null,
    admissible: null,
  });
  const trajectory = exampleTrajectory({ steps: [unread, unread], success: false, stopReason: null });
  const unknown = 'the log has no commands, so that it is not known what there is to act on';
  const brief: Brief = {
    world: trajectory.world,
    version: trajectory.worldVersion,
    task: trajectory.task.id,
    category: trajectory.task.category,
    steps: 2,
    plan: ['take key'],
    units: [{ id: 'take key', words: ['key'], foreseeable: true, discovered: false }],
    verbs: {},
    looks: false,
    kinds: ['key'],
    rubric: [],
    gap: null,
  };

  it.each<[string, Check]>([
    ['done', { does: { verb: 'take' } }],
    ['never done', { never: { verb: 'take' } }],
    ['done in order', { before: [{ verb: 'take' }, { verb: 'open' }] }],
    ['not refused', { refused: 0 }],
  ])('does not tell whether something was %s', (_, check) => {
    const evidence = { document: 'grammar' as const, quote: 'take' };
    const reward = rubricReward(() => [{ id: 'one', text: 'One.', weight: 1, evidence, check }]);
    const { rubric } = reward.score(trajectory, brief);
    expect(rubric!.steps[1]).toBeNull();
    expect(Object.keys(rubric!.missing)).toEqual([unknown]);
  });

  it.each(['asking:fixed', 'asking:learn2ask', 'asking:gril'])('does not tell what %s would pay', name => {
    const asked = { ...trajectory, task: { ...trajectory.task, gap: { kind: 'place', matter: 'where' } } };
    const scores = openReward(name).score(asked);
    const part = scores.ask ?? scores.outcome!;
    expect(part.steps.at(-1)).toBeNull();
    expect(Object.keys(part.missing)).toEqual([unknown]);
    expectNumbersOrReasons(scores, 2);
  });

  it('does not tell how it kept to a plan', () => {
    const scores = openReward('mar:paper').score(trajectory, brief);
    for (const part of ['knowledge', 'regulation']) {
      expect(scores[part]!.steps[1]).toBeNull();
      expect(Object.keys(scores[part]!.missing)).toHaveLength(1);
    }
  });

  it('has executed nothing where its replies were read and command nothing', () => {
    const read = { ...unread, parsed: parseReply('<planning>look.</planning>') };
    const evidence = { document: 'grammar' as const, quote: 'take' };
    const check: Check = { does: { verb: 'take' } };
    const reward = rubricReward(() => [{ id: 'one', text: 'One.', weight: 1, evidence, check }]);
    expect(reward.score({ ...trajectory, steps: [read, read] }, brief).rubric!.steps).toEqual([0, 0]);
  });
});
