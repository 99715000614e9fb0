import { z } from 'zod';
import { figuresSchema, rateSchema as rate } from '../metrics/index.ts';
import { metaTags, violations } from '../tags/parsed-reply.ts';
import { forecastFiguresSchema } from '../forecasts/index.ts';
import { refusals, splits, stopReasons } from '../trajectory/schema.ts';
import type {
  ReportComparison,
  ReportData,
  ReportDifference,
  ReportEpisodes,
  ReportLevel,
  ReportForecasts,
  ReportRun,
  ReportTask,
  ResultRow,
} from './data.ts';
import type { EvaluationRow, ReportAlarm, TrainingRow } from './training-rows.ts';
import { reportSpeedUpSchema, warmUpCostSchema } from './speed-up-schemas.ts';
import type { StepView, TrajectoryView } from './trajectory-data.ts';
import { runKinds, runStatuses } from '../trajectory/store/runs.ts';

const number = z.number().nullish();
const shares = z.record(z.string(), z.number().nullable()).nullish();

const levelSchema: z.ZodType<ReportLevel> = z.strictObject({ name: z.string(), label: z.string() });

const alarmSchema: z.ZodType<ReportAlarm> = z.object({
  rule: z.string(),
  level: z.enum(['warn', 'stop']),
  iteration: z.int(),
  message: z.string(),
  remedy: z.string(),
});

export const trainingRowSchema: z.ZodType<TrainingRow> = z.object({
  iteration: z.int(),
  tasks: number,
  episodes: number,
  rounds: number,
  leftOut: z.object({ tasks: number, episodes: number, tokens: number }).nullish(),
  branches: z.object({ episodes: number, tokens: shares }).nullish(),
  scouts: z.object({ episodes: number, tokens: shares }).nullish(),
  steps: number,
  meanSteps: number,
  tokens: shares,
  seconds: shares,
  success: number,
  meanReturn: number,
  wellFormed: number,
  inadmissible: number,
  repetition: z.object({ all: number, firstTen: number, perEpisode: number }).nullish(),
  tags: shares,
  rewards: shares,
  advantages: z.object({ mean: number, std: number, min: number, max: number }).nullish(),
  loss: number,
  gradientNorm: number,
  gradientCosine: number,
  updates: number,
  skipped: number,
  noSignal: number,
  entropy: number,
  commandEntropy: number,
  klToReference: number,
  approxKl: number,
  clipFraction: number,
  mismatchMean: number,
  mismatchMax: number,
  learningRate: number,
  forecasts: z
    .object({
      figures: z.object({ wellFormed: number, skill: number, gap: z.object({ value: number }).nullish() }).nullish(),
      paid: z.object({ total: number }).nullish(),
      tokens: number,
      gate: z.object({ gated: number, played: number }).nullish(),
    })
    .nullish(),
  facts: z
    .object({ mixedShare: number, tagInformation: number, tokensPerStep: number, planningFirst: number })
    .nullish(),
  alarms: z.array(alarmSchema).nullish(),
});

const evaluationRowSchema: z.ZodType<EvaluationRow> = z.strictObject({
  iteration: z.int(),
  level: z.string(),
  success: z.number().nullable(),
  steps: z.number().nullable(),
  inadmissible: z.number().nullable(),
  repetition: z.number().nullable(),
});

const differenceSchema: z.ZodType<ReportDifference> = z.strictObject({
  a: z.number().nullable(),
  b: z.number().nullable(),
  value: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  pairs: z.int(),
  tasks: z.int(),
});

export const comparisonSchema: z.ZodType<ReportComparison> = z.strictObject({
  level: z.string(),
  a: z.string(),
  b: z.string(),
  pairs: z.int(),
  seeds: z.array(z.string()),
  settings: z.array(z.strictObject({ setting: z.string(), a: z.string(), b: z.string() })).default([]),
  success: differenceSchema,
  repetition: z.strictObject({ pooled: differenceSchema, first10: differenceSchema, matched: differenceSchema }),
  inadmissible: differenceSchema,
  seedTests: z.array(
    z.strictObject({
      figure: z.string(),
      differences: z.array(z.number()),
      mean: z.number(),
      low: z.number().nullable(),
      high: z.number().nullable(),
      p: z.number().nullable(),
      smallest: z.number().nullable(),
    }),
  ),
  conclusions: z.array(
    z.strictObject({
      subject: z.enum(['success', 'repetition']),
      finding: z.enum(['more', 'less', 'unclear', 'unknown']),
      sentence: z.string(),
    }),
  ),
  notes: z.array(z.string()),
});

