import os from 'node:os';
import { ClewError } from '../errors.ts';
import { startThread } from '../thread.ts';
import type { ModelConfig } from './config.ts';
import type { EngineDescription } from './engines/engine.ts';
import type { EngineOptions } from './engines/open.ts';
import { Host, type HostOptions } from './host.ts';

/** What a host can be asked, wherever it lives. */
export type RemoteHost = {
  [Method in 'describe' | 'gradient' | 'adamW' | 'resident' | 'score' | 'reply' | 'closeSlot' | 'use' | 'close']: (
    ...task: Parameters<Host[Method]>
  ) => Promise<Awaited<ReturnType<Host[Method]>>>;
};

export interface Request {
  id: number;
  method: keyof RemoteHost;
  task: unknown;
}

export interface Response {
  id: number;
  result?: unknown;
  error?: { name: string; message: string; stack?: string };
}

/**
 * Opens a host in a worker thread, so that computing never blocks the caller's (which may serve a page or a progress
 * line); `inline` keeps it in the caller's thread, for tests and tools that start no threads.
 */
export async function openHost(options: HostOptions, inline = false): Promise<RemoteHost> {
  const host = inline ? inlineHost(await Host.open(options)) : threadHost(options);
  try {
    await host.describe();
  } catch (error) {
    await host.close().catch(() => {});
    throw error;
  }
  return host;
}

/**
 * Threads that compute with a model where nobody says how many: one a core, up to eight. Each of a published model takes
 * gigabytes, and a GPU computes for one.
 */
export function usualWorkers({ published }: ModelConfig, { provider = 'cpu' }: EngineOptions = {}): number {
  return provider === 'cpu' ? Math.min(published ? 2 : 8, os.availableParallelism()) : 1;
}

/**
 * Opens a host a worker thread (one in the caller's thread for 0 workers), or none: where one cannot be opened, the
 * others are closed before the error is thrown.
 * @returns the hosts, and what the first says of its engine.
 */
export async function openHosts(
  options: HostOptions,
  workers: number,
): Promise<{ readonly hosts: readonly RemoteHost[]; readonly description: EngineDescription }> {
  const opening = Array.from({ length: Math.max(1, workers) }, () => openHost(options, workers === 0));
  const ends = await Promise.allSettled(opening);
  const hosts = ends.flatMap(end => (end.status === 'fulfilled' ? [end.value] : []));
  try {
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
    return { hosts, description: await hosts[0]!.describe() };
  } catch (error) {
    await Promise.allSettled(hosts.map(host => host.close()));
    throw error;
  }
}

function inlineHost(host: Host): RemoteHost {
  return {
    describe: async () => host.describe(),
    gradient: task => host.gradient(task),
    adamW: async task => host.adamW(task),
    resident: task => host.resident(task),
    score: task => host.score(task),
    reply: task => host.reply(task),
    use: async () => host.use(),
    closeSlot: async slot => host.closeSlot(slot),
    close: () => host.close(),
  };
}

function threadHost(options: HostOptions): RemoteHost {
  const worker = startThread('./worker', import.meta.url, options);
  const waiting = new Map<number, { resolve: (result: never) => void; reject: (error: Error) => void }>();
  let ids = 0;
  /** Set when the thread has ended: nobody answers any more. */
  let ended: Error | undefined;
  const failAll = (error: Error): void => {
    ended ??= error;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  worker.on('message', ({ id, result, error }: Response) => {
    const { resolve, reject } = waiting.get(id)!;
    waiting.delete(id);
    // A thread without work does not keep the process alive.
    if (waiting.size === 0) worker.unref();
    if (error) reject(revive(error));
    else resolve(result as never);
  });
  worker.on('error', failAll);
  worker.on('exit', code => failAll(new Error(`A policy thread ended by itself with exit code ${code}.`)));
  worker.unref();

  const call =
    <Method extends keyof RemoteHost>(method: Method) =>
    (task?: unknown) =>
      new Promise<never>((resolve, reject) => {
        if (ended) {
          reject(ended);
          return;
        }
        const id = ids++;
        waiting.set(id, { resolve, reject });
        worker.ref();
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
        worker.postMessage({ id, method, task } satisfies Request);
      });
  return {
    describe: call('describe'),
    gradient: call('gradient'),
    adamW: call('adamW'),
    resident: call('resident'),
    score: call('score'),
    reply: call('reply'),
    closeSlot: call('closeSlot'),
    use: call('use'),
    close: async () => {
      try {
        if (!ended) await call('close')();
      } finally {
        await worker.terminate();
      }
    },
  };
}

function revive({ name, message, stack }: NonNullable<Response['error']>): Error {
  const error = name === 'ClewError' ? new ClewError(message) : new Error(message);
  if (stack) error.stack = stack;
  return error;
}
