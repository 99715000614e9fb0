/** The entry point of a thread that makes documents of world text by their numbers. */
import { parentPort, workerData } from 'node:worker_threads';
import { codecOf, layoutOf, tokenizerFromData } from '../policy/index.ts';
import { loadAgain } from '../world/index.ts';
import { pretrainingText } from './pretraining-text.ts';
import { type MadeDocument, nameOfFirst, type TextAnswer, type TextThreadData } from './text-threads.ts';

const port = parentPort!;

async function open({
  source,
  stream,
  text: begins,
  tokenizer,
  options,
}: TextThreadData): Promise<(n: number) => MadeDocument> {
  const world = await loadAgain(source);
  const codec = codecOf(world);
  const words = tokenizerFromData(tokenizer);
  for (const each of [codec, ...(codec.earlier ?? [])]) {
    const text = pretrainingText({ ...options, world, layout: layoutOf(words, each) });
    if (text.stream !== stream || nameOfFirst(text) !== begins) continue;
    return n => {
      const { tokens, weights } = text.document(n);
      return { tokens: Int32Array.from(tokens), weights: weights && Float64Array.from(weights) };
    };
  }
  throw new Error('The world that was loaded is another one.');
}

const opening = open(workerData as TextThreadData).then(
  make => {
    answer({ ready: true });
    return make;
  },
  (error: Error) => {
    answer({ ready: false, why: error.message });
    return undefined;
  },
);

port.on('message', async ({ from, to }: { from: number; to: number }) => {
  const make = await opening;
  try {
    const documents = make && Array.from({ length: to - from }, (_, i) => make(from + i));
    answer({ from, ...(documents && { documents }) });
  } catch {
    // The caller makes it too, and hears what is wrong.
    answer({ from });
  }
});

function answer(message: TextAnswer): void {
  const made = 'documents' in message ? (message.documents ?? []) : [];
  const buffers = made.flatMap(({ tokens, weights }) => [tokens.buffer, ...(weights ? [weights.buffer] : [])]);
  port.postMessage(message, buffers as ArrayBuffer[]);
}
