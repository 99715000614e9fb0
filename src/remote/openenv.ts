import { WebSocket } from 'ws';
import { z } from 'zod';
import { ClewError } from '../errors.ts';
import { jsonIn } from '../json.ts';
import {
  admissibleOf,
  booleanOf,
  numberOf,
  type RemoteAnswer,
  type RemoteEnvironment,
  type RemoteSession,
  requestJson,
  textOf,
} from './environment.ts';

/**
 * An environment behind OpenEnv's protocol: `/schema` says how an action is written, `/ws` plays.
 * @throws ClewError where an action has not exactly one required field: then there is no place for a text.
 */
export async function openEnvEnvironment(url: string, headers: Record<string, string>): Promise<RemoteEnvironment> {
  const [metadata, schema] = await Promise.all([
    requestJson(`${url}/metadata`, headers).catch((): Readonly<Record<string, unknown>> => ({})),
    requestJson(`${url}/schema`, headers),
  ]);
  const action = (schema['action'] ?? {}) as { required?: unknown };
  const required = Array.isArray(action.required) ? (action.required as string[]) : [];
  const [field] = required;
  if (required.length !== 1 || field === undefined)
    throw new ClewError(
      `The actions of ${url} need ${required.length === 0 ? 'no field' : `the fields ${required.join(', ')}`}: ` +
        `only those with exactly one required text can be played.`,
    );
  return {
    name: typeof metadata['name'] === 'string' ? metadata['name'] : new URL(url).host,
    version: typeof metadata['version'] === 'string' ? metadata['version'] : '',
    open: () => openSession(url, headers, field),
  };
}

const frameSchema = z.object({ type: z.string(), data: z.record(z.string(), z.unknown()).default({}) });

/** @throws ClewError for a text that is no message of OpenEnv's */
function frameIn(text: string, url: string): z.infer<typeof frameSchema> {
  const frame = frameSchema.safeParse(jsonIn(text));
  if (frame.success) return frame.data;
  throw new ClewError(
    `${url} answers with what is no message of OpenEnv, {"type": …, "data": {…}}: "${text.slice(0, 100)}".`,
  );
}

async function openSession(url: string, headers: Record<string, string>, field: string): Promise<RemoteSession> {
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/ws`, { headers, handshakeTimeout: 10_000 });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', error => reject(new ClewError(`${url} opens no socket: ${error.message}.`)));
  });
  let waiting: { resolve: (frame: string) => void; reject: (error: Error) => void } | undefined;
  socket.on('message', data => waiting?.resolve((data as Buffer).toString('utf8')));
  socket.on('error', () => {});
  socket.on('close', () => waiting?.reject(new ClewError(`${url} closed the connection in the middle of an episode.`)));

  const ask = async (message: object): Promise<RemoteAnswer> => {
    if (socket.readyState !== socket.OPEN) throw new ClewError(`${url} has closed the connection.`);
    let timer: NodeJS.Timeout | undefined;
    const text = await new Promise<string>((resolve, reject) => {
      waiting = { resolve, reject };
      timer = setTimeout(() => {
        // A late answer would be taken for that of the next request.
        socket.terminate();
        reject(new ClewError(`${url} gave no answer within 60 seconds.`));
      }, 60_000);
      socket.send(JSON.stringify(message));
    }).finally(() => {
      clearTimeout(timer);
      waiting = undefined;
    });
    const { type, data } = frameIn(text, url);
    if (type === 'error') throw new ClewError(`${url} refuses: ${String(data['message'])} (${String(data['code'])}).`);
    const observation = (data['observation'] ?? {}) as Record<string, unknown>;
    return {
      text: textOf(observation),
      admissible: admissibleOf(observation),
      done: data['done'] === true,
      success: booleanOf(observation['success']),
      accepted: booleanOf(observation['accepted']),
      reward: numberOf(data['reward']),
    };
  };
  return {
    begin: seed => ask({ type: 'reset', data: { seed } }),
    step: command => ask({ type: 'step', data: { [field]: command } }),
    async close() {
      if (socket.readyState === socket.OPEN) socket.send(JSON.stringify({ type: 'close' }));
      socket.close();
    },
  };
}
