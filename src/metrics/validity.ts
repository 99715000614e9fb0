import type { Step } from '../trajectory/schema.ts';
import { no, unknown, yes, type Flags } from './flags.ts';
import { normaliseCommand, type IndexedEpisode } from './indexed-episode.ts';

/** The reply broke a rule of the form. Unknown for agents and logs without tags. */
export function formatInvalid({ steps }: IndexedEpisode): Flags {
  return flagsOf(steps, step => (step.verdict === null ? unknown : step.verdict.violations.length > 0 ? yes : no));
}

/**
 * The world carried nothing out: it refused the command, or there was none to send. Taken from `accepted`; where a log
 * lacks that, from the refusal or the admissible commands. Unknown where it has none of them, also for a step without a
 * command: were those counted, every known step of such a log would be a failed one.
 */
export function inadmissible({ steps }: IndexedEpisode): Flags {
  return flagsOf(steps, step => (!saysWhatHappened(step) ? unknown : wasCarriedOut(step) ? no : yes));
}

/** The world carried the command out and nothing changed. A refused command is not a no-op. Unknown without states. */
export function noOp({ steps }: IndexedEpisode): Flags {
  return flagsOf(steps, step => {
    if (!saysWhatHappened(step) || step.stateBefore === null || step.stateAfter === null) return unknown;
    return wasCarriedOut(step) && step.stateBefore === step.stateAfter ? yes : no;
  });
}

/** Whether the world carried the step's command out; null when the log does not say. */
export function wasCarriedOut(step: Step): boolean | null {
  if (step.command === null) return false;
  if (step.accepted !== null) return step.accepted;
  if (step.refusal !== null) return false;
  if (step.admissible === null) return null;
  if (step.admissible.includes(step.command)) return true;
  const command = normaliseCommand(step.command);
  return step.admissible.some(admissible => normaliseCommand(admissible) === command);
}

/** Whether the log says at all what becomes of commands at this step. */
function saysWhatHappened(step: Step): boolean {
  return step.accepted !== null || step.refusal !== null || step.admissible !== null;
}

function flagsOf(steps: readonly Step[], flag: (step: Step) => number): Flags {
  const flags = new Uint8Array(steps.length);
  for (let t = 0; t < steps.length; t++) flags[t] = flag(steps[t]!);
  return flags;
}
