import { closeSync, openSync, readSync } from 'node:fs';
import { ClewError } from '../../errors.ts';
import { unreadable } from '../../read-file.ts';

/** A log that is to be read: its name, for messages, and its text, piece by piece, so that no log is too long. */
export interface LogSource {
  readonly file: string;
  /** The text from its beginning; it may be asked for again. */
  pieces(): Iterable<string>;
}

/** A log whose text is at hand. */
export function textSource(file: string, text: string): LogSource {
  return { file, pieces: () => [text] };
}

/**
 * The text of a file that was read already.
 * @throws ClewError for what is no text in UTF-8, as `openLog` does.
 */
export function sourceOf(file: string, bytes: Uint8Array): LogSource {
  refuseOthers(file, bytes.subarray(0, 16));
  return textSource(file, [...decoded(file, [bytes])].join(''));
}

/** Bytes that are read at once: enough for speed, and little beside an episode. */
const atOnce = 1 << 20;

/**
 * The text of a file, read while it is used.
 * @throws ClewError when it cannot be read, and for what is no text in UTF-8: databases, Parquet files, pickles,
 *   compressed files, with what to do instead.
 */
export function openLog(file: string): LogSource {
  for (const start of bytesOf(file, 16)) {
    refuseOthers(file, start);
    break;
  }
  return { file, pieces: () => decoded(file, bytesOf(file, atOnce)) };
}

function* bytesOf(file: string, size: number): Generator<Uint8Array, void, undefined> {
  let open: number | undefined;
  try {
    open = openSync(file, 'r');
    const buffer = Buffer.allocUnsafe(size);
    for (let length = readSync(open, buffer); length > 0; length = readSync(open, buffer))
      yield buffer.subarray(0, length);
  } catch (error) {
    if (error instanceof ClewError) throw error;
    throw unreadable(file, error);
  } finally {
    if (open !== undefined) closeSync(open);
  }
}

/** Text of bytes in UTF-8; a byte order mark is no part of it. */
function* decoded(file: string, pieces: Iterable<Uint8Array>): Generator<string, void, undefined> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let line = 1;
  const piece = (bytes?: Uint8Array): string => {
    try {
      return decoder.decode(bytes, { stream: bytes !== undefined });
    } catch (error) {
      throw new ClewError(
        `${file} is not text in UTF-8 (after line ${line}), so it is none of the logs that can be read. If it is ` +
          `text in another encoding, convert it first: iconv -f latin1 -t utf-8 ${file} > log.txt.`,
        { cause: error },
      );
    }
  };
  for (const bytes of pieces) {
    const text = piece(bytes);
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) line++;
    if (text !== '') yield text;
  }
  const last = piece();
  if (last !== '') yield last;
}

function refuseOthers(file: string, start: Uint8Array): void {
  const text = Buffer.from(start).toString('latin1');
  if (text.startsWith('SQLite format 3\0'))
    throw new ClewError(`${file} is a database and needs no import: give it where a database is asked for.`);
  if (text.startsWith('PAR1'))
    throw new ClewError(
      `${file} is a Parquet file, which Clew writes and does not read. Convert it first: python -c "import ` +
        `pandas; pandas.read_parquet('${file}').to_json('log.jsonl', orient='records', lines=True)".`,
    );
  if (start[0] === 0x80 && (start[1] ?? 0) <= 5)
    throw new ClewError(
      `${file} is a Python pickle. Reading one runs the code in it, so Clew does not. Convert it where you trust ` +
        `it: python -c "import json, pickle; json.dump(pickle.load(open('${file}', 'rb')), open('log.json', 'w'), ` +
        `default=str)".`,
    );
  if (start[0] === 0x1f && start[1] === 0x8b)
    throw new ClewError(`${file} is compressed: unpack it first with gunzip.`);
  if (text.startsWith('PK\x03\x04')) throw new ClewError(`${file} is compressed: unpack it first with unzip.`);
  if (start[0] === 0x28 && start[1] === 0xb5 && start[2] === 0x2f && start[3] === 0xfd)
    throw new ClewError(`${file} is compressed: unpack it first with unzstd.`);
  if ((start[0] === 0xff && start[1] === 0xfe) || (start[0] === 0xfe && start[1] === 0xff))
    throw new ClewError(
      `${file} is text in UTF-16, as PowerShell writes it, and logs are read in UTF-8. Convert it first: iconv -f ` +
        `utf-16 -t utf-8 ${file} > log.txt.`,
    );
}
