import { beforeAll, describe, expect, it } from 'vitest';
import household from '../../envs/household/index.ts';
import { roomChoices } from '../../envs/room-text/choices.ts';
import { roomCodec } from '../../envs/room-text/codec.ts';
import { type Layout, layoutOf, trajectoryRow } from '../../src/policy/index.ts';
import { lengthenFailureChains } from '../../src/training/failure-chains.ts';
import { choicesIn, stepChoices, tokenChoices } from '../../src/training/token-choices.ts';
import { worldTokenizer } from '../../src/training/vocabulary.ts';
import { openStore, type Trajectory } from '../../src/trajectory/index.ts';
import { createRandom, type World } from '../../src/world/index.ts';

const world = household as unknown as World;
let layout: Layout;
let demonstrations: Trajectory[];

beforeAll(async () => {
  layout = layoutOf(await worldTokenizer(world), roomCodec);
  const store = openStore('cold-start/household.sqlite', { readonly: true });
  demonstrations = [...store.trajectories.select()];
  store.close();
}, 300_000);

const room =
  'You are in the middle of a room. Looking quickly around you, you see a desk 1, a drawer 2, a drawer 1, and a safe 1.\n\nYour task is to: put a mug in desk.';
const words = (tokens: readonly number[]): string[] => tokens.map(token => layout.tokenizer.decode([token])).toSorted();

describe('the choices of a room, by its text', () => {
  const after = (...told: readonly (readonly [command: string, answer: string])[]) => {
    const reader = roomChoices();
    reader.see(room);
    for (const [command, answer] of told) reader.see(answer, command);
    return reader;
  };
  const atDrawer = ['go to drawer 1', 'You arrive at drawer 1. The drawer 1 is closed.'] as const;
  const opened = ['open drawer 1', 'You open the drawer 1. The drawer 1 is open. In it, you see a mug 3.'] as const;

  it('are, while searching, all listed places that were not looked into; where one stands is wrong', () => {
    expect(after().at('go to safe 1')!.right).toEqual([
      'go to desk 1',
      'go to drawer 2',
      'go to drawer 1',
      'go to safe 1',
    ]);
    const { all, right, wrong } = after(atDrawer).at('go to safe 1')!;
    expect(all).toHaveLength(4);
    expect(right).toEqual(['go to desk 1', 'go to drawer 2', 'go to safe 1']);
    expect(wrong).toEqual(['go to drawer 1']);
    expect(after(atDrawer, opened).at('go to desk 1')!.right).toEqual([
      'go to desk 1',
      'go to drawer 2',
      'go to safe 1',
    ]);
  });

  it('are the command alone with something in hand, and of a place that was looked into: that is no search', () => {
    const took = ['take mug 3 from drawer 1', 'You pick up the mug 3 from the drawer 1.'] as const;
    expect(after(atDrawer, opened, took).at('go to desk 1')!.right).toEqual(['go to desk 1']);
    const elsewhere = ['go to desk 1', 'You arrive at desk 1. On the desk 1, you see nothing.'] as const;
    expect(after(atDrawer, opened, elsewhere).at('go to drawer 1')).toMatchObject({
      right: ['go to drawer 1'],
      wrong: ['go to desk 1'],
    });
  });

  it('are none for other commands and for a place that is not there', () => {
    expect(after(atDrawer).at('open drawer 1')).toBeUndefined();
    expect(after().at('go to drawer 9')).toBeUndefined();
  });
});

