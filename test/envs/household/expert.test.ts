import { createRandom } from 'clew';
import { describe, expect, it } from 'vitest';
import household from '../../../envs/household/index.ts';
import { createExpert } from '../../../envs/house/expert.ts';

/**
 * An expert that has read these texts. The first is the initial observation, the others answer the command before them.
 */
function reader(initialObservation: string, ...answers: [command: string, text: string][]) {
  const expert = createExpert();
  expert.see(initialObservation);
  for (const [command, text] of answers) expert.see(text, command);
  return expert;
}
const room = (task: string) =>
  `-= Welcome to TextWorld, ALFRED! =-\n\nYou are in the middle of a room. Looking quickly around you, you see a cabinet 1, a countertop 1, a fridge 1, a microwave 1, and a sinkbasin 1.\n\nYour task is to: ${task}`;

describe('the text-only expert', () => {
  it('looks first where the thing is usual and no door is in the way', () => {
    expect(reader(room('put a hot mug in cabinet.')).decide()).toEqual({
      command: 'go to countertop 1',
      subgoal: 'find mug',
      target: 'countertop 1',
      searching: true,
      plan: ['find mug', 'take mug', 'heat mug', 'put mug in cabinet'],
      because: 'countertop 1 has not been looked into',
      lookUps: [],
    });
  });

  it('opens what it finds shut', () => {
    const expert = reader(room('put a hot mug in cabinet.'), [
      'go to cabinet 1',
      'You arrive at cabinet 1. The cabinet 1 is closed.',
    ]);
    expect(expert.decide()).toMatchObject({
      command: 'open cabinet 1',
      searching: true,
      because: 'cabinet 1 is closed',
    });
  });

  it('remembers what it has read in passing', () => {
    const expert = reader(
      room('put a hot mug in cabinet.'),
      ['go to countertop 1', 'You arrive at countertop 1. On the countertop 1, you see a apple 1, and a mug 2.'],
      ['go to sinkbasin 1', 'You arrive at sinkbasin 1. On the sinkbasin 1, you see nothing.'],
    );
    expect(expert.decide()).toMatchObject({
      command: 'go to countertop 1',
      subgoal: 'take mug',
      searching: false,
      because: 'mug 2 is in countertop 1',
    });
  });

  it('heats before it puts down, and follows what others do in its place', () => {
    const expert = reader(
      room('put a hot mug in cabinet.'),
      ['go to countertop 1', 'You arrive at countertop 1. On the countertop 1, you see a mug 2.'],
      ['take mug 2 from countertop 1', 'You pick up the mug 2 from the countertop 1.'],
    );
    expect(expert.decide()!.command).toBe('go to microwave 1');
    expert.see('You arrive at microwave 1. The microwave 1 is closed.', 'go to microwave 1');
    expect(expert.decide()!.command).toBe('heat mug 2 with microwave 1');
    expert.see('You heat the mug 2 using the microwave 1.', 'heat mug 2 with microwave 1');
    expect(expert.decide()).toMatchObject({ command: 'go to cabinet 1', because: 'mug 2 is hot' });
  });

  it('puts away what the task does not want', () => {
    const expert = reader(
      room('put a hot mug in cabinet.'),
      ['go to countertop 1', 'You arrive at countertop 1. On the countertop 1, you see a apple 1.'],
      ['take apple 1 from countertop 1', 'You pick up the apple 1 from the countertop 1.'],
    );
    expect(expert.decide()).toMatchObject({ command: 'move apple 1 to countertop 1', subgoal: 'put apple 1 away' });
  });

  it('does not repeat what was refused, and says so when nothing is left to try', () => {
    const expert = reader(room('put a hot mug in cabinet.'));
    const tried = new Set<string>();
    for (let decision = expert.decide(); decision; decision = expert.decide()) {
      expect(tried).not.toContain(decision.command);
      tried.add(decision.command);
      expert.see('Nothing happens.', decision.command);
    }
    expect(tried.size).toBe(5);
  });

  it.each(['pick', 'look', 'clean', 'heat', 'cool', 'two'])(
    'wins %s after a bad start that was not its own',
    category => {
      const split = household.heldOut.includes(category) ? 'heldOut' : 'train';
      const records = household.tasks(split, 60).filter(record => record.category === category);
      for (const record of records) {
        const random = createRandom('bad start', record.id);
        const expert = createExpert();
        let episode = household.start(record);
        expert.see(episode.observation);
        for (let i = 0; i < 10 && !episode.done; i++) {
          const command = random.pick(episode.admissible);
          episode = episode.step(command);
          expert.see(episode.observation, command);
        }
        for (let i = 0; i < 60 && !episode.done; i++) {
          const { command } = expert.decide()!;
          expect(episode.admissible, record.id).toContain(command);
          episode = episode.step(command);
          expert.see(episode.observation, command);
        }
        expect(episode.success, record.id).toBe(true);
      }
    },
  );
});
