import { expect, test } from 'vitest';
import { goalPatterns } from '../../envs/room-text/goals.ts';
import household from '../../envs/household/index.ts';
import lockedRoom from '../../envs/locked-room/index.ts';
import {
  textWeights,
  withoutGoal,
  worldText,
  type WorldDocument,
  type WorldTextOptions,
} from '../../src/demonstrations/index.ts';
import { isUnseenVariant, type World, type WorldKit } from '../../src/world/index.ts';

/** The household with something else in its kit. */
function withKit(kit: WorldKit): World {
  return { ...household, kit: { ...household.kit, ...kit } };
}

function take(count: number, options: Partial<WorldTextOptions> = {}): WorldDocument[] {
  const documents: WorldDocument[] = [];
  for (const document of worldText({ world: household, ...options })) {
    documents.push(document);
    if (documents.length === count) break;
  }
  return documents;
}

const text = ({ segments }: WorldDocument) => segments.map(segment => segment.text).join('\n');
/** A command may be in two pieces of different weight. */
function commands({ segments }: WorldDocument): string[] {
  const all: string[] = [];
  for (const [i, { kind, text }] of segments.entries())
    if (kind === 'command') all.push(segments[i - 1]?.kind === 'command' ? all.pop()! + text : text);
  return all;
}

const documents = take(150);

test('no goal is in any document, of no category', () => {
  for (const document of documents)
    for (const sentence of Object.values(goalPatterns)) expect(text(document)).not.toMatch(sentence);
});

test('only training tasks, in houses that training may use', () => {
  for (const { id } of documents) {
    const record = household.task(id.slice(0, id.lastIndexOf('/')));
    expect([record.split, household.heldOut.includes(record.category), isUnseenVariant(record.task.house)]).toEqual([
      'train',
      false,
      false,
    ]);
  }
});

test('every verb is used, those of held-out goals too, and some commands are refused', () => {
  const verbs = new Map<string, number>();
  let refused = 0;
  for (const document of documents) {
    for (const command of commands(document))
      verbs.set(command.split(' ')[0]!, (verbs.get(command.split(' ')[0]!) ?? 0) + 1);
    refused += document.segments.filter(({ text }) => text === 'Nothing happens.').length;
  }
  for (const verb of ['go', 'open', 'close', 'take', 'move', 'clean', 'heat', 'cool', 'use', 'examine'])
    expect(verbs.get(verb), verb).toBeGreaterThan(15);
  const all = [...verbs.values()].reduce((a, b) => a + b);
  expect(refused / all).toBeGreaterThan(0.05);
  expect(refused / all).toBeLessThan(0.15);
});

test('answers are true: they follow from what the world printed', () => {
  let checked = 0;
  for (const { segments } of documents) {
    const seen = new Map<string, string>();
    let held: string | undefined;
    for (const { kind, text } of segments) {
      if (kind === 'observation') {
        const list = /(?:On the|The) ([a-z]+ \d+)(?: is open\. In it)?, you see (.+)\.$/.exec(text);
        if (list) {
          for (const [thing, place] of seen) if (place === list[1]) seen.delete(thing);
          for (const item of list[2]!.matchAll(/a ([a-z]+ \d+)/g)) seen.set(item[1]!, list[1]!);
        }
        const taken = /^You pick up the (.+) from/.exec(text);
        const put = /^You move the (.+) to the (.+)\.$/.exec(text);
        if (taken) {
          held = taken[1]!;
          seen.delete(held);
        }
        if (put) {
          held = undefined;
          seen.set(put[1]!, put[2]!);
        }
      }
      if (kind !== 'answer') continue;
      const where = /^([a-z]+ \d+) is in ([a-z]+ \d+)\.$/.exec(text);
      const none = /^no ([a-z]+) seen yet\.$/.exec(text);
      const inHand = /^(.+) is in hand\.$/.exec(text);
      if (where) expect(seen.get(where[1]!), text).toBe(where[2]);
      if (none)
        expect(
          [...seen.keys()].some(name => name.startsWith(`${none[1]} `)),
          text,
        ).toBe(false);
      if (inHand) expect(inHand[1]).toBe(held);
      if (where || none || inHand) checked++;
    }
  }
  expect(checked).toBeGreaterThan(1500);
});

