import type { Missing } from './fact.ts';

/** Why a fact of a step or an episode is not known. */
export const lacking = {
  tags: { missing: 'the replies were not judged: the agent or the log has no tags' },
  acceptance: { missing: 'the log does not say whether the command was executed' },
  states: { missing: 'the log has no world states' },
  answer: { missing: 'the log does not have what the world answered' },
  success: { missing: 'the log does not say whether the episode succeeded' },
  gap: { missing: 'the log does not say what the sentence of the task leaves out' },
  limit: { missing: 'the log does not say how many steps were allowed' },
  brief: { missing: 'there is no brief of this task: it was not made by a world that is here' },
  rubric: { missing: 'there are no criteria for tasks of this category' },
  subgoals: { missing: 'the log has no subgoals' },
  commands: { missing: 'the log has no commands, so that it is not known what there is to act on' },
  goalKinds: { missing: 'the log does not say which kinds of things the goal is about: give its world with --world' },
  thinking: { missing: 'the log has no thinking apart from the replies' },
  looks: { missing: 'the log does not say which commands were looks' },
} as const satisfies Record<string, Missing>;
