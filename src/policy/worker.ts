/** The entry point of a worker thread: one host that answers messages. */
import { parentPort, workerData } from 'node:worker_threads';
import { Host, type HostOptions } from './host.ts';
import type { Request, Response } from './threads.ts';

const port = parentPort!;
const opening = Host.open(workerData as HostOptions);
opening.catch(() => {});

port.on('message', async ({ id, method, task }: Request) => {
  let response: Response;
  try {
    const host = await opening;
    const result = await (host[method] as (task: unknown) => unknown).call(host, task);
    response = { id, result };
  } catch (error) {
    const { name, message, stack } = error as Error;
    response = { id, error: { name, message, ...(stack !== undefined && { stack }) } };
  }
  port.postMessage(response);
});
