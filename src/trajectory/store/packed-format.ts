import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { ClewError } from '../../errors.ts';
import type { Step } from '../schema.ts';
import { float32s, stepColumns, stepFrom, stepValues, tokenValues, type Lists, type StepRow } from './step-rows.ts';

/** The steps of an episode in one piece. */
export interface PackedSteps {
  /** Compressed JSON; see `Unpacked`. */
  readonly steps: Buffer;
  /**
   * Log-probabilities of all reply tokens, step after step: float32, little endian. They stand apart because they do
   * not compress.
   */
  readonly log_probabilities: Buffer;
}

/** What the compressed JSON says. */
interface Unpacked {
  /** Names of the columns of `steps`, so that a column that comes later can be told from one that is empty. */
  readonly columns: readonly string[];
  /** A row a step; its admissible list is a place in `texts`. */
  readonly rows: readonly (readonly (string | number | null)[])[];
  /** Every admissible list of the episode, as JSON. */
  readonly texts: readonly string[];
  /** Ids of prompt and reply for each step; null for a step without them. */
  readonly tokens: readonly (readonly [prompt: readonly number[], reply: readonly number[]] | null)[];
}

/** A row of the table that `unpackedRows` gives to SQL: the columns of `steps` but for the admissible list. */
export const unpackedColumns = stepColumns.filter(name => name !== 'admissible');

/** How far back deflate looks for what it has seen. */
export const deflateWindow = 32_768;

/** @param dictionary bytes that may come back in the steps; the same are needed to unpack them */
export function packSteps(steps: readonly Step[], dictionary: Buffer | null): PackedSteps {
  const texts: string[] = [];
  const places = new Map<string, number>();
  const intern = (text: string): number => {
    const known = places.get(text);
    if (known !== undefined) return known;
    places.set(text, texts.length);
    return texts.push(text) - 1;
  };
  const unpacked: Unpacked = {
    columns: stepColumns,
    rows: steps.map(step => stepValues(step, { intern })),
    texts,
    tokens: steps.map(({ tokens }) => tokens && [tokens.prompt, tokens.reply]),
  };
  const drawn = steps.flatMap(({ tokens }) => (tokens ? [tokenValues(tokens)[2]] : []));
  return {
    steps: compress(unpacked, dictionary),
    log_probabilities: Buffer.concat(drawn),
  };
}

/** The steps that `packSteps` was given, as a store keeps them. `lists` are as in `stepFrom`. */
export function unpackSteps(packed: PackedSteps, dictionary: Buffer | null, lists: Lists): Step[] {
  const { columns, rows, texts, tokens } = unpacked(packed.steps, dictionary) as Unpacked;
  const places = stepColumns.map(name => columns.indexOf(name));
  let at = 0;
  const steps = rows.map((row, index) => {
    const named = Object.fromEntries(stepColumns.map((name, column) => [name, row[places[column]!] ?? null]));
    const ids = tokens[index];
    const from = at;
    if (ids) at += 4 * ids[1].length;
    return stepFrom(
      named as unknown as StepRow,
      ids
        ? { prompt: ids[0], reply: ids[1], logProbabilities: float32s(packed.log_probabilities.subarray(from, at)) }
        : null,
      { get: number => texts[number]! },
      lists,
    );
  });
  const drawn = packed.log_probabilities.length;
  if (at !== drawn) throw new Error(`${drawn} bytes of log-probabilities where ${at} belong`);
  return steps;
}

/**
 * The rows of packed steps for SQL: their number, then `unpackedColumns`.
 * @throws ClewError when the piece is damaged.
 */
export function* unpackedRows(steps: Buffer, dictionary: Buffer): Generator<(string | number | null)[]> {
  const { columns, rows } = opened(steps, dictionary);
  const places = unpackedColumns.map(name => columns.indexOf(name));
  for (const [number, row] of rows.entries()) yield [number, ...places.map(place => row[place] ?? null)];
}

function opened(steps: Buffer, dictionary: Buffer): Unpacked {
  try {
    return unpacked(steps, dictionary) as Unpacked;
  } catch (error) {
    throw new ClewError(
      `The database is damaged: packed steps in it cannot be read (${(error as Error).message}). Take a copy that is whole.`,
      { cause: error },
    );
  }
}

/** Any value as compressed JSON. */
export function compress(value: unknown, dictionary: Buffer | null = null): Buffer {
  return deflateRawSync(JSON.stringify(value), { ...(dictionary?.length && { dictionary }) });
}

/** What `compress` was given. */
export function unpacked(compressed: Buffer, dictionary: Buffer | null = null): unknown {
  return JSON.parse(textOf(compressed, dictionary).toString());
}

/** The bytes of its JSON. */
export function textOf(compressed: Buffer, dictionary: Buffer | null = null): Buffer {
  return inflateRawSync(compressed, { ...(dictionary?.length && { dictionary }) });
}
