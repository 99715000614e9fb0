import { describe, expect, test } from 'vitest';
import household from '../../envs/household/index.ts';
import laboratory from '../../envs/laboratory/index.ts';
import { objectKinds, receptacleKinds } from '../../envs/house/kinds.ts';
import {
  completeKit,
  annotateStep,
  commandOf,
  demonstrate,
  foresight,
  objection,
  rulesAnnotator,
  trajectoryOf,
  type Demonstration,
} from '../../src/demonstrations/index.ts';
import { reasonAgrees } from '../../src/metrics/index.ts';

const recipe = completeKit(household);
const demonstrations = household
  .tasks('train', 120)
  .map(record =>
    demonstrate({ world: household, record, createExpert: recipe.createExpert, mistakes: recipe.mistakes, rate: 0.25 }),
  );
const annotated = demonstrations.map(({ steps }) => steps.map((_, t) => annotateStep(steps, t)));
const replies = async (demonstration: Demonstration) =>
  (await rulesAnnotator().annotate(demonstration)) as readonly string[];

function* every() {
  for (const [d, { steps }] of demonstrations.entries())
    for (const [t, step] of steps.entries()) yield { step, before: steps[t - 1], steps, t, ...annotated[d]![t]! };
}

test('planning at the first step, with what is left to do', () => {
  for (const { t, tag, thought, step } of every())
    if (t === 0) {
      expect(tag).toBe('planning');
      expect(thought).toMatch(/^plan: /);
      expect(thought).toContain(step.decision.plan.at(-1));
    }
});

test('reflection after every refused command, and nowhere without a failure or a mistake', () => {
  for (const { before, tag, thought } of every()) {
    if (before && !before.after.last!.accepted) expect(tag).toBe('reflection');
    if (tag === 'reflection') {
      expect(before!.mistake !== null || !before!.after.last!.accepted).toBe(true);
      expect(thought).toMatch(/^(failed|failed again|no use)[:.]/);
    }
  }
});

test('a recovery says what went wrong; a mistake made again does not', () => {
  const door = [...every()].filter(
    ({ before, step, tag }) => before?.mistake?.kind === 'forgotten door' && tag === 'reflection' && !step.mistake,
  );
  expect(door.length).toBeGreaterThan(5);
  for (const { thought, before } of door) expect(thought).toContain(before!.mistake!.lesson);
  for (const { step, thought, tag } of every())
    if (step.mistake?.kind === 'said again' && tag === 'reflection') expect(thought).not.toContain(step.mistake.lesson);
});

test('the second failure in a row is called so', () => {
  const again = [...every()].filter(
    ({ steps, t }) => t >= 2 && !steps[t - 1]!.after.last!.accepted && !steps[t - 2]!.after.last!.accepted,
  );
  expect(again.length).toBeGreaterThan(20);
  for (const { thought } of again) expect(thought).toMatch(/^failed again/);
});

test('explore while the thing that is wanted has not been seen, monitor when it has', () => {
  for (const { tag, step, thought } of every()) {
    if (tag === 'explore') expect([step.decision.searching, thought.startsWith('no ')]).toEqual([true, true]);
    if (tag === 'monitor') expect(step.decision.searching).toBe(false);
  }
});

test('planning again when a thing was put down too early: the plan is back where it was', () => {
  const again = [...every()].filter(({ t, tag }) => t > 0 && tag === 'planning');
  expect(again.length).toBeGreaterThan(3);
  for (const { before, thought, step } of again) {
    expect(before!.mistake).not.toBeNull();
    expect(thought).toMatch(/plan: take /);
    if (!step.mistake) expect(thought).toContain(before!.mistake!.lesson);
  }
});

test('every thought names what its command is about, and none names a thing that is read later', async () => {
  for (const demonstration of demonstrations) {
    const written = await replies(demonstration);
    expect(foresight(demonstration, written)).toBeUndefined();
    for (const step of trajectoryOf(demonstration, written, 'run', 'agent').steps)
      expect(reasonAgrees(step)).not.toBe(false);
    for (const [t, reply] of written.entries())
      expect(objection(reply, commandOf(demonstration.steps[t]!))).toBeUndefined();
  }
});

test('thoughts are of few words: those of the world and these', () => {
  const words = new Set<string>();
  for (const { thought } of every()) for (const word of thought.match(/[a-z]+/g)!) words.add(word);
  for (const kind of [...objectKinds, ...receptacleKinds]) words.delete(kind);
  expect([...words].toSorted()).toEqual(
    [
      'again',
      'already',
      'and',
      'at',
      'away',
      'clean',
      'closed',
      'failed',
      'find',
      'from',
      'go',
      'hand',
      'has',
      'have',
      'heat',
      'hot',
      'in',
      'is',
      'may',
      'move',
      'no',
      'not',
      'open',
      'place',
      'plan',
      'put',
      'seen',
      'take',
      'the',
      'to',
      'use',
      'wanted',
      'with',
      'yet',
    ].filter(word => words.has(word)),
  );
});

