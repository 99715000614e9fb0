/** Where the axis of a share may end. */
const shareEnds = [0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 1];

/**
 * The ends of the y axis. It always holds 0, so that a height is an amount and no small difference looks large. An axis
 * of shares goes from 0 to 100 %, or to the next round share where all are small (`axisNote` says so).
 */
export function axisRange(low: number | null, high: number | null, share: boolean): [number, number] {
  const [least, most] = [Math.min(0, low ?? 0), Math.max(0, high ?? 0)];
  if (share) return [0, shareEnds.find(end => most <= end) ?? 1];
  if (least === most) return [0, 1];
  const room = 0.06 * (most - least);
  return [least < 0 ? least - room : 0, most > 0 ? most + room : 0];
}

/** What a reader must know of an axis of shares that does not go to 100 %: two charts beside each other may differ. */
export function axisNote([, top]: readonly [number, number], share: boolean): string {
  return share && top < 1 ? `axis to ${Math.round(100 * top)} %` : '';
}

/**
 * Round places between the ends of an axis, evenly apart, the ends among them where they are round.
 * @param most spaces between them.
 * @param whole only whole numbers.
 */
export function axisPlaces(low: number, high: number, most: number, whole = false): number[] {
  const unit = 10 ** Math.floor(Math.log10((high - low) / most));
  const fits = (size: number): boolean =>
    (!whole || Number.isInteger(size)) && Math.floor(high / size + 1e-9) - Math.ceil(low / size - 1e-9) <= most;
  const size = [1, 2, 2.5, 5, 10].map(times => times * unit).find(fits) ?? 1;
  const first = Math.ceil(low / size - 1e-9);
  return Array.from({ length: Math.floor(high / size + 1e-9) - first + 1 }, (_, i) => (first + i) * size);
}

/** Labels of the places on an axis, all with as many digits as the finest of them needs; shares in percent. */
export function axisLabels(places: readonly number[], share: boolean): string[] {
  const values = places.map(place => (share ? 100 * place : place));
  const step = values.length < 2 ? 1 : Math.abs(values[1]! - values[0]!);
  const digits =
    [0, 1, 2, 3, 4].find(count => Math.abs(step * 10 ** count - Math.round(step * 10 ** count)) < 1e-6) ?? 5;
  return values.map(value => `${value.toFixed(digits).replace('-', '−')}${share ? ' %' : ''}`);
}
