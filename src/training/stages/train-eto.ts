import { z } from 'zod';
import { ClewError } from '../../errors.ts';
import { type Checkpoint, layoutOfCheckpoint, Learner, type Row, trajectoryRow } from '../../policy/index.ts';
import type { Trajectory } from '../../trajectory/index.ts';
import { hash } from '../../world/index.ts';
import { eto } from '../eto/eto.ts';
import { preferencePairs } from '../eto/pairs.ts';
import { type StageResult, trainStage } from '../stage.ts';
import { originHash, type StageContext } from './train-prior.ts';

/** What decides a training on preference pairs, beside the policy it begins with and the trajectories. */
export const etoSettingsSchema = z.strictObject({
  epochs: z.int().positive().default(3).describe('times that each pair is seen'),
  pairsPerStep: z.int().positive().default(16).describe('pairs in one step of the optimiser'),
  learningRate: z.number().positive().default(2e-5).describe('highest learning rate'),
  beta: z.number().positive().default(0.1).describe('how closely the policy is held to where it began'),
  perTask: z.int().positive().default(4).describe('pairs of one task, at most'),
  shorterWins: z.boolean().default(false).describe('whether a success is also preferred to a longer success'),
  seed: z.int().nonnegative().default(0).describe('keys every draw'),
});
export type EtoSettings = z.infer<typeof etoSettingsSchema>;

/**
 * Trains a policy on pairs of a success and a failure of one task, resumably: see `trainStage` and `eto`.
 * @throws ClewError when there is no pair, a trajectory is of no training task, or does not fit into the policy's context.
 */
export async function trainEto({ world, start, onStep, ...stage }: Omit<StageContext, 'recipe'>, trajectories: Iterable<Trajectory>, settings: EtoSettings): Promise<StageResult> {
  const { epochs, pairsPerStep, learningRate, beta, perTask, shorterWins, seed } = settings;
  const layout = layoutOfCheckpoint(start), { context } = start.model.config;
  const row = (trajectory: Trajectory): Row => {
    if (trajectory.world !== world.name) throw new ClewError(`${trajectory.id} was played in ${trajectory.world}; the policy learns ${world.name}.`);
    if (trajectory.task.split !== 'train') throw new ClewError(`${trajectory.id} is of the split ${trajectory.task.split ?? '(unknown)'}: only training tasks may be learnt from. Give episodes of clew rollout --split train.`);
    // A policy's own episodes are read by the ids it drew, others as text.
    const made = trajectoryRow(trajectory, layout, { kept: trajectory.steps.every(({ tokens }) => tokens !== null) });
    if (made.tokens.length > context + 1) throw new ClewError(`${trajectory.id} has ${made.tokens.length} tokens and the policy's context is ${context}. Leave the episode out, or train a policy with a longer context.`);
    return made;
  };
  const chosen = preferencePairs(trajectories, { perTask, shorterWins, seed });
  const pairs = chosen.map(({ winner, loser }) => ({ winner: row(winner), loser: row(loser) }));
  const base = copyOf(start);
  return trainStage({
    ...stage, start,
    settings: {
      stage: 'eto', world: world.name, worldVersion: world.version, grammar: world.grammar, from: originHash(start),
      pairs: pairs.length, content: hash(chosen.map(({ winner, loser }) => `${winner.id} ${loser.id}`).join('\n')), ...settings,
    },
    train: async common => {
      const reference = await Learner.open(base.model, stage.learner);
      try {
        return await eto({ ...common, ...(onStep && { onStep }), pairs, reference, beta, epochs, pairsPerStep, learningRate, seed });
      } finally {
        await reference.close();
      }
    },
  });
}

/** The policy as it is now: training changes the parameters in place. */
function copyOf({ model: { config, parameters }, tokenizer }: Checkpoint): Checkpoint {
  const copy = new Float32Array(new SharedArrayBuffer(parameters.byteLength));
  copy.set(parameters);
  return { model: { config, parameters: copy, version: 0 }, tokenizer };
}
