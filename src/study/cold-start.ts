import { loadPolicy, trainedLike, type TrainedPolicy } from '../policy/index.ts';
import { beginRun, endRun, endRunByError, type Settings } from '../runs/index.ts';
import type { StageResult } from '../training/stage.ts';
import {
  type Demonstrations,
  newPolicy,
  type StageContext,
  trainPretraining,
  trainSft,
} from '../training/stages/index.ts';
import {
  type CountedDemonstrations,
  openDemonstrations,
  rowsOf,
  withinContext,
  withinTokens,
} from './demonstrations.ts';
import { fileName, policyPath } from './file-name.ts';
import { currentStudyRecipe, namesIn } from './former-names.ts';
import type { RunStage, Staged } from './stages.ts';
import { isPublishedStart, openPublishedStart } from './study-policy.ts';
import { annotatorsOf, coldStartArm, startArm, startOrder } from './starts.ts';
import { timed } from './stopwatch.ts';
import type { Study, StudyOptions, StudyStartFiles } from './study.ts';

/** A policy that arms begin with, and what it was shown. */
export interface ColdStart {
  /** Null where the study has one. */
  readonly name: string | null;
  /** What tables call it. */
  readonly arm: string;
  readonly policy: TrainedPolicy;
  readonly file: string;
  readonly demonstrations: CountedDemonstrations;
}

/**
 * Demonstrations, pretraining and fine-tuning: every cold start of a study, all from one pretrained policy. A start
 * whose demonstrations need the policy of another comes after it.
 * @param evaluated is called for each as soon as it is there; null from it ends the rest
 * @returns the starts in the order of the recipe; null when the signal ended it
 */
export async function trainColdStarts(
  study: Study,
  options: StudyOptions,
  stage: RunStage,
  evaluated: (coldStart: ColdStart) => Promise<unknown>,
): Promise<ColdStart[] | null> {
  const { starts } = study;
  const opened = new Map<string | null, Demonstrations>();
  const open = async (start: StudyStartFiles, from?: ColdStart): Promise<Demonstrations | null> => {
    const student = from && { policy: from.policy, shown: opened.get(from.name)! };
    const demonstrations = await stage('demonstrations', start.name ?? '', () =>
      openDemonstrations(study, start, options, student),
    );
    if (demonstrations) opened.set(start.name, demonstrations);
    return demonstrations;
  };
  for (const start of starts) if (!start.build?.students && !(await open(start))) return null;
  const pretrained = await beforeStarts(study, options, stage, [...opened.values()]);
  if (!pretrained) return null;
  const done = new Map<string | null, ColdStart>();
  for (const name of orderOf(study)) {
    const start = starts.find(each => each.name === name)!;
    const student = done.get(start.build?.students?.from ?? null);
    const demonstrations = opened.get(name) ?? (await open(start, student));
    const coldStart = demonstrations && (await fineTuned(study, options, stage, { start, demonstrations, pretrained }));
    if (!coldStart || !(await evaluated(coldStart))) return null;
    done.set(name, coldStart);
  }
  return starts.map(({ name }) => done.get(name)!);
}

function orderOf({ recipe }: Study): readonly (string | null)[] {
  return recipe.starts ? startOrder(recipe.starts)! : [null];
}

/** The policy that all cold starts begin with: pretrained on world text, or a published model as it is. */
function beforeStarts(
  study: Study,
  options: StudyOptions,
  stage: RunStage,
  demonstrations: readonly Demonstrations[],
): Promise<TrainedPolicy | null> {
  const { policy: shape, pretraining } = study.recipe;
  if (isPublishedStart(shape)) return openPublishedStart(study.published!, shape, study.world);
  const { pretraining: run } = namesIn(options.store);
  const config = { policy: shape, pretraining };
  const shown = demonstrations.flatMap(({ trajectories }) => trajectories);
  const writers = annotatorsOf(study.starts.flatMap(({ build }) => build ?? []));
  return stage('pretraining', '', async () => {
    const start = await newPolicy(study.world, shape, shown, writers, pretraining);
    const file = policyPath(options.out, run, start);
    return likelihood(study, options, { run, kind: 'pretrain', file, config }, start, context =>
      trainPretraining(context, pretraining!),
    );
  });
}

