import { ClewError } from '../../errors.ts';
import type { Row } from '../../policy/index.ts';
import type { Trajectory } from '../../trajectory/index.ts';

/** Whether a policy can read a row: its last token is only foretold. */
export function fitsContext({ tokens }: Row, context: number): boolean {
  return tokens.length <= context + 1;
}

/** The row of a trajectory. @throws ClewError when the policy's context is too short for it. */
export function fittingRow({ id }: Pick<Trajectory, 'id'>, row: Row, context: number): Row {
  if (!fitsContext(row, context))
    throw new ClewError(
      `${id} has ${row.tokens.length} tokens and the policy's context is ${context}. Train a policy with a ` +
        `context of ${row.tokens.length} or more, or leave the episode out.`,
    );
  return row;
}
