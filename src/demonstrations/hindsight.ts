import { stepOf, taskOf } from '../agents/index.ts';
import type { RunId } from '../ids.ts';
import type { Step, Trajectory } from '../trajectory/index.ts';
import type { Episode, TaskRecord, World } from '../world/index.ts';
import { repliesByRules, withReplies } from './annotate-logged.ts';
import { type LeakRules, taskLeaks, trajectoryLeaks } from './leaks.ts';
import { learnable } from './won-demonstrations.ts';

/**
 * What a lost episode did achieve, as a won episode of the task that asks for it (hindsight: Andrychowicz et al. 2017,
 * arXiv 1707.01495). The commands are the policy's own, up to the first that reached the other goal. They are played
 * again in the world with that goal, so a win is a win: the world has to refuse and to answer as it did before, and the
 * goal may not have been reached before the first command. Thoughts spoke of the goal that was missed, so the rules
 * write them anew from what had been read (`annotateLogged`); refused and ill-formed steps are marked as mistakes, as in
 * `wonDemonstrations`.
 *
 * The other task has to be one of the split `train` and no leak, or it is passed over. No list of the world has it: its
 * id is that of the task that was played, with `#hindsight` after it.
 *
 * @returns undefined where the episode was won, is of no training task, or achieved nothing that the kit's `otherGoals`
 *   name, and where more than half of it would be mistakes
 */
export function hindsightEpisode(
  world: World,
  lost: Trajectory,
  { run, rules }: { readonly run: RunId; readonly rules: LeakRules },
): Trajectory | undefined {
  const { task, success, worldVersion, grammar, steps } = lost;
  if (success || task.split !== 'train' || worldVersion !== world.version || grammar !== world.grammar)
    return undefined;
  const accepted = steps.flatMap(({ command, accepted }) => (accepted === true && command !== null ? [command] : []));
  for (const other of world.kit.otherGoals?.(world.task(task.id).task, accepted) ?? []) {
    const label = world.label(other);
    if (!label) continue;
    const record: TaskRecord<unknown> = { ...label, id: `${task.id}#hindsight`, task: other };
    if (taskLeaks(record, rules).length > 0) continue;
    const won = playedAgain(world, record, lost);
    if (!won) continue;
    const episode = learnable({ ...won, steps: withReplies(won.steps, repliesByRules(world, won, record)) }, run);
    if (episode && trajectoryLeaks(episode, rules).length === 0) return episode;
  }
  return undefined;
}

/** The episode with the goal of another task, up to its end; undefined where that task is not won by it. */
function playedAgain(world: World, record: TaskRecord<unknown>, lost: Trajectory): Trajectory | undefined {
  const first = world.start(record);
  if (first.success) return undefined;
  let episode: Episode = first;
  const steps: Step[] = [];
  for (const { reply, parsed, command, observation, accepted } of lost.steps) {
    const before = episode;
    episode = before.step(command ?? '');
    const again = stepOf(before, { text: reply, parsed, command }, episode);
    if (again.observation !== observation || again.accepted !== accepted) return undefined;
    steps.push(again);
    if (episode.done) break;
  }
  if (!episode.success) return undefined;
  // What it was told of its own goal, and what came of that, is not so of this one.
  const { hint: _, outcomes: __, ...played } = lost;
  return {
    ...played,
    task: taskOf(record, first),
    initialObservation: first.observation,
    steps,
    success: true,
    stopReason: 'success',
    optimalSteps: null,
  };
}
