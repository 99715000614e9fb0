import { expect, test } from 'vitest';
import { measurementCsv } from '../../src/cli/measure-csv.ts';
import { forecastFigures } from '../../src/forecasts/index.ts';
import { measure } from '../../src/metrics/index.ts';
import { forecastOf } from '../forecasts/hand-made.ts';
import { handStep, handTrajectory, task } from '../metrics/hand-made.ts';

test('a figure without a value has its reason, and first errors and the best of rollouts are lines too', () => {
  const gap = { ...task('gap'), gap: { kind: 'none', matter: null } };
  const usage = { promptTokens: 3, cachedTokens: null, replyTokens: null, thinkingTokens: null };
  const lost = [0, 1].map(rollout =>
    handTrajectory([handStep({ accepted: null, usage })], {
      rollout,
      success: rollout === 1 ? null : false,
      task: gap,
    }),
  );
  const forecasts = forecastFigures([{ forecasts: [forecastOf('?')], episodes: lost.slice(0, 1) }]);
  const known = handTrajectory([handStep()], { task: gap, success: false, rollout: 2 });
  for (const episodes of [lost, [known]]) {
    const csv = measurementCsv({ ...measure(episodes), forecasts });
    const lines = csv
      .trim()
      .split('\n')
      .slice(1)
      .map(line => line.split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/));
    for (const line of lines) expect([line, line[4] === '']).toEqual([line, line[11] !== '']);
    const figures = lines.map(line => line[2]);
    for (const name of [
      'information',
      episodes === lost ? 'replyTokens' : 'f1',
      'skill',
      'cost',
      'neverErred',
      'standsThere',
    ])
      expect(figures).toContain(name);
    expect(figures.includes('bestOf')).toBe(episodes === lost);
  }
});
