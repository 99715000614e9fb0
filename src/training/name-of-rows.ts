import type { Row } from '../policy/index.ts';
import { hash } from '../world/random.ts';

/** Names rows by all that a training reads of them: equal rows, equal name. */
export function nameOfRows(rows: readonly Row[]): string {
  return hash(
    JSON.stringify(
      rows.map(({ tokens, weights, choices, unlikelihood }) => [
        Array.from(tokens),
        Array.from(weights),
        ...(choices ? [choices, Array.from(unlikelihood ?? [])] : []),
      ]),
    ),
  );
}
