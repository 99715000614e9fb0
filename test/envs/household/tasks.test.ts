import { canonicalJson, hash, expertSteps, type Split } from 'clew';
import { describe, expect, it } from 'vitest';
import household from '../../../envs/household/index.ts';
import { task } from '../../../envs/house/task.ts';

const counted = 500;
const all = Object.fromEntries(household.splits.map(split => [split, household.tasks(split, counted)])) as Record<
  Split,
  ReturnType<typeof household.tasks>
>;
const houses = (...splits: Split[]) => new Set(splits.flatMap(split => all[split].map(record => record.task.house)));

/**
 * Of the first 50 tasks of each split. When one changes, old ids name other tasks: raise the world's version, then
 * write the new digest here.
 */
const digests: Record<Split, string> = {
  train: '9988d9eefc9581f6',
  seen: 'fa67c38cfe2cdf55',
  unseen: 'f818982313fd85cc',
  heldOut: 'c437a201816131e5',
};

describe.each(household.splits)('%s', split => {
  it(`has ${counted} different tasks, none won at the start`, () => {
    expect(new Set(all[split].map(({ task }) => canonicalJson(task))).size).toBe(counted);
    for (const record of all[split]) expect(household.start(record).done, record.id).toBe(false);
  });

  it('labels its tasks as it lists them, and a task of a held-out kind in a known house as none of any split', () => {
    for (const { task, category } of all[split]) {
      expect(household.label(task)).toEqual({ split, category });
      if (category === 'look') continue;
      const cooling = household.label({ ...task, goal: { ...task.goal, category: 'cool' } });
      expect(cooling?.split).toBe(split === 'train' || split === 'seen' ? undefined : 'heldOut');
    }
  });

  it('has every category that belongs in it, in about equal numbers', () => {
    const expected = household.categories.filter(
      category => household.heldOut.includes(category) === (split === 'heldOut'),
    );
    const counts = Object.fromEntries(
      expected.map(category => [category, all[split].filter(record => record.category === category).length]),
    );
    expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(counted);
    for (const count of Object.values(counts)) expect(count).toBeGreaterThan((0.7 * counted) / expected.length);
  });

  it('has houses of 8 to 20 receptacles and 15 to 40 objects, some of them shut', () => {
    for (const {
      id,
      task: { contents, doors },
    } of all[split]) {
      const receptacles = Object.keys(contents).length;
      const objects = Object.values(contents).flat();
      expect(receptacles, id).toBeGreaterThanOrEqual(8);
      expect(receptacles, id).toBeLessThanOrEqual(20);
      expect(objects.length, id).toBeGreaterThanOrEqual(15);
      expect(objects.length, id).toBeLessThanOrEqual(40);
      expect(new Set(objects).size, id).toBe(objects.length);
      expect(Object.keys(contents), id).toEqual(expect.arrayContaining(Object.keys(doors)));
    }
    const states = all[split].flatMap(({ task }) => Object.values(task.doors));
    expect(states).toContain('shut');
    expect(states).toContain('open');
  });

  it('can be won within 30 steps by an expert who sees only text', () => {
    for (const record of all[split]) expect(expertSteps(household, record), record.id).toBeLessThanOrEqual(30);
  });

  it('survives JSON, and an id alone brings a task back', () => {
    for (const record of all[split].slice(0, 50)) {
      expect(task.parse(JSON.parse(JSON.stringify(record.task)))).toEqual(record.task);
      expect(household.task(record.id)).toEqual(record);
    }
  });

  it('is the same on every machine', () => {
    expect(hash(canonicalJson(all[split].slice(0, 50)))).toBe(digests[split]);
  });
});

it('no house is both known and unseen, and there are hundreds', () => {
  const known = houses('train', 'seen');
  const unseen = houses('unseen', 'heldOut');
  expect([...known].filter(house => unseen.has(house))).toEqual([]);
  expect(known.size).toBeGreaterThan(300);
  expect(unseen.size).toBeGreaterThan(80);
});

it('the seen split is set in houses that training knows', () => {
  const trained = houses('train');
  const share = all.seen.filter(record => trained.has(record.task.house)).length / counted;
  // Training draws without end; its first 500 tasks already visit most of its houses.
  expect(share).toBeGreaterThan(0.5);
});

it('one house keeps its receptacles, doors and fixtures from task to task; what lies where changes', () => {
  const byHouse = new Map<string, typeof all.train>();
  for (const record of [...all.train, ...all.seen])
    byHouse.set(record.task.house, [...(byHouse.get(record.task.house) ?? []), record]);
  expect(Math.max(...[...byHouse.values()].map(records => records.length))).toBeGreaterThan(3);
  for (const records of byHouse.values()) {
    expect(new Set(records.map(({ task }) => Object.keys(task.contents).join())).size).toBe(1);
    expect(new Set(records.map(({ task }) => Object.keys(task.doors).join())).size).toBe(1);
    expect(
      new Set(
        records.map(
          ({ task }) => Object.entries(task.contents).find(([, objects]) => objects.includes('desklamp 1'))?.[0],
        ),
      ).size,
    ).toBe(1);
    expect(new Set(records.map(({ task }) => canonicalJson(task.contents))).size).toBe(records.length);
  }
});

describe('a task written by hand is checked', () => {
  const { task: good } = all.train[0]!;
  it.each([
    [
      'an unknown kind',
      { ...good, contents: { ...good.contents, 'volcano 1': [] } },
      '"volcano 1" is not the name of a receptacle',
    ],
    [
      'an object without a number',
      { ...good, contents: { ...good.contents, 'shelf 9': ['mug'] } },
      '"mug" is not the name of an object',
    ],
    [
      'an object in two places',
      { ...good, contents: { ...good.contents, 'shelf 8': ['mug 9'], 'shelf 9': ['mug 9'] } },
      '"mug 9" is in two places',
    ],
    [
      'a door without a receptacle',
      { ...good, doors: { ...good.doors, 'safe 9': 'shut' } },
      'the door "safe 9" belongs to no receptacle',
    ],
    [
      'a lamp as a place',
      { ...good, goal: { ...good.goal, category: 'pick', target: 'desklamp' } },
      'a desklamp is no receptacle',
    ],
    [
      'a place as a lamp',
      { ...good, goal: { ...good.goal, category: 'look', target: 'shelf' } },
      'the target of a look task is a lamp, not a shelf',
    ],
  ])('%s', (_, bad, expected) => {
    expect(task.safeParse(good).success).toBe(true);
    expect(
      task
        .safeParse(bad)
        .error?.issues.map(issue => issue.message)
        .join('; '),
    ).toContain(expected);
  });
});
