import { z } from 'zod';
import { forecastRules } from '../../forecasts/index.ts';

const from = z
  .number()
  .positive()
  .default(0.38)
  .describe('the iteration from which it acts; below 1 a share of all iterations. Before, it is measured in shadow');
const probe = z
  .number()
  .min(0)
  .max(1)
  .default(0.1)
  .describe('share of what it decides against that is played all the same, so that it stays known how often it errs');
const part = z.number().nonnegative().default(1);

const settingsSchema = z.strictObject({
  each: z.int().min(2).optional().describe('forecasts of each task; as many as rollouts if left out'),
  rule: z.enum(forecastRules).default('masa:fixed').describe('what they are paid for'),
  parts: z
    .strictObject({ steps: part, wins: part, things: part })
    .prefault({})
    .describe('what each part counts; 0 leaves it out'),
  weight: z.number().nonnegative().default(1).describe('of the advantage of forecasts beside that of episodes'),
  tokens: z.int().positive().default(48).describe('tokens that a forecast may have'),
  control: z
    .enum(['none', 'shuffled', 'unpaid'])
    .default('none')
    .describe("shuffled: paid for another task's episodes; unpaid: written and not paid"),
  warmUp: z
    .strictObject({
      tasks: z.int().positive().default(64).describe('tasks that are played, as often as there are rollouts'),
      updates: z.int().positive().default(400).describe('updates on what would have been foretold rightly, at most'),
      wellFormed: z
        .number()
        .min(0)
        .max(1)
        .default(0.97)
        .describe(
          'it ends when this share of the forecasts of tasks that are not taught is well-formed, at two looks in a row',
        ),
      batch: z.int().positive().default(32).describe('forecasts in an update'),
      rehearsed: z
        .int()
        .nonnegative()
        .default(8)
        .describe('episodes that are learnt beside them, at the same weight together'),
      learningRate: z
        .number()
        .positive()
        .default(3e-3)
        .describe('of these updates; too high for a policy of several hundred thousand parameters, which 0.001 fits'),
    })
    .prefault({})
    .describe('what teaches a policy the form of forecasts, before the first iteration'),
  expert: z
    .strictObject({
      batch: z.int().positive().default(128).describe('corrected forecasts that are learnt from at once'),
      updates: z.int().positive().default(5).describe('updates on them'),
      least: z
        .number()
        .min(0)
        .max(1)
        .default(0.2)
        .describe('lowest score of the things of a forecast that is corrected'),
      learningRate: z.number().positive().optional().describe("of these updates; the run's own if left out"),
    })
    .optional()
    .describe('learn the best forecast of each task, with the steps and wins that came (DAgger); none if left out'),
  gate: z
    .strictObject({
      from,
      spread: z.number().nonnegative().default(0.1).describe('forecasts of a gated task differ by less'),
      low: z.number().min(0).max(1).default(0.05).describe('their mean is at most this,'),
      high: z.number().min(0).max(1).default(0.95).describe('or at least that'),
      probe,
    })
    .optional()
    .describe('do not play tasks that are won always or never; none if left out'),
  cutoff: z
    .strictObject({
      from,
      factor: z.number().positive().default(2).describe('times the median of the foretold steps'),
      probe,
    })
    .optional()
    .describe('cut episodes short that are much longer than was foretold; none if left out'),
  hint: z
    .strictObject({ from, top: z.int().positive().default(3).describe('things that are told') })
    .optional()
    .describe('tell the player what most forecasts say will matter; none if left out'),
});

const presets = {
  masa: {},
  'masa-efficient': { expert: {}, gate: {}, cutoff: {}, hint: {} },
} as const;
export type ForecastMethod = keyof typeof presets;
/** Methods that learn to forecast, by name. */
export const forecastMethods = Object.keys(presets) as ForecastMethod[];

/** Settings of forecasts, or the name of a method. */
export const forecastSettingsSchema: z.ZodType<ForecastSettings, ForecastSettingsInput | ForecastMethod> = z.union([
  z.enum(forecastMethods as ['masa', 'masa-efficient']).transform(name => settingsSchema.parse(presets[name])),
  settingsSchema,
]);
export interface ForecastSettings extends z.output<typeof settingsSchema> {}
/** Settings as a recipe writes them: what differs from the defaults. */
export interface ForecastSettingsInput extends z.input<typeof settingsSchema> {}

/** The iteration from which something acts. */
export function actsFrom({ from: said }: { readonly from: number }, iterations: number): number {
  return said < 1 ? Math.max(1, Math.round(said * iterations)) : said;
}

/** Whether the length of the run decides when something acts: it may then not become longer. */
export function lengthDecides(forecasts: ForecastSettings | undefined): boolean {
  return [forecasts?.gate, forecasts?.cutoff, forecasts?.hint].some(each => each !== undefined && each.from < 1);
}
