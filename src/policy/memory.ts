import os from 'node:os';
import { ClewError } from '../errors.ts';

/** Bytes that this process can have at most: the machine's memory, or what a container leaves it. */
export function memoryLimit(): number {
  const constrained = process.constrainedMemory?.() ?? 0;
  return constrained > 0 ? Math.min(constrained, os.totalmem()) : os.totalmem();
}

/**
 * Says before anything is begun that it cannot fit.
 * @param bytes that are certainly needed
 * @param what needs them, as the beginning of a sentence
 * @throws ClewError when there is not so much memory at all, whoever else takes some of it
 */
export function needMemory(bytes: number, what: string, remedy: string, limit: number = memoryLimit()): void {
  if (bytes > limit)
    throw new ClewError(
      `${what} takes ${gigabytes(bytes)} GB of memory at least, and there are ${gigabytes(limit)} GB. ${remedy}`,
    );
}

/**
 * Numbers on memory that all threads share, 0 at first.
 * @param what they are, for the message
 * @throws ClewError when the system does not give the memory
 */
export function sharedFloats(length: number, what: string): Float32Array<SharedArrayBuffer> {
  try {
    return new Float32Array(new SharedArrayBuffer(4 * length));
  } catch (error) {
    throw new ClewError(
      `There is no memory for ${what}: ${gigabytes(4 * length)} GB. Take a smaller model, train an adapter (--lora) ` +
        `instead of all weights, or end other programs.`,
      { cause: error },
    );
  }
}

function gigabytes(bytes: number): string {
  return (bytes / 1e9).toFixed(1);
}
