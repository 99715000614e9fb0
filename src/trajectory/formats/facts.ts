import { splits } from '../schema.ts';
import type { Split } from '../../world/tasks.ts';

export type JsonRecord = Readonly<Record<string, unknown>>;

export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * What a log's record says of its episode as a whole, beside what happened in it; undefined or null where it does not.
 */
export interface EpisodeFacts {
  readonly task?: string | undefined;
  readonly goal?: string | undefined;
  readonly category?: string | undefined;
  readonly agent?: string | undefined;
  readonly model?: string | undefined;
  readonly split?: Split | null | undefined;
  readonly run?: string | undefined;
  readonly maxSteps?: number | undefined;
  /** Never taken from a reward. */
  readonly success: boolean | null;
  /** A split that the record names and that is none of Clew's. */
  readonly otherSplit?: string | undefined;
}

/** Names of the id of a task that stand for nothing else. */
export const taskIdNames = ['task_id', 'item_id', 'game_file', 'gamefile', 'example_id', 'game_id'] as const;

/** Names under which logs keep each fact, the surest first. */
const names = {
  task: [...taskIdNames, 'task', 'id', 'index'],
  goal: ['goal', 'instruction', 'task_description', 'objective'],
  category: ['category', 'task_type', 'task_category'],
  agent: ['agent', 'agent_name', 'agent_id', 'method'],
  model: ['model', 'model_name', 'model_id', 'model_name_or_path'],
  split: ['split', 'data_split', 'subset'],
  run: ['run', 'run_id', 'run_name', 'experiment'],
  maxSteps: ['max_steps', 'maxSteps', 'step_limit'],
  success: ['success', 'is_success', 'task_success', 'succeeded', 'won', 'solved', 'is_solved', 'passed', 'resolved'],
  outcome: ['result', 'outcome', 'status'],
} as const;

/** Records within a record that tell of the whole episode. */
const holders = ['metadata', 'meta', 'info', 'extra_info', 'config', 'metrics', 'result'] as const;

/** The facts of a record, from its own fields and from those of the records in it that are about the whole episode. */
export function factsOf(record: JsonRecord): EpisodeFacts {
  const places = [record, ...holders.map(name => record[name]).filter(isRecord)];
  const find = <T>(keys: readonly string[], read: (value: unknown) => T | undefined): T | undefined => {
    for (const place of places)
      for (const key of keys) {
        const value = read(place[key]);
        if (value !== undefined) return value;
      }
    return undefined;
  };
  const splitName = find(names.split, text);
  const split = splitName === undefined ? undefined : splitNamed(splitName);
  return {
    task: find(names.task, text),
    goal: find(names.goal, text),
    category: find(names.category, text),
    agent: find(names.agent, text),
    model: find(names.model, text),
    run: find(names.run, text),
    maxSteps: find(names.maxSteps, value =>
      Number.isInteger(value) && (value as number) > 0 ? (value as number) : undefined,
    ),
    ...(split !== undefined && { split }),
    ...(splitName !== undefined && split === undefined && { otherSplit: splitName }),
    success:
      find(names.success, value => yesOrNo(value) ?? undefined) ??
      find(names.outcome, value => wonOrLost(value) ?? undefined) ??
      null,
  };
}

function text(value: unknown): string | undefined {
  if (typeof value === 'string' && value !== '') return value;
  return typeof value === 'number' ? String(value) : undefined;
}

/** Names that data sets have for Clew's splits: those of ALFWorld and of papers on it. */
const splitNames: Readonly<Record<string, Split>> = {
  valid_seen: 'seen',
  eval_in_distribution: 'seen',
  valid_unseen: 'unseen',
  eval_out_of_distribution: 'unseen',
  held_out: 'heldOut',
  'held-out': 'heldOut',
  training: 'train',
};

function splitNamed(name: string): Split | undefined {
  return splits.find(split => split === name) ?? splitNames[name.toLowerCase()];
}

/** `true`, `1` and `"True"` and their opposites, as logs write them; null for anything else, which says nothing. */
export function yesOrNo(value: unknown): boolean | null {
  const word = String(value).toLowerCase();
  if (word === 'true' || word === '1') return true;
  if (word === 'false' || word === '0') return false;
  return wonOrLost(value);
}

/** `"success"`, `"fail"` and what else logs write as the result of an episode; null for anything else. */
function wonOrLost(value: unknown): boolean | null {
  if (typeof value !== 'string') return null;
  if (/^(?:success(?:ful)?|succeeded|won|win|solved|passed|pass)$/i.test(value)) return true;
  if (/^(?:fail(?:ure|ed)?|lost|loss|unsolved|not solved)$/i.test(value)) return false;
  return null;
}

/** The sentence after `Your task is to:`, `Task:` or `Goal:`, as text worlds write it; empty when there is none. */
export function goalIn(opening: string): string {
  return /^.*?\b(?:your task(?: is to)?|task|goal)[ \t]*:[ \t]*(.+)$/im.exec(opening)?.[1]?.trim() ?? '';
}
