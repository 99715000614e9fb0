import { openSampler, policyAgent, policyVersion } from '../agents/policy.ts';
import type { LearnerOptions, Sampler, TrainedPolicy } from '../policy/index.ts';
import { type PlannedRun, planRun, playRun, refuseLosses } from '../runs/index.ts';
import type { Store } from '../trajectory/index.ts';
import type { Stripping } from '../agents/strip-tags.ts';
import { timed } from './stopwatch.ts';
import { strippingsOf } from './strip-tags.ts';
import type { Study } from './study.ts';

export interface EvaluationOptions {
  readonly arm: string;
  /** The training seed; null for the cold start, which all seeds begin with. */
  readonly seed: number | null;
  readonly policy: TrainedPolicy;
  readonly store: Store;
  readonly compute?: LearnerOptions;
  readonly signal?: AbortSignal;
  readonly onEpisodes?: (done: number, of: number) => void;
}

/** What a policy came to. */
export interface Evaluated {
  /** Episodes of this call. */
  readonly played: number;
  readonly levels: readonly {
    readonly level: string;
    readonly temperature: number;
    /** Undefined where it plays as it is. */
    readonly stripTags: Stripping | undefined;
    readonly success: number;
  }[];
}

/** One run of the store: a policy on a panel at a temperature. */
interface Job {
  readonly plan: PlannedRun;
  readonly level: string;
  readonly temperature: number;
  readonly stripTags: Stripping | undefined;
}

/**
 * Lets a policy play every panel of a study, each task exactly once (or `rollouts` times), at each of its temperatures.
 * What the store has is not played again. Where the study strips tags, those levels are played so as well.
 * @returns how many episodes were played, and what came of all of them; they are all there unless the signal was
 *   aborted.
 * @throws ClewError when the store has a run of the same name that was begun with other settings.
 */
export async function evaluatePolicy(study: Study, options: EvaluationOptions): Promise<Evaluated> {
  const { policy, store, compute = {}, signal, onEpisodes } = options;
  const jobs = jobsOf(study, options);
  const left = jobs.filter(({ plan: { missing } }) => missing.size > 0);
  const all = jobs.reduce((sum, { plan: { episodes } }) => sum + episodes, 0);
  const before = all - left.reduce((sum, { plan: { missing } }) => sum + missing.size, 0);
  let there = before;
  if (before < all) await playAll();
  return {
    played: there - before,
    levels: jobs.map(({ plan: { run }, level, temperature, stripTags }) => {
      const { trajectories, successes } = store.trajectories.count({ run: run.id });
      return { level, temperature, stripTags, success: successes / trajectories };
    }),
  };

  async function playAll(): Promise<void> {
    onEpisodes?.(there, all);
    const sampler = await openSampler(policy, {
      ...(compute.engine && { engine: compute.engine }),
      ...(compute.workers !== undefined && { workers: compute.workers }),
    });
    try {
      for (const job of left) {
        if (!signal?.aborted)
          await timed(store, job.plan.run.id, () =>
            play(study, options, job, sampler, () => onEpisodes?.(++there, all)),
          );
      }
    } finally {
      await sampler.close();
    }
  }
}

/** What runs, trajectories and stages call an arm with its training seed. */
export function runName(arm: string, seed: number | null): string {
  return seed === null ? arm : `${arm}, seed ${seed}`;
}

function jobsOf(
  { world, recipe: { evaluation }, panels }: Study,
  { arm, seed, policy, store }: EvaluationOptions,
): Job[] {
  const { rollouts, temperatures, replyTokens, maxSteps } = evaluation;
  const version = policyVersion(policy);
  const played = temperatures.flatMap((temperature, t) =>
    panels.flatMap(panel =>
      strippingsOf(evaluation.stripTags, { arm, level: panel.level, first: t === 0 }).map(stripTags => ({
        ...panel,
        temperature,
        stripTags,
      })),
    ),
  );
  return played.map(({ level, panel, tasks, temperature, stripTags }): Job => {
    const id = [
      `${runName(arm, seed)}, ${level}`,
      ...(panel === level ? [] : [panel]),
      temperature === 0 ? 'greedy' : `T ${temperature}`,
      ...(stripTags ? [`tags stripped: ${stripTags}`] : []),
    ].join(' ');
    const settings = {
      arm,
      seed,
      level,
      panel,
      policy: version,
      temperature,
      rollouts,
      replyTokens,
      draws: evaluation.seed,
      ...(stripTags && { stripTags }),
    };
    const plan = planRun(store, {
      id,
      kind: 'evaluation',
      world,
      tasks,
      rollouts,
      seed: `evaluation ${evaluation.seed}`,
      maxSteps,
      settings,
      remedy: 'Give the study another --out.',
    });
    return { plan, level, temperature, stripTags };
  });
}

async function play(
  { recipe: { evaluation } }: Study,
  { arm, seed, policy, store, signal }: EvaluationOptions,
  { plan, temperature, stripTags }: Job,
  sampler: Sampler,
  onEpisode: () => void,
): Promise<void> {
  const { replyTokens } = evaluation;
  const agent = await policyAgent({
    checkpoint: policy,
    sampler,
    name: runName(arm, seed),
    temperature,
    replyTokens,
    stripTags,
  });
  const played = await playRun(store, plan, {
    agent,
    engine: agent.engine,
    signal,
    onEpisode: stored => {
      if (stored) onEpisode();
    },
  });
  refuseLosses(plan.run.id, played);
}
