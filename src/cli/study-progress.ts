import pc from 'picocolors';
import type { StudyProgress, StudyStage } from '../study/index.ts';
import type { IterationReport } from '../training/rl/index.ts';
import { percent } from '../metrics/text-table.ts';
import { sparkline } from './live-view.ts';
import { alarmText, duration, meanSeconds, warmUpLine } from './rl-lines.ts';

const names: Readonly<Record<StudyStage['kind'], string>> = {
  demonstrations: 'demonstrations',
  pretraining: 'pretraining',
  sft: 'fine-tuning',
  'expert iteration': 'expert iteration',
  rl: 'training',
  evaluation: 'evaluation',
  report: 'report',
};

/** Milliseconds between two lines where they cannot be written over. */
const seldom = 10_000;

/**
 * Tells on standard error how a study goes. On a terminal the stage under way is one line that is written over;
 * elsewhere it is a plain line now and then. What a stage came to stays in both.
 */
export function studyProgress({
  quiet = false,
  output = process.stderr,
}: {
  quiet?: boolean;
  output?: { write(text: string): unknown; readonly isTTY?: boolean; readonly columns?: number };
} = {}): Required<StudyProgress> & { close(): void } {
  const terminal = output.isTTY === true;
  let stage: StudyStage | undefined;
  let told = 0;
  let onLine = false;
  /** What the last stage that computes was computed on: it is told again only when it is another. */
  let computed = '';
  let reports: IterationReport[] = [];
  let mean: number | undefined;
  let raised = new Set<string>();

  const place = ({ number, stages, kind, title }: StudyStage) =>
    `${pc.dim(`[${number}/${stages}]`)} ${names[kind]}${title === '' ? '' : `: ${title}`}`;
  const clear = () => {
    if (onLine) output.write('\r\u001B[K');
    onLine = false;
  };
  const stay = (text: string) => {
    clear();
    if (!quiet) output.write(`${text}\n`);
  };
  /** A line that the next one replaces; without a terminal only now and then. */
  const pass = (text: string, often = terminal ? 200 : seldom) => {
    const now = performance.now();
    if (quiet || !stage || now - told < often) return;
    told = now;
    const line = `${place(stage)}: ${text}`;
    if (terminal) output.write(`\r${clipped(line, output.columns ?? 80)}\u001B[K`);
    else output.write(`${line}\n`);
    onLine = terminal;
  };

  return {
    begin(begun) {
      stage = begun;
      [reports, mean, raised] = [[], undefined, new Set()];
      // Stages that are over at once need no line of their own.
      told = terminal ? 0 : performance.now();
      if (terminal) pass('…');
    },
    start({ engine, workers, parameters, done }) {
      const on =
        `${parameters.toLocaleString('en')} parameters; engine ${engine}, ${workers} ` +
        `${workers === 1 ? 'thread' : 'threads'}`;
      if (stage && (on !== computed || done > 0))
        stay(`${place(stage)}: ${on}${done > 0 ? `; goes on after iteration ${done}` : ''}`);
      computed = on;
    },
    step({ step, steps, loss, tokensPerSecond, secondsLeft }) {
      pass(
        `step ${step} of ${steps}, loss ${loss.toFixed(3)}, ${Math.round(tokensPerSecond).toLocaleString('en')} ` +
          `tokens/s, ${duration(secondsLeft)} left`,
      );
    },
    warmUp(report) {
      pass(warmUpLine(report), 0);
      for (const alarm of report.alarms) stay(alarmText(alarm));
    },
    iteration(report) {
      reports.push(report);
      mean = meanSeconds(mean, report);
      const { iteration, iterations, success, repetition, inadmissible, alarms } = report;
      for (const alarm of alarms) if (!raised.has(alarm.rule)) stay(alarmText(alarm));
      raised = new Set(alarms.map(({ rule }) => rule));
      const curve = terminal
        ? ` ${sparkline(
            reports.map(one => one.success),
            24,
          )}`
        : '';
      pass(
        `iteration ${iteration} of ${iterations}, success ${percent(success)}${curve}, repetitive ` +
          `${percent(repetition.all)}, inadmissible ${percent(inadmissible)}, ` +
          `${duration(mean * (iterations - iteration))} left`,
        terminal ? 0 : seldom,
      );
    },
    evaluation({ iteration, level, measurement }) {
      if (!terminal)
        pass(
          `after iteration ${iteration}, ${level}: success ${percent(measurement.success.value)} of ` +
            `${measurement.episodes} episodes`,
          0,
        );
    },
    episodes(done, of) {
      pass(`${done} of ${of} ${stage?.kind === 'demonstrations' ? 'trajectories' : 'episodes'}`);
    },
    tasks({ tried, won, bySearch }) {
      if (bySearch && tried === 0)
        stay(
          `${stage ? `${place(stage)}: ` : ''}the world has no expert, so a search plays its training tasks. An ` +
            `expert of its own is quicker: docs/reference/expert.md`,
        );
      else pass(`${tried} tasks played${bySearch ? ' by a search' : ''}, ${won} won`);
    },
    end({ stage: ended, before, seconds, outcome }) {
      if (outcome === null) clear();
      else stay(`${place(ended)}: ${outcome}; ${before ? 'from before' : duration(seconds)}`);
      stage = undefined;
    },
    close: clear,
  };
}

/** At most so many columns, colours apart. */
function clipped(text: string, columns: number): string {
  // eslint-disable-next-line no-control-regex
  const bare = text.replaceAll(/\u001B\[\d+m/g, '');
  return bare.length < columns ? text : bare.slice(0, columns - 1);
}
