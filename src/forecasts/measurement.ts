import { z } from 'zod';
import { measurementShape } from '../metrics/figures.ts';
import type { Measurement } from '../metrics/index.ts';
import { type ForecastFigures, forecastFiguresSchema } from './figures.ts';

/** A measurement, with how well the agent foretells its success where `clew measure` was asked. */
export interface MeasurementWithForecasts extends Measurement {
  forecasts?: ForecastFigures | undefined;
}

/** Reads what `measure` gives, and what `clew measure --json` and `clew eval --json` print. */
export const measurementSchema: z.ZodType<MeasurementWithForecasts> = z.strictObject({
  ...measurementShape,
  forecasts: forecastFiguresSchema.optional(),
});
