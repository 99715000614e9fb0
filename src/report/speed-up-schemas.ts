import { z } from 'zod';
import { budgetAxes, type ReportSpeedUp, type WarmUpCost } from './speed-up-data.ts';

const known = z.number().nullable();
/** A warm-up's row tells more; what is not there is not known. */
export const warmUpCostSchema: z.ZodType<WarmUpCost> = z.object({
  tasks: known.default(null),
  episodes: known.default(null),
  tokens: known.default(null),
  seconds: known.default(null),
});

export const reportSpeedUpSchema: z.ZodType<ReportSpeedUp> = z.strictObject({
  world: z.string(),
  level: z.string(),
  baseline: z.string(),
  arm: z.string(),
  seeds: z.array(z.strictObject({ seed: z.string(), success: known })),
  axes: z.array(
    z.strictObject({
      axis: z.enum(budgetAxes),
      ratio: known,
      never: z.int(),
      reason: z.string().nullable(),
      seeds: z.array(
        z.strictObject({ seed: z.string(), baseline: known, arm: known, ratio: known, reason: z.string().nullable() }),
      ),
    }),
  ),
  saved: z.strictObject({ difference: known, tokens: known, reason: z.string().nullable() }),
});
