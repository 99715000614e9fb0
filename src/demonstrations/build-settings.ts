import { z } from 'zod';

/**
 * How demonstrations are made where none are given: an expert's episodes with mistakes to recover from, annotated by
 * rules.
 */
export const buildSettingsSchema = z.strictObject({
  trajectories: z.int().positive().default(200).describe('how many, as many of each category'),
  seed: z.int().nonnegative().default(0).describe('random seed'),
  mistakes: z.number().min(0).max(1).default(0.12).describe('probability of a mistake in a step'),
  chain: z
    .number()
    .min(0)
    .max(1)
    .default(0.5)
    .describe('probability of another mistake right after one that was refused'),
  stubborn: z
    .number()
    .min(0)
    .max(1)
    .default(0.25)
    .describe('share of demonstrations with up to eight refused commands in a row'),
  noise: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe('probability of any admissible command instead of the decided one'),
  lookUps: z
    .boolean()
    .optional()
    .describe(
      'thoughts also say every other look-up that a command rests on, such as where one stands, where the expert tells it',
    ),
  maxSteps: z
    .int()
    .positive()
    .optional()
    .describe('steps within which an episode must be won; 30, or the limit of the world if that is less'),
});
export type BuildSettings = Readonly<z.infer<typeof buildSettingsSchema>>;
