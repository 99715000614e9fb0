import { z } from 'zod';
import {
  type Figures,
  type FirstErrorKind,
  firstErrorLabels,
  type RecoveryFigure,
  recoveryLabels,
  repetitiveAction,
} from '../metrics/index.ts';
import type { ReportComparison, ReportData, ReportForecasts, ReportRun } from './data.ts';
import type { ReportSpeedUp } from './speed-up-data.ts';
import { reportSpeedUpSchema } from './speed-up-schemas.ts';
import { efficiencyIn } from './efficiency-in.ts';
import {
  amount,
  type AskingFigure,
  askingFigures,
  askingFiguresOf,
  bounds,
  complement,
  outcomesOf,
  type ResultFigure,
  resultFigureSchema as figure,
  share,
  sharesOf,
} from './result-figure.ts';
import { comparisonSchema, reportForecastsSchema, reportRunSchema } from './data-schemas.ts';

/** The headline table of a report as data, and all that is needed to judge it. */
export interface Result {
  format: 'clew-result/1';
  title: string;
  created: string;
  clew: string;
  arms: string[];
  levels: string[];
  table: {
    arm: string;
    level: string;
    episodes: number;
    tasks: number;
    seeds: string[];
    runs: string[];
    success: ResultFigure;
    /** Mean over all episodes, and over the solved ones. */
    steps: ResultFigure;
    stepsOnSuccess: ResultFigure;
    wellFormed: ResultFigure;
    inadmissible: ResultFigure;
    /**
     * The repetitive-action rate: of the first ten steps, of all steps, and of the episodes that every arm solved (null
     * with one arm).
     */
    repetition: {
      first10: ResultFigure;
      pooled: ResultFigure;
      matched: ResultFigure | null;
    };
    /** What becomes of episodes once a command was refused; absent in results of earlier versions. */
    recovery?: Record<RecoveryFigure, ResultFigure> | undefined;
    /** By what lost episodes first erred; absent where none was lost, and in results of earlier versions. */
    firstErrors?: Record<FirstErrorKind, ResultFigure> | undefined;
    /** What the world tells of the end beside success: shares, and means of amounts. Absent where it tells nothing. */
    outcomes?: Record<string, ResultFigure> | undefined;
    /** When and what is asked, in worlds whose tasks leave something out; absent elsewhere. */
    asking?: Record<AskingFigure, ResultFigure> | undefined;
    /** Share of the judged steps; `none` for replies that broke a rule. */
    tags: Record<string, number | null>;
    /** The indices of MBT; absent in results of earlier versions. */
    thinking?:
      | {
          /** Of solved episodes, and of lost ones. */
          detour: ResultFigure;
          underthinking: ResultFigure;
          /** Failures that had the answer. */
          answerInclusive: ResultFigure;
          /** Phases that an episode shows, of five; null where no reply was judged. */
          phases: ResultFigure | null;
          /** Steps saved and success gained beside the first arm of the level; null for that one itself. */
          efficiency: number | null;
          efficiencyReason?: string | undefined;
        }
      | undefined;
    /** What the tag tells about the situation, in bits. */
    tagInformation: number | null;
    tagInformationReason?: string | undefined;
    notes: string[];
    /** What a reader must know of how the arm was trained. */
    cautions: string[];
  }[];
  comparisons: ReportComparison[];
  /** What the comparisons say, in sentences. */
  conclusions: string[];
  training: {
    run: string;
    world: string;
    arm: string;
    seed: string;
    iterations: number;
    first: number | null;
    last: number | null;
    alarms: {
      iteration: number;
      level: 'warn' | 'stop';
      rule: string;
    }[];
  }[];
  /** How soon each arm had what the baseline ended with; absent in results of earlier versions. */
  speedUps?: ReportSpeedUp[] | undefined;
  /** How well each run foretold its own episodes; absent in results of earlier versions. */
  forecasts?: ReportForecasts[] | undefined;
  runs: ReportRun[];
  commands: string[];
  notes: string[];
}

const recoveryNames = Object.keys(recoveryLabels) as RecoveryFigure[];
const firstErrorKinds = Object.keys(firstErrorLabels) as FirstErrorKind[];

