import { Command } from 'commander';
import pc from 'picocolors';
import { UsageError } from '../errors.ts';
import { check, type CheckReport, problemKinds, type ProblemKind, type Spread } from '../world/index.ts';
import { loadWorld, withWorldOptions, type WorldOptions } from './load-world.ts';
import { listOf, wholeNumber } from './options.ts';

export function checkCommand(): Command {
  return withWorldOptions(
    new Command('check')
      .description(
        'find what is wrong with a world: tasks that cannot be won, dead ends, states out of reach, broken promises',
      )
      .argument('<worlds...>', 'worlds: names of those that ship, files, folders, or installed packages')
      .option('--tasks <count>', 'tasks of each split to look at', wholeNumber(), 20)
      .option('--max-states <count>', 'states that one search may look at', wholeNumber(), 20_000)
      .option('--seconds <count>', 'searching takes at most about so long a world', wholeNumber(), 120)
      .option(
        '--allow <kinds>',
        `kinds of problem that are meant to be there, with commas: ${problemKinds.join(', ')}`,
        listOf(...problemKinds),
      )
      .option('--strict', 'exit with 1 for cautions (dead ends) too')
      .option('--json', 'print an array with one report a world'),
  ).action(
    async (
      names: string[],
      options: {
        tasks: number;
        maxStates: number;
        seconds: number;
        allow?: readonly ProblemKind[];
        strict?: boolean;
        json?: boolean;
      } & WorldOptions,
    ) => {
      // A name that is wrong is found before minutes of checking.
      const worlds = [];
      for (const name of names) worlds.push(await loadWorld(name, options));
      if (new Set(worlds.map(world => world.name)).size < worlds.length)
        throw new UsageError('Each world is checked once: two of these have the same name.');
      const reports: CheckReport[] = [];
      for (const world of worlds) {
        const onProgress =
          process.stderr.isTTY && !options.json
            ? (done: number, all: number) => process.stderr.write(`\r${world.name}: task ${done + 1} of ${all}\u001B[K`)
            : undefined;
        const report = check(world, {
          tasks: options.tasks,
          maxStates: options.maxStates,
          seconds: options.seconds,
          ...(options.allow && { allow: options.allow }),
          ...(onProgress && { onProgress }),
        });
        if (onProgress) process.stderr.write('\r\u001B[K');
        if (!options.json) process.stdout.write(`${describe(report)}\n`);
        reports.push(report);
      }
      if (options.json) process.stdout.write(`${JSON.stringify(reports, null, 2)}\n`);
      const bad = ({ problems, cautions }: CheckReport) => problems.length + (options.strict ? cautions.length : 0) > 0;
      if (reports.some(bad)) process.exitCode = 1;
    },
  );
}

function describe(report: CheckReport): string {
  const lines = [`${pc.bold(report.world)} version ${report.version}, grammar ${report.grammar}`];
  const column = (text: string | number, width: number) => String(text).padStart(width);
  lines.push(
    `  ${'split'.padEnd(10)}${column('tasks', 6)} ` +
      ` ${'path steps'.padEnd(28)}${report.outOfReach === null ? '' : 'expert steps'.padEnd(28)}categories`,
  );
  for (const [split, part] of Object.entries(report.splits)) {
    const steps = [part.pathSteps, ...(report.outOfReach === null ? [] : [part.expertSteps])];
    const categories = Object.entries(part.categories).map(([category, count]) => `${category} ${count}`);
    lines.push(
      `  ${split.padEnd(10)}${column(part.tasks, 6)}  ${steps.map(spread => spreadText(spread).padEnd(28)).join('')}` +
        categories.join(', '),
    );
  }
  const { shortest, bySubgoals } = report.paths;
  const outOfReach =
    report.outOfReach === null
      ? ''
      : `, ${report.outOfReach} out of reach of an expert who sees only text (${report.maxSteps} steps)`;
  lines.push(
    `  ${report.unsolvable} unsolvable, ${report.wonAtStart} won at the start, ${report.undecided} undecided${outOfReach}`,
  );
  lines.push(
    `  paths: ${shortest} proved shortest${bySubgoals > 0 ? `, ${bySubgoals} by subgoals (upper bounds)` : ''}`,
  );
  for (const note of report.notes) lines.push(`  ${pc.dim(`note: ${note}`)}`);
  for (const { kind, message } of report.problems) lines.push(`  ${pc.red(`${kind}:`)} ${message}`);
  for (const { kind, message } of report.cautions) lines.push(`  ${pc.yellow(`${kind}:`)} ${message}`);
  const { length: problems } = report.problems;
  const { length: cautions } = report.cautions;
  if (cautions > 0) lines.push(`  ${deadEndsHint}`);
  const outcome = problems === 0 ? pc.green('sound') : pc.red(counted(problems, 'problem'));
  lines.push(`  ${outcome}${cautions > 0 ? `, with ${counted(cautions, 'caution')}` : ''}`);
  return lines.join('\n');
}

const deadEndsHint =
  'A dead end is no fault where a mistake may be final: name it in `losing`, and the episode ends there, or allow ' +
  'it by --allow "dead end".';

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function spreadText(spread: Spread | null): string {
  return spread ? `${spread.min} to ${spread.max}, median ${spread.median}` : '-';
}
