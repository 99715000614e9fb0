import type { Step } from '../trajectory/schema.ts';
import { commandIdentity, plainText } from '../world/command-text.ts';
import { any, isMissing, not, type Fact } from './fact.ts';
import { lacking } from './lacking.ts';

// What a step tells by itself, without those before it.

/** The reply kept the rules of the format. Unknown for agents and logs without tags. */
export function formatValid({ parsed }: Pick<Step, 'parsed'>): Fact {
  return parsed === null ? lacking.tags : parsed.violations.length === 0;
}

/**
 * The world executed the command. From `accepted`; where a log lacks that, from the refusal; where it lacks that as
 * well, from the admissible commands. A step without a command executed nothing; where nobody has read the reply either,
 * it is not known whether it was one.
 */
export function executed(step: Pick<Step, 'command' | 'accepted' | 'refusal' | 'admissible' | 'parsed'>): Fact {
  const { command, accepted, refusal, admissible, parsed } = step;
  if (command === null) return parsed === null && !tellsWhatIsExecuted(step) ? lacking.commands : false;
  if (accepted !== null) return accepted;
  if (refusal !== null) return false;
  if (admissible === null) return lacking.acceptance;
  if (admissible.includes(command)) return true;
  const wanted = commandIdentity(command);
  return admissible.some(one => commandIdentity(one) === wanted);
}

/** The log says what becomes of commands at this step, whether or not there was one. */
export function tellsWhatIsExecuted({
  accepted,
  refusal,
  admissible,
}: Pick<Step, 'accepted' | 'refusal' | 'admissible'>): boolean {
  return accepted !== null || refusal !== null || admissible !== null;
}

/** The world's state after the step is not the one before it. */
export function changed({ stateBefore, stateAfter }: Pick<Step, 'stateBefore' | 'stateAfter'>): Fact {
  return stateBefore === null || stateAfter === null ? lacking.states : stateBefore !== stateAfter;
}

/**
 * The log has what the world answered. A log without answers has empty ones; where the step has states, as every episode
 * of a world has, an empty answer is an answer.
 */
export function tellsAnswer(step: Pick<Step, 'observation' | 'stateBefore' | 'stateAfter'>): boolean {
  return plainText(step.observation) !== '' || !isMissing(changed(step));
}

/** The reply was malformed, or nothing was executed. A reply that was not judged is not malformed. */
export function failed(step: Step): Fact {
  return any(step.parsed !== null && step.parsed.violations.length > 0, not(executed(step)));
}
