import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { writeAtomically } from '../atomic-file.ts';
import { loadPolicy, type TrainedPolicy } from '../policy/index.ts';
import { reportData, type ReportData, writeReport } from '../report/index.ts';
import { type ColdStart, trainColdStarts } from './cold-start.ts';
import { trainExpertIterationArm, type TrainedStart } from './train-expert-iteration-arm.ts';
import { evaluatePolicy, runName } from './evaluate.ts';
import { keepRecipe } from './kept-recipe.ts';
import type { StudyArm } from './recipe.ts';
import { type StudyResult, studyResultOf } from './result.ts';
import { stagesOf, type Staged } from './stages.ts';
import type { Study, StudyOptions } from './study.ts';
import { trainArm, type TrainedArm } from './train-arm.ts';

export interface StudyOutcome {
  readonly data: ReportData;
  readonly result: StudyResult;
  readonly files: { readonly report: string; readonly result: string };
}

/** Of every start: demonstrations, fine-tuning, evaluation. */
const stagesOfStart = 3;
/** Pretraining, of a policy that is a new one. */
const stagesOfNew = 1;
const stagesOfReport = 1;

/**
 * A study from its recipe to its report: demonstrations, pretraining, fine-tuning, an evaluation of this cold start (of
 * each, where the recipe names several), rounds of expert iteration and their evaluation where the recipe has them, and
 * then, from that one policy or from the start that an arm names, every arm with every seed and its evaluation. Killed
 * at any moment, the same call goes on where it was and ends with the same numbers; seeds and arms may be added to a study that is over.
 *
 * @example
 * import { openStore } from 'clew';
 * import { openStudy, readStudyRecipe, runStudy } from 'clew/train';
 * import world from 'clew/worlds/household';
 *
 * const recipe = readStudyRecipe({
 *   name: 'GRPO against RLVMR',
 *   world: 'household',
 *   arms: [
 *     { name: 'GRPO', rl: { advantages: { preset: 'grpo', options: { format: 0.5 } } } },
 *     { name: 'RLVMR', rl: { advantages: { preset: 'rlvmr:fixed', options: { format: 0.5 } } } },
 *   ],
 *   seeds: [0, 1, 2],
 *   evaluation: { panels: [{ panel: 'seen' }, { panel: 'unseen' }] },
 * });
 * const outcome = await runStudy(openStudy(recipe, { world }), { out: 'runs/mine', store: openStore('runs/mine/clew.db') });
 * console.log(outcome?.result.conclusions);
 *
 * @returns null when the signal ended it.
 * @throws ClewError when the folder holds a study with other settings.
 */
export async function runStudy(study: Study, options: StudyOptions): Promise<StudyOutcome | null> {
  const { recipe } = study;
  const { out, progress = {} } = options;
  await checkStart(study);
  mkdirSync(out, { recursive: true });
  await keepRecipe(out, recipe);
  const arms = recipe.arms.filter((arm): arm is TrainedBy => arm.rl !== null);
  const stage = stagesOf(
    (study.published === undefined ? stagesOfNew : 0) +
      stagesOfStart * study.starts.length +
      (recipe.expertIteration ? 2 : 0) +
      2 * recipe.seeds.length * arms.length +
      stagesOfReport,
    progress,
  );
  const evaluated = (arm: string, seed: number | null, policy: TrainedPolicy) =>
    stage('evaluation', runName(arm, seed), () => evaluate(study, options, arm, seed, policy));

  const starts = await trainColdStarts(study, options, stage, ({ arm, policy }) => evaluated(arm, null, policy));
  if (!starts) return null;
  const [first] = starts as [ColdStart];
  const expert = recipe.expertIteration
    ? await stage('expert iteration', '', () => trainExpertIterationArm(study, options, first))
    : undefined;
  if (expert === null || (expert && !(await evaluated(expert.arm, null, expert.policy)))) return null;
  const trained: TrainedArm[] = [];
  for (const seed of recipe.seeds) {
    for (const arm of arms) {
      const coldStart = arm.from === undefined ? first : starts.find(({ name }) => name === arm.from)!;
      const done = await stage('rl', runName(arm.name, seed), () =>
        trainArm(study, options, arm, seed, (expert ?? coldStart).policy, coldStart.demonstrations),
      );
      if (!done || !(await evaluated(arm.name, seed, done.policy))) return null;
      trained.push(done);
    }
  }
  return stage('report', '', () => report(study, options, starts, expert, trained));
}

/**
 * Reads the published model that a study begins with, so that one that is damaged, or another than was meant, is named
 * before anything is written; nothing where it begins with a new policy.
 * @throws ClewError as `loadPolicy` does
 */
export async function checkStart({ published, world }: Pick<Study, 'published' | 'world'>): Promise<void> {
  if (published !== undefined) await loadPolicy(published, world);
}

type TrainedBy = StudyArm & { readonly rl: NonNullable<StudyArm['rl']> };

async function evaluate(
  study: Study,
  { store, compute, signal, progress }: StudyOptions,
  arm: string,
  seed: number | null,
  policy: TrainedPolicy,
): Promise<Staged<true> | null> {
  const { played, levels } = await evaluatePolicy(study, {
    arm,
    seed,
    policy,
    store,
    ...(compute && { compute }),
    ...(signal && { signal }),
    onEpisodes: (done, of) => progress?.episodes?.(done, of),
  });
  if (signal?.aborted) return null;
  const asItIs = levels.filter(({ stripTags }) => stripTags === undefined);
  const outcome = asItIs.map(
    ({ level, temperature, success }) =>
      `${level}${study.recipe.evaluation.temperatures.length > 1 ? (temperature === 0 ? ' greedy' : ` T ${temperature}`) : ''} ` +
      `${(100 * success).toFixed(1)} %`,
  );
  return { value: true, before: played === 0, outcome: `success ${outcome.join(', ')}` };
}

async function report(
  study: Study,
  { out, store, commands = [] }: StudyOptions,
  starts: readonly ColdStart[],
  expert: TrainedStart | undefined,
  trained: readonly TrainedArm[],
): Promise<Staged<StudyOutcome>> {
  const { recipe } = study;
  const files = { report: path.join(out, 'report.html'), result: path.join(out, 'result.json') };
  const data = reportData(store, {
    title: recipe.name,
    arms: [
      ...new Set([
        ...starts.map(({ arm }) => arm),
        ...(expert ? [expert.arm] : []),
        ...recipe.arms.map(({ name }) => name),
      ]),
    ],
    commands,
  });
  const result = studyResultOf(study, data, store, starts, expert, trained);
  const bytes = await writeReport(files.report, data, store);
  await writeAtomically(files.result, `${JSON.stringify(result, null, 2)}\n`);
  return { value: { data, result, files }, before: false, outcome: `${(bytes / 1e6).toFixed(1)} MB` };
}
