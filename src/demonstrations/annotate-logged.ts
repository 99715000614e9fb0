import { ClewError } from '../errors.ts';
import { episodeId, type RunId } from '../ids.ts';
import { parseReply } from '../tags/index.ts';
import type { Step, Trajectory } from '../trajectory/index.ts';
import { createRandom, type Decision, type Episode, type TaskRecord, type World } from '../world/index.ts';
import { type Refused, replyText, type ToldEpisode } from './annotator.ts';
import { completeKit } from './complete-kit.ts';
import type { DemonstratedStep } from './demonstrate.ts';
import { annotateStep } from './rules.ts';
import { tellExpert } from './tell-expert.ts';
import type { Teacher } from './teacher/teacher.ts';

/** A trajectory with tags, or why it could not be given any. */
export type AnnotatedLog = { readonly trajectory: Trajectory } | Refused;

/**
 * Gives the steps of a trajectory without tags a tag and a thought each, as a trajectory of another run: the commands,
 * answers and states stay as they are. Steps without a command stay without a tag.
 *
 * By rules, where the world is there: an expert that reads what the agent read says what is still wanted at each step;
 * what the agent did is told beside it. By a teacher elsewhere.
 *
 * @throws ClewError when the rules are given an episode that was not played in their world
 */
export async function annotateLogged(
  trajectory: Trajectory,
  run: RunId,
  annotator: { readonly world: World } | { readonly teacher: Teacher },
): Promise<AnnotatedLog> {
  const told = trajectory.steps.filter(({ command }) => command !== null);
  const replies =
    'world' in annotator
      ? repliesByRules(annotator.world, trajectory)
      : await annotator.teacher.annotate(toldOf(trajectory, told));
  if ('refused' in replies) return replies;
  const { task, rollout, iteration } = trajectory;
  const id = episodeId({ run, task: task.id, rollout, iteration });
  return { trajectory: { ...trajectory, run, id, steps: withReplies(trajectory.steps, replies) } };
}

/** Steps with other replies, one for each that has a command. */
export function withReplies(steps: readonly Step[], replies: readonly string[]): Step[] {
  const waiting = [...replies];
  return steps.map(step => {
    if (step.command === null) return step;
    const reply = waiting.shift()!;
    return { ...step, reply, parsed: parseReply(reply), tokens: null };
  });
}

/** What a teacher is shown of a log. */
function toldOf({ task, rollout, initialObservation }: Trajectory, steps: readonly Step[]): ToldEpisode {
  const read = [initialObservation, ...steps.map(({ observation }) => observation)];
  return {
    record: { id: task.id },
    rollout,
    steps: steps.map((step, t) => ({
      before: { goal: task.goal, observation: read[t]! },
      after: { observation: step.observation, last: { accepted: step.accepted ?? true } },
      decision: { command: step.command! },
      mistake: null,
    })),
  };
}

/**
 * The replies by rules of the steps that have a command.
 *
 * @param record the task that was played; made from its id if left out
 */
export function repliesByRules(
  world: World,
  { id, task, initialObservation, steps }: Trajectory,
  record: TaskRecord<unknown> = world.task(task.id),
): readonly string[] {
  let episode: Episode = world.start(record);
  if (episode.observation !== initialObservation && !initialObservation.includes(episode.observation.trim()))
    throw new ClewError(
      `${id} does not begin as ${task.id} of ${world.name} does, so no rule can say what its agent knew. Import ` +
        `its log with --replay first, or ask a teacher (--annotator teacher).`,
    );
  const expert = completeKit(world).createExpert(createRandom('annotate', id));
  tellExpert(expert, episode);
  const demonstrated: DemonstratedStep[] = [];
  for (const { command } of steps) {
    if (command === null) continue;
    const before = episode;
    const decision = expert.decide() ?? aimless(command, demonstrated.at(-1)?.decision);
    episode = before.step(command);
    const { accepted } = episode.last!;
    // What the expert would not have done is told without its reasons, which are not the agent's.
    const mistake = { kind: 'its own way', command, belief: '', lesson: accepted ? '' : `${command} did not work` };
    demonstrated.push({ before, after: episode, decision, mistake: decision.command === command ? null : mistake });
    tellExpert(expert, episode, command);
  }
  return demonstrated.map((step, t) => {
    const { tag, thought } = annotateStep(demonstrated, t);
    return replyText(tag, thought, step.mistake?.command ?? step.decision.command);
  });
}

/** What is said of a step for which the expert has nothing left to try. */
function aimless(command: string, last?: Decision): Decision {
  return { target: command, subgoal: command, plan: [command], searching: false, ...last, command, because: '' };
}
