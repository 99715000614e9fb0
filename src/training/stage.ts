import { existsSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import {
  copyModel,
  inspectCheckpoint,
  inspectOrigin,
  Learner,
  type LearnerOptions,
  type ModelConfig,
  savePolicy,
  type TrainedPolicy,
} from '../policy/index.ts';
import { bestFile, refuseChanges, type Settings, stateFile } from '../runs/index.ts';
import { currentTextSettings } from './former-settings.ts';
import type { LikelihoodOptions, TrainResult } from './train.ts';

export interface StageOptions {
  /** Where the policy is written when the training has finished. Until then its state stands beside it. */
  readonly out: string;
  /** Names the training among the stages of the policy, with all that decides it. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** The policy that is trained on, with the stages before this one. */
  readonly start: TrainedPolicy;
  readonly learner?: LearnerOptions;
  /** Steps after which the state is kept. Default 25. */
  readonly every?: number;
  readonly signal?: AbortSignal;
  readonly onLearner?: (learner: Learner) => void;
  readonly train: (options: LikelihoodOptions) => Promise<TrainResult>;
}

export interface StageResult {
  /** Null when the policy was there already, trained with the same settings. */
  readonly training: TrainResult | null;
  /** What was trained; null when the signal ended the training, and when the policy was there already. */
  readonly policy: TrainedPolicy | null;
}

/**
 * One training of a policy, from its start to the file that can be played. It can be killed at any moment: the same
 * call goes on from the last state and ends with the same file, byte for byte.
 *
 * @throws ClewError when `out` holds another policy, which is never overwritten.
 */
export async function trainStage({
  out,
  settings,
  start,
  learner: learnerOptions,
  every = 25,
  signal,
  onLearner,
  train,
}: StageOptions): Promise<StageResult> {
  const { tokenizer, origin } = start;
  const state = stateFile(out);
  const clearState = async () => {
    for (const file of [state, bestFile(state)]) await rm(file, { force: true });
  };
  if (existsSync(out)) {
    const there = currentTextSettings((await inspectOrigin(out))?.stages.at(-1)) as Settings | undefined;
    refuseChanges(
      `${out} holds a policy that`,
      {
        before: { ...there, ...(await sizeIn(out)), result: undefined },
        now: {
          ...settings,
          ...(there?.text === undefined && { text: undefined }),
          ...sizeOf(start),
          result: undefined,
        },
      },
      'Choose another --out, or remove that file.',
    );
    await clearState();
    return { training: null, policy: null };
  }
  // The start stays what it is: other policies may begin with it.
  const model = copyModel(start.model);
  const learner = await Learner.open(model, learnerOptions);
  try {
    onLearner?.(learner);
    const training = await train({
      learner,
      tokenizer,
      origin,
      checkpoint: { file: state, every },
      ...(signal && { signal }),
    });
    if (!training.finished) return { training, policy: null };
    const { step, tokens, loss, best } = training;
    const policy: TrainedPolicy = {
      ...start,
      model,
      origin: {
        ...origin,
        stages: [...origin.stages, { ...settings, result: { steps: step, tokens, loss, ...(best && { best }) } }],
      },
    };
    await savePolicy(out, policy);
    await clearState();
    return { training, policy };
  } finally {
    await learner.close();
  }
}

/** The size of a decoder: a context and a vocabulary that nobody asked for may be others in another version. */
function sizeOf({ model: { config } }: { readonly model: { readonly config: ModelConfig } }): Settings {
  const { context: _, vocabulary: __, ...size } = config;
  return size.published ? {} : { decoder: size };
}

async function sizeIn(out: string): Promise<Settings> {
  return statSync(out).isDirectory() ? {} : sizeOf({ model: await inspectCheckpoint(out) });
}
