import { ClewError, UsageError } from '../../errors.ts';
import type { Trajectory } from '../schema.ts';
import { readMessages, readShareGpt } from './chat-records.ts';
import { readClew } from './clew.ts';
import { goesOn, isCompletion, readCompletions } from './completions.ts';
import { isRecord } from './facts.ts';
import { episodeKeyOf, grouped, inOrderOfSteps, type EpisodeRow } from './grouped.ts';
import {
  count,
  nothingUnderstood,
  trajectoryFrom,
  type ImportOptions,
  type LoggedEpisode,
  type Understood,
} from './logged-episode.ts';
import { isReact, readReact } from './react.ts';
import { expanded, firstRecord, formatOf, importFormats, importFormatShapes, type ImportFormat } from './recognise.ts';
import { recordsOf, type LogRecord, type OnBroken } from './records.ts';
import { readRlvmr } from './rlvmr.ts';
import type { LogSource } from './source.ts';
import { inOrderOfStart, isSpan, rowsOfSpans } from './spans.ts';
import { isStep, readRows, readSteps } from './steps.ts';
import { withHead } from './text-parts.ts';
import { isTranscript, readTranscript } from './transcript.ts';

/**
 * The format of a log, by its first record that can be read.
 * @throws ClewError when it is none that Clew reads: with what the file seems to be, and what can be read.
 */