describe('the tokens of a choice', () => {
  const reply = '<explore>no mug seen yet. go to drawer 2.</explore>\n<action>go to drawer 2</action>';
  const choices = {
    all: ['go to desk 1', 'go to drawer 1', 'go to drawer 2', 'go to safe 1'],
    right: ['go to drawer 1', 'go to drawer 2', 'go to safe 1'],
    wrong: ['go to desk 1'],
  };
  const of = (text: string, more: Partial<Parameters<typeof tokenChoices>[1]> = {}, learnt = true) => {
    const tokens = layout.reply(text);
    const found = tokenChoices(tokens, { command: 'go to drawer 2', choices, refused: [], ...more }, layout, learnt);
    return found.map(({ at, right, wrong }) => ({
      token: layout.tokenizer.decode([tokens[at]!]),
      at,
      action: tokens.indexOf(layout.action.begin),
      right: words(right),
      wrong: words(wrong),
    }));
  };

  it('are the kind and the number of a place, at the end of the thought, which says first where to go', () => {
    const found = of(reply);
    expect(found.map(({ token, right, wrong }) => ({ token, right, wrong }))).toEqual([
      { token: 'drawer', right: ['drawer', 'safe'], wrong: ['desk'] },
      { token: '2', right: ['1', '2'], wrong: [] },
    ]);
    for (const { at, action } of found) expect(at).toBeLessThan(action);
  });

  it('are in the action where the thought does not say it', () => {
    const found = of('<explore>no mug seen yet.</explore>\n<action>go to drawer 2</action>');
    expect(found.map(({ token, right }) => ({ token, right }))).toEqual([
      { token: 'drawer', right: ['drawer', 'safe'] },
      { token: '2', right: ['1', '2'] },
    ]);
    for (const { at, action } of found) expect(at).toBeGreaterThan(action);
  });

  it('are never those of what was refused in this state: of drawers the one, of the kind all if all were', () => {
    expect(of(reply, { refused: ['go to drawer 1'] })[1]).toMatchObject({ token: '2', right: ['2'], wrong: ['1'] });
    expect(of(reply, { refused: ['go to safe 1'] })[0]).toMatchObject({ right: ['drawer'], wrong: ['desk', 'safe'] });
    // What is none of the listed commands is known to be wrong only where it is completed.
    const look = { command: 'open drawer 2', choices: undefined, refused: ['open drawer 1', 'open safe 1'] };
    const text = '<explore>drawer 2 is closed. open drawer 2.</explore>\n<action>open drawer 2</action>';
    expect(of(text, look).map(({ token, right, wrong }) => ({ token, right, wrong }))).toEqual([
      { token: '2', right: ['2'], wrong: ['1'] },
    ]);
  });

  it('of a mistake are only what is wrong about it', () => {
    expect(
      of(reply, { refused: ['go to drawer 2'] }, false).map(({ token, right, wrong }) => ({ token, right, wrong })),
    ).toEqual([
      { token: 'drawer', right: [], wrong: ['desk'] },
      { token: '2', right: [], wrong: ['2'] },
    ]);
  });

  it('are none where a reply is garbled and does not say its command', () => {
    expect(of('<explore>no mug seen yet.</action>')).toEqual([]);
  });
});

describe('the choices of demonstrations', () => {
  it('have what the demonstrator chose among the right ones, and never what the world then refused', () => {
    let [several, refusedBefore] = [0, 0];
    for (const each of demonstrations) {
      const found = stepChoices(each, roomChoices());
      for (const [i, step] of each.steps.entries()) {
        const { choices, refused } = found[i]!;
        if (step.mistake) continue;
        if (choices) expect(choices.right).toContain(step.command);
        if ((choices?.right.length ?? 0) > 1) several++;
        refusedBefore += refused.length;
        expect(refused).not.toContain(step.command);
        expect(choices?.wrong ?? []).not.toContain(step.command);
        // Every right alternative is one that the world would have executed: the text tells it, and it is true.
        if (step.admissible)
          for (const command of choices?.right ?? []) expect(step.admissible, each.id).toContain(command);
        for (const command of [...(choices?.wrong ?? []), ...refused])
          if (step.admissible) expect(step.admissible, each.id).not.toContain(command);
      }
    }
    expect(several).toBeGreaterThan(300);
    expect(refusedBefore).toBeGreaterThan(50);
  });

  it('become rows in which every learnt token is right, also where chains of refusals are made longer', () => {
    let unlikely = 0;
    for (const each of demonstrations.slice(0, 60)) {
      for (const trajectory of [each, lengthenFailureChains(each, createRandom('rows', each.id))]) {
        const options = choicesIn(trajectory, layout, world, { anyChoice: true, refusedWeight: 1 });
        const plain = trajectoryRow(trajectory, layout);
        const row = trajectoryRow(trajectory, layout, options);
        expect([row.tokens, row.weights]).toEqual([plain.tokens, plain.weights]);
        for (const { at, right, wrong } of row.choices!) {
          if (row.weights[at] !== 0) expect(right).toContain(row.tokens[at]);
          else expect(right).toEqual([]);
          expect(right.filter(token => wrong.includes(token))).toEqual([]);
          expect(row.unlikelihood![at]).toBe(wrong.length > 0 ? 1 : 0);
          if (wrong.includes(row.tokens[at]!)) unlikely++;
        }
      }
    }
    expect(unlikely).toBeGreaterThan(20);
  });

  it('leave out what was not asked for', () => {
    const [each] = demonstrations as [Trajectory];
    const of = (anyChoice: boolean, refusedWeight: number) =>
      trajectoryRow(each, layout, choicesIn(each, layout, world, { anyChoice, refusedWeight })).choices!;
    expect(of(true, 0).every(({ wrong }) => wrong.length === 0)).toBe(true);
    expect(of(false, 1).every(({ right }) => right.length === 0)).toBe(true);
    expect(of(true, 0).length).toBeGreaterThan(0);
  });
});