const resultRowSchema: z.ZodType<ResultRow> = z.strictObject({
  arm: z.string(),
  level: z.string(),
  runs: z.array(z.string()),
  figures: figuresSchema,
  matched: z.strictObject({ episodes: z.int(), repetition: rate }).nullable(),
  seeds: z.array(
    z.strictObject({ seed: z.string(), episodes: z.int(), success: rate, repetition: rate, inadmissible: rate }),
  ),
  rewards: z.record(z.string(), z.strictObject({ mean: z.number(), episodes: z.int() })),
  notes: z.array(z.string()),
  cautions: z.array(z.string()).default([]),
});

export const reportRunSchema: z.ZodType<ReportRun> = z.strictObject({
  id: z.string(),
  kind: z.enum(runKinds),
  world: z.string(),
  status: z.enum(runStatuses),
  created: z.string(),
  finished: z.string().nullable(),
  engine: z.string().nullable(),
  machine: z.unknown(),
  config: z.unknown(),
  arm: z.string().nullable(),
  seed: z.string().nullable(),
  command: z.string().nullable(),
  episodes: z.int(),
  failures: z.strictObject({ count: z.int(), ofWorld: z.int(), first: z.array(z.string()) }).optional(),
  checkpoints: z.array(z.strictObject({ iteration: z.int(), path: z.string(), sha256: z.string(), bytes: z.int() })),
});

export const reportForecastsSchema: z.ZodType<ReportForecasts> = z.strictObject({
  run: z.string(),
  arm: z.string(),
  iterations: z.strictObject({ first: z.int(), last: z.int() }).nullable(),
  figures: forecastFiguresSchema,
});

const taskSchema: z.ZodType<ReportTask> = z.strictObject({
  id: z.string(),
  world: z.string(),
  category: z.string(),
  split: z.enum(splits).nullable(),
  goal: z.string(),
});

const whole = z.array(z.int());
const episodesSchema: z.ZodType<ReportEpisodes> = z.strictObject({
  id: z.array(z.string()),
  run: whole,
  arm: whole,
  level: whole,
  task: whole,
  rollout: whole,
  iteration: z.array(z.int().nullable()),
  success: z.array(z.boolean().nullable()),
  strip: z.array(z.string()),
  refused: whole,
  readable: z.array(z.boolean()),
});

export const reportSchema: z.ZodType<ReportData> = z.strictObject({
  format: z.literal('clew-report/1'),
  title: z.string(),
  created: z.string(),
  clew: z.string(),
  database: z.string(),
  arms: z.array(z.string()),
  levels: z.array(levelSchema),
  results: z.array(resultRowSchema),
  comparisons: z.array(comparisonSchema),
  curves: z.array(
    z.strictObject({
      run: z.string(),
      world: z.string(),
      arm: z.string(),
      seed: z.string(),
      training: z.array(trainingRowSchema),
      evaluation: z.array(evaluationRowSchema),
      warmUp: warmUpCostSchema.nullable().default(null),
    }),
  ),
  speedUps: z.array(reportSpeedUpSchema).default([]),
  forecasts: z.array(reportForecastsSchema),
  runs: z.array(reportRunSchema),
  commands: z.array(z.string()),
  tasks: z.array(taskSchema),
  episodes: episodesSchema,
  notes: z.array(z.string()),
});

const stepViewSchema: z.ZodType<StepView> = z.strictObject({
  tag: z.enum([...metaTags, 'none']).nullable(),
  thought: z.string(),
  command: z.string().nullable(),
  reply: z.string().nullable(),
  violations: z.array(z.enum(violations)),
  observation: z.string(),
  accepted: z.boolean().nullable(),
  refusal: z.enum(refusals).nullable(),
  unchanged: z.boolean().nullable(),
  repeats: z.int().nullable(),
  cycle: z.boolean(),
  admissible: z.int().nullable(),
  reached: z.array(z.string()),
  mistake: z.boolean(),
});

export const trajectoryViewSchema: z.ZodType<TrajectoryView> = z.strictObject({
  id: z.string(),
  run: z.string(),
  arm: z.string(),
  level: z.string(),
  task: taskSchema,
  group: z.string(),
  rollout: z.int(),
  seed: z.string(),
  agent: z.string(),
  policyVersion: z.string().nullable(),
  initialObservation: z.string(),
  steps: z.array(stepViewSchema),
  success: z.boolean().nullable(),
  stopReason: z.enum(stopReasons).nullable(),
  maxSteps: z.int().nullable(),
  optimalSteps: z.int().nullable(),
  scores: z.array(
    z.strictObject({
      method: z.string(),
      kind: z.enum(['reward', 'advantage']),
      part: z.string(),
      steps: z.array(z.number()),
    }),
  ),
});
