import { commandTarget, indexEpisode } from '../../steps/index.ts';
import { firstError } from '../../metrics/index.ts';
import { underthinking } from '../../metrics/thinking.ts';
import type { Trajectory } from '../../trajectory/index.ts';
import {
  createRandom,
  type Decision,
  type Episode,
  type Expert,
  type Random,
  type TaskRecord,
  type World,
} from '../../world/index.ts';
import type { Demonstration, DemonstratedStep } from '../demonstrate.ts';
import { tellExpert } from '../tell-expert.ts';

export interface RewriteOptions {
  readonly world: World;
  readonly record: TaskRecord<unknown>;
  /** The student's own episode of this task. */
  readonly trajectory: Trajectory;
  readonly rollout?: number;
  readonly maxSteps?: number;
  readonly createExpert: (random: Random) => Expert;
  /** Where it is cut; at its stagnation if left out. */
  readonly cut?: Cut | undefined;
}

/**
 * Where a student's episode is cut: where it no longer comes to anything new, at its first error (`firstError`), or
 * before any of its steps, which is drawn.
 */
export const cuts = ['stagnation', 'first-error', 'any'] as const;
export type Cut = (typeof cuts)[number];

/**
 * MBT-R for a text world: the student's own episode, cut at its first stagnation (four steps without a new state, or a
 * cycle). What was fruitless before the cut and changed nothing is left out; steps that looked for what was missing are
 * kept; the step at the cut is kept as an error, and the expert, who has read all of it, notices it and finishes from
 * the state that was reached. When too few steps are left to finish, the episode is cut at an earlier error. Undefined
 * when no cut leads to success.
 *
 * Cut at its first error, a lost episode is shown up to that one refusal or useless look, and how one recovers from it.
 * Undefined for an episode that was won, or in which no command was wrong.
 *
 * Cut before any step, it is the student's way to one of its own states, every step of it, and the expert's from there:
 * DAgger's states of the learner (Ross, Gordon, Bagnell 2011, algorithm 3.1), with one change of hands an episode. Of
 * the student's steps those are learnt that the expert would have taken too.
 */
export function rewriteEpisode(options: RewriteOptions): Demonstration | undefined {
  const { steps } = options.trajectory;
  if (options.cut === 'first-error') {
    const found = options.trajectory.success === false ? firstError(options.trajectory) : null;
    return found && found.kind !== 'malformed' ? finish(options, found.step) : undefined;
  }
  if (options.cut === 'any')
    return finish(options, createRandom('cut before', options.trajectory.id).int(steps.length + 1), { erring: false });
  const stagnation = Math.round((1 - (underthinking(indexEpisode(options.trajectory)) ?? 0)) * steps.length);
  if (stagnation === steps.length && options.trajectory.success) return finish(options, steps.length);
  const errors = steps.flatMap(({ accepted }, t) => (t < stagnation && accepted === false ? [t] : []));
  for (const cut of [...(stagnation < steps.length ? [stagnation] : []), ...errors.toReversed()]) {
    const demonstration = finish(options, cut);
    if (demonstration) return demonstration;
  }
  return undefined;
}

/** What a command let one see: the contents of what was looked at, where the world tells; else the text. */
function shown(world: World, record: TaskRecord<unknown>, before: Episode, after: Episode): string {
  const look = world.look(after.state, record.task, world.read(after.last!.command, before.state)!);
  return look ? `${look.target}: ${look.contents}` : after.stateHash === before.stateHash ? '' : after.observation;
}

/**
 * Replays the student's steps before `cut` and the error at it, and lets the expert finish. Where nobody is `erring` at
 * the cut, it is all of the steps before it, the fruitless ones too, and nothing more.
 */
function finish(
  { world, record, trajectory, rollout = trajectory.rollout, maxSteps = world.maxSteps, createExpert }: RewriteOptions,
  cut: number,
  { erring = true } = {},
): Demonstration | undefined {
  const key = ['rewrite', trajectory.id] as const;
  const expert = createExpert(createRandom(...key));
  const steps: DemonstratedStep[] = [];
  const read = new Set(['']);
  const looks = trajectory.steps.some(({ inspection }) => inspection !== null);
  let episode = world.start(record);
  tellExpert(expert, episode);
  const play = (decision: Decision, mistake: DemonstratedStep['mistake']) => {
    const before = episode;
    const command = mistake?.command ?? decision.command;
    episode = episode.step(command);
    steps.push({ before, after: episode, decision, mistake });
    if (episode.last!.accepted) read.add(shown(world, record, before, episode));
    tellExpert(expert, episode, command);
  };
  for (const [t, { command }] of trajectory.steps.entries()) {
    if (t > cut || (t === cut && !erring) || episode.done || command === null) break;
    const after = episode.step(command);
    const accepted = after.last!.accepted;
    const told = accepted && !read.has(shown(world, record, episode, after));
    if (erring && t < cut && after.stateHash === episode.stateHash && !told) continue;
    const wanted = expert.decide();
    if (!wanted) return undefined;
    // Where the world says which commands were looks, only those are exploration.
    const explores = told && (!looks || trajectory.steps[t]!.inspection !== null);
    const good = t < cut && (command === wanted.command || (erring && wanted.searching && explores));
    const lesson =
      t < cut ? '' : !accepted ? `${command} did not work` : told ? 'that did not help' : 'that told nothing new';
    play(
      good ? { ...wanted, command, target: commandTarget(command) ?? wanted.target } : wanted,
      good ? null : { kind: 'student', command, belief: wanted.because, lesson },
    );
  }
  while (!episode.done && steps.length < maxSteps) {
    const decision = expert.decide();
    if (!decision) break;
    play(decision, null);
  }
  if (!episode.success || steps.length > maxSteps || steps.at(-1)!.mistake) return undefined;
  return {
    record,
    rollout,
    seed: JSON.stringify(key),
    maxSteps,
    steps,
    won: true,
    draft: trajectory.steps.map(({ reply }) => reply),
  };
}
