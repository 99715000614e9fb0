import pc from 'picocolors';
import { percent, percentInterval } from '../metrics/text-table.ts';
import type { Alarm } from '../learn/index.ts';
import type { EvaluationReport, IterationReport, RlStart, WarmUpReport } from '../training/rl/index.ts';

/** Is told how a run goes. */
export interface RlProgress {
  onStart(start: RlStart): void;
  onWarmUp(report: WarmUpReport): void;
  onIteration(report: IterationReport): void;
  onEvaluation(report: EvaluationReport): void;
  /** Takes away what would be in the way of the last words. */
  end(): void;
}

/**
 * One readable line for every iteration and evaluation. An alarm is told with its remedy when it is raised, not again
 * while it lasts.
 */
export function rlLines(run: string, write: (text: string) => void): RlProgress {
  let raised = new Set<string>();
  let mean: number | undefined;
  return {
    onStart: start => write(`${startLine(run, start)}\n`),
    onWarmUp(report) {
      write(`${warmUpLine(report)}\n`);
      for (const alarm of report.alarms) write(`${alarmText(alarm)}\n`);
    },
    onIteration(report) {
      mean = meanSeconds(mean, report);
      const left = report.iterations - report.iteration;
      write(`${iterationLine(report)}${left > 0 ? `, ${duration(mean * left)} left` : ''}\n`);
      for (const alarm of report.alarms) if (!raised.has(alarm.rule)) write(`${alarmText(alarm)}\n`);
      raised = new Set(report.alarms.map(({ rule }) => rule));
    },
    onEvaluation: report => write(`${evaluationLine(report)}\n`),
    end() {},
  };
}

/** Everything, as JSON lines. `type` says what a line is: start, warm-up, iteration, evaluation, end. */
export function rlJsonLines(run: string, write: (text: string) => void): RlProgress {
  const line = (type: string, value: object) => write(`${JSON.stringify({ type, run, ...value })}\n`);
  return {
    onStart: start => line('start', start),
    onWarmUp: report => line('warm-up', report),
    onIteration: report => line('iteration', report),
    onEvaluation: report => line('evaluation', report),
    end() {},
  };
}

export function startLine(run: string, { engine, workers, parameters, done }: RlStart): string {
  return (
    `${pc.bold(run)}: ${parameters.toLocaleString('en')} parameters; engine ${engine}, ${workers} ` +
    `threads${done > 0 ? `; goes on after iteration ${done}` : ''}`
  );
}

/** What a warm-up has taught, and on what. */
export function warmUpLine({ tasks, updates, loss, forecasts, kept }: WarmUpReport): string {
  return (
    `warm-up on ${tasks} tasks, ${updates} updates: loss ${figure(loss.first)} → ${figure(loss.last)}; ` +
    `${percent(forecasts.wellFormed)} of ${forecasts.written} forecasts of other tasks well-formed` +
    (kept ? `; success ${percent(kept.before)} → ${percent(kept.after)} of ${kept.episodes} episodes` : '')
  );
}

function iterationLine(report: IterationReport): string {
  const { iteration, iterations, success, wellFormed, inadmissible, repetition } = report;
  const { entropy, klToReference, gradientNorm, gradientCosine, branches, imitation, replay, seconds, alarms } = report;
  const figures = [
    `success ${percent(success)}`,
    `well-formed ${percent(wellFormed)}`,
    `inadmissible ${percent(inadmissible)}`,
    `repetitive ${percent(repetition.all)}`,
    `entropy ${figure(entropy)}`,
    `KL ${figure(klToReference)}`,
    `gradient ${figure(gradientNorm)}`,
    ...(gradientCosine == null ? [] : [`halves agree ${figure(gradientCosine)}`]),
    ...(branches ? [`${branches.episodes} branches`] : []),
    ...forecastText(report),
    ...updatesText(report),
    ...(imitation ? [`imitation ${figure(imitation.loss)}`] : []),
    ...(replay ? [`${replay.episodes} replayed`] : []),
  ];
  const marks = alarms.map(({ level, rule }) => ` [${level}: ${rule}]`).join('');
  return (
    `iteration ${iteration} of ${iterations}: ${figures.join(', ')}${marks}; ${seconds.total.toFixed(1)} s (rollout ` +
    `${seconds.rollout.toFixed(1)}, update ${seconds.update.toFixed(1)})`
  );
}

/** What the iteration's forecasts came to; nothing in runs without. */
function forecastText({ forecasts }: Pick<IterationReport, 'forecasts'>): string[] {
  if (!forecasts) return [];
  const { figures, gate, cutoff } = forecasts;
  return [
    `forecasts ${percent(figures.wellFormed)} well-formed, gap ${figure(figures.gap.value)}, skill ${figure(figures.skill)}`,
    `${gate.acts ? 'gated' : 'would gate'} ${gate.gated - (gate.acts ? gate.probes : 0)}`,
    ...(cutoff.acts ? [`cut short ${cutoff.cut}`] : []),
  ];
}

/** Says where an iteration was learnt from less than it could have been; nothing where every update was applied. */
function updatesText({
  updates,
  skipped,
  noSignal,
}: Pick<IterationReport, 'updates' | 'skipped' | 'noSignal'>): string[] {
  const all = updates + skipped + noSignal;
  const why = [
    ...(noSignal > 0 ? [`${noSignal} of ${all} without a signal`] : []),
    ...(skipped > 0 ? [`${skipped} of ${all} skipped`] : []),
  ];
  return why.length === 0 ? [] : [`${updates === 0 ? 'no update: ' : 'updates: '}${why.join(' and ')}`];
}

export function evaluationLine({
  iteration,
  panel,
  level,
  measurement: { success, episodes },
}: EvaluationReport): string {
  return (
    `after iteration ${iteration}, ${panel}${level === panel ? '' : ` (${level})`}: success ` +
    `${percent(success.value)} ${percentInterval(success.interval)} of ${episodes} episodes`
  );
}

export function alarmText({ level, rule, message, remedy }: Alarm): string {
  return `${level === 'stop' ? pc.red('alarm, stop') : pc.yellow('alarm, warning')}: ${rule}. ${message}\n  ${remedy}`;
}

/** A small number in few characters; a dash where there is none. */
export function figure(value: number | null | undefined): string {
  return value == null ? '-' : value !== 0 && Math.abs(value) < 0.001 ? value.toExponential(1) : value.toFixed(3);
}

/** Running mean of the seconds of an iteration: the last ones tell most about the next. */
export function meanSeconds(before: number | undefined, { seconds }: Pick<IterationReport, 'seconds'>): number {
  return before === undefined ? seconds.total : 0.8 * before + 0.2 * seconds.total;
}

export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
