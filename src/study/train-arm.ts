import { existsSync } from 'node:fs';
import { policyVersion } from '../agents/policy.ts';
import { loadPolicy, trainedLike, type TrainedPolicy } from '../policy/index.ts';
import { type RlRecipe, trainRl } from '../training/rl/index.ts';
import type { Demonstrations } from '../training/stages/index.ts';
import { canonicalJson, type World } from '../world/index.ts';
import { runName } from './evaluate.ts';
import { fileName, policyPath } from './file-name.ts';
import type { Staged } from './stages.ts';
import { timed } from './stopwatch.ts';
import type { Study, StudyOptions } from './study.ts';

/** An arm with what it was trained to. */
export interface TrainedArm {
  readonly arm: string;
  readonly seed: number;
  readonly policy: TrainedPolicy;
  readonly file: string;
  /** Iterations of the policy. */
  readonly iterations: number;
  /** The alarm that ended the training; the policy is then the one from before its iteration. */
  readonly stoppedBy: string | null;
}

/** Trains an arm from the cold start with one seed. Null when the signal ended it. */
export async function trainArm(
  study: Study,
  options: StudyOptions,
  { name: arm, rl: recipe }: { readonly name: string; readonly rl: RlRecipe },
  seed: number,
  start: TrainedPolicy,
  demonstrations: Demonstrations,
): Promise<Staged<TrainedArm> | null> {
  const {
    world,
    recipe: { evaluation },
    panels,
  } = study;
  const { out, store, compute, signal, progress } = options;
  const run = runName(arm, seed);
  const file = policyPath(out, `${fileName(arm)}-seed-${seed}`, start);
  const trained = { arm, seed, file };
  const finished =
    store.runs.get(run)?.status === 'done' ? await policyOf(file, world, { run, seed, recipe, start }) : undefined;
  if (finished)
    return {
      value: { ...trained, policy: finished, iterations: recipe.iterations, stoppedBy: null },
      before: true,
      outcome: outcomeOf(options, run),
    };
  const { during } = evaluation;
  const { policy, iterations, stoppedBy } = await timed(store, run, () =>
    trainRl({
      world,
      recipe,
      start,
      seed,
      store,
      run,
      arm,
      out: file,
      ...(study.rewards && { rewards: study.rewards }),
      ...(recipe.selfImitation && { demonstrations }),
      ...(compute && { compute }),
      ...(signal && { signal }),
      ...(during && {
        evaluation: {
          every: during.every,
          temperature: evaluation.temperatures[0]!,
          panels: panels.map(({ panel, level, tasks }) => ({
            name: panel,
            level,
            tasks: tasks.slice(0, during.tasks),
          })),
        },
      }),
      onStart: facts => progress?.start?.(facts),
      onWarmUp: report => progress?.warmUp?.(report),
      onIteration: report => progress?.iteration?.(report),
      onEvaluation: report => progress?.evaluation?.(report),
    }),
  );
  if (!policy) return null;
  return {
    value: { ...trained, policy, iterations, stoppedBy: stoppedBy?.rule ?? null },
    before: false,
    outcome: `${outcomeOf(options, run)}${stoppedBy ? `; ended by the alarm "${stoppedBy.rule}" after ${iterations} iterations` : ''}`,
  };
}

/** The policy that an earlier call left, if it was trained like this. */
async function policyOf(
  file: string,
  world: World,
  { run, seed, recipe, start }: { run: string; seed: number; recipe: RlRecipe; start: TrainedPolicy },
): Promise<TrainedPolicy | undefined> {
  if (!existsSync(file)) return undefined;
  const policy = await trainedLike(await loadPolicy(file, world), start);
  const stage = policy.origin?.stages.at(-1);
  const of = (settings: unknown) => canonicalJson(JSON.parse(JSON.stringify(settings)));
  const same =
    stage !== undefined &&
    of([stage.run, stage.seed, stage.recipe, (stage.start as { policy?: string } | undefined)?.policy]) ===
      of([run, seed, recipe, policyVersion(start)]);
  return same ? policy : undefined;
}

/** Success of the first and of the last iteration. */
function outcomeOf({ store }: StudyOptions, run: string): string {
  const rows = store.metrics.of(run, 'train').map(({ data }) => (data as { success: number | null }).success);
  const percent = (value: number | null | undefined) => (value == null ? '-' : `${(100 * value).toFixed(0)} %`);
  return rows.length === 0 ? '' : `success on training tasks ${percent(rows[0])} → ${percent(rows.at(-1))}`;
}
