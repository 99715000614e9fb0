import type { Worker } from 'node:worker_threads';
import type { Tokenizer } from '../policy/index.ts';
import { startThread } from '../thread.ts';
import { worldSource, type World, type WorldSource } from '../world/index.ts';
import type { TokenDocument } from './pretrain.ts';
import { nameOfDocuments, type PretrainingText, type PretrainingTextOptions } from './pretraining-text.ts';

/** What a thread is told of the text that it makes. */
export interface TextThreadData {
  readonly source: WorldSource;
  /** Names the text by its settings and by its first documents: a thread that would make another one makes none. */
  readonly stream: string;
  readonly text: string;
  readonly tokenizer: unknown;
  readonly options: Omit<PretrainingTextOptions, 'world' | 'layout'>;
}

export interface MadeDocument {
  readonly tokens: Int32Array;
  readonly weights?: Float64Array | undefined;
}

export type TextAnswer =
  | { readonly ready: boolean; readonly why?: string }
  | { readonly from: number; readonly documents?: readonly MadeDocument[] };

/** Documents that are asked for at once, and how many such portions are made ahead. */
const portion = 8;
const portionsAhead = 4;

/** What a text begins with; what a kit writes is in no setting. */
export function nameOfFirst({ document }: PretrainingText): string {
  return nameOfDocuments(Array.from({ length: portion }, (_, n) => document(n)));
}

/** Documents by number, from whoever has them first. */
export interface TextThreads {
  document(n: number): TokenDocument | Promise<TokenDocument>;
  /** When the threads have loaded the world: null, or why they make nothing. */
  readonly opened: Promise<string | null>;
  close(): Promise<void>;
}

/**
 * Has the documents of a text made ahead by threads. A document depends on its number alone, so it is the same whoever
 * makes it: the caller's own thread does until the others have loaded the world, and where they cannot.
 *
 * @param threads how many; the tasks of a world are drawn in each of them, so few are best
 */
export function textThreads(
  text: PretrainingText,
  {
    world,
    tokenizer,
    options,
    threads,
  }: {
    readonly world: World;
    readonly tokenizer: Tokenizer;
    readonly options: TextThreadData['options'];
    readonly threads: number;
  },
): TextThreads {
  const source = worldSource(world);
  let workers: Worker[] = [];
  let tell!: (fault: string | null) => void;
  const opened = new Promise<string | null>(resolve => {
    tell = resolve;
  });
  const ready = new Set<Worker>();
  /** Portions by the number of their first document. */
  const made = new Map<number, Promise<readonly MadeDocument[] | undefined>>();
  const waiting = new Map<number, (documents: readonly MadeDocument[] | undefined) => void>();

  const close = async (): Promise<void> => {
    const all = workers;
    workers = [];
    tell('the threads were closed');
    for (const resolve of waiting.values()) resolve(undefined);
    waiting.clear();
    made.clear();
    await Promise.all(all.map(worker => worker.terminate()));
  };
  const giveUp = (why: string): void => {
    tell(why);
    void close();
  };
  if (!source || threads < 1) tell('the world does not say where it can be loaded once more');
  else {
    const data: TextThreadData = {
      source,
      stream: text.stream,
      text: nameOfFirst(text),
      tokenizer: tokenizer.toData(),
      options,
    };
    workers = Array.from({ length: threads }, () => startThread('./text-worker', import.meta.url, data));
    for (const worker of workers) {
      worker.on('error', error => giveUp(error.message));
      worker.on('exit', () => workers.length > 0 && giveUp('a thread ended by itself'));
      worker.on('message', (answer: TextAnswer) => {
        if ('from' in answer) {
          waiting.get(answer.from)?.(answer.documents);
          waiting.delete(answer.from);
        } else if (answer.ready) {
          ready.add(worker);
          if (ready.size === workers.length) tell(null);
        } else giveUp(answer.why ?? 'a thread could not load the world');
      });
    }
  }

  function ask(from: number): void {
    if (made.has(from)) return;
    const documents = new Promise<readonly MadeDocument[] | undefined>(resolve => {
      waiting.set(from, resolve);
    });
    made.set(from, documents);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    workers[(from / portion) % workers.length]!.postMessage({ from, to: from + portion });
  }

  return {
    opened,
    document(n) {
      if (workers.length === 0 || ready.size < workers.length) return text.document(n);
      const from = n - (n % portion);
      for (const old of made.keys()) if (old < from || old > from + portionsAhead * portion) made.delete(old);
      for (let i = 0; i <= portionsAhead; i++) ask(from + i * portion);
      return made.get(from)!.then(documents => {
        const document = documents?.[n - from];
        return document
          ? { tokens: [...document.tokens], ...(document.weights && { weights: [...document.weights] }) }
          : text.document(n);
      });
    },
    close,
  };
}
