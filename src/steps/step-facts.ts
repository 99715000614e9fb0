import type { Step, Trajectory } from '../trajectory/schema.ts';
import { plainText } from '../world/command-text.ts';
import { all, any, not, type Fact } from './fact.ts';
import { indexEpisode, type IndexedEpisode } from './indexed-episode.ts';
import { lacking } from './lacking.ts';
import { changed, executed, failed, formatValid, tellsAnswer } from './single-step.ts';
import { stepTag, type StepTag } from './tag.ts';

/**
 * What is so of a step: yes, no, or unknown and why. Metrics count these facts and rewards price them, so that both
 * mean the same by the same word. Every fact looks back only.
 */
export interface StepFacts {
  /** Null when the reply was not judged. */
  readonly tag: StepTag | null;
  readonly formatValid: Fact;
  /** The world executed the command. */
  readonly executed: Fact;
  /** The state after the step is not the state before it. */
  readonly changed: Fact;
  /** The answer differs from everything that was read before in this episode. */
  readonly toldNew: Fact;
  /** The state after the step did not occur before in this episode. */
  readonly newState: Fact;
  /** This command was given before in this state, in this episode. False without a command. */
  readonly repeated: Fact;
  /** This command was given before in this episode, in whatever state. */
  readonly givenBefore: boolean;
  /** The command is not that of the step before. False without a command. */
  readonly differs: boolean;
  /** The step did not fail, and a subgoal, or the goal, holds that did not hold at any time before in this episode. */
  readonly progress: Fact;
  /** Malformed, or nothing was executed. */
  readonly failed: Fact;
  /** Failed, or told nothing new while it changed nothing or repeated a command in the same state. */
  readonly unproductive: Fact;
}

/**
 * The facts of every step, in one pass over a trajectory.
 *
 * @example
 * import { openStore, stepFacts } from 'clew';
 *
 * for (const trajectory of openStore('clew.db', { readonly: true }).trajectories.select())
 *   console.log(stepFacts(trajectory).map(({ changed }) => changed));
 */
export function stepFacts(trajectory: Pick<Trajectory, 'initialObservation' | 'steps' | 'success'>): StepFacts[] {
  const { steps } = trajectory;
  const episode = indexEpisode(trajectory);
  const repeats = repeatedCommands(episode);
  const toldNew = newAnswers(trajectory);
  const newState = newStates(steps);
  const progress = newSubgoals(trajectory);
  const given = new Set<number>();
  return steps.map((step, t) => {
    const command = episode.commands[t]!;
    const repeated = repeats[t]!;
    const facts: StepFacts = {
      tag: stepTag(step),
      formatValid: formatValid(step),
      executed: executed(step),
      changed: changed(step),
      toldNew: toldNew[t]!,
      newState: newState[t]!,
      repeated,
      givenBefore: given.has(command),
      differs: command >= 0 && command !== episode.commands[t - 1],
      progress: progress[t]!,
      failed: failed(step),
      unproductive: any(failed(step), all(not(toldNew[t]!), any(not(changed(step)), repeated))),
    };
    if (command >= 0) given.add(command);
    return facts;
  });
}

/**
 * Whether each command was given before in the same state. A command that was never given is new in any state, also
 * where states are not known.
 */
export function repeatedCommands({ steps, commands, stateCommands }: IndexedEpisode): Fact[] {
  const given = new Set<number>();
  const pairs = new Set<string | number>();
  let statesKnown = true;
  return steps.map(({ stateBefore }, t) => {
    const command = commands[t]!;
    if (stateBefore === null) statesKnown = false;
    if (command < 0) return false;
    const pair = stateCommands ? stateCommands[t]! : `${command} ${stateBefore}`;
    const repeated = given.has(command) && (statesKnown ? pairs.has(pair) : lacking.states);
    given.add(command);
    pairs.add(pair);
    return repeated;
  });
}

/** Whether each answer is new in the episode. An empty one tells nothing. */
function newAnswers({ initialObservation, steps }: Pick<Trajectory, 'initialObservation' | 'steps'>): Fact[] {
  const read = new Set([plainText(initialObservation)]);
  return steps.map(step => {
    if (!tellsAnswer(step)) return lacking.answer;
    const answer = plainText(step.observation);
    if (answer === '') return false;
    const isNew = !read.has(answer);
    read.add(answer);
    return isNew;
  });
}

/** Whether each step ended in a state that is new in the episode. */
function newStates(steps: readonly Step[]): Fact[] {
  const states = new Set<string>();
  let statesKnown = true;
  return steps.map(({ stateBefore, stateAfter }) => {
    if (stateBefore === null || stateAfter === null) statesKnown = false;
    // The state after a step is the state before the next: this collects all that came before.
    if (stateBefore !== null) states.add(stateBefore);
    return !statesKnown || stateAfter === null ? lacking.states : !states.has(stateAfter);
  });
}

/**
 * Whether a subgoal, or the goal, holds after the step that never held before. What holds after the first step may have
 * held before it, since no log says what held at the start: only the goal counts there, because no task begins won. A
 * world without subgoals has the goal. Where a log does not say of each step whether the goal holds, it holds at the
 * end of an episode that succeeded and not before, because that ends it.
 */
function newSubgoals({ steps, success }: Pick<Trajectory, 'steps' | 'success'>): Fact[] {
  const held = new Set<string>();
  let won = false;
  return steps.map((step, t) => {
    const found = step.subgoals?.filter(subgoal => !held.has(subgoal)) ?? [];
    for (const subgoal of found) held.add(subgoal);
    const atTheEnd = t < steps.length - 1 ? false : (success ?? lacking.success);
    const wins = won ? false : (step.success ?? atTheEnd);
    if (wins === true) won = true;
    return all(not(failed(step)), any(t > 0 && found.length > 0, wins));
  });
}
