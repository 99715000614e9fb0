/** A share as a percentage with one decimal; a dash where nothing is known. */
export function percent(value: number | null | undefined, digits = 1): string {
  return value === null || value === undefined ? '–' : `${(100 * value).toFixed(digits)} %`;
}

/** `48.1 to 55.0`, in percent. */
export function percentRange(interval: { readonly low: number; readonly high: number } | null): string {
  return interval === null ? '' : `${(100 * interval.low).toFixed(1)} to ${(100 * interval.high).toFixed(1)}`;
}

/** A number with as many digits as are worth reading. */
export function number(value: number | null | undefined): string {
  if (value === null || value === undefined) return '–';
  return value < 0 ? `−${sized(-value)}` : sized(value);
}

function sized(value: number): string {
  if (value >= 1000) return Math.round(value).toLocaleString('en');
  if (value >= 10) return value.toFixed(1);
  if (value >= 0.1) return value.toFixed(2);
  return value === 0 ? '0' : Number(value.toPrecision(2)).toString();
}

/** With its sign: `+0.50`, `−1.20`; 0 has none. */
export function signed(value: number): string {
  return value > 0 ? `+${number(value)}` : number(value);
}

export function counted(count: number, noun: string, several = `${noun}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? noun : several}`;
}

/** A length of time in its two largest units: `2 h 5 min`. */
export function duration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min ${seconds % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** `2026-11-21 07:30 UTC`. */
export function instant(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}