test('a manual says what verbs and appliances are for, beside the same play, and tells no goal', () => {
  const plain = take(60);
  const withManual = take(60, { manual: 0.5 });
  const asked = new Map<string, Set<string>>();
  let entries = 0;
  for (const [i, document] of withManual.entries()) {
    expect(commands(document)).toEqual(commands(plain[i]!));
    for (const sentence of Object.values(goalPatterns)) expect(text(document)).not.toMatch(sentence);
    // Without the entries it is the document that it would have been.
    const before = [...plain[i]!.segments];
    let held: string | undefined;
    for (const [at, segment] of document.segments.entries()) {
      held =
        /^You pick up the (.+) from/.exec(segment.text)?.[1] ??
        (segment.text.startsWith('You move') ? undefined : held);
      if (segment.text === before[0]?.text && segment.kind === before[0].kind) before.shift();
      else if (segment.kind === 'question') {
        entries++;
        const { text: answer } = document.segments[at + 1]!;
        const kind = segment.text.replace(/ [a-z]+\?$/, '?');
        asked.set(kind, (asked.get(kind) ?? new Set()).add(answer.replace(/^\w+ \d+ is in hand\. /, '')));
        if (answer.includes('in hand')) expect(answer).toContain(`${held} is in hand. `);
      }
    }
    expect(before).toEqual([]);
  }
  expect(entries).toBeGreaterThan(300);
  expect(asked.get('fridge?')).toEqual(new Set(['cool with fridge.']));
  expect([...asked.get('cool?')!].toSorted()).toContain('cool with fridge.');
  expect([...asked.get('hot?')!].toSorted()).toContain('heat with microwave.');
  expect([...asked.get('clean?')!].toSorted()).toContain('clean with sinkbasin.');
  expect(asked.get('two?')).toEqual(new Set(['one, then another one.']));
});

test('with look-ups it is asked too where one stands, and the answers are true', () => {
  let asked = 0;
  for (const { segments } of take(30, { lookUps: true })) {
    let at: string | undefined;
    for (const [i, { kind, text }] of segments.entries()) {
      if (kind === 'observation') at = /^You arrive at (.+?)\. /.exec(text)?.[1] ?? at;
      if (kind !== 'question' || text !== 'where?') continue;
      asked++;
      const [, name, number, of, last] = /^at ([a-z]+) (\d+) of (\d+)(, the last)?\.$/.exec(segments[i + 1]!.text)!;
      expect(`${name} ${number}`).toBe(at);
      expect([...segments[0]!.text.matchAll(new RegExp(`\\b${name} \\d+`, 'g'))].length).toBe(Number(of));
      expect(last !== undefined).toBe(number === of);
    }
  }
  expect(asked).toBeGreaterThan(100);
  expect(documents.some(({ segments }) => segments.some(({ text }) => text === 'where?'))).toBe(false);
  expect(() => take(1, { world: lockedRoom, lookUps: true })).toThrow(
    'locked-room asks for no other look-ups: its kit has no lookUpQuestions. Leave look-ups out.',
  );
});

test('a world without a manual says so', () => {
  expect(() => take(1, { world: lockedRoom, manual: 0.1 })).toThrow(
    'locked-room has no manual: its kit says nothing of what verbs are for. Leave the manual out.',
  );
});

test.each(['shelf cool mug?', 'safe two cd?'])(
  'leak: a manual that asks "%s", the reminder of a held-out goal',
  question => {
    const world = withKit({
      manual: () => ({ see: () => {}, ask: () => ({ question, answer: 'cool with fridge.' }) }),
    });
    expect(() => take(1, { world, manual: 1 })).toThrow(
      `household:train:0/0 must not be trained on: it says "${question}", a goal kept out of training`,
    );
  },
);

test('the same document comes for the same seed and number, wherever the stream begins', () => {
  expect(take(3, { from: 5 })).toEqual(documents.slice(5, 8));
  expect(take(1, { seed: 1 })[0]).not.toEqual(documents[0]);
});