export function detectFormat(source: LogSource, map: ImportOptions['map'] = undefined): ImportFormat {
  const { head } = withHead(source.pieces());
  if (head.trim() === '') throw new ClewError(`${source.file} is empty.`);
  const isJson = /^\s*[{[]/.test(head);
  const first = isJson ? firstRecord(source) : undefined;
  if (!isJson) {
    const text = beginning(source);
    if (isReact(text)) return 'react';
    if (isTranscript(text)) return 'transcript';
  } else {
    const found = formatOf(first, map);
    if (found) return found;
    // A file that is no JSON from its first record on is refused for that.
    if (first === undefined) for (const _ of recordsOf(source, refuse)) break;
  }
  const keys = isRecord(first) ? Object.keys(first) : [];
  const seen = keys.length > 0 ? ` Its first record has the names ${keys.slice(0, 8).join(', ')}.` : '';
  throw new ClewError(
    `${source.file} is none of the formats that can be read.${seen} They ` +
      `are:\n${importFormats.map(format => `  ${format}: ${importFormatShapes[format]}`).join('\n')}\nIf it is one ` +
      `of them with a fault, name it with --format to be told the fault. If its fields have names of their own, say ` +
      `what they mean with --map (--map steps=FIELD,reply=FIELD,observation=FIELD).`,
  );
}

/** Enough of a text to see what it is. */
function beginning(source: LogSource): string {
  let text = '';
  for (const piece of source.pieces()) {
    text += piece;
    if (text.length > 1 << 22) break;
  }
  return text;
}

/** A log that is being read. */
export interface LogReading {
  readonly format: ImportFormat;
  /** Read while they are asked for; they can be asked for once. */
  readonly trajectories: Iterable<Trajectory>;
  /** What was understood so far. */
  readonly understood: Understood;
  /** Records that were left out on request, with the reason. */
  readonly skipped: readonly string[];
}

/**
 * Begins to read a log, of any length: one episode at a time is kept. Nothing is guessed: what a log does not say is
 * null, and what it leaves open is refused with the option that settles it.
 *
 * @param format its format; detected when it is not given
 * @throws ClewError, also from `trajectories`, that names the file, the line and the fault
 */
export function openReading(
  source: LogSource,
  options: ImportOptions,
  format: ImportFormat = detectFormat(source, options.map),
): LogReading {
  const understood = nothingUnderstood();
  const skipped: string[] = [];
  const { skipBroken = false } = options;
  const onBroken: OnBroken = skipBroken
    ? fault => {
        // Rows are read twice, to know where an episode ends.
        if (!skipped.includes(fault)) skipped.push(fault);
      }
    : (fault, cause) => {
        throw new ClewError(`${fault} Nothing was read; to read the rest without it, use --skip-broken.`, { cause });
      };
  const reader = new LogReader(source, { rollouts: new Map(), ...options }, understood, onBroken);
  return { format, trajectories: reader.trajectories(format), understood, skipped };
}

class LogReader {
  constructor(
    private readonly source: LogSource,
    private readonly options: ImportOptions,
    private readonly understood: Understood,
    private readonly onBroken: OnBroken,
  ) {}

  *trajectories(format: ImportFormat): Generator<Trajectory, void, undefined> {
    if (format === 'clew') {
      for (const { value, place } of this.records()) {
        const read = this.attempt(() => readClew(value, place, this.options));
        if (!read) continue;
        this.understood.episodes++;
        this.understood.steps += read.steps.length;
        yield read;
      }
      return;
    }
    for (const episode of this.episodes(format)) {
      const read = this.attempt(() => trajectoryFrom(episode, this.source.file, this.options, this.understood));
      if (read) yield read;
    }
  }

  private *episodes(format: Exclude<ImportFormat, 'clew'>): Generator<LoggedEpisode, void, undefined> {
    const { map, preamble, state } = this.options;
    const chat = { map, preamble, leftOut: this.leftOut };
    switch (format) {
      case 'react':
        return yield* readReact(this.source, this.onBroken, this.leftOut);
      case 'transcript':
        return yield* readTranscript(this.source, this.leftOut);
      case 'messages':
        return yield* this.each((value, place) => readMessages(value, place, chat));
      case 'agenttraj':
        return yield* this.each((value, place) => readShareGpt(value, place, chat));
      case 'rlvmr':
        return yield* this.each(readRlvmr);
      case 'steps':
        return yield* this.each((value, place) => readSteps(value, place, map, state));
      case 'rows':
        return yield* this.eachGroup(
          grouped(
            () => this.checked('a row of a step', value => isStep(value, map) || rowWithoutStep(value, map?.episode)),
            map,
          ),
          rows => readRows(rows, map, state, this.leftOut),
        );
      case 'completions':
        return yield* this.eachGroup(this.completionRows(), rows => readCompletions(inOrderOfSteps(rows), chat));
      case 'spans':
        return yield* this.eachGroup(
          grouped(() => rowsOfSpans(this.checked('a span with gen_ai messages', isSpan))),
          rows => readCompletions(inOrderOfStart(rows), chat),
        );
    }
  }

  private *each(read: (value: unknown, place: string) => LoggedEpisode): Generator<LoggedEpisode, void, undefined> {
    for (const { value, place } of this.records()) {
      const episode = this.attempt(() => read(value, place));
      if (episode) yield episode;
    }
  }

  private *eachGroup(
    groups: Iterable<readonly EpisodeRow[]>,
    read: (rows: readonly EpisodeRow[]) => LoggedEpisode,
  ): Generator<LoggedEpisode, void, undefined> {
    for (const rows of groups) {
      const episode = this.attempt(() => read(rows));
      if (episode) yield episode;
    }
  }

  /** Rows that name their episode belong together; other rows as long as each prompt goes on from the row before. */
  private *completionRows(): Generator<readonly EpisodeRow[], void, undefined> {
    let chain: EpisodeRow[] = [];
    for (const rows of grouped(() => this.checked('a row {"prompt", "completion"}', isCompletion))) {
      const [row] = rows;
      const goes = rows.length === 1 && chain.length > 0 && goesOn(chain.at(-1)!.value, row!.value);
      if (!goes && chain.length > 0) {
        yield chain;
        chain = [];
      }
      if (rows.length === 1 && (goes || episodeKeyOf(row!.value) === undefined)) chain.push(row!);
      else yield rows;
    }
    if (chain.length > 0) yield chain;
  }

  private *records(): Generator<LogRecord, void, undefined> {
    for (const record of recordsOf(this.source, this.onBroken)) yield* expanded(record, this.options.map);
  }

  /** The records that are what a format consists of; others are faults. */
  private *checked(what: string, is: (value: unknown) => boolean): Generator<LogRecord, void, undefined> {
    for (const record of this.records()) {
      if (is(record.value)) yield record;
      else this.onBroken(`${record.place}: this is not ${what}.`);
    }
  }

  /** What was read, or undefined when it cannot be and the rest is to be read without it. */
  private attempt<T>(read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof ClewError)) throw error;
      this.onBroken(error.message, error);
      return undefined;
    }
  }

  private readonly leftOut = (what: string, more: number): void => count(this.understood.leftOut, what, more);
}

/** A row of an episode that says no step: what was read at its start or end. */
function rowWithoutStep(value: unknown, mapped?: string): boolean {
  return isRecord(value) && episodeKeyOf(value, mapped) !== undefined;
}

function refuse(fault: string, cause?: unknown): never {
  throw new ClewError(`${fault} Nothing was read; to read the rest without it, use --skip-broken.`, { cause });
}

export interface Imported extends LogReading {
  readonly trajectories: readonly Trajectory[];
}

/**
 * `openReading` of a log that fits into memory, to its end.
 *
 * @example
 * import { openLog, parseReply, readLog } from 'clew';
 *
 * const { trajectories } = readLog(openLog('log.jsonl'), { parseReply });
 */
export function readLog(source: LogSource, options: ImportOptions, format?: ImportFormat): Imported {
  const reading = openReading(source, options, format);
  return { ...reading, trajectories: [...reading.trajectories] };
}

/** @throws UsageError for a name that is none of `importFormats`. */
export function importFormat(name: string): ImportFormat {
  const found = importFormats.find(format => format === name);
  if (!found)
    throw new UsageError(`There is no format ${name} to import: the formats are ${importFormats.join(', ')}.`);
  return found;
}
