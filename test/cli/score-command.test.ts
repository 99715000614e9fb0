import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { clew } from './run-clew.ts';

const folder = mkdtempSync(join(tmpdir(), 'clew-score-'));
const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const said = (from: string, value: string) => ({ from, loss: null, value });
const episode = (success: boolean | undefined) =>
  JSON.stringify({
    item_id: 'desk_1',
    success,
    conversations: [
      said('human', 'Put the mug on the desk.'),
      said(
        'gpt',
        '<meta>mugs are in drawers</meta><forecast>steps 2; wins 8 of 8; things: drawer</forecast>\n<planning>find a mug</planning><action>open drawer 1</action>',
      ),
      said('human', 'In it, you see a mug 1.'),
      said('gpt', '<monitor>on</monitor><action>take mug 1</action>'),
      said('human', 'You take it.'),
    ],
  });
const criterion = (id: string, weight: number, check: object) => ({
  id,
  text: id,
  weight,
  evidence: { document: 'teacher', quote: '' },
  check,
});
const scored = (...args: string[]) => {
  const run = clew(['score', ...args, '--json']);
  expect(run.err).toBe('');
  return JSON.parse(run.out);
};

it('pays the forecasts of a log, and says why where it cannot', () => {
  const [known, silent] = [file('won.jsonl', episode(true)), file('silent.jsonl', episode(undefined))];
  const [masa] = scored(known, '--rewards', 'outcome,masa:fixed').forecasts;
  expect(masa).toMatchObject({ rule: 'masa:fixed', forecasts: 1, reason: null });
  expect(masa.parts.wins).toMatchObject({ known: 1, mean: 1 });
  expect(scored(silent, '--rewards', 'masa:paper').forecasts[0]).toMatchObject({
    reason: 'the log does not say whether the episode succeeded',
    parts: { total: { known: 0, mean: null } },
  });
  const text = clew(['score', silent, '--rewards', 'masa:code']).out;
  expect(text).toContain('Not known: the log does not say whether the episode succeeded.');
});

it('judges a log by a rubric file, and says what a criterion lacks', () => {
  const log = file('log.jsonl', episode(true));
  const own = file(
    'own.json',
    JSON.stringify({
      criteria: [
        criterion('plans', 3, { says: { words: ['mug'], tag: 'planning' } }),
        criterion('short', 1, { steps: 1 }),
      ],
    }),
  );
  const result = scored(log, '--rewards', 'rubric', '--rubric', own);
  expect(result.rewards[0].parts.rubric).toMatchObject({ perEpisode: 0.75 });
  const goal = file('goal.json', JSON.stringify({ criteria: [criterion('takes', 1, { says: { words: ['{1}'] } })] }));
  expect(scored(log, '--rewards', 'rubric', '--rubric', goal).trajectories[0].scores.rubric.rubric).toEqual({
    steps: [0, null],
    missing: { 'the log does not say which kinds of things the goal is about: give its world with --world': [1] },
  });
  const elsewhere = file('elsewhere.json', JSON.stringify({ rubrics: [{ category: 'heat', kept: [] }] }));
  expect(
    Object.keys(scored(log, '--rewards', 'rubric', '--rubric', elsewhere).trajectories[0].scores.rubric.rubric.missing),
  ).toEqual(['there are no criteria for tasks of this category']);
});

it('names what is wrong with a rubric file', () => {
  const log = file('log2.jsonl', episode(true));
  const wrong = (name: string, text: string, ...rewards: string[]) => {
    const run = clew(['score', log, '--rubric', file(name, text), '--rewards', ...rewards]);
    expect(run.err).not.toMatch(/^\s+at /m);
    return [run.code, run.err] as const;
  };
  expect(wrong('a.json', '{', 'rubric')[1]).toContain('a.json is no JSON');
  expect(wrong('b.json', '{"criteria":[{"id":"x"}]}', 'rubric')[1]).toContain('b.json is no rubric: ');
  const [code, err] = wrong('c.json', '{}', 'outcome');
  expect(code).toBe(2);
  expect(err).toContain('name it, as in --rewards rubric');
});
