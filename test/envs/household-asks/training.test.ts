import { describe, expect, it } from 'vitest';
import householdAsks from '../../../envs/household-asks/index.ts';
import {
  completeKit,
  demonstrate,
  rulesAnnotator,
  trajectoryOf,
  worldDocuments,
} from '../../../src/demonstrations/index.ts';
import type { World } from '../../../src/world/index.ts';
import { createRandom } from '../../../src/world/random.ts';
import { rollout, expertAgent } from '../../../src/agents/index.ts';

const { codec, goalPatterns, questions } = householdAsks.kit;
const train = householdAsks.tasks('train', 400);
const heldOut = householdAsks.tasks('heldOut', 400);

describe('what household-asks brings along for training', () => {
  it.each([
    ['put a hot mug where it belongs.', 'belongs hot mug?'],
    ['put a mug where it belongs.', 'belongs mug?'],
    ['put something hot in shelf.', 'shelf hot something?'],
    ['put my mug in shelf, clean.', 'shelf clean my mug?'],
    ['put my mug in shelf.', 'shelf my mug?'],
    ['put a mug in shelf the way I like it.', 'shelf like mug?'],
    ['put the mugs in shelf.', 'shelf the mugs?'],
    ['put a hot mug in shelf. There may be a pen about.', 'shelf hot mug?'],
    ['look at bowl under the desklamp.', 'desklamp bowl?'],
    ['clean some cloth and put it in drawer. There may be a pen about.', 'drawer clean cloth?'],
  ])('reminds of %j by %j', (goal, reminder) => {
    expect(codec!.reminder!(`You see a safe 1.\n\nYour task is to: ${goal}`)).toBe(reminder);
    expect(codec!.reminder!('You see a safe 1.')).toBe('');
  });

  it('reminds of every task by its own words, and never by what is hidden', () => {
    for (const { task } of [...train, ...heldOut]) {
      const goal = householdAsks.goal(task);
      const words = codec!.reminder!(`Your task is to: ${goal}`).replace('?', '').split(' ');
      expect(words.length).toBeGreaterThan(1);
      // `hot` is how a goal of the household's that says `heat some …` is reminded of.
      const said = `${goal.replace('heat some', 'heat some hot')}`.split(/[^a-z]+/);
      for (const word of words) expect(said).toContain(word);
    }
  });

  it('asks `where?` for what the user said alone: where one stands is another answer, so no other look-ups are asked for', () => {
    const text = () => worldDocuments({ world: householdAsks as unknown as World, lookUps: true });
    expect(text).toThrow('household-asks asks for no other look-ups: its kit has no lookUpQuestions.');
    const writer = questions!();
    writer.see('You are in the middle of a room. Looking quickly around you, you see a drawer 1, a drawer 2.');
    writer.see('You arrive at drawer 1. The drawer 1 is closed.', 'go to drawer 1');
    writer.see('In shelf.', 'ask where it belongs');
    const random = createRandom('where');
    const asked = Array.from({ length: 200 }, () => writer.ask(random));
    const answers = new Set(asked.flatMap(each => (each?.question === 'where?' ? [each.answer] : [])));
    expect([...answers]).toEqual(['In shelf.']);
  });

  it('writes every text of an episode so that it can be read back', async () => {
    const tasks = [...train.slice(0, 60), ...heldOut.slice(0, 60)];
    for (const player of [undefined, 'always-ask'])
      await rollout({
        world: householdAsks,
        tasks,
        agent: expertAgent(player === undefined ? {} : { player }),
        run: 'read back',
        onTrajectory({ initialObservation, steps }) {
          const compact = codec!.encodeInitialObservation(initialObservation);
          expect(codec!.decodeInitialObservation(compact)).toBe(initialObservation);
          expect(compact.length).toBeLessThan(0.7 * initialObservation.length);
          for (const { command, observation } of steps) {
            expect(codec!.decodeCommand(codec!.encodeCommand(command!))).toBe(command);
            expect(codec!.decodeObservation(codec!.encodeObservation(observation, command), command)).toBe(observation);
          }
        },
      });
  });

  it('keeps sentences of held-out tasks out of training, and no sentence of a training task', () => {
    const patterns = Object.entries(goalPatterns!);
    expect(patterns.map(([category]) => householdAsks.heldOut.includes(category))).not.toContain(false);
    for (const { task } of train)
      expect(patterns.filter(([, pattern]) => pattern.test(householdAsks.goal(task)))).toEqual([]);
    for (const { task, category } of heldOut) {
      const fitting = patterns.filter(([, pattern]) => pattern.test(householdAsks.goal(task))).map(([name]) => name);
      // A state that is not said is not to be known from the sentence.
      if (task.gap.kind === 'state') expect(fitting).toEqual([]);
      else expect(fitting).toContain(category);
    }
  });

  it('asks in pretraining text what the user has said', () => {
    const writer = questions!();
    writer.see('You are in the middle of a room. Looking quickly around you, you see a safe 1.');
    writer.see('You know all that I know.', 'ask how');
    writer.see('In safe.', 'ask where');
    const asked = Array.from({ length: 60 }, (_, i) => writer.ask(createRandom('asks', i))!);
    const own = asked.filter(({ question }) => question === 'where?');
    expect(own.length).toBeGreaterThan(8);
    expect(new Set(own.map(({ answer, tag }) => `${tag} ${answer}`))).toEqual(new Set(['monitor In safe.']));
    expect(asked.map(({ question }) => question)).not.toContain('how?');
  });

  it('makes demonstrations whose plan is what the user has said', async () => {
    const { createExpert, mistakes } = completeKit(householdAsks);
    const annotator = rulesAnnotator();
    const record = train.find(({ task }) => task.gap.kind === 'place')!;
    const demonstration = demonstrate({ world: householdAsks, record, seed: 'asks', createExpert, mistakes, rate: 0 });
    const replies = await annotator.annotate(demonstration);
    if ('refused' in replies) throw new Error('refused');
    const [first, second] = trajectoryOf(demonstration, replies, 'asks', 'demonstrator').steps;
    expect([first!.command, first!.observation]).toEqual(['ask where', `In ${record.task.gap.hidden}.`]);
    expect(second!.reply).toContain(`in ${record.task.gap.hidden}.`);
  });
});
