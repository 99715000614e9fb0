import { z } from 'zod';
import { commandNames, executed, isMissing, lacking, tellsAnswer, tellsWhatIsExecuted } from '../steps/index.ts';
import type { Trajectory } from '../trajectory/schema.ts';
import { commandIdentity, plainText, saysWhole } from '../world/command-text.ts';
import { type FirstErrorKind, firstErrorLabels } from './first-error-labels.ts';
import { type Rate, rateSchema } from './rate.ts';
import { RatioSums } from './statistics/ratio-sums.ts';

/** The first step of an episode that was certainly wrong. */
export interface FirstError {
  /** From 0. */
  readonly step: number;
  readonly kind: Exclude<FirstErrorKind, 'neverErred'>;
}

/**
 * By what lost episodes first erred: shares of the lost episodes whose steps say whether they were executed. They add up to
 * one.
 */
export interface FirstErrors {
  /** There was no command. */
  malformed: Rate;
  /** Refused: the very command that its verb was last executed with. It goes where it stands, opens what it opened. */
  standsThere: Rate;
  /** Refused: a thing or place that no text of the episode has named. */
  notThere: Rate;
  /** Refused for another reason. */
  refusedOtherwise: Rate;
  /** Executed: a look at something that was seen, has not changed and is not needed. */
  placeSeen: Rate;
  /** None of these: nothing was refused and nothing seen twice; it never looked where the thing was. */
  neverErred: Rate;
}

export const firstErrorsSchema: z.ZodType<FirstErrors> = z.strictObject({
  malformed: rateSchema,
  standsThere: rateSchema,
  notThere: rateSchema,
  refusedOtherwise: rateSchema,
  placeSeen: rateSchema,
  neverErred: rateSchema,
});

const kinds = Object.keys(firstErrorLabels) as FirstErrorKind[];

/**
 * The first step that no text could excuse. A pure function of what was read, written and executed.
 * @returns null where there is none; undefined where a step before it does not say whether it was executed, and where
 *   it was refused and the log lacks what had been read.
 */
export function firstError({
  initialObservation,
  steps,
  task,
}: Pick<Trajectory, 'initialObservation' | 'steps' | 'task'>): FirstError | null | undefined {
  let read = ` ${plainText(task.goal)} ${plainText(initialObservation)} `;
  /** The log has all that was read so far. */
  let answered = initialObservation !== '';
  /** What each verb was last executed with. */
  const done = new Map<string, string>();
  const seen = new Map<string, string>();
  for (const [t, step] of steps.entries()) {
    const { command, inspection, observation } = step;
    // Where a log does not say what becomes of commands, replies without one would be its only known errors.
    const happened = tellsWhatIsExecuted(step) ? executed(step) : lacking.acceptance;
    if (isMissing(happened)) return undefined;
    if (command === null) return { step: t, kind: 'malformed' };
    const identity = commandIdentity(command);
    const verb = identity.split(' ')[0]!;
    if (!happened) {
      if (done.get(verb) === identity) return { step: t, kind: 'standsThere' };
      const named = commandNames(command).every(name => saysWhole(read, plainText(name)));
      if (named) return { step: t, kind: 'refusedOtherwise' };
      return answered ? { step: t, kind: 'notThere' } : undefined;
    }
    if (inspection !== null) {
      const { target, contents, needed } = inspection;
      if (!needed && seen.get(target) === contents) return { step: t, kind: 'placeSeen' };
      seen.set(target, contents);
    }
    done.set(verb, identity);
    read += `${plainText(observation)} `;
    answered &&= tellsAnswer(step);
  }
  return null;
}

/** The kind of one lost episode; null where it was not lost, undefined where its log does not say. */
export function firstErrorOf(trajectory: Trajectory): FirstErrorKind | null | undefined {
  if (trajectory.success === null) return undefined;
  if (trajectory.success) return null;
  const found = firstError(trajectory);
  return found === undefined ? undefined : (found?.kind ?? 'neverErred');
}

/** A lost episode and how it first erred. */
export interface LostEpisode {
  readonly episode: string;
  readonly run: string;
  readonly task: string;
  readonly category: string;
  readonly split: Trajectory['task']['split'];
  readonly agent: string;
  readonly model: string | null;
  /** Null where its log does not say which commands were executed. */
  readonly kind: FirstErrorKind | null;
  /** From 1; null where no step was certainly wrong, or that is not known. */
  readonly step: number | null;
  /** The command of that step. */
  readonly command: string | null;
}

/** How each lost episode first erred, one by one; episodes that were won, or whose end is not known, are left out. */
export function* lostEpisodes(trajectories: Iterable<Trajectory>): Generator<LostEpisode> {
  for (const trajectory of trajectories) {
    if (trajectory.success !== false) continue;
    const { id, run, task, agent, policyVersion, steps } = trajectory;
    const error = firstError(trajectory);
    yield {
      episode: id,
      run,
      task: task.id,
      category: task.category,
      split: task.split,
      agent,
      model: policyVersion,
      kind: error === undefined ? null : (error?.kind ?? 'neverErred'),
      step: error ? error.step + 1 : null,
      command: error ? steps[error.step]!.command : null,
    };
  }
}

/** Sums over episodes. */
export class FirstErrorSums {
  private readonly sums = kinds.map(() => new RatioSums());

  add(kind: FirstErrorKind | null | undefined): void {
    if (kind === null) return;
    kinds.forEach((each, i) =>
      this.sums[i]!.add(each === kind ? 1 : 0, kind === undefined ? 0 : 1, kind === undefined ? 1 : 0),
    );
  }

  /** `rate` makes a rate of sums; `lacking` says why none can be made where facts are missing. */
  figures(rate: (sums: RatioSums, lacking: string) => Rate, lacking: string): FirstErrors {
    return Object.fromEntries(
      kinds.map((kind, i) => {
        const sums = this.sums[i]!;
        return [kind, rate(sums, sums.missing > 0 ? lacking : 'no episode was lost')];
      }),
    ) as Record<FirstErrorKind, Rate>;
  }
}
