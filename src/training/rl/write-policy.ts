import path from 'node:path';
import { policyVersion } from '../../agents/policy.ts';
import { type Alarm, foldTemperature } from '../../learn/index.ts';
import { policyFile, savePolicy, type TrainedPolicy } from '../../policy/index.ts';
import { stateOf } from './kept-state.ts';
import type { RlOptions } from './options.ts';
import type { Prepared } from './prepare.ts';

/**
 * Writes the policy of a run as it is at temperature 1. After an alarm it is the one that was kept last: what is in
 * memory has been updated once more.
 */
export async function writePolicy(
  options: RlOptions,
  { checkpoint, config, state }: Pick<Prepared, 'checkpoint' | 'config' | 'state'>,
  iteration: number,
  stoppedBy: Alarm | null,
): Promise<TrainedPolicy> {
  const { recipe, start, store, run, out } = options;
  const stage = {
    stage: 'rl',
    run,
    ...config,
    result: { iterations: iteration, ...(stoppedBy && { stoppedBy: stoppedBy.rule }) },
  };
  const healthy = stoppedBy ? (await stateOf(options, config)).model : state.model;
  const policy: TrainedPolicy = {
    ...checkpoint,
    model: foldTemperature(healthy, 1 / recipe.temperature),
    origin: { ...start.origin, stages: [...start.origin.stages, stage] },
  };
  await savePolicy(out, policy);
  const { file, sha256, bytes } = await policyFile(out);
  store.checkpoints.put(run, {
    iteration,
    path: path.relative(path.dirname(out), file),
    sha256,
    bytes,
    data: { policy: policyVersion(policy) },
  });
  return policy;
}