async function fineTuned(
  study: Study,
  options: StudyOptions,
  stage: RunStage,
  {
    start: { name, tokens, build },
    demonstrations: all,
    pretrained,
  }: {
    readonly start: StudyStartFiles;
    readonly demonstrations: Demonstrations;
    readonly pretrained: TrainedPolicy;
  },
): Promise<ColdStart | null> {
  const { sft } = study.recipe;
  const suffix = name === null ? '' : `-${fileName(name)}`;
  const file = policyPath(options.out, `cold-start${suffix}`, pretrained);
  const rows = rowsOf(all, pretrained);
  const { context } = pretrained.model.config;
  const fitting = build ? withinContext(all, rows, context) : all;
  const demonstrations = withinTokens(fitting, rows, tokens);
  const run = name === null ? 'SFT' : `SFT ${name}`;
  const config = { sft, demonstrations: demonstrations.content };
  const policy = await stage('sft', name ?? '', async () => {
    const staged = await likelihood(study, options, { run, kind: 'sft', file, config }, pretrained, context =>
      trainSft(context, demonstrations, sft),
    );
    return staged && { ...staged, outcome: `${staged.outcome}${leftOut(all, fitting, context)}` };
  });
  return policy && { name, arm: armOfStart(study.recipe, name), policy, file, demonstrations };
}

function leftOut(all: Demonstrations, fitting: Demonstrations, context: number): string {
  const { length } = all.trajectories;
  const tooLong = length - fitting.trajectories.length;
  if (tooLong === 0) return '';
  return `; ${tooLong} of ${length} demonstrations left out: longer than the context of ${context} tokens`;
}

/** What tables call a start: the arm that is the start without training, else `cold start NAME`. */
export function armOfStart({ arms, starts }: Study['recipe'], name: string | null): string {
  if (name === null) return coldStartArm;
  const [first] = Object.keys(starts!);
  return arms.find(({ rl, from = first }) => rl === null && from === name)?.name ?? startArm(name);
}

interface Likelihood {
  readonly run: string;
  readonly kind: 'pretrain' | 'sft';
  readonly file: string;
  /** For the record of the run. */
  readonly config: Readonly<Record<string, unknown>>;
}

/** A training by likelihood with its run in the store. */
async function likelihood(
  { world }: Study,
  { store, compute, signal, progress }: StudyOptions,
  { run, kind, file, config }: Likelihood,
  start: TrainedPolicy,
  train: (context: StageContext) => Promise<StageResult>,
): Promise<Staged<TrainedPolicy> | null> {
  const { training, policy } = await timed(store, run, () =>
    train({
      world,
      start,
      out: file,
      ...(compute && { learner: compute }),
      ...(signal && { signal }),
      onLearner({ description: { engine, provider }, workers, model }) {
        const name = `${engine} ${provider}`;
        beginRun(store, {
          id: run,
          kind,
          world: world.name,
          config,
          engine: name,
          remedy: 'Give the study another --out.',
          current: kept => currentStudyRecipe(kept) as Settings,
        });
        progress?.start?.({ engine: name, workers, parameters: model.parameters.length, done: 0 });
      },
      onStep: report => progress?.step?.(report),
    }).catch((error: unknown) => {
      endRunByError(store, run, error, signal);
      throw error;
    }),
  );
  if (training) endRun(store, run, { ...(!training.finished && { signal }) });
  if (training && !training.finished) return null;
  const trained = policy ?? (await trainedLike(await loadPolicy(file, world), start));
  const result = trained.origin?.stages.at(-1)?.result as { steps: number; tokens: number; loss: number } | undefined;
  return {
    value: trained,
    before: training === null,
    outcome: result
      ? `${result.steps} steps, ${result.tokens.toLocaleString('en')} tokens, loss ${result.loss.toFixed(3)}`
      : '',
  };
}
