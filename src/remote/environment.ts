import { ClewError } from '../errors.ts';

/** What an environment of another program answers to `begin` and to a step. What it does not tell is null. */
export interface RemoteAnswer {
  readonly text: string;
  readonly admissible: readonly string[] | null;
  readonly done: boolean;
  /** As the environment says it; never taken from a reward. */
  readonly success: boolean | null;
  readonly accepted: boolean | null;
  readonly reward: number | null;
}

/** One episode after the other in an environment of another program. */
export interface RemoteSession {
  begin(seed: number): Promise<RemoteAnswer>;
  step(command: string): Promise<RemoteAnswer>;
  close(): Promise<void>;
}

/** An environment that another program serves. */
export interface RemoteEnvironment {
  /** What it calls itself, or its host. */
  readonly name: string;
  readonly version: string;
  open(): Promise<RemoteSession>;
}

/** JSON of a request. @throws ClewError with what was asked and what came back. */
export async function requestJson(
  url: string,
  headers: Record<string, string>,
  body?: object,
): Promise<Readonly<Record<string, unknown>>> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, {
      signal: AbortSignal.timeout(60_000),
      headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { method: 'POST', body: JSON.stringify(body) }),
    });
    text = await response.text();
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    throw new ClewError(`${url} does not answer: ${cause}.`);
  }
  if (!response.ok) throw new ClewError(`${url} answers with status ${response.status}: ${text.slice(0, 300)}`);
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : { value };
  } catch {
    throw new ClewError(`${url} answers no JSON: ${text.slice(0, 100)}`);
  }
}

/** The text of an observation of any shape: the field that is usually it, else the first text in it, else its JSON. */
export function textOf(observation: unknown): string {
  if (typeof observation === 'string') return observation;
  if (typeof observation !== 'object' || observation === null) return JSON.stringify(observation);
  const fields = observation as Record<string, unknown>;
  for (const name of ['text', 'observation', 'message', 'content', 'prompt', 'output'])
    if (typeof fields[name] === 'string') return fields[name];
  const first = Object.values(fields).find(value => typeof value === 'string' && value !== '');
  return typeof first === 'string' ? first : JSON.stringify(observation);
}

/** The commands that are possible now, under the names that environments have for them. */
export function admissibleOf(fields: Readonly<Record<string, unknown>>): string[] | null {
  for (const name of ['admissible', 'admissible_commands', 'available_actions', 'legal_actions', 'web_actions']) {
    const list = fields[name];
    if (Array.isArray(list) && list.length > 0 && list.every(one => typeof one === 'string')) return list as string[];
  }
  return null;
}

export const booleanOf = (value: unknown): boolean | null => (typeof value === 'boolean' ? value : null);
export const numberOf = (value: unknown): number | null => (typeof value === 'number' ? value : null);
