import { createHash } from 'node:crypto';
import { type Agent, expertAgent, measure, openReward, rollout, type Trajectory } from 'clew';
import { describe, expect, it } from 'vitest';
import { matters } from '../../envs/asking/matters.ts';
import supportDesk from '../../envs/support-desk/index.ts';
import { answerTo, gapKinds, matterOf } from '../../envs/support-desk-asks/gap.ts';
import world from '../../envs/support-desk-asks/index.ts';

type Task = ReturnType<typeof world.task>['task'];
const records = [...world.tasks('train', 120), ...world.tasks('heldOut', 120)];
const of = (kind: (typeof gapKinds)[number]) => records.find(({ task }) => task.gap.kind === kind)!;

async function playedBy(agent: Agent): Promise<Trajectory[]> {
  const done: Trajectory[] = [];
  await rollout({ world, tasks: records, agent, run: 'r', onTrajectory: trajectory => done.push(trajectory) });
  return done;
}

/** The ticket of the page, with a gap. */
function desk(ticket: Partial<Task['ticket']>, gap: Task['gap']) {
  const orders = {
    '17': { item: 'lamp', price: 35, shipping: 4 },
    '23': { item: 'rug', price: 9, shipping: 2 },
  } as const;
  const task: Task = {
    orders,
    ticket: { category: 'refund', customer: 'Ana', order: 17, address: null, ...ticket },
    gap,
  };
  return world.start({ id: 'support-desk-asks:train:0', split: 'train', category: 'x', task });
}
const ended = ({ success, done }: { success: boolean; done: boolean }) => ({ success, done });

describe('the support desk, asked', () => {
  it('keeps one kind of gap and one kind of ticket out of training, and has all in the shares that it says', () => {
    const kinds = (split: string) =>
      records.filter(record => record.split === split).map(({ task: { gap, ticket } }) => [gap.kind, ticket.category]);
    expect(kinds('train').flat()).not.toContain('which');
    expect(kinds('train').flat()).not.toContain('late');
    for (const [gap, category] of kinds('heldOut')) expect(gap === 'which' || category === 'late').toBe(true);
    expect(new Set(records.map(({ task }) => task.gap.kind))).toEqual(new Set(gapKinds));
    const without = kinds('train').filter(([gap]) => gap === 'none' || gap === 'noise').length / 120;
    expect(without).toBeGreaterThan(0.35);
    expect(without).toBeLessThan(0.65);
  });

  it.each(gapKinds)('answers the right question about "%s", no other, and tells nothing that was not asked', kind => {
    const record = of(kind);
    const start = world.start(record);
    const { hidden } = record.task.gap;
    for (const matter of matters) {
      const { observation, last } = start.step(`ask ${matter} do you mean?`);
      expect(last!.accepted).toBe(true);
      expect(observation).toBe(`${record.task.ticket.customer} says: ${answerTo(matter, record.task.gap)}`);
      expect(observation.endsWith('You know all that I know.')).toBe(matter !== matterOf[kind]);
    }
    if (kind === 'where' || kind === 'how') {
      expect(start.observation).not.toContain(hidden!);
      expect(start.admissible.join('\n')).not.toContain(hidden!);
    }
    // Every open order is proposed alike.
    if (kind === 'which')
      expect(start.admissible.filter(command => /^(?:reply|look up)/.test(command))).toHaveLength(6);
    expect(start.step('ask me').last).toMatchObject({ accepted: false });
  });

  it('is won by what is meant, said to be done', () => {
    const start = desk({ category: 'replace' }, { kind: 'how', hidden: 'a new one' });
    expect(start.observation).toContain('help Ana: order 17 came broken, and it is to be made good.');
    expect(start.step('ask how?').observation).toBe('Ana says: A new one.');
    expect(ended(start.play(['send a new lamp', 'reply Order 17 is on its way.', 'done']))).toEqual({
      success: true,
      done: true,
    });
    // Money sent to the wrong hands does not come back, and a ticket is not done before it is.
    expect(ended(start.step('refund 35 coins'))).toEqual({ success: false, done: true });
    expect(ended(start.step('done'))).toEqual({ success: false, done: true });
    expect(ended(start.step('decline'))).toEqual({ success: false, done: true });
    expect(start.step('close the ticket').last).toMatchObject({ accepted: false });
  });

  it.each(['refund', 'replace', 'late'] as const)(
    'is won by declining a %s of an order that there is not',
    category => {
      const start = desk({ category, order: 50 }, { kind: 'impossible', hidden: null });
      expect(ended(start.step('decline'))).toEqual({ success: true, done: true });
      for (const command of ['done', 'refund 35 coins', 'send a new lamp'])
        expect(ended(start.step(command))).toEqual({ success: false, done: true });
      expect(ended(start.play(['reply Order 50 is settled.', 'done']))).toEqual({ success: false, done: true });
    },
  );

  it('changes nothing of the desk whose tickets say enough', () => {
    // Of the version before tickets could be asked about: policies were trained on these.
    const hash = createHash('sha256');
    for (const split of ['train', 'seen', 'unseen', 'heldOut'] as const)
      for (const record of supportDesk.tasks(split, 200)) {
        const start = supportDesk.start(record);
        hash.update(JSON.stringify(record) + start.observation + start.admissible.join(','));
      }
    expect([supportDesk.version, supportDesk.grammar, hash.digest('hex').slice(0, 16)]).toEqual([
      '1',
      'f400aa5afcf5d60a',
      'c58ba40ed82a4257',
    ]);
  });

  it('its expert asks what is missing and wins every ticket; who never asks wins by luck, who always asks pays for it', async () => {
    const expert = await playedBy(expertAgent());
    const always = await playedBy(expertAgent({ player: 'always-ask' }));
    const never = await playedBy(expertAgent({ player: 'never-ask' }));
    const asking = (trajectories: Trajectory[]) => measure(trajectories).asking!;
    expect(measure(expert).success.value).toBe(1);
    expect(asking(expert)).toMatchObject({ f1: { value: 1 }, shares: { declinedImpossible: { value: 1 } } });
    expect(measure(always).success.value).toBe(1);
    expect(asking(always).shares.falseAsks.value).toBe(1);
    const { recall, lucky, askedAndWon, declinedImpossible } = asking(never).shares;
    expect([recall.value, askedAndWon.value, declinedImpossible.value]).toEqual([0, 0, 1]);
    expect(lucky.value).toBeGreaterThan(0.1);
    expect(lucky.value).toBeLessThan(0.6);

    const paid = (trajectories: Trajectory[]) => {
      const reward = openReward('asking:fixed');
      const sums = trajectories.flatMap(trajectory =>
        Object.values(reward.score(trajectory)).flatMap(part => part.steps.map(amount => amount!)),
      );
      return sums.reduce((sum, amount) => sum + amount, 0) / trajectories.length;
    };
    expect(paid(expert)).toBeGreaterThan(paid(always));
    expect(paid(always)).toBeGreaterThan(paid(never) - 0.2);
    expect(paid(expert)).toBeGreaterThan(paid(never));
  });
});
