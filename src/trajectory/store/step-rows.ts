import { z } from 'zod';
import { ClewError } from '../../errors.ts';
import type { Step } from '../schema.ts';
import type { Texts } from './texts.ts';
import { identityToStore } from './command-identity.ts';
import { wellFormed } from './well-formed.ts';

/** A row of `steps` and, beside it, of `tokens`. Booleans are 0 and 1, lists are JSON. */
export interface StepRow {
  admissible: number | null;
  reply: string;
  thinking: string | null;
  command_identity: string | null;
  finish_reason: string | null;
  prompt_tokens: number | null;
  cached_tokens: number | null;
  reply_tokens: number | null;
  thinking_tokens: number | null;
  judged: number;
  tag: string | null;
  thought: string | null;
  action: string | null;
  violations: string | null;
  command: string | null;
  accepted: number | null;
  refusal: string | null;
  observation: string;
  state_before: string | null;
  state_after: string | null;
  inspected: string | null;
  contents: string | null;
  needed: number | null;
  subgoals: string | null;
  success: number | null;
  mistake: number;
}

export interface TokenRow {
  prompt: Buffer;
  reply: Buffer;
  log_probabilities: Buffer;
}

export const stepColumns = [
  'admissible',
  'reply',
  'thinking',
  'command_identity',
  'finish_reason',
  'prompt_tokens',
  'cached_tokens',
  'reply_tokens',
  'thinking_tokens',
  'judged',
  'tag',
  'thought',
  'action',
  'violations',
  'command',
  'accepted',
  'refusal',
  'observation',
  'state_before',
  'state_after',
  'inspected',
  'contents',
  'needed',
  'subgoals',
  'success',
  'mistake',
] as const satisfies readonly (keyof StepRow)[];

/** The values of a step's columns, in the order of `stepColumns`. */
export function stepValues(step: Step, texts: Pick<Texts, 'intern'>): (string | number | null)[] {
  const { parsed, inspection } = step;
  const values = [
    step.admissible && texts.intern(JSON.stringify(step.admissible)),
    step.reply,
    step.thinking ?? null,
    identityToStore(step.command),
    step.finishReason ?? null,
    step.usage?.promptTokens ?? null,
    step.usage?.cachedTokens ?? null,
    step.usage?.replyTokens ?? null,
    step.usage?.thinkingTokens ?? null,
    parsed ? 1 : 0,
    parsed && parsed.tag,
    parsed && parsed.thought,
    parsed && parsed.action,
    parsed && (parsed.violations.length === 0 ? '[]' : JSON.stringify(parsed.violations)),
    step.command,
    bit(step.accepted),
    step.refusal,
    step.observation,
    step.stateBefore,
    step.stateAfter,
    inspection && inspection.target,
    inspection && inspection.contents,
    bit(inspection && inspection.needed),
    step.subgoals && JSON.stringify(step.subgoals),
    bit(step.success),
    step.mistake ? 1 : 0,
  ];
  return values.map(value => (typeof value === 'string' ? wellFormed(value) : value));
}

/** Lists that were read before: the same admissible list is the same array in every step that has it. */
export type Lists = Map<string, readonly string[]>;

export function stepFrom(row: StepRow, tokens: Step['tokens'], texts: Pick<Texts, 'get'>, lists: Lists): Step {
  return {
    admissible: row.admissible === null ? null : list(texts.get(row.admissible), lists),
    reply: row.reply,
    ...(row.thinking !== null && { thinking: row.thinking }),
    ...(row.finish_reason !== null && { finishReason: row.finish_reason }),
    ...usageOf(row),
    parsed:
      row.judged === 0
        ? null
        : {
            tag: row.tag as NonNullable<Step['parsed']>['tag'],
            thought: row.thought ?? '',
            action: row.action,
            violations: list(row.violations ?? '[]', lists) as NonNullable<Step['parsed']>['violations'],
          },
    command: row.command,
    accepted: bool(row.accepted),
    refusal: row.refusal as Step['refusal'],
    observation: row.observation,
    stateBefore: row.state_before,
    stateAfter: row.state_after,
    inspection:
      row.inspected === null ? null : { target: row.inspected, contents: row.contents ?? '', needed: row.needed === 1 },
    subgoals: row.subgoals === null ? null : list(row.subgoals, lists),
    success: bool(row.success),
    mistake: row.mistake === 1,
    tokens,
  };
}

export function tokensFrom({ prompt, reply, log_probabilities: drawn }: TokenRow): NonNullable<Step['tokens']> {
  return { prompt: int32s(prompt), reply: int32s(reply), logProbabilities: float32s(drawn) };
}

function usageOf(row: StepRow): Pick<Step, 'usage'> {
  const usage = {
    promptTokens: row.prompt_tokens,
    cachedTokens: row.cached_tokens,
    replyTokens: row.reply_tokens,
    thinkingTokens: row.thinking_tokens,
  };
  return Object.values(usage).every(tokens => tokens === null) ? {} : { usage };
}

/** Token ids as int32 and log-probabilities as float32 (the precision that engines compute in), little endian. */
export function tokenValues(tokens: NonNullable<Step['tokens']>): [Buffer, Buffer, Buffer] {
  return [fromInt32s(tokens.prompt), fromInt32s(tokens.reply), fromFloat32s(tokens.logProbabilities)];
}

const strings = z.array(z.string()).readonly();

function list(json: string, lists: Lists): readonly string[] {
  const known = lists.get(json);
  if (known) return known;
  const read = strings.safeParse(JSON.parse(json));
  if (!read.success)
    throw new ClewError(
      `The database holds ${json.slice(0, 80)} where a list of texts belongs: another program has changed it.`,
    );
  if (lists.size >= 20_000) lists.clear();
  lists.set(json, Object.freeze(read.data));
  return read.data;
}

export function bit(value: boolean | null): number | null {
  return value === null ? null : value ? 1 : 0;
}

export function bool(value: number | null): boolean | null {
  return value === null ? null : value === 1;
}

function fromInt32s(values: readonly number[]): Buffer {
  const bytes = Buffer.allocUnsafe(values.length * 4);
  values.forEach((value, index) => bytes.writeInt32LE(value, index * 4));
  return bytes;
}

function fromFloat32s(values: readonly number[]): Buffer {
  const bytes = Buffer.allocUnsafe(values.length * 4);
  values.forEach((value, index) => bytes.writeFloatLE(value, index * 4));
  return bytes;
}

function int32s(bytes: Buffer): number[] {
  return Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readInt32LE(index * 4));
}

export function float32s(bytes: Buffer): number[] {
  return Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readFloatLE(index * 4));
}
