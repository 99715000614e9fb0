import type { TrainedPolicy } from '../policy/index.ts';
import { type ExpertIterationRound, trainExpertIteration } from '../training/stages/index.ts';
import type { ColdStart } from './cold-start.ts';
import { namesIn } from './former-names.ts';
import { fileName, policyPath } from './file-name.ts';
import type { Staged } from './stages.ts';
import type { Study, StudyOptions } from './study.ts';

/** A policy that arms begin with. */
export interface TrainedStart {
  readonly arm: string;
  readonly policy: TrainedPolicy;
  readonly file: string;
}

/** Rounds of expert iteration, from the cold start. Null when the signal ended them. */
export async function trainExpertIterationArm(
  { world, recipe }: Study,
  { out, store, compute, signal, progress }: StudyOptions,
  coldStart: ColdStart,
): Promise<Staged<TrainedStart> | null> {
  const { expertIteration: arm } = namesIn(store);
  const file = policyPath(out, fileName(arm), coldStart.policy);
  const rounds: ExpertIterationRound[] = [];
  const policy = await trainExpertIteration(
    {
      world,
      start: coldStart.policy,
      out: file,
      store,
      run: arm,
      ...(compute && { learner: compute }),
      ...(signal && { signal }),
      onEpisode: (done, of) => progress?.episodes?.(done, of),
      onStep: report => progress?.step?.(report),
      onRound: round => rounds.push(round),
    },
    coldStart.demonstrations,
    recipe.expertIteration!,
  );
  if (!policy) return null;
  const shares = rounds.map(({ played, won }) => `${((100 * won) / Math.max(1, played)).toFixed(0)} %`);
  return {
    value: { arm, policy, file },
    before: rounds.every(({ before }) => before),
    outcome: `won ${shares.join(', ')} of the training tasks of each round`,
  };
}
