import { ClewError } from '../../errors.ts';
import { jsonIn } from '../../json.ts';
import { factsOf, goalIn, isRecord, yesOrNo, type JsonRecord } from './facts.ts';
import { fieldOf, valueAt, withMappedFacts, type FieldMap } from './field-map.ts';
import { inOrderOfSteps, numberOfStep, repeatedStep, type EpisodeRow } from './grouped.ts';
import type { LeftOut, LoggedEpisode, Turn } from './logged-episode.ts';
import { isMessage } from './said.ts';
import { goalOf, stepNames, textOf, textsOf } from './step-texts.ts';
import { readCall } from './tool-call.ts';

/** Usual names of the list of steps; any other name is found too. */
const lists = [
  'steps',
  'trajectory',
  'traj',
  'history',
  'episode',
  'turns',
  'interactions',
  'transitions',
  'log',
  'data',
  'actions',
];

/** Whether a value says what an agent did or wrote in one step. */
export function isStep(value: unknown, map: FieldMap = {}): value is JsonRecord {
  if (!isRecord(value) || isMessage(value)) return false;
  const command = fieldOf(value, stepNames.command, map.command);
  return (
    textOf(command) !== undefined ||
    isRecord(command) ||
    typeof value.tool === 'string' ||
    textOf(fieldOf(value, stepNames.reply, map.reply)) !== undefined
  );
}

/** The steps of a record: LangChain's `intermediate_steps`, or the list of its fields that holds steps. */
export function stepsIn(value: unknown, map: FieldMap = {}): readonly JsonRecord[] | undefined {
  if (!isRecord(value)) return undefined;
  if (Array.isArray(value.intermediate_steps)) return (value.intermediate_steps as unknown[]).map(langChainStep);
  if (map.steps !== undefined) {
    const named = valueAt(value, map.steps);
    return Array.isArray(named) ? (named as unknown[]).filter(isRecord) : undefined;
  }
  const keys = [...lists.filter(key => key in value), ...Object.keys(value)];
  for (const key of keys) {
    const list = value[key];
    // The first element may be a reset, which has an observation only, and so may the last.
    if (Array.isArray(list) && list.length > 0 && list.every(isRecord) && list.some(step => isStep(step, map)))
      return list;
  }
  return undefined;
}

/** `[action, observation]`, or the same as a record; an action is `{tool, tool_input, log}`. */
function langChainStep(pair: unknown): JsonRecord {
  const [action, observation] = Array.isArray(pair)
    ? (pair as unknown[])
    : isRecord(pair)
      ? [pair.action, pair.observation]
      : [];
  const told = isRecord(action) ? action : {};
  return { ...told, ...(typeof told.log === 'string' && { reply: told.log.trim() }), next_observation: observation };
}

/**
 * The episode in a record with a list of steps. What was done is kept apart from what was said, where the log does so.
 *
 * @param map what fields mean where their names do not tell
 * @throws ClewError when it cannot be told whether a step's observation came before or after it
 */
export function readSteps(record: unknown, place: string, map: FieldMap = {}, stateField?: string): LoggedEpisode {
  const all = stepsIn(record, map);
  if (!isRecord(record) || !all || !all.some(step => isStep(step, map)))
    throw new ClewError(
      `${place}: there is no list of steps {"observation", "reply" or "action", …} in this record. Say where it ` +
        `is with --map steps=FIELD.`,
    );
  const steps = all.filter(step => isStep(step, map));
  const facts = factsOf(withMappedFacts(record, map));
  const texts = textsOf(record, all, steps, facts.goal ?? goalOf(record), place, map);
  const last = steps.at(-1)!;
  return {
    ...facts,
    ...(facts.goal === undefined &&
      typeof record.input === 'string' &&
      texts.initial === record.input && { goal: goalIn(record.input) || undefined }),
    place,
    initialObservation: texts.initial,
    turns: steps.map((step, t) => turnOf(step, texts.answers[t] ?? '', map, stateField)),
    success:
      facts.success ?? yesOrNo(fieldOf(last, stepNames.success, undefined)) ?? yesOrNo(valueAt(last, 'info.won')),
  };
}

/**
 * The episode in rows that are a step each. Rows of an environment that waits for others (`active: false`) are none.
 *
 * @throws ClewError when rows do not have the number that the map names, or may be of several episodes
 */
