import {
  all,
  any,
  executed,
  type Fact,
  isMissing,
  itemOf,
  kindsOf,
  lacking,
  type Missing,
  namesKind,
  not,
  stepFacts,
  stepTag,
  tellsAnswer,
} from '../steps/index.ts';
import type { Trajectory } from '../trajectory/schema.ts';
import type { Check, Criterion, Pattern } from './criterion.ts';

/** Whether an episode meets a criterion; missing where the log lacks a fact that it asks for. */
export interface Verdict {
  readonly criterion: Criterion;
  readonly met: Fact;
}

type Judged = Pick<Trajectory, 'initialObservation' | 'steps' | 'success'>;

/** What a judge knows of an episode. */
interface Episode {
  /** The episode, or so much of it as is asked of. */
  readonly trajectory: Judged;
  /** What the log of the whole episode has: a part without it lacks nothing. */
  readonly has: { readonly subgoals: boolean; readonly thinking: boolean };
  readonly commands: readonly { readonly verb: string; readonly kinds: readonly string[]; readonly executed: Fact }[];
  readonly goalKinds: readonly string[];
}

/**
 * Judges an episode by every criterion, by rules alone.
 * @param kinds what fills `{1}`, `{2}` of patterns: the kinds of the goal; null where nobody knows them
 */
export function judge(criteria: readonly Criterion[], trajectory: Judged, kinds: readonly string[] | null): Verdict[] {
  const { steps } = trajectory;
  const episode: Episode = {
    trajectory,
    has: {
      subgoals: steps.some(({ subgoals }) => subgoals !== null),
      thinking: steps.some(({ thinking }) => thinking != null),
    },
    goalKinds: kinds ?? [],
    commands: steps.map(step => ({
      verb: step.command === null ? '' : itemOf(step.command).verb,
      kinds: step.command === null ? [] : kindsOf(step.command),
      executed: executed(step),
    })),
  };
  return criteria.map(criterion => ({
    criterion,
    met: kinds === null && speaksOfGoal(criterion.check) ? lacking.goalKinds : holds(criterion.check, episode),
  }));
}

/** Whether a check has a place for a kind of the goal. */
function speaksOfGoal(check: Check): boolean {
  return /"\{\d+\}"/.test(JSON.stringify(check));
}

/**
 * The score of a rubric: weights of what is met over the weights that can be had, from 0 to 1; penalties are taken off.
 * Null criteria, none with a weight above 0, cannot be scored: missing, as where a fact is.
 */
export function rubricScore(verdicts: readonly Verdict[]): number | Missing {
  let sum = 0;
  let most = 0;
  for (const { criterion, met } of verdicts) {
    if (isMissing(met)) return met;
    if (met) sum += criterion.weight;
    if (criterion.weight > 0) most += criterion.weight;
  }
  return most === 0 ? lacking.rubric : Math.min(1, Math.max(0, sum / most));
}

function holds(check: Check, episode: Episode): Fact {
  const { steps } = episode.trajectory;
  if ('does' in check) {
    const at = first(check.does, episode);
    return isMissing(at) ? at : at !== null && at <= (check.by ?? Infinity);
  }
  if ('never' in check) return never(check.never, check.unless, episode);
  if ('reads' in check) return readBefore(check.reads.words, check.before, episode);
  if ('before' in check) {
    const [a, b] = [first(check.before[0], episode), first(check.before[1], episode)];
    if (isMissing(a)) return a;
    if (isMissing(b)) return b;
    return a !== null && b !== null && a < b;
  }
  if ('says' in check) return says(check.says, episode);
  if ('subgoal' in check)
    return episode.has.subgoals ? steps.some(({ subgoals }) => subgoals?.includes(check.subgoal)) : lacking.subgoals;
  if ('steps' in check) return steps.length <= check.steps;
  if ('repeats' in check)
    return atMost(
      check.repeats,
      stepFacts(episode.trajectory).map(({ repeated }) => repeated),
    );
  if ('refused' in check)
    return atMost(
      check.refused,
      episode.commands.map(command => not(command.executed)),
    );
  if ('all' in check) return all(...check.all.map(each => holds(each, episode)));
  if ('any' in check) return any(...check.any.map(each => holds(each, episode)));
  return not(holds(check.not, episode));
}

/** The step, from 1, of the first executed command that fits; null where none does. */
function first(pattern: Pattern, episode: Episode): number | null | Missing {
  for (const [t, command] of episode.commands.entries()) {
    // Of a reply that nobody has read it is not known what it commands.
    if (command.verb === '' && isMissing(command.executed)) return command.executed;
    if (!fits(pattern, command, episode.goalKinds)) continue;
    if (isMissing(command.executed)) return command.executed;
    if (command.executed) return t + 1;
  }
  return null;
}

function fits(
  { verb, kinds = [] }: Pattern,
  command: Episode['commands'][number],
  goalKinds: readonly string[],
): boolean {
  return (
    command.verb !== '' &&
    (verb === undefined || verb === command.verb) &&
    kinds.every(kind => command.kinds.includes(filled(kind, goalKinds)))
  );
}

/** `{1}` is the first kind of the goal. A number that the goal has no kind for fits nothing. */
function filled(kind: string, goalKinds: readonly string[]): string {
  const place = /^\{(\d+)\}$/.exec(kind);
  return place ? (goalKinds[Number(place[1]) - 1] ?? kind) : kind;
}

function never(pattern: Pattern, unless: Check | undefined, episode: Episode): Fact {
  const at = first(pattern, episode);
  if (isMissing(at)) return at;
  if (at === null) return true;
  if (!unless) return false;
  const { trajectory, commands } = episode;
  // What held before the first fitting command.
  return holds(unless, {
    ...episode,
    trajectory: { ...trajectory, steps: trajectory.steps.slice(0, at - 1) },
    commands: commands.slice(0, at - 1),
  });
}

function readBefore(words: readonly string[], pattern: Pattern, episode: Episode): Fact {
  const at = first(pattern, episode);
  if (isMissing(at)) return at;
  if (at === null) return false;
  const { initialObservation, steps } = episode.trajectory;
  const before = steps.slice(0, at - 1);
  const text = [initialObservation, ...before.map(({ observation }) => observation)].join('\n');
  if (words.every(word => namesKind(text, filled(word, episode.goalKinds)))) return true;
  return initialObservation !== '' && before.every(tellsAnswer) ? false : lacking.answer;
}

function says(
  { words, tag, in: place, by = Infinity }: Extract<Check, { readonly says: unknown }>['says'],
  { trajectory, has, goalKinds }: Episode,
): Fact {
  const steps = trajectory.steps.slice(0, by);
  const names = (text: string) => words.every(word => namesKind(text, filled(word, goalKinds)));
  if (place === 'thinking')
    return has.thinking ? steps.some(({ thinking }) => thinking != null && names(thinking)) : lacking.thinking;
  return any(
    ...steps.map((step): Fact => {
      const own = stepTag(step);
      if (own === null) return lacking.tags;
      return own !== 'none' && (tag === undefined || own === tag) && names(step.parsed!.thought);
    }),
  );
}

/** Whether at most so many hold; missing facts count only where they decide. */
function atMost(most: number, facts: readonly Fact[]): Fact {
  const yes = facts.filter(fact => fact === true).length;
  if (yes > most) return false;
  const missing = facts.filter(isMissing);
  return yes + missing.length > most ? missing[0]! : true;
}
