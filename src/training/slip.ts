import type { Layout } from '../policy/index.ts';
import type { Random } from '../world/index.ts';

/** Shortest beginning of a reply that is kept: its tag and two words. Longest circle, and times that it is gone round at most. */
const shortest = 3, longestCircle = 6, mostRounds = 6;

/**
 * A reply whose thought slips, with the action that it had: in one half of the cases it breaks off, in the other its last words are said again and
 * again. What is wrong is read and not learnt (weight 0); what was right before it and the action behind it are.
 *
 * A policy that has begun a bad thought has never seen how such a reply ends, and loses the form with the sense. The command is the same, so the
 * world's answer stays true.
 *
 * @param reply tokens of a reply as the layout writes it; one without a thought to slip in is given back with weight 1 throughout
 */
export function slip(reply: readonly number[], { action }: Pick<Layout, 'action'>, random: Random): { tokens: readonly number[]; weights: readonly number[] } {
  const at = reply.indexOf(action.begin);
  if (at <= shortest) return { tokens: reply, weights: reply.map(() => 1) };
  const kept = reply.slice(0, shortest + random.int(at - shortest)), rest = reply.slice(at);
  const right = (tokens: readonly number[]) => tokens.map(() => 1);
  // That the thought ends here is not to be learnt either.
  if (random() < 0.5) return { tokens: [...kept, ...rest], weights: [...right(kept), 0, ...right(rest.slice(1))] };
  const circle = kept.slice(-1 - random.int(Math.min(longestCircle, kept.length - 1))), rounds = 1 + random.int(mostRounds);
  const said = Array.from({ length: rounds }, () => circle).flat();
  return { tokens: [...kept, ...said, ...rest], weights: [...right(kept), ...said.map(() => 0), ...right(rest)] };
}