test('what is known of the other things is said first, also while searching and before a plan', () => {
  const demonstration = laboratory
    .tasks('train', 40)
    .filter(({ category }) => category === 'grow')
    .map(record => demonstrate({ world: laboratory, record, ...completeKit(laboratory), rate: 0 }))
    .find(({ steps }) => steps.some(({ decision }, t) => t > 0 && decision.searching && decision.known!.length > 0))!;
  const thoughts = demonstration.steps.map((_, t) => annotateStep(demonstration.steps, t).thought);
  const at = demonstration.steps.findIndex(({ decision }) => decision.searching && decision.known!.length > 0);
  const [fact] = demonstration.steps[at]!.decision.known!;
  expect(thoughts[at]).toMatch(new RegExp(`^${fact}\\. no \\w+ seen yet\\.`));
  // A new plan comes after what it rests on; no fact is said twice.
  const plan = thoughts.findIndex((thought, t) => t > 0 && thought.includes('plan: '));
  expect(thoughts[plan]).toMatch(/^can in hand\. \w+ in hand\. plan: /);
  for (const thought of thoughts) {
    const said = thought.split('. ');
    expect(new Set(said).size).toBe(said.length);
  }
});

describe('with look-ups', () => {
  const full = demonstrations.map(({ steps }) => steps.map((_, t) => annotateStep(steps, t, { lookUps: true })));

  /** The expert's own steps after the first, with their thoughts. */
  function* own() {
    for (const [d, { steps }] of demonstrations.entries())
      for (const [t, step] of steps.entries()) if (t > 0 && !step.mistake) yield { step, ...full[d]![t]! };
  }

  test('a thought is the same but for what stands right before the command', () => {
    for (const [d, thoughts] of full.entries())
      for (const [t, { tag, thought }] of thoughts.entries()) {
        const { tag: plainTag, thought: plain } = annotated[d]![t]!;
        const said = demonstrations[d]!.steps[t]!.decision.lookUps!;
        expect(tag).toBe(plainTag);
        for (const fact of said) expect(thought).toContain(`${fact}. `);
        expect(said.reduce((text, fact) => text.replace(`${fact}. `, ''), thought)).toBe(
          said.reduce((text, fact) => text.replace(`${fact}. `, ''), plain),
        );
      }
  });

  test('it says where one stands, how many places of the kind there are, and which is the last', () => {
    let last = 0;
    let next = 0;
    for (const { step, thought } of own()) {
      const [, kind, number, of, end] = /\bat ([a-z]+) (\d+) of (\d+)(, the last)?\. [^.]+\.$/.exec(thought)!;
      const { at, contents } = (step.before.state as ReturnType<typeof household.initial>).context;
      expect(`${kind} ${number}`).toBe(at);
      expect(Number(of)).toBe(Object.keys(contents).filter(place => place.startsWith(`${kind} `)).length);
      expect(end !== undefined).toBe(number === of);
      if (!step.decision.searching) continue;
      if (end) last++;
      else if (step.decision.command === `go to ${kind} ${Number(number) + 1}`) next++;
    }
    expect(Math.min(last, next)).toBeGreaterThan(30);
  });

  test('it says what cleans and heats before one goes there, and what is in hand while a lamp is looked for', () => {
    const thoughts = [...own()].map(({ thought }) => thought);
    const saying = (pattern: RegExp) => thoughts.filter(thought => pattern.test(thought)).length;
    expect(saying(/\b\w+ \d+ is in hand\. heat with microwave\. at [^.]*\. go to microwave 1\.$/)).toBeGreaterThan(10);
    expect(
      saying(/\b(\w+ \d+) is in hand\. clean with sinkbasin\. at sinkbasin [^.]*\. clean \1 with sinkbasin \d+\.$/),
    ).toBeGreaterThan(10);
    expect(saying(/^no desklamp seen yet\. (.*closed\. )?\w+ \d+ is in hand\. at /)).toBeGreaterThan(5);
  });

  test('every thought names what its command is about, and none names a thing that is read later', async () => {
    for (const demonstration of demonstrations) {
      const written = (await rulesAnnotator({ lookUps: true }).annotate(demonstration)) as readonly string[];
      expect(foresight(demonstration, written)).toBeUndefined();
      for (const step of trajectoryOf(demonstration, written, 'run', 'agent').steps)
        expect(reasonAgrees(step)).not.toBe(false);
    }
  });

  test('the builds of both kinds are told apart', () => {
    expect(rulesAnnotator().name).toBe('rules');
    expect(rulesAnnotator({ lookUps: true }).name).toBe('rules, look-ups');
  });
});
