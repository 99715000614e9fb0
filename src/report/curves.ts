import { z } from 'zod';
import { meanSchema, rateSchema, repetitiveAction, stepMetricNames } from '../metrics/index.ts';
import type { MetricsRow, Store } from '../trajectory/store/index.ts';
import type { ReportData } from './data.ts';
import type { EvaluationRow, TrainingRow } from './training-rows.ts';
import { trainingRowSchema } from './data-schemas.ts';
import type { WarmUpCost } from './speed-up-data.ts';
import { warmUpCostSchema } from './speed-up-schemas.ts';
import type { Training } from './trainings.ts';

type Curve = ReportData['curves'][number];

const evaluationData = z.object({
  panel: z.string().nullish(),
  level: z.string().nullish(),
  measurement: z.object({
    success: rateSchema,
    steps: z.object({ all: meanSchema }),
    rates: z.record(z.enum(stepMetricNames), z.object({ pooled: rateSchema, first10: rateSchema })),
  }),
});

/** The iterations of every training. Rows that cannot be read are left out, with a note. */
export function curvesOf(store: Store, trainings: readonly Training[], notes: string[]): Curve[] {
  return trainings.map(({ run: { id, world }, arm, seed }) => {
    const rows = store.metrics.of(id);
    return {
      run: id,
      world,
      arm,
      seed,
      training: rows.filter(({ phase }) => phase === 'train').flatMap(row => trainingRow(row, id, notes)),
      evaluation: rows
        .filter(({ phase }) => phase.startsWith('evaluation'))
        .flatMap(row => evaluationRow(row, id, notes)),
      warmUp: rows.filter(({ phase }) => phase === 'warm-up').map(({ data }) => warmUpCost(data))[0] ?? null,
    };
  });
}

/** What rows of earlier versions call figures. */
const formerNames: Readonly<Record<string, string>> = { klToOld: 'approxKl', clippedShare: 'clipFraction' };

function trainingRow({ iteration, data }: MetricsRow, run: string, notes: string[]): TrainingRow[] {
  const row = data as Readonly<Record<string, unknown>>;
  const figures = Object.entries(row).map(([name, value]) => [formerNames[name] ?? name, value]);
  const read = trainingRowSchema.safeParse({ ...Object.fromEntries(figures), iteration });
  if (read.success) return [read.data];
  notes.push(`The figures of iteration ${iteration} of ${run} are left out: ${reasonOf(read.error)}.`);
  return [];
}

function evaluationRow({ iteration, phase, data }: MetricsRow, run: string, notes: string[]): EvaluationRow[] {
  const read = evaluationData.safeParse(data);
  if (!read.success) {
    notes.push(`The evaluation of ${run} at iteration ${iteration} is left out: ${reasonOf(read.error)}.`);
    return [];
  }
  const {
    level,
    panel,
    measurement: { success, steps, rates },
  } = read.data;
  return [
    {
      iteration,
      level: level ?? panel ?? (phase.replace(/^evaluation ?/, '') || 'panel'),
      success: success.value,
      steps: steps.all.value,
      inadmissible: rates.inadmissible.pooled.value,
      repetition: rates[repetitiveAction].first10.value,
    },
  ];
}

/** What cannot be read is not known: it is not nothing. */
function warmUpCost(data: unknown): WarmUpCost {
  const read = warmUpCostSchema.safeParse(data);
  return read.success ? read.data : { tasks: null, episodes: null, tokens: null, seconds: null };
}

function reasonOf(error: z.ZodError): string {
  const issue = error.issues[0]!;
  return `${issue.path.join('.') || 'the row'}: ${issue.message}`;
}
