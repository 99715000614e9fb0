import { jsonIn } from '../json.ts';
import { mostThings } from '../tags/index.ts';
import type { ForecastFault, ForecastReading } from '../trajectory/forecast.ts';

export interface ReadForecastOptions {
  /** Out of how many episodes wins are told. As it is written, or 8, if left out. */
  readonly of?: number;
  /** Highest number of steps; any if left out. */
  readonly maxSteps?: number;
  /** Also read MASA's own form: JSON with `pass_rate`, `solution_length` and `math_notion` or `key_entities`. */
  readonly json?: boolean;
}

const usual = 8;

/**
 * Reads a forecast, never throwing: a part that is not there or not in range is null and a fault. Case, order of the
 * parts and white space do not matter; parts end at `;` or at a line break, and a closing `</meta>` may be left out.
 *
 * @example
 * import { readForecast } from 'clew';
 *
 * readForecast('<meta>mugs are on shelves</meta><forecast>steps 9; wins 4 of 8; things: shelf</forecast>');
 * // { steps: 9, wins: 4, of: 8, things: ['shelf'], thought: 'mugs are on shelves', faults: [] }
 */
export function readForecast(text: string, options: ReadForecastOptions = {}): ForecastReading {
  const thought = (/<meta>([^]*?)(?:<\/meta>|<forecast>|$)/i.exec(text)?.[1] ?? '').trim();
  const empty = { thought, steps: null, wins: null, of: options.of ?? usual, things: null };
  const blocks = text.split(/<forecast>/i).length - 1;
  if (blocks === 0) {
    const own = options.json ? jsonParts(text) : null;
    return own ? reading(thought, own, options) : { ...empty, faults: ['no forecast'] };
  }
  if (blocks > 1) return { ...empty, faults: ['several forecasts'] };
  const body = /<forecast>([^]*?)<\/forecast>/i.exec(text)?.[1];
  if (body === undefined) return { ...empty, faults: ['too long'] };
  const parts: Parts = { malformed: false };
  for (const field of body.split(/[;\n]/)) {
    const [, name, value] = /^\s*(steps|wins|things)\b\s*:?\s*([^]*?)\s*$/i.exec(field) ?? [];
    if (name === undefined) parts.malformed ||= field.trim() !== '';
    else if (parts[key(name)] !== undefined) parts.malformed = true;
    else parts[key(name)] = value!;
  }
  return reading(thought, parts, options);
}

/** Writes what `readForecast` reads. */
export function writeForecast({
  thought,
  steps,
  wins,
  of,
  things,
}: Pick<ForecastReading, 'thought' | 'of' | 'steps' | 'wins' | 'things'>): string {
  const parts = [
    ...(steps === null ? [] : [`steps ${steps}`]),
    ...(wins === null ? [] : [`wins ${wins} of ${of}`]),
    ...(things === null ? [] : [`things: ${things.join(', ')}`]),
  ];
  return `<meta>${thought}</meta>\n<forecast>${parts.join('; ')}</forecast>`;
}

interface Parts {
  steps?: string;
  wins?: string;
  things?: string;
  malformed: boolean;
}

function key(name: string): 'steps' | 'wins' | 'things' {
  return name.toLowerCase() as 'steps' | 'wins' | 'things';
}

function reading(thought: string, parts: Parts, { of: wanted, maxSteps = Infinity }: ReadForecastOptions) {
  const faults: ForecastFault[] = parts.malformed ? ['malformed'] : [];
  const steps = number(parts.steps);
  const stepsFit = steps !== null && steps >= 1 && steps <= maxSteps;
  if (!stepsFit) faults.push(parts.steps === undefined ? 'no steps' : 'steps out of range');
  const [, won, said] = /^(\d+)(?:\s*(?:of|\/)\s*(\d+))?$/i.exec(parts.wins ?? '') ?? [];
  const of = wanted ?? number(said) ?? usual;
  const wins = number(won);
  const winsFit = wins !== null && wins <= of && (said === undefined || Number(said) === of);
  if (!winsFit) faults.push(parts.wins === undefined ? 'no wins' : 'wins out of range');
  const things = (parts.things ?? '')
    .split(',')
    .map(thing => thing.trim().toLowerCase())
    .filter(Boolean);
  if (things.length === 0) faults.push('no things');
  if (things.length > mostThings) faults.push('too many things');
  return {
    thought,
    steps: stepsFit ? steps : null,
    wins: winsFit ? wins : null,
    of: Math.max(1, of),
    things: things.length === 0 ? null : things.slice(0, mostThings),
    faults,
  };
}

/** A whole number that is written in digits; null for anything else. */
function number(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,6}$/.test(text) ? Number(text) : null;
}

/** MASA's own form, from the last object in the text. */
function jsonParts(text: string): Parts | null {
  const object = text.match(/\{[^{}]*\}/g)?.at(-1);
  if (object === undefined) return null;
  const read = jsonIn(object) as Record<string, unknown> | undefined;
  if (!read) return null;
  const { solution_length: steps, pass_rate: wins } = read;
  const things = read.math_notion ?? read.key_entities;
  if (steps === undefined && wins === undefined && things === undefined) return null;
  return {
    malformed: false,
    ...(steps !== undefined && { steps: String(steps) }),
    ...(wins !== undefined && { wins: String(wins) }),
    ...(things !== undefined && { things: Array.isArray(things) ? things.map(String).join(',') : String(things) }),
  };
}
