import pc from 'picocolors';
import { percent } from '../metrics/text-table.ts';
import type { EvaluationReport, IterationReport, WarmUpReport } from '../training/rl/index.ts';
import {
  alarmText,
  duration,
  evaluationLine,
  figure,
  meanSeconds,
  type RlProgress,
  startLine,
  warmUpLine,
} from './rl-lines.ts';

/** What a terminal shows of a run. */
export interface LiveState {
  readonly run: string;
  readonly reports: readonly IterationReport[];
  /** Of runs that forecast. */
  readonly warmUp?: WarmUpReport | undefined;
  /** The newest of each panel. */
  readonly evaluations: readonly EvaluationReport[];
  /** Iterations of the whole run, when known. */
  readonly iterations: number;
  /** Seconds since the last iteration was over. */
  readonly since: number;
  /** Running mean of the seconds of an iteration. */
  readonly mean: number | undefined;
  readonly stage: 'running' | 'stopping' | 'over';
}

const curves: readonly [
  title: string,
  of: (report: IterationReport) => number | null | undefined,
  words: (value: number | null) => string,
][] = [
  ['success', report => report.success, percent],
  ['well-formed', report => report.wellFormed, percent],
  ['inadmissible', report => report.inadmissible, percent],
  ['repetitive', report => report.repetition.all, percent],
  ['entropy', report => report.entropy, figure],
  ['KL', report => report.klToReference, figure],
  ['gradient', report => report.gradientNorm, figure],
];

/** Alarms that the view has room for. */
const shownAlarms = 2;

/** The lines of the view, none wider than `columns`. Pure: what is written over is the caller's business. */
export function liveView(
  { run, reports, warmUp, evaluations, iterations, since, mean, stage }: LiveState,
  columns: number,
): string[] {
  const last = reports.at(-1);
  const done = last?.iteration ?? 0;
  const alarms = (last ?? warmUp)?.alarms ?? [];
  const left =
    mean === undefined || done >= iterations
      ? ''
      : `, ${duration(Math.max(0, mean * (iterations - done) - since))} left`;
  const width = Math.max(8, Math.min(60, columns - 28));
  const seconds = [
    ...(last
      ? [
          `last ${last.seconds.total.toFixed(1)} s: rollout ${last.seconds.rollout.toFixed(1)}, update ` +
            `${last.seconds.update.toFixed(1)}`,
        ]
      : []),
    ...(stage === 'over' ? [] : [`now ${since.toFixed(0)} s`]),
  ];
  const lines = [
    `${pc.bold(clipped(run, columns - 30))}  iteration ${done} of ${iterations}${left}`,
    `${bar(done / iterations, Math.min(24, width))}  ${seconds.join('; ')}`,
    ...curves.map(
      ([title, of, words]) =>
        `  ${title.padEnd(13)}${words((last && of(last)) ?? null).padStart(8)}  ${sparkline(reports.map(of), width)}`,
    ),
    ...(warmUp ? [`  ${warmUpLine(warmUp)}`] : []),
    ...evaluations.map(report => `  ${evaluationLine(report)}`),
    ...alarms.slice(0, shownAlarms).flatMap(alarm =>
      alarmText(alarm)
        .split('\n')
        .flatMap(line => folded(line, columns)),
    ),
    ...(alarms.length > shownAlarms
      ? [
          `and ${alarms
            .slice(shownAlarms)
            .map(({ rule }) => rule)
            .join(', ')}`,
        ]
      : []),
    ...(stage === 'over'
      ? []
      : [
          pc.dim(
            stage === 'stopping'
              ? 'stopping after this iteration; Ctrl-C again ends at once'
              : 'Ctrl-C stops after this iteration and keeps the state',
          ),
        ]),
  ];
  return lines.map(line => clipped(line, columns));
}

/** Draws the view on a terminal and over itself, after every iteration and every second. */
export function liveProgress(
  run: string,
  iterations: number,
  terminal: { write(text: string): unknown; readonly columns?: number },
  signal: AbortSignal,
): RlProgress {
  const reports: IterationReport[] = [];
  const evaluations = new Map<string, EvaluationReport>();
  let mean: number | undefined;
  let from = performance.now();
  let drawn = 0;
  let warmUp: WarmUpReport | undefined;
  const draw = (over = false) => {
    const stage = over ? 'over' : signal.aborted ? 'stopping' : 'running';
    const lines = liveView(
      {
        run,
        reports,
        warmUp,
        evaluations: [...evaluations.values()],
        iterations,
        since: (performance.now() - from) / 1000,
        mean,
        stage,
      },
      terminal.columns ?? 80,
    );
    terminal.write(
      `${drawn > 0 ? `\u001B[${drawn}A` : ''}${lines.map(line => `\r\u001B[K${line}\n`).join('')}\u001B[J`,
    );
    drawn = lines.length;
  };
  let clock: NodeJS.Timeout | undefined;
  return {
    onStart(start) {
      terminal.write(`${startLine(run, start)}\n`);
      clock = setInterval(() => draw(), 1000);
      draw();
    },
    onWarmUp(report) {
      warmUp = report;
      from = performance.now();
      draw();
    },
    onIteration(report) {
      reports.push(report);
      mean = meanSeconds(mean, report);
      from = performance.now();
      draw();
    },
    onEvaluation(report) {
      evaluations.set(report.panel, report);
      draw();
    },
    end() {
      clearInterval(clock);
      if (drawn > 0) draw(true);
      drawn = 0;
    },
  };
}

function bar(share: number, width: number): string {
  const full = Math.round(Math.min(1, share) * width);
  return '█'.repeat(full) + '░'.repeat(width - full);
}

const blocks = '▁▂▃▄▅▆▇█';

/**
 * A curve from its smallest to its largest value; neighbours are averaged where there are more than `width`. Unknown
 * values are gaps.
 */
export function sparkline(values: readonly (number | null | undefined)[], width: number): string {
  const cells =
    values.length <= width
      ? values.map(value => value ?? null)
      : Array.from({ length: width }, (_, i) => {
          const known = values
            .slice(Math.floor((i * values.length) / width), Math.floor(((i + 1) * values.length) / width))
            .filter(value => value != null);
          return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
        });
  const known = cells.filter(value => value !== null);
  const low = Math.min(...known);
  const high = Math.max(...known);
  return cells
    .map(value => (value === null ? ' ' : blocks[high === low ? 3 : Math.round(((value - low) / (high - low)) * 7)]))
    .join('');
}

/** A sentence in as many lines as it needs; those after the first are indented. */
function folded(text: string, columns: number): string[] {
  const lines: string[] = [];
  for (const word of text.trimEnd().split(' ')) {
    const line = lines.at(-1);
    if (line === undefined) lines.push(word);
    else if (line.length + 1 + word.length < columns - 10) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(`  ${word}`);
  }
  return lines;
}

/** At most so many columns; escape sequences take none, and a line that is cut ends its colours. */
function clipped(text: string, columns: number): string {
  // eslint-disable-next-line no-control-regex
  const parts = text.split(/(\u001B\[\d+m)/);
  let left = Math.max(1, columns - 1);
  let out = '';
  for (const part of parts) {
    if (part.startsWith('\u001B')) out += part;
    else {
      out += part.slice(0, left);
      left -= Math.min(left, part.length);
    }
  }
  return out;
}
