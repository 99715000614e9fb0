import { completeKit, demonstrate, rulesAnnotator, trajectoryOf } from '../demonstrations/index.ts';
import { type Layout, trajectoryRow } from '../policy/index.ts';
import type { Trajectory } from '../trajectory/index.ts';
import { plainCodec, type World } from '../world/index.ts';

/** The least context, which costs nothing where episodes are shorter; a context is a multiple of `grain`. */
const least = 1280;
const grain = 64;
/** Demonstrations that are made to measure, where none are given. */
const measured = 24;
/** Room beyond what was measured, for episodes that are wordier. */
const room = 1.1;

/**
 * How many tokens a policy must be able to read: the longest demonstration, and an episode that is lost by using up all
 * steps of the world, with as many tokens a step as demonstrations have. Without demonstrations the world's expert
 * plays some.
 */
export async function neededContext(
  world: World,
  layout: Layout,
  demonstrations?: readonly Trajectory[],
): Promise<number> {
  let [longest, openings, tokens, steps] = [0, 0, 0, 0];
  const shown = demonstrations ?? (await played(world));
  for (const demonstration of shown) {
    const { length } = trajectoryRow(demonstration, layout).tokens;
    const opening = layout.initialObservation(demonstration.initialObservation).length;
    longest = Math.max(longest, length);
    openings += opening;
    tokens += length - opening;
    steps += demonstration.steps.length;
  }
  const lost = steps === 0 ? 0 : openings / shown.length + (world.maxSteps * tokens) / steps;
  return Math.max(least, grain * Math.ceil((room * Math.max(longest, lost)) / grain));
}

/** Steps of a demonstration by the world's own expert, in the mean of a few training tasks. */
export async function demonstrationSteps(world: World): Promise<number> {
  const shown = await played(world);
  return shown.reduce((sum, { steps }) => sum + steps.length, 0) / shown.length;
}

/**
 * What demonstrations of the world's own expert come to, in the mean of a few training tasks: steps, tokens before the
 * first reply, and tokens of a step. Tokens are counted as words and marks, as a word tokenizer of the world has them.
 */
export async function demonstrationSize(
  world: World,
  count: number,
): Promise<{ readonly steps: number; readonly opening: number; readonly step: number }> {
  const shown = await played(world, count);
  const codec = world.kit.codec ?? plainCodec;
  const tokens = (text: string) => text.match(/<[^>]*>|[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu)?.length ?? 0;
  let [steps, opening, all] = [0, 0, 0];
  for (const { initialObservation, steps: own } of shown) {
    steps += own.length;
    opening += tokens(codec.encodeInitialObservation(initialObservation));
    const reminder = tokens(codec.reminder?.(initialObservation) ?? '');
    for (const { reply, command, observation } of own)
      all += tokens(reply) + tokens(codec.encodeObservation(observation, command)) + reminder;
  }
  return { steps: steps / shown.length, opening: opening / shown.length, step: all / steps };
}

async function played(world: World, count = measured): Promise<Trajectory[]> {
  const { createExpert, mistakes, tasks } = completeKit(world);
  const annotator = rulesAnnotator();
  const found: Trajectory[] = [];
  for (const record of tasks('context')) {
    if (found.length >= count) break;
    if (world.heldOut.includes(record.category)) continue;
    const demonstration = demonstrate({ world, record, seed: 'context', createExpert, mistakes });
    const replies = await annotator.annotate(demonstration);
    if (!('refused' in replies)) found.push(trajectoryOf(demonstration, replies, 'context', 'demonstrator'));
  }
  return found;
}
