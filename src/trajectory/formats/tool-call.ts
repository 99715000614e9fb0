import { jsonIn } from '../../json.ts';
import { isRecord } from './facts.ts';

/** A call of a tool, as a chat or a trace has it. */
export interface ToolCall {
  readonly id: string | null;
  readonly name: string;
  /** Its arguments; a text where they are one, or are no JSON. */
  readonly input: unknown;
}

/** What a call says: the command that it stands for, the thought among its arguments, and both as they were written. */
export interface ReadCall {
  /** Null for a call that only thinks. */
  readonly command: string | null;
  readonly thought: string | null;
  readonly written: string;
}

const thoughts = new Set([
  'thought',
  'thoughts',
  'think',
  'thinking',
  'reasoning',
  'reason',
  'rationale',
  'explanation',
  'reflection',
]);
const commands = new Set(['command', 'action', 'cmd', 'act', 'action_input', 'tool_input', '__arg1']);

/**
 * Names of tools that say nothing of what is done, so that the argument alone is the command: `act`, `step`,
 * `env_step`, `execute_action`,
 * `take_action`. In any other name the verb is told by the tool: `walk_to`.
 */
const generic = new Set(['act', 'action', 'step', 'env', 'environment', 'execute', 'command', 'interact', 'game']);
const withGeneric = new Set([
  'do',
  'take',
  'perform',
  'run',
  'send',
  'submit',
  'world',
  'in',
  'with',
  'the',
  'text',
  'tool',
  'call',
  'next',
  'make',
]);

/**
 * The command of a call: its argument `command` (or `action`, …) by itself; else the tool's name and the values of its
 * arguments, because the name says what is done: `walk_to({"place": "crate 1"})` is `walk to crate 1`. Where values are
 * more than texts and numbers, or several without a name of their own would be told apart by their order alone, the
 * whole call stands as it is.
 */
export function readCall({ name, input }: ToolCall): ReadCall {
  const given = typeof input === 'string' ? recordIn(input) : input;
  const written = `${name}(${typeof input === 'string' ? input : JSON.stringify(input)})`;
  if (!isRecord(given)) {
    const only =
      given === undefined || given === null ? '' : typeof given === 'string' ? given.trim() : JSON.stringify(given);
    return { command: joined(name, only), thought: null, written };
  }
  const all = Object.entries(given).filter(([, value]) => value !== null && value !== undefined);
  const thought = all
    .filter(([key]) => thoughts.has(key.toLowerCase()))
    .map(([, value]) => asText(value))
    .join('\n');
  const rest = all.filter(([key]) => !thoughts.has(key.toLowerCase()));
  const told = { thought: thought === '' ? null : thought, written };
  if (rest.length === 0 && thought !== '' && thoughts.has(name.toLowerCase())) return { command: null, ...told };
  const named = rest.find(([key, value]) => commands.has(key.toLowerCase()) && typeof value === 'string');
  if (named && rest.length === 1) return { command: trimmed(named[1] as string), ...told };
  const plain = rest.every(([, value]) => typeof value === 'string' || typeof value === 'number');
  if (rest.length === 0) return { command: words(name), ...told };
  if (rest.length === 1 && plain) return { command: joined(name, asText(rest[0]![1]).trim()), ...told };
  return {
    command: `${name}(${pythonJson(Object.fromEntries(rest.toSorted(([a], [b]) => (a < b ? -1 : 1))))})`,
    ...told,
  };
}

function joined(name: string, argument: string): string | null {
  const verb = words(name);
  const parts = verb.toLowerCase().split(' ');
  const saysNothing =
    parts.some(part => generic.has(part)) && parts.every(part => generic.has(part) || withGeneric.has(part));
  return trimmed(saysNothing && argument !== '' ? argument : `${verb} ${argument}`);
}

/** `walk_to`, `walk-to` and `walkTo` as words. */
function words(name: string): string {
  return name
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .replaceAll(/[_.-]+/g, ' ')
    .trim()
    .toLowerCase();
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** JSON with a blank after commas and colons, as most logs have it. */
function pythonJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(', ')}]`;
  if (!isRecord(value)) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([key, inner]) => `${JSON.stringify(key)}: ${pythonJson(inner)}`)
    .join(', ')}}`;
}

function recordIn(given: string): unknown {
  const value = jsonIn(given);
  return isRecord(value) ? value : given;
}

function trimmed(text: string): string | null {
  return text.trim() === '' ? null : text.trim();
}
