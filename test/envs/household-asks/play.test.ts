import { createRandom } from 'clew';
import { describe, expect, it } from 'vitest';
import householdAsks from '../../../envs/household-asks/index.ts';
import { matterIn, matters } from '../../../envs/asking/matters.ts';
import { answerTo, gapKinds, kindOfPlural, matterOf, pluralOf } from '../../../envs/household-asks/gap.ts';
import { createPlayer } from '../../../envs/household-asks/players.ts';
import { objectKinds } from '../../../envs/house/kinds.ts';
import { chatAgent, expertAgent, openEndpoint, randomAgent, rollout } from '../../../src/agents/index.ts';
import { measure } from '../../../src/metrics/index.ts';
import { parseReply, promptTemplates } from '../../../src/tags/index.ts';
import type { Trajectory } from '../../../src/trajectory/schema.ts';
import { answer, json, serve } from '../../agents/faulty-endpoint.ts';

type Record = ReturnType<typeof householdAsks.task>;
const records = [...householdAsks.tasks('train', 150), ...householdAsks.tasks('heldOut', 150)];
const of = (kind: (typeof gapKinds)[number]): Record => records.find(({ task }) => task.gap.kind === kind)!;

async function playedBy(agent: Parameters<typeof rollout>[0]['agent'], tasks = records): Promise<Trajectory[]> {
  const done: Trajectory[] = [];
  await rollout({ world: householdAsks, tasks, agent, run: 'r', onTrajectory: trajectory => done.push(trajectory) });
  return done;
}

describe('household-asks', () => {
  it('has every kind of gap, in the shares that it says, and keeps two of them and two kinds of task out of training', () => {
    const share = (split: 'train' | 'heldOut', kinds: readonly string[]) => {
      const own = records.filter(record => record.split === split);
      return own.filter(({ task }) => kinds.includes(task.gap.kind)).length / own.length;
    };
    for (const split of ['train', 'heldOut'] as const) {
      expect(share(split, ['none', 'noise'])).toBeGreaterThan(0.38);
      expect(share(split, ['none', 'noise'])).toBeLessThan(0.62);
      expect(share(split, ['impossible'])).toBeGreaterThan(0.03);
    }
    expect(share('train', ['which', 'number'])).toBe(0);
    expect(share('heldOut', ['which', 'number'])).toBeGreaterThan(0);
    for (const kind of gapKinds) expect({ kind, found: of(kind) !== undefined }).toEqual({ kind, found: true });
  });

  it.each(gapKinds)('does not say in the sentence of a task with the gap "%s" what is hidden', kind => {
    for (const { task } of records.filter(record => record.task.gap.kind === kind)) {
      const sentence = householdAsks.goal(task);
      expect(
        householdAsks.start({ id: 'household-asks:train:0', split: 'train', category: 'x', task }).observation,
      ).toContain(`Your task is to: ${sentence}`);
      if (matterOf[kind] === null) continue;
      expect(sentence).not.toMatch(new RegExp(String.raw`\b${task.gap.hidden}\b`));
    }
  });

  it.each(gapKinds)('answers the right question about "%s", and no other', kind => {
    const start = householdAsks.start(of(kind));
    for (const matter of matters) {
      const { observation, last } = start.step(`ask ${matter}`);
      expect(last!.accepted).toBe(true);
      expect(observation).toBe(answerTo(matter, of(kind).task.gap));
      expect(observation === 'You know all that I know.').toBe(matter !== matterOf[kind]);
    }
  });

  it('takes questions in free words, by their first question word, and refuses what is none', () => {
    const start = householdAsks.start(of('place'));
    expect(start.step('ask where should it go, and how?').observation).toMatch(/^In \w+\.$/);
    expect(matterIn('How many of them?')).toBe('how many');
    for (const command of ['ask', 'ask me', 'ask nowhere'])
      expect(start.step(command).last).toMatchObject({ accepted: false });
    expect(start.admissible).toEqual(expect.arrayContaining(['ask where', 'ask how many', 'done', 'decline']));
  });

  it('does not end when the goal holds, is won by saying so, and lost by saying so before', async () => {
    for (const trajectory of await playedBy(expertAgent(), [of('place'), of('none'), of('which'), of('number')])) {
      const commands = trajectory.steps.map(step => step.command!);
      const before = householdAsks.start(trajectory.task.id).play(commands.slice(0, -1));
      expect(before).toMatchObject({ success: false, done: false });
      expect(before.reached).toContain('goal holds');
      expect(before.step('done')).toMatchObject({ success: true, done: true });
      expect(before.step('decline')).toMatchObject({ success: false, done: true });
      expect(householdAsks.start(trajectory.task.id).step('done')).toMatchObject({ success: false, done: true });
    }
  });

  it('is won by declining what cannot be done, and by nothing else', () => {
    const start = householdAsks.start(of('impossible'));
    expect(start.step('decline')).toMatchObject({ success: true, done: true });
    expect(start.step('done')).toMatchObject({ success: false, done: true });
  });

  it('wants the very thing that is meant', async () => {
    const record = of('which');
    const [trajectory] = await playedBy(expertAgent(), [record]);
    const other = { ...record, task: { ...record.task, gap: { kind: 'which' as const, hidden: 'none 9' } } };
    const commands = trajectory!.steps.map(step => step.command!);
    expect(householdAsks.start(record).play(commands).success).toBe(true);
    expect(householdAsks.start(other).play(commands).success).toBe(false);
  });

  it('names every kind by its plural', () => {
    for (const kind of objectKinds) expect(kindOfPlural(pluralOf(kind))).toBe(kind);
  });
});