export function readRows(
  rows: readonly EpisodeRow[],
  map: FieldMap | undefined,
  stateField: string | undefined,
  leftOut: LeftOut,
): LoggedEpisode {
  const active = rows.filter(({ value }) => yesOrNo(value.active) !== false);
  leftOut('rows of an environment that was not active', rows.length - active.length);
  const { place } = rows[0]!;
  refuseDoubtful(
    active.filter(({ value }) => isStep(value, map)),
    map,
  );
  const ordered = inOrderOfSteps(active, map);
  const last = ordered.at(-1)?.value ?? {};
  const info = typeof last.info_json === 'string' ? jsonRecord(last.info_json) : undefined;
  const { step: _, ...others } = last;
  const record = { ...others, ...(info && { info }), steps: ordered.map(({ value }) => value) };
  const episode = readSteps(record, place, { ...map, steps: 'steps' }, stateField);
  const task = episode.task ?? textOf(last.uid);
  return { ...episode, ...(task !== undefined && { task }) };
}

/** Several calls may be made in one step; but what begins again, or is another player's, may be another episode. */
function refuseDoubtful(rows: readonly EpisodeRow[], map: FieldMap = {}): void {
  const steps = rows.map(({ value }) => numberOfStep(value, map.step));
  const unnumbered = map.step === undefined ? undefined : rows[steps.indexOf(undefined)];
  if (unnumbered) throw new ClewError(`${unnumbered.place}: this row has no number "${map.step}" (--map step).`);
  const again = repeatedStep(rows, map);
  if (!again || map.episode !== undefined) return;
  const [one, other] = [factsOf(again[0].value), factsOf(again[1].value)];
  const turns = new Set(steps.slice(1).map((step, i) => Math.sign((step ?? 0) - (steps[i] ?? 0))));
  if (one.agent === other.agent && one.model === other.model && !(turns.has(1) && turns.has(-1))) return;
  throw new ClewError(
    `${again[1].place}: step ${numberOfStep(again[1].value, map.step)} of this episode is there twice, and it cannot be ` +
      `told whether it is one episode or several. Say with --map episode=FIELD what names an episode.`,
  );
}

function jsonRecord(text: string): JsonRecord | undefined {
  const value = jsonIn(text);
  return isRecord(value) ? value : undefined;
}

function turnOf(step: JsonRecord, observation: string, map: FieldMap, stateField?: string): Turn {
  const given = commandOf(step, map);
  const thought = textOf(fieldOf(step, stepNames.thought, map.thought));
  const said = textOf(fieldOf(step, stepNames.reply, map.reply));
  const reply =
    said ??
    [
      ...(thought === undefined ? [] : [`Thought: ${thought}`]),
      ...(given ? [thought === undefined ? given : `Action: ${given}`] : []),
    ].join('\n');
  const accepted = fieldOf(step, stepNames.accepted, map.accepted);
  const state = stateField === undefined ? undefined : valueAt(step, stateField);
  const stateAfter = stateField === undefined ? undefined : step[`next_${stateField}`];
  return {
    reply,
    thinking: textOf(fieldOf(step, stepNames.thinking, map.thinking)),
    observation,
    ...(given !== undefined && { command: given, source: 'field' }),
    admissible: listOf(fieldOf(step, stepNames.admissible, map.admissible)),
    accepted: accepted === undefined ? null : yesOrNo(accepted),
    ...(state !== undefined && { state: typeof state === 'string' ? state : JSON.stringify(state) }),
    ...(stateAfter !== undefined && {
      stateAfter: typeof stateAfter === 'string' ? stateAfter : JSON.stringify(stateAfter),
    }),
  };
}

/** What was sent to the world, where a step says it; null where it says that there was nothing. */
function commandOf(step: JsonRecord, map: FieldMap): string | null | undefined {
  if (map.command === undefined && typeof step.tool === 'string')
    return readCall({ id: null, name: step.tool, input: step.tool_input ?? step.input }).command;
  const given = fieldOf(step, stepNames.command, map.command);
  if (isRecord(given)) {
    const name = given.name ?? given.tool;
    if (typeof name === 'string')
      return readCall({ id: null, name, input: given.arguments ?? given.tool_input ?? given.input ?? given.args })
        .command;
    return readCall({ id: null, name: 'act', input: given }).command;
  }
  if (given === undefined) return stepNames.command.some(name => step[name] === null) ? null : undefined;
  const text = textOf(given)?.trim();
  return text === undefined || text === '' ? null : text;
}

function listOf(value: unknown): readonly string[] | null {
  const list = Array.isArray(value) && value.length === 1 && Array.isArray(value[0]) ? (value[0] as unknown[]) : value;
  return Array.isArray(list) && list.every(item => typeof item === 'string') ? list : null;
}
