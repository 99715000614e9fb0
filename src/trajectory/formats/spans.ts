import { isRecord, type JsonRecord } from './facts.ts';
import type { EpisodeRow } from './grouped.ts';
import type { LogRecord } from './records.ts';

/** A call of a model as a trace has it. */
interface ModelSpan {
  readonly attributes: JsonRecord;
  readonly trace: string | undefined;
  /** When it began, as the trace writes it: nanoseconds, `[seconds, nanoseconds]`, or a date. */
  readonly start: unknown;
}

/**
 * Whether a record is a span of OpenTelemetry's GenAI conventions that holds its messages, or an OTLP export of spans.
 */
export function isSpan(value: unknown): boolean {
  return spansIn(value).length > 0;
}

/**
 * Spans as rows of prompts and completions, which then make episodes as such rows do: one for each
 * `gen_ai.conversation.id`, or else for each trace. Other spans (of tools, of agents as a whole) are left out.
 */
export function* rowsOfSpans(records: Iterable<LogRecord>): Generator<LogRecord, void, undefined> {
  for (const { value, place } of records)
    for (const { attributes, trace, start } of spansIn(value)) {
      const messages = (name: string): unknown[] => listIn(attributes[name]);
      const system = listIn(attributes['gen_ai.system_instructions']);
      yield {
        place,
        value: {
          episode: attributes['gen_ai.conversation.id'] ?? trace,
          prompt: [
            ...(system.length > 0 ? [{ role: 'system', parts: system }] : []),
            ...messages('gen_ai.input.messages'),
          ],
          completion: messages('gen_ai.output.messages').map(withoutEnd),
          model: attributes['gen_ai.response.model'] ?? attributes['gen_ai.request.model'],
          agent: attributes['gen_ai.agent.name'],
          start,
        },
      };
    }
}

/** Output messages have a reason why they ended; as input of the next call they have none. */
function withoutEnd(message: unknown): unknown {
  if (!isRecord(message)) return message;
  const { finish_reason: _, ...rest } = message;
  return rest;
}

/** Rows of spans by when they began; as they stand where one of them does not say it. */
export function inOrderOfStart(rows: readonly EpisodeRow[]): readonly EpisodeRow[] {
  const timed = rows.map(row => ({ row, time: timeOf(row.value.start) }));
  if (timed.some(({ time }) => time === undefined)) return rows;
  return timed.toSorted(({ time: a }, { time: b }) => a![0] - b![0] || a![1] - b![1]).map(({ row }) => row);
}

/** A time in two parts, as nanoseconds since 1970 have more digits than a number holds. */
function timeOf(start: unknown): readonly [number, number] | undefined {
  if (typeof start === 'number') return [start, 0];
  if (Array.isArray(start)) return [Number(start[0]), Number(start[1])];
  if (typeof start !== 'string') return undefined;
  if (/^\d+$/.test(start)) return [Number(start.slice(0, -9)), Number(start.slice(-9))];
  const [, date = '', fraction = '', zone = ''] = /^(.*?)(\.\d+)?(Z|[+-]\d\d:?\d\d)?$/i.exec(start) ?? [];
  const seconds = Date.parse(`${date}${zone}`);
  return Number.isNaN(seconds) ? undefined : [seconds, Number(`0${fraction}`)];
}

function spansIn(value: unknown): ModelSpan[] {
  if (!isRecord(value)) return [];
  if (Array.isArray(value.resourceSpans)) return nested(value.resourceSpans, ['scopeSpans', 'spans']).flatMap(spansIn);
  const attributes = attributesOf(value.attributes);
  if (
    listIn(attributes['gen_ai.output.messages']).length === 0 ||
    listIn(attributes['gen_ai.input.messages']).length === 0
  )
    return [];
  const context = isRecord(value.context) ? value.context : value;
  const trace = context.traceId ?? context.trace_id;
  const start = value.startTimeUnixNano ?? value.start_time ?? value.startTime;
  return [{ attributes, trace: typeof trace === 'string' ? trace : undefined, start }];
}

function nested(values: readonly unknown[], [key, ...keys]: readonly string[]): unknown[] {
  if (key === undefined) return [...values];
  return nested(
    values.flatMap(value => (isRecord(value) && Array.isArray(value[key]) ? (value[key] as unknown[]) : [])),
    keys,
  );
}

/** Attributes as a record: OTLP has a list of `{key, value: {stringValue}}`. */
function attributesOf(given: unknown): JsonRecord {
  if (isRecord(given)) return given;
  if (!Array.isArray(given)) return {};
  return Object.fromEntries(
    (given as unknown[])
      .filter(isRecord)
      .map(({ key, value }) => [String(key), isRecord(value) ? Object.values(value)[0] : value]),
  );
}

/** A list, or a text of JSON that is one: spans hold structured attributes as text where they must. */
function listIn(value: unknown): unknown[] {
  if (Array.isArray(value)) return value as unknown[];
  if (typeof value !== 'string') return [];
  try {
    const list: unknown = JSON.parse(value);
    return Array.isArray(list) ? (list as unknown[]) : [];
  } catch {
    return [];
  }
}