export const resultSchema: z.ZodType<Result> = z.object({
  format: z.literal('clew-result/1'),
  title: z.string(),
  created: z.string(),
  clew: z.string(),
  arms: z.array(z.string()),
  levels: z.array(z.string()),
  table: z.array(
    z.strictObject({
      arm: z.string(),
      level: z.string(),
      episodes: z.int(),
      tasks: z.int(),
      seeds: z.array(z.string()),
      runs: z.array(z.string()),
      success: figure,
      steps: figure,
      stepsOnSuccess: figure,
      wellFormed: figure,
      inadmissible: figure,
      repetition: z.strictObject({ first10: figure, pooled: figure, matched: figure.nullable() }),
      recovery: z.record(z.enum(recoveryNames), figure).optional(),
      firstErrors: z.record(z.enum(firstErrorKinds), figure).optional(),
      outcomes: z.record(z.string(), figure).optional(),
      asking: z.record(z.enum(askingFigures), figure).optional(),
      tags: z.record(z.string(), z.number().nullable()),
      thinking: z
        .strictObject({
          detour: figure,
          underthinking: figure,
          answerInclusive: figure,
          phases: figure.nullable(),
          efficiency: z.number().nullable(),
          efficiencyReason: z.string().optional(),
        })
        .optional(),
      tagInformation: z.number().nullable(),
      tagInformationReason: z.string().optional(),
      notes: z.array(z.string()),
      cautions: z.array(z.string()).default([]),
    }),
  ),
  comparisons: z.array(comparisonSchema),
  conclusions: z.array(z.string()),
  training: z.array(
    z.strictObject({
      run: z.string(),
      // Results of before do not say it.
      world: z.string().default(''),
      arm: z.string(),
      seed: z.string(),
      iterations: z.int(),
      first: z.number().nullable(),
      last: z.number().nullable(),
      alarms: z.array(z.strictObject({ iteration: z.int(), level: z.enum(['warn', 'stop']), rule: z.string() })),
    }),
  ),
  speedUps: z.array(reportSpeedUpSchema).optional(),
  forecasts: z.array(reportForecastsSchema).optional(),
  runs: z.array(reportRunSchema),
  commands: z.array(z.string()),
  notes: z.array(z.string()),
});

/**
 * The figures of a report without its episodes: what a script, or another report, reads. Training: success of the first
 * and of the last iteration.
 */
export function resultOf(data: ReportData): Result {
  return {
    format: 'clew-result/1',
    title: data.title,
    created: data.created,
    clew: data.clew,
    arms: data.arms,
    levels: data.levels.map(({ name }) => name),
    table: data.results.map(({ arm, level, figures, matched, seeds, runs, notes, cautions }) => {
      const { success, steps, rates, tags } = figures;
      const malformed = rates.formatInvalid.pooled;
      return {
        arm,
        level,
        episodes: figures.episodes,
        tasks: figures.tasks,
        seeds: seeds.map(({ seed }) => seed),
        runs,
        success: share(success),
        steps: amount(steps.all),
        stepsOnSuccess: amount(steps.onSuccess),
        wellFormed: complement(share(malformed)),
        inadmissible: share(rates.inadmissible.pooled),
        repetition: {
          first10: share(rates[repetitiveAction].first10),
          pooled: share(rates[repetitiveAction].pooled),
          matched: matched && share(matched.repetition),
        },
        recovery: sharesOf(figures.recovery),
        ...(figures.firstErrors && { firstErrors: sharesOf(figures.firstErrors) }),
        ...(figures.outcomes && { outcomes: outcomesOf(figures.outcomes) }),
        ...(figures.asking && { asking: askingFiguresOf(figures.asking) }),
        tags: Object.fromEntries(Object.entries(tags.shares).map(([tag, { value }]) => [tag, value])),
        thinking: thinkingOf(data, level, arm, figures),
        tagInformation: tags.information,
        ...(tags.informationReason !== null && { tagInformationReason: tags.informationReason }),
        notes,
        cautions,
      };
    }),
    comparisons: data.comparisons,
    conclusions: data.comparisons.flatMap(({ conclusions }) => conclusions.map(({ sentence }) => sentence)),
    training: data.curves.map(({ run, world, arm, seed, training }) => ({
      run,
      world,
      arm,
      seed,
      iterations: training.length,
      first: training[0]?.success ?? null,
      last: training.at(-1)?.success ?? null,
      alarms: training.flatMap(({ alarms }) =>
        (alarms ?? []).map(({ iteration, level, rule }) => ({ iteration, level, rule })),
      ),
    })),
    speedUps: data.speedUps,
    forecasts: data.forecasts,
    runs: data.runs,
    commands: data.commands,
    notes: data.notes,
  };
}

function thinkingOf(
  { results }: ReportData,
  level: string,
  arm: string,
  figures: Figures,
): NonNullable<Result['table'][number]['thinking']> {
  const { detour, underthinking, answerInclusive, phases } = figures;
  const efficiency = efficiencyIn(results, { level, arm, figures });
  const mean = (of: typeof detour): ResultFigure => ({ ...bounds(of), of: of.episodes });
  return {
    detour: mean(detour),
    underthinking: mean(underthinking),
    answerInclusive: share(answerInclusive),
    phases: phases ? mean(phases) : null,
    efficiency: efficiency.value,
    ...(efficiency.reason !== null && { efficiencyReason: efficiency.reason }),
  };
}
