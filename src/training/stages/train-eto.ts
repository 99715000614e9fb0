import { z } from 'zod';
import { ClewError } from '../../errors.ts';
import { episodeLayoutOf, type Row, trajectoryRow } from '../../policy/index.ts';
import type { Trajectory } from '../../trajectory/index.ts';
import { hash } from '../../world/index.ts';
import { eto } from '../eto/eto.ts';
import { preferencePairs } from '../eto/pairs.ts';
import { type StageResult, trainStage } from '../stage.ts';
import { fittingRow } from './fitting-row.ts';
import { originHash, publishedFacts, type StageContext } from './train-pretraining.ts';

/** What decides a training on preference pairs, beside the policy it begins with and the trajectories. */
export const etoSettingsSchema = z.strictObject({
  epochs: z.int().positive().default(3).describe('times that each pair is seen'),
  pairsPerStep: z.int().positive().default(16).describe('pairs in one step of the optimiser'),
  learningRate: z.number().positive().default(2e-5).describe('highest learning rate'),
  beta: z.number().positive().default(0.1).describe('how closely the policy is held to where it began'),
  perTask: z.int().positive().default(4).describe('pairs of one task, at most'),
  shorterWins: z.boolean().default(false).describe('whether a success is also preferred to a longer success'),
  seed: z.int().nonnegative().default(0).describe('random seed'),
});
export type EtoSettings = z.infer<typeof etoSettingsSchema>;

/**
 * Trains a policy on pairs of a success and a failure of one task, resumably: see `trainStage` and `eto`.
 * @throws ClewError when there is no pair, a trajectory is of no training task, or does not fit into the policy's
 *   context.
 */
export async function trainEto(
  { world, start, onStep, ...stage }: StageContext,
  trajectories: Iterable<Trajectory>,
  settings: EtoSettings,
): Promise<StageResult> {
  const { epochs, pairsPerStep, learningRate, beta, perTask, shorterWins, seed } = settings;
  const layout = episodeLayoutOf(start);
  const { context } = start.model.config;
  const row = (trajectory: Trajectory): Row => {
    if (trajectory.world !== world.name)
      throw new ClewError(`${trajectory.id} was played in ${trajectory.world}; the policy learns ${world.name}.`);
    if (trajectory.task.split !== 'train')
      throw new ClewError(
        `${trajectory.id} is of the split ${trajectory.task.split ?? '(unknown)'}: only training tasks may be ` +
          `learnt from. Give episodes of clew rollout --split train.`,
      );
    // A policy's own episodes are read by the ids it drew, others as text.
    return fittingRow(
      trajectory,
      trajectoryRow(trajectory, layout, { kept: trajectory.steps.every(({ tokens }) => tokens !== null) }),
      context,
    );
  };
  const chosen = preferencePairs(trajectories, { perTask, shorterWins, seed });
  const pairs = chosen.map(({ winner, loser }) => ({ winner: row(winner), loser: row(loser) }));
  return trainStage({
    ...stage,
    start,
    settings: {
      stage: 'eto',
      world: world.name,
      worldVersion: world.version,
      grammar: world.grammar,
      from: originHash(start),
      ...publishedFacts(start),
      pairs: pairs.length,
      content: hash(chosen.map(({ winner, loser }) => `${winner.id} ${loser.id}`).join('\n')),
      ...settings,
    },
    train: common =>
      eto({ ...common, ...(onStep && { onStep }), pairs, beta, epochs, pairsPerStep, learningRate, seed }),
  });
}
