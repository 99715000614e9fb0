import { Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import type { News, Watch } from './watch.ts';

/** Milliseconds between two signs of life on a stream in which nothing happens, so that nothing in between closes it. */
const heartbeat = 15_000;

/**
 * `GET /events`: server-sent events over a database. First `state` (what it holds now), then `news` whenever a writer has added
 * something; the data of both is a `News`. The stream ends with the client, or with `stopped`.
 */
export function liveRoutes(watch: Watch, stopped: AbortSignal): Hono {
  return new Hono().get('/events', c => streamSSE(c, async stream => {
    const send = (event: 'state' | 'news', news: News) => stream.writeSSE({ event, data: JSON.stringify(news) });
    let end = () => {};
    const ended = new Promise<void>(resolve => { end = resolve; });
    stream.onAbort(end);
    stopped.addEventListener('abort', end, { once: true });
    const unsubscribe = watch.subscribe(news => void send('news', news));
    const beat = setInterval(() => void stream.write(': still here\n\n'), heartbeat).unref();
    try {
      await send('state', watch.now());
      if (!stopped.aborted) await ended;
    } finally {
      clearInterval(beat);
      unsubscribe();
      stopped.removeEventListener('abort', end);
    }
  }));
}
