import { describe, expect, it } from 'vitest';
import { gatherForecasts, groupFacts, scoreForecast, scoreForecasts } from '../../src/forecasts/index.ts';
import { isMissing } from '../../src/steps/index.ts';
import { handStep, handTrajectory } from '../metrics/hand-made.ts';
import { episodeOf, forecastOf, said } from './hand-made.ts';

const won = episodeOf(true, 9, ['countertop', 'microwave']);
const lost = episodeOf(false, 30, ['drawer']);
const good = forecastOf(said(9, 4, 'countertop, microwave'));

describe('forecasts of a log', () => {
  it('are scored as one by one, by every rule', () => {
    const facts = groupFacts([won, lost]);
    if (isMissing(facts)) throw new Error(facts.missing);
    for (const rule of ['masa:paper', 'masa:code', 'masa:fixed'] as const) {
      const { summary, scores } = scoreForecasts([{ forecasts: [good], episodes: [won, lost] }], rule);
      expect(scores).toEqual([{ id: good.id, parts: scoreForecast(good, facts, { rule }), missing: {} }]);
      expect(summary).toMatchObject({ rule, forecasts: 1, reason: null });
      expect(summary.parts.total).toEqual({ known: 1, mean: scores[0]!.parts.total, missing: {} });
    }
  });

  it('are null with the reason where the log does not tell, and never 0', () => {
    const silent = { ...won, success: null };
    const other = forecastOf(said(9, 4, 'microwave'), { id: 'other' });
    const { summary, scores } = scoreForecasts(
      [
        { forecasts: [good], episodes: [silent] },
        { forecasts: [other], episodes: [] },
      ],
      'masa:fixed',
    );
    const nothing = { steps: null, wins: null, things: null, total: null };
    expect(scores.map(({ parts }) => parts)).toEqual([nothing, nothing]);
    expect(summary.parts.wins).toEqual({
      known: 0,
      mean: null,
      missing: {
        'the log does not say whether the episode succeeded': 1,
        'no episode of the task was played': 1,
      },
    });
    expect(summary.reason).toBe('the log does not say whether the episode succeeded');
    expect(scoreForecasts([], 'masa:fixed').summary).toMatchObject({ forecasts: 0, reason: 'there are no forecasts' });
  });

  it('know nothing of things where no command is known, and all the rest', () => {
    const mute = handTrajectory([handStep({ command: null })], { success: true, task: won.task });
    const [{ parts, missing }] = scoreForecasts([{ forecasts: [good], episodes: [mute] }], 'masa:fixed').scores as [
      ReturnType<typeof scoreForecasts>['scores'][number],
    ];
    expect(parts).toMatchObject({ steps: 0, wins: 0.1, things: null, total: null });
    expect(missing.things).toMatch(/^the log has no commands/);
  });

  it("are read from first replies, in Clew's form and in MASA's own", () => {
    const gathered = gatherForecasts();
    const reply = '<meta>hm</meta>{"pass_rate": 8, "solution_length": 9, "key_entities": ["microwave"]}';
    for (const rollout of [0, 1]) {
      const steps = [handStep({ reply }), ...won.steps.slice(1)];
      gathered.see({ ...won, rollout, id: `own ${rollout}`, steps });
    }
    gathered.see({ ...won, rollout: 2, id: 'no forecast', steps: [handStep({ reply: '{"steps": 3}' })] });
    const { summary } = scoreForecasts(gathered.groups(), 'masa:fixed');
    expect(summary.forecasts).toBe(2);
    expect(summary.parts.wins).toMatchObject({ known: 2, mean: 1 });
  });
});
