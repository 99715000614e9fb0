import { expect, test } from 'vitest';
import { goalPatterns } from '../../../envs/room-text/goals.ts';
import { RoomNotes } from '../../../envs/room-text/notes.ts';
import { roomMistakes } from '../../../envs/room-text/mistakes.ts';
import { roomQuestions } from '../../../envs/room-text/questions.ts';
import household from '../../../envs/household/index.ts';
import { createRandom, type Decision, type Episode } from '../../../src/world/index.ts';

test('the pattern of a category fits all its goals, and no goal of another', () => {
  for (const split of ['train', 'heldOut'] as const) {
    for (const { category, task } of household.tasks(split, 150)) {
      const fitting = Object.entries(goalPatterns).flatMap(([name, sentence]) =>
        sentence.test(household.goal(task)) ? [name] : [],
      );
      expect(fitting, household.goal(task)).toEqual([category]);
    }
  }
});

test.each([
  ['cool', 'put a cool tomato in microwave'],
  ['cool', 'cool some tomato and put it in microwave'],
  ['two', 'put two cd in safe'],
  ['two', 'find two cd and put them in safe'],
  ['look', 'look at bowl under the desklamp'],
  ['look', 'examine the bowl with the desklamp'],
  ['clean', 'put a clean plate in shelf'],
  ['heat', 'heat some egg and put it in diningtable'],
  ['pick', 'put some vase on shelf'],
  ['pick', 'put a vase in safe'],
])('ALFWorld\'s own sentences: %s is "%s"', (category, sentence) => {
  expect(Object.keys(goalPatterns).filter(name => goalPatterns[name]!.test(sentence))).toEqual([category]);
});

test('commands are no goals', () => {
  for (const command of [
    'cool mug 1 with fridge 1',
    'heat egg 2 with microwave 1',
    'examine mug 1',
    'move cd 1 to safe 1',
    'clean plate 1 with sinkbasin 1',
  ]) {
    for (const sentence of Object.values(goalPatterns)) expect(command).not.toMatch(sentence);
  }
});

const initialObservation =
  '-= Welcome to TextWorld, ALFRED! =-\n\nYou are in the middle of a room. Looking quickly around you, you see a drawer 2, a drawer 1, a fridge 1, and a shelf 1.\n\nYour task is to: put some mug on shelf.';

test('notes hold what the text told, in the sentences of both releases', () => {
  const notes = new RoomNotes();
  notes.see(initialObservation);
  expect([...notes.receptacles.keys()]).toEqual(['drawer 2', 'drawer 1', 'fridge 1', 'shelf 1']);
  notes.see('You arrive at drawer 1. The drawer 1 is closed.', 'go to drawer 1');
  expect([notes.at!.name, notes.at!.shut, notes.at!.contents]).toEqual(['drawer 1', true, undefined]);
  notes.see('You open the drawer 1. The drawer 1 is open. In it, you see a mug 2, and a pen 1.', 'open drawer 1');
  expect(notes.seen('mug').map(({ thing, place }) => [thing, place.name])).toEqual([['mug 2', 'drawer 1']]);
  notes.see('You pick up the mug 2 from the drawer 1.', 'take mug 2 from drawer 1');
  expect([notes.held, notes.receptacle('drawer 1').contents]).toEqual(['mug 2', ['pen 1']]);
  notes.see('You arrive at loc 4. On the shelf 1, you see nothing.', 'go to shelf 1');
  expect(notes.at!.name).toBe('shelf 1');
  notes.see('You put the mug 2 in/on the shelf 1.', 'put mug 2 in/on shelf 1');
  expect([notes.held, notes.receptacle('shelf 1').contents]).toEqual([undefined, ['mug 2']]);
  notes.see('Nothing happens.', 'take mug 2 from drawer 1');
  expect(notes.held).toBeUndefined();
});

const decision = (command: string, subgoal: string, plan: readonly string[], because = 'x'): Decision => ({
  command,
  subgoal,
  plan: [subgoal, ...plan],
  because,
  target: '',
  searching: subgoal.startsWith('find '),
});
const episode = (...admissible: string[]) => ({ admissible }) as unknown as Episode;

function possible(texts: readonly (readonly [string, string])[], of: Decision, at: Episode) {
  const maker = roomMistakes();
  maker.see(initialObservation);
  for (const [command, text] of texts) maker.see(text, command);
  return maker.possible(of, at).map(({ kind, command, lesson }) => `${kind}: ${command} (${lesson})`);
}

const atDrawer = ['go to drawer 1', 'You arrive at drawer 1. The drawer 1 is closed.'] as const;
const openDrawer = ['open drawer 1', 'You open the drawer 1. The drawer 1 is open. In it, you see a mug 2.'] as const;
const withMug = ['take mug 2 from drawer 1', 'You pick up the mug 2 from the drawer 1.'] as const;

test('a forgotten door: to take through it', () => {
  expect(possible([atDrawer], decision('open drawer 1', 'find mug', ['take mug']), episode('open drawer 1'))).toEqual([
    'forgotten door: take mug 1 from drawer 1 (drawer 1 is closed)',
  ]);
});

test('a wrong place is one that was seen to hold nothing of use', () => {
  const shelf = ['go to shelf 1', 'You arrive at shelf 1. On the shelf 1, you see a pen 1.'] as const;
  const found = possible(
    [shelf, atDrawer],
    decision('go to fridge 1', 'find mug', ['take mug']),
    episode('go to shelf 1', 'go to fridge 1', 'go to drawer 2'),
  );
  expect(found).toEqual([
    'wrong place: go to shelf 1 (shelf 1 has no mug)',
    'inadmissible command: go to drawer 1 (already at drawer 1)',
  ]);
});

