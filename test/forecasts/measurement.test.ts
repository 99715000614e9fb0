import { expect, it } from 'vitest';
import { forecastFigures, measurementSchema } from '../../src/forecasts/index.ts';
import { measure } from '../../src/metrics/index.ts';

it('a measurement is read with and without how well an agent foretells, which has its own form', () => {
  const measurement = measure([]);
  const forecasts = forecastFigures([]);
  expect(measurementSchema.parse(JSON.parse(JSON.stringify(measurement)))).toEqual(measurement);
  const both = { ...measurement, forecasts };
  expect(measurementSchema.parse(JSON.parse(JSON.stringify(both)))).toEqual(both);
  expect(measurementSchema.safeParse({ ...measurement, forecasts: { gap: 0.5 } }).success).toBe(false);
  expect(measurementSchema.safeParse({ ...both, foretold: 1 }).success).toBe(false);
});
