import type { ReplaySummary } from '../runs/index.ts';
import type { CommandSource, LogReading } from '../trajectory/index.ts';

/** A step as it was read, to be looked at. */
export interface SampleStep {
  readonly episode: string;
  /** From 1. */
  readonly step: number;
  readonly reply: string;
  readonly command: string | null;
  readonly observation: string;
}

const sources: Readonly<Record<Exclude<CommandSource, 'none'>, string>> = {
  calls: 'tool calls',
  field: 'a field of their own',
  tags: '<action>',
  labels: 'Action:',
  json: 'a field of the reply, which is JSON',
  bare: 'replies as they are',
  rule: 'where --command says',
};

/**
 * What was understood of a log: format, episodes, steps, where commands and answers come from, and what was left out.
 */
export function understoodLines(
  file: string,
  { format, understood, skipped }: LogReading,
  samples: readonly SampleStep[] = [],
): string[] {
  const { episodes, steps, commands, answered, differing, thinking, leftOut } = understood;
  const lines = [`${file}: ${episodes} trajectories, ${steps} steps (${format})`];
  const found = [...commands].filter(([source]) => source !== 'none');
  if (found.length > 0) {
    const none = commands.get('none') ?? 0;
    const from = found.map(([source, count]) => `${count} from ${sources[source as keyof typeof sources]}`);
    lines.push(
      `  commands: ${from.join(', ')}${none > 0 ? `; ${none} steps have none` : ''}`,
      `  answers: ${answered === steps ? 'after every step' : `after ${answered} of ${steps} steps`}`,
    );
  } else if (commands.size > 0) lines.push('  commands: none was found');
  if (differing > 0)
    lines.push(`  what was done differs from what was said in ${differing} ${differing === 1 ? 'step' : 'steps'}`);
  if (thinking > 0) lines.push(`  thinking set apart in ${thinking} ${thinking === 1 ? 'reply' : 'replies'}`);
  for (const [what, count] of leftOut) lines.push(`  left out: ${count} ${what}`);
  for (const fault of skipped) lines.push(`  left out: ${fault}`);
  for (const { episode, step, reply, command, observation } of samples)
    lines.push(
      `  ${episode}, step ${step}`,
      `    reply:   ${clipped(reply)}`,
      `    command: ${command === null ? 'none' : clipped(command)}`,
      `    answer:  ${observation === '' ? 'none' : clipped(observation)}`,
    );
  return lines;
}

/** How much of a log agrees with a world, and where it first does not. */
export function replayLines(
  world: string,
  { episodes, found, agreeing, ambiguous, answers, admissible, differences, missing }: ReplaySummary,
): string[] {
  const share = ({ equal, compared }: { equal: number; compared: number }) =>
    `${equal} of ${compared}${compared > 0 ? ` (${((100 * equal) / compared).toFixed(1)} %)` : ''}`;
  const lines = [
    `replayed in ${world}: ${found} of ${episodes} episodes found, ${agreeing} agree in everything and have full states`,
    `  answers equal: ${share(answers)}`,
  ];
  if (ambiguous > 0)
    lines.push(
      `  ${ambiguous} of them fit several tasks alike, and were taken for the first: name the tasks to tell them ` +
        `apart (task_id)`,
    );
  if (admissible.compared > 0) lines.push(`  lists of admissible commands equal: ${share(admissible)}`);
  for (const { episode, step, command, what, log, world: here } of differences)
    lines.push(
      `  ${episode}${step === null ? '' : `, step ${step} (${command ?? 'no command'})`}: ${what}: the log says ` +
        `${clipped(log)}, the world ${clipped(here)}`,
    );
  if (found - agreeing > differences.length)
    lines.push(`  and ${found - agreeing - differences.length} more episodes differ`);
  for (const episode of missing) lines.push(`  ${episode}: no task of ${world} begins like it`);
  if (episodes - found > missing.length) lines.push(`  and ${episodes - found - missing.length} more`);
  return lines;
}

function clipped(text: string): string {
  const json = JSON.stringify(text);
  return json.length <= 100 ? json : `${json.slice(0, 96)}…"`;
}