describe('its players', () => {
  it('the expert asks what is missing and wins every task; who never asks wins few of those; who always asks wins nearly all', async () => {
    const asking = async (agent: Parameters<typeof playedBy>[0]) => measure(await playedBy(agent)).asking!;
    const expert = await asking(expertAgent());
    expect(expert.shares).toMatchObject({
      recall: { value: 1 },
      falseAsks: { value: 0 },
      precision: { value: 1 },
      onTheMatter: { value: 1 },
      askedAndWon: { value: 1 },
      declinedImpossible: { value: 1 },
      declinedPossible: { value: 0 },
    });
    expect(expert.f1.value).toBe(1);
    expect(expert.changesBeforeAsking.value).toBe(0);
    const never = await asking(expertAgent({ player: 'never-ask' }));
    expect(never.shares.recall.value).toBe(0);
    expect(never.shares.lucky.value).toBeGreaterThan(0);
    expect(never.shares.lucky.value).toBeLessThan(0.6);
    const always = await asking(expertAgent({ player: 'always-ask' }));
    expect(always.shares).toMatchObject({ recall: { value: 1 }, falseAsks: { value: 1 } });
    expect(always.shares.askedAndWon.value).toBeGreaterThan(0.9);
    const random = await asking(randomAgent());
    expect(random.shares.askedAndWon.value).toBeLessThan(0.1);
  });

  it('a model behind an endpoint plays too, and is never shown the gap', async () => {
    const server = await serve((response, _, n) =>
      json(response, 200, answer(`<explore>?</explore><action>${['ask where should it go?', 'done'][n % 2]}</action>`)),
    );
    const [trajectory] = await playedBy(
      chatAgent({
        endpoint: openEndpoint({ baseUrl: server.baseUrl, model: 'm' }),
        model: 'm',
        prompt: promptTemplates.transcript,
        read(reply) {
          const parsed = parseReply(reply);
          return { parsed, command: parsed.action };
        },
      }),
      [of('place')],
    );
    await server.close();
    expect(trajectory).toMatchObject({ success: false, task: { gap: { kind: 'place', matter: 'where' } } });
    expect(trajectory!.steps[0]!.observation).toMatch(/^In \w+\.$/);
    expect(JSON.stringify(server.requests[0]!.body)).toContain('ask {question}');
    const [place] = /\w+(?=\.$)/.exec(trajectory!.steps[0]!.observation)!;
    expect(server.requests[0]!.body.messages.at(-1)!.content).not.toMatch(new RegExp(`belongs in ${place}`));
    expect(measure([trajectory!]).asking!.shares.fabricated.value).toBe(0);
  });

  it('say which players there are', async () => {
    await expect(playedBy(expertAgent({ player: 'nobody' }), [of('none')])).rejects.toThrow(
      'household-asks has no player "nobody": it has always-ask, never-ask.',
    );
  });

  it('know only what they have read', () => {
    const player = createPlayer({ asks: 'what is missing' }, createRandom('player'));
    player.see('You see a shelf 1.\n\nYour task is to: put a hot mug where it belongs.');
    expect(player.decide()!.command).toBe('ask where');
  });
});
