import pc from 'picocolors';
import type { DemonstrationInspection } from '../demonstrations/index.ts';
import { situations } from '../metrics/index.ts';
import type { Trajectory } from '../trajectory/index.ts';

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

function replayText(faults: number | null): string {
  if (faults === null) return 'not done: the world is not at hand (--data, --world)';
  return faults === 0 ? 'gives the same texts, states and ends' : `${faults} trajectories differ`;
}

/** An inspection for a person at a terminal. */
export function formatInspection(file: string, found: DemonstrationInspection): string {
  const { reflections, mistakes, lengths } = found;
  const agreement =
    found.agreement === null
      ? 'cannot be told'
      : `${percent(found.agreement)} of the thoughts name what the command is about`;
  const lines = [
    `${pc.bold(file)}: ${found.trajectories} trajectories, ${found.steps} steps, ${found.successes} won`,
    `  categories   ${Object.entries(found.categories)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ')}`,
    `  splits       ${Object.entries(found.splits)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ')}`,
    `  steps        ${lengths.min} to ${lengths.max}, median ${lengths.median}, mean ${lengths.mean}`,
    `  mistakes     ${mistakes.steps} steps in ${mistakes.trajectories} trajectories (${mistakes.refused} ` +
      `refused, ${mistakes.chains} chains), not imitated`,
    `  recoveries   ${found.recoveries}; steps after two or more failures in a row ${found.afterTwoFailures}`,
    `  planning     at the first step of ${found.planningAtStart}`,
    `  reflection   ${reflections.afterFailedOrUseless} of ${reflections.steps} right after a failed or useless ` +
      `step (${reflections.afterFailed} after an unproductive one)`,
    `  agreement    ${agreement}`,
    `  violations   ${found.violations}`,
    `  leaks        ${found.leaks}`,
    `  replay       ${replayText(found.replayFaults)}`,
    `  content hash ${found.contentHash}`,
    '',
    ...table(found),
    ...(found.problems.length > 0 ? ['', ...found.problems.map(problem => `  ${pc.red('!')} ${problem}`)] : []),
  ];
  return `${lines.join('\n')}\n`;
}

/** Tags in rows, what the step before had done in columns. */
function table({ tags, tagsBySituation }: DemonstrationInspection): string[] {
  const used = situations.filter(situation => Object.values(tagsBySituation).some(row => row[situation] > 0));
  const rows = [
    ['tag', 'steps', 'share', ...used],
    ...Object.entries(tags).map(([tag, { steps, share }]) =>
      [tag, String(steps), percent(share)].concat(
        used.map(situation => String(tagsBySituation[tag]?.[situation] ?? 0)),
      ),
    ),
  ];
  const widths = rows[0]!.map((_, c) => Math.max(...rows.map(row => row[c]!.length)));
  return rows.map(
    row => `  ${row.map((cell, c) => (c === 0 ? cell.padEnd(widths[c]!) : cell.padStart(widths[c]!))).join('  ')}`,
  );
}

/** A trajectory as one reads it: what was thought, done and answered. */
export function readableTrajectory({ task, initialObservation, steps, success }: Trajectory): string {
  const lines = [
    pc.bold(`${task.id} (${task.category}): ${task.goal}`),
    ...initialObservation
      .trim()
      .split('\n')
      .filter(Boolean)
      .map(line => pc.dim(line)),
  ];
  for (const [t, { parsed, command, observation, mistake }] of steps.entries()) {
    lines.push(
      `${String(t + 1).padStart(3)} ${pc.cyan(parsed?.tag ?? 'no tag')}: ` +
        `${parsed?.thought ?? ''}${mistake ? pc.yellow(' (a mistake on purpose)') : ''}`,
      `    > ${command}`,
      ...observation
        .trim()
        .split('\n')
        .map(line => pc.dim(`    ${line}`)),
    );
  }
  return `${[...lines, success ? 'Won.' : 'Not won.'].join('\n')}\n`;
}
