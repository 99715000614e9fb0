import type { Paid, RewardSummary } from './summary.ts';

/** The summary as tables for people. */
export function formatSummary(summary: RewardSummary): string {
  const { reward, title, trajectories, steps, tags, parts } = summary;
  const lines = [`${reward}: ${title}`, `${count(trajectories, 'trajectory', 'trajectories')}, ${count(steps, 'step', 'steps')}`, ''];
  if (Object.keys(tags).length > 0) lines.push(...table('process reward by tag', tags), '');
  lines.push(...table('part', parts));
  const reasons = new Map<string, number>();
  for (const { missing } of Object.values(parts)) for (const [reason, n] of Object.entries(missing)) reasons.set(reason, Math.max(n, reasons.get(reason) ?? 0));
  for (const [reason, n] of reasons) lines.push(`Up to ${count(n, 'step', 'steps')} of a part could not be judged: ${reason}.`);
  return lines.join('\n');
}

function table(heading: string, rows: Readonly<Record<string, Paid>>): string[] {
  const width = Math.max(heading.length, ...Object.keys(rows).map(name => name.length)) + 2;
  const line = (name: string, ...cells: string[]): string => `${name.padEnd(width)}${cells.map(cell => cell.padStart(10)).join('')}`;
  return [
    line(heading, 'steps', 'not known', 'rewarded', 'mean'),
    ...Object.entries(rows).map(([name, { steps, known, share, mean }]) => line(
      name, String(steps), steps === known ? '' : String(steps - known),
      share === null ? '–' : `${(100 * share).toFixed(1)} %`, mean === null ? '–' : mean.toFixed(3))),
  ];
}

function count(n: number, one: string, many: string): string {
  return `${n} ${n === 1 ? one : many}`;
}
