import { ClewError } from '../../errors.ts';
import type { Row } from '../../policy/index.ts';
import type { Trajectory } from '../../trajectory/index.ts';

/** The row of a trajectory. @throws ClewError when the policy's context is too short for it. */
export function fittingRow({ id }: Pick<Trajectory, 'id'>, row: Row, context: number): Row {
  if (row.tokens.length > context + 1) throw new ClewError(`${id} has ${row.tokens.length} tokens and the policy's context is ${context}. Train a policy with a context of ${row.tokens.length} or more, or leave the episode out.`);
  return row;
}