test('another place of the right kind is no mistake for what is in hand', () => {
  const found = possible(
    [atDrawer, openDrawer, withMug],
    decision('go to drawer 2', 'put mug in drawer', []),
    episode('go to drawer 2', 'move mug 2 to drawer 1'),
  );
  expect(found.filter(each => each.startsWith('wrong place'))).toEqual([]);
});

test('a premature put: before it is clean, or before one is there', () => {
  const found = possible(
    [atDrawer, openDrawer, withMug],
    decision('go to fridge 1', 'clean mug', ['put mug in shelf']),
    episode('go to fridge 1', 'move mug 2 to drawer 1'),
  );
  expect(found).toContain('premature put: move mug 2 to drawer 1 (mug 2 is not clean yet)');
  expect(found).toContain('premature put: move mug 2 to shelf 1 (not at shelf 1)');
  expect(found).toContain('inadmissible command: clean mug 2 with fridge 1 (not at fridge 1)');
});

test('a thing that is not there cannot be taken', () => {
  expect(
    possible(
      [atDrawer, openDrawer],
      decision('take mug 2 from drawer 1', 'take mug', []),
      episode('take mug 2 from drawer 1'),
    ),
  ).toEqual(['inadmissible command: take mug 3 from drawer 1 (mug 3 is not in drawer 1)']);
});

test('questions are answered from the text alone', () => {
  const writer = roomQuestions(['mug', 'pen', 'egg']);
  const random = createRandom('questions');
  const asked = new Map<string, string>();
  writer.see(initialObservation);
  for (const [command, text] of [
    atDrawer,
    openDrawer,
    withMug,
    ['clean mug 2 with sinkbasin 1', 'You clean the mug 2 using the sinkbasin 1.'] as const,
  ])
    writer.see(text, command);
  for (let i = 0; i < 300; i++) {
    const { question, answer } = writer.ask(random)!;
    asked.set(question, answer);
  }
  expect(Object.fromEntries(asked)).toEqual({
    'mug?': 'mug 2 is in hand.',
    'clean mug?': 'mug 2 is clean.',
    'hot mug?': 'mug 2 is in hand.',
    'cool mug?': 'mug 2 is in hand.',
    ...Object.fromEntries(
      ['', 'clean ', 'hot ', 'cool '].flatMap(looks =>
        ['pen', 'egg'].map(kind => [`${looks}${kind}?`, `no ${kind} seen yet.`]),
      ),
    ),
  });
});

test('a question says where a thing is now, and half of them ask for what was not seen', () => {
  const writer = roomQuestions(['mug', 'pen']);
  const random = createRandom('where');
  writer.see(initialObservation);
  for (const [command, text] of [atDrawer, openDrawer]) writer.see(text, command);
  const asked = Array.from({ length: 400 }, () => writer.ask(random)!);
  expect(new Set(asked.map(({ answer }) => answer))).toEqual(new Set(['mug 2 is in drawer 1.', 'no pen seen yet.']));
  expect(asked.filter(({ answer }) => answer.startsWith('no ')).length / 400).toBeCloseTo(0.5, 1);
  for (const { answer, tag } of asked) expect(tag).toBe(answer.startsWith('no ') ? 'explore' : 'monitor');
});

test('where one stands is asked for only with look-ups', () => {
  const writer = roomQuestions(['mug', 'pen'], { lookUps: true });
  const random = createRandom('where one stands');
  writer.see(initialObservation);
  expect(Array.from({ length: 50 }, () => writer.ask(random)!).some(({ question }) => question === 'where?')).toBe(
    false,
  );
  for (const [at, answer] of [
    ['drawer 1', 'at drawer 1 of 2.'],
    ['drawer 2', 'at drawer 2 of 2, the last.'],
    ['shelf 1', 'at shelf 1 of 1, the last.'],
  ] as const) {
    writer.see(`You arrive at ${at}. On the ${at}, you see nothing.`, `go to ${at}`);
    const where = Array.from({ length: 300 }, () => writer.ask(random)!).filter(
      ({ question }) => question === 'where?',
    );
    expect(where.length / 300).toBeCloseTo(0.2, 1);
    for (const each of where) expect(each).toEqual({ question: 'where?', answer, tag: 'monitor' });
  }
});

test.each([
  ['go to drawer 1', 'already at drawer 1.'],
  ['open fridge 1', 'not at fridge 1.'],
  ['take mug 2 from shelf 1', 'not at shelf 1.'],
  ['take mug 2 from drawer 1', 'drawer 1 is closed.'],
  ['move mug 2 to drawer 1', 'mug 2 is not in hand.'],
  ['dance', undefined],
])('why "%s" was refused', (command, why) => {
  const writer = roomQuestions(['mug']);
  const random = createRandom('why');
  writer.see(initialObservation);
  writer.see(atDrawer[1], atDrawer[0]);
  writer.see('Nothing happens.', command);
  const asked = Array.from({ length: 100 }, () => writer.ask(random)!);
  expect(asked.find(({ question }) => question === 'why?')).toEqual(
    why && { question: 'why?', answer: why, tag: 'reflection' },
  );
  writer.see('You are not carrying anything.', 'inventory');
  expect(Array.from({ length: 100 }, () => writer.ask(random)!).some(({ question }) => question === 'why?')).toBe(
    false,
  );
});