test('the stream is lazy and endless: a world with few tasks plays them again, differently', () => {
  let pages = 0;
  const few: World = {
    ...household,
    tasks(split, count, from = 0) {
      pages++;
      return household.tasks(split, 3).slice(from, from + count);
    },
  };
  const stream = worldText({ world: few });
  expect(pages).toBe(0);
  stream.next();
  expect(pages).toBe(1);
  const seven = take(7, { world: few });
  expect(new Set(seven.map(({ id }) => id.split('/')[0])).size).toBe(3);
  expect(seven[0]!.segments[0]).toEqual(seven[3]!.segments[0]);
  expect(commands(seven[0]!)).not.toEqual(commands(seven[3]!));
});

test('answers, and what is taken from where, weigh most; what nobody could foretell little', () => {
  for (const { segments } of take(10, { lookUpWeight: 5 }))
    for (const [i, { kind, weight }] of segments.entries()) {
      const looked = kind === 'answer' || (kind === 'command' && segments[i - 1]!.kind === 'command');
      expect(weight).toBe(looked ? 5 : kind === 'command' ? 1 : textWeights[kind]);
    }
});

test('a long text that changes nothing is left out with its command', () => {
  for (const { segments } of documents)
    for (const { kind, text } of segments) {
      if (kind === 'command') expect(text).not.toBe('help');
      if (kind === 'observation') expect(text.length).toBeLessThanOrEqual(400);
    }
  expect(take(150, { longestText: Infinity }).some(each => commands(each).includes('help'))).toBe(true);
});

test('any world that prints text can be played, with or without questions', () => {
  const [document] = take(1, { world: lockedRoom, steps: 10 });
  expect(document!.segments[0]!.kind).toBe('initial observation');
  expect(document!.segments.some(({ kind }) => kind === 'question')).toBe(false);
});

test('the initial observation loses the lines that tell the goal, and nothing else', () => {
  expect(withoutGoal('A room.\n\nYour task is to: put a mug in sink.', 'put a mug in sink.')).toBe('A room.');
  expect(withoutGoal('A room.', 'put a mug in sink.')).toBe('A room.');
});

/** The household, with something changed that must not pass. */
const planted = (change: Partial<World>): World => ({ ...household, ...change });

test('leak: a held-out goal in an observation stops the stream', () => {
  const world = planted({
    start: record =>
      Object.assign((household as World).start(record), { observation: 'A note says: put a cool mug in shelf.' }),
  });
  expect(() => take(1, { world })).toThrow(
    /household:train:0\/0 must not be trained on: it says "put a cool mug in", a goal kept out of training/,
  );
});

test('leak: a held-out goal in an answer of a question writer stops the stream', () => {
  const chatty = withKit({
    questions: () => ({
      see() {},
      ask: () => ({ question: 'what next?', answer: 'find two pen and put them in desk' }),
    }),
  });
  expect(() => take(1, { world: chatty })).toThrow('it says "find two pen and put them", a goal kept out of training');
});

test('leak: the goal of the task itself may not stand beside actions either', () => {
  const chatty = withKit({
    questions: () => ({
      see() {},
      ask: () => ({ question: 'what is wanted?', answer: household.goal(household.task('household:train:0').task) }),
    }),
  });
  expect(() => take(1, { world: chatty })).toThrow(/it holds the goal of its task/);
});

test.each(['seen', 'unseen'] as const)('leak: a task of the split %s stops the stream', split => {
  const wrong: World = { ...household, tasks: () => household.tasks(split, 3) };
  expect(() => take(1, { world: wrong })).toThrow(new RegExp(`is a task of the split "${split}"`));
});

test('a held-out category cannot be played', () => {
  expect(() => take(1, { categories: ['pick', 'two'] })).toThrow(
    'The category "two" of household is held out of training',
  );
});

test('leak: a house of the evaluation under the name of a training task stops the stream', () => {
  const [unseen] = household.tasks('unseen', 1);
  const wrong: World = { ...household, tasks: () => [{ ...unseen!, id: 'household:train:0', split: 'train' }] };
  expect(() => take(1, { world: wrong })).toThrow(/is set in .*, a house of the evaluation/);
});
