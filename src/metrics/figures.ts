import { z } from 'zod';
import { type StepTag, stepTags } from '../steps/index.ts';
import { type AskingFigures, askingSchema } from './asking.ts';
import { type Refusal, refusals } from '../trajectory/schema.ts';
import { type Missing, missingSchema } from './missing.ts';
import { episodeDimensions } from './parts.ts';
import { type Mean, meanSchema, type Rate, rateSchema } from './rate.ts';
import { type FirstErrors, firstErrorsSchema } from './first-error.ts';
import { type Recovery, recoverySchema } from './recovery.ts';
import { type Served, servedSchema } from './served.ts';
import { type StepMetric, stepMetricNames } from './step-metrics.ts';
import { type Situation, situations } from './tag-use.ts';

export type { Interval, Mean, Rate } from './rate.ts';

/** What was counted over episodes. */
export interface Figures {
  episodes: number;
  tasks: number;
  stepCount: number;
  success: Rate;
  steps: { all: Mean; onSuccess: Mean };
  /** Rates of steps, over all steps and over the first ten of every episode. */
  rates: Record<StepMetric, { pooled: Rate; first10: Rate }>;
  /** Share of the refused steps by reason. */
  refusals: Record<Refusal, Rate>;
  /** Episodes with at least one step in a cycle. */
  episodesWithCycle: Rate;
  optimalityGap: Mean;
  /** Share of steps that were no part of the way without loops, of solved episodes. */
  detour: Mean;
  underthinking: Mean;
  answerInclusive: Rate;
  /** Phases of MBT that an episode shows, of five; absent where no reply was judged. */
  phases?: Mean | undefined;
  /**
   * What worlds tell of the end beside success: shares of what is true or false, means of what is a number. Absent
   * where none tells any.
   */
  outcomes?: { rates: Record<string, Rate>; means: Record<string, Mean> } | undefined;
  /** A ceiling: any of a task's rollouts won. Of tasks that were played more than once; absent where none was. */
  bestOf?: Rate | undefined;
  recovery: Recovery;
  /** By what lost episodes first erred. Absent where none was lost. */
  firstErrors?: FirstErrors | undefined;
  /** Absent where no task says what its sentence leaves out. */
  asking?: AskingFigures | undefined;
  /** Absent where no server said anything of the replies. */
  served?: Served | undefined;
  tags: TagFigures;
}

/** How tags were used. */
export interface TagFigures {
  shares: Record<StepTag, Rate>;
  planningFirst: Rate;
  reflectionAfterFailure: Rate;
  agreement: Rate;
  /** Counts of steps: `transitions[from][to]`. */
  transitions: Record<StepTag, Record<StepTag, number>>;
  /** Counts of steps: `situations[situation][tag]`. */
  situations: Record<Situation, Record<StepTag, number>>;
  /** Mutual information of tag and situation, in bits. */
  information: number | null;
  informationReason: string | null;
}

/**
 * Figures with what a reader has to know, and the same figures by world, split, … where `measure` was asked for them.
 */
export interface Measurement extends Figures {
  /** Sentences that a reader has to know before using the figures. */
  notes: string[];
  by: {
    world?: Record<string, Figures> | undefined;
    split?: Record<string, Figures> | undefined;
    category?: Record<string, Figures> | undefined;
    agent?: Record<string, Figures> | undefined;
    model?: Record<string, Figures> | undefined;
    run?: Record<string, Figures> | undefined;
    /** The rates of the steps that carry each tag. */
    tag?: Record<StepTag, Record<StepMetric, Rate>> | undefined;
  };
  /** Parts by several dimensions at once, `agent × category`; absent where none was asked for. */
  crossed?: Record<string, Record<string, Figures>> | undefined;
  /** Absent where every planned episode is there, or nobody knows how many were planned. */
  missing?: Missing | undefined;
}

export const dimensions = [...episodeDimensions, 'tag'] as const;
export type Dimension = (typeof dimensions)[number];

const tagCounts = z.record(z.enum(stepTags), z.int().nonnegative());

const shape = {
  episodes: z.int().nonnegative(),
  tasks: z.int().nonnegative(),
  stepCount: z.int().nonnegative(),
  success: rateSchema,
  steps: z.strictObject({ all: meanSchema, onSuccess: meanSchema }),
  rates: z.record(z.enum(stepMetricNames), z.strictObject({ pooled: rateSchema, first10: rateSchema })),
  refusals: z.record(z.enum(refusals), rateSchema),
  episodesWithCycle: rateSchema,
  optimalityGap: meanSchema,
  /** Share of steps that were no part of the way without loops, of solved episodes. */
  detour: meanSchema,
  underthinking: meanSchema,
  answerInclusive: rateSchema,
  bestOf: rateSchema.optional(),
  phases: meanSchema.optional(),
  recovery: recoverySchema,
  firstErrors: firstErrorsSchema.optional(),
  asking: askingSchema.optional(),
  served: servedSchema.optional(),
  outcomes: z
    .strictObject({ rates: z.record(z.string(), rateSchema), means: z.record(z.string(), meanSchema) })
    .optional(),
  tags: z.strictObject({
    shares: z.record(z.enum(stepTags), rateSchema),
    planningFirst: rateSchema,
    reflectionAfterFailure: rateSchema,
    agreement: rateSchema,
    transitions: z.record(z.enum(stepTags), tagCounts),
    situations: z.record(z.enum(situations), tagCounts),
    information: z.number().nullable(),
    // Measurements of before do not say it.
    informationReason: z.string().nullable().default(null),
  }),
};

export const figuresSchema: z.ZodType<Figures> = z.strictObject(shape);

const named = z.record(z.string(), figuresSchema).optional();

/** The fields of a measurement; `measurementSchema` is in the room of forecasts, which a measurement may tell of. */
export const measurementShape = {
  ...shape,
  notes: z.array(z.string()),
  by: z.strictObject({
    world: named,
    split: named,
    category: named,
    agent: named,
    model: named,
    run: named,
    tag: z.record(z.enum(stepTags), z.record(z.enum(stepMetricNames), rateSchema)).optional(),
  }),
  crossed: z.record(z.string(), z.record(z.string(), figuresSchema)).optional(),
  missing: missingSchema.optional(),
};
