import path from 'node:path';
import { z } from 'zod';
import { policyAgent, policyVersion, publishedReplyTokens } from '../../agents/policy.ts';
import {
  completeKit,
  hindsightEpisode,
  wonDemonstrations,
  refuseLeaks,
  trainedCategories,
  trajectoryLeaks,
} from '../../demonstrations/index.ts';
import { needKit } from '../../demonstrations/need-kit.ts';
import { ClewError } from '../../errors.ts';
import { loadPolicy, trainedLike, type TrainedPolicy } from '../../policy/index.ts';
import { planRun, playRun, playSettingsSchema, refuseLosses, samplingSettingsSchema } from '../../runs/index.ts';
import { contentHash, type Store, type Trajectory } from '../../trajectory/index.ts';
import { canonicalJson, createRandom, hash, type TaskRecord } from '../../world/index.ts';
import { taskPool } from '../task-pool.ts';
import type { Demonstrations } from './demonstrations.ts';
import type { StageContext } from './train-pretraining.ts';
import { publishedSftSettings, sftSettingsSchema, trainSft } from './train-sft.ts';

/** What decides rounds of expert iteration, beside the policy they begin with and the demonstrations. */
export const expertIterationSettingsSchema = z.strictObject({
  rounds: z.int().positive().default(4).describe('times that the policy plays and learns'),
  tasks: z
    .int()
    .positive()
    .default(1000)
    .describe('training tasks that are played in a round, none that was won in an earlier one'),
  pool: z.int().positive().default(4096).describe('training tasks that are drawn from'),
  temperature: z.number().positive().default(0.7).describe('of the sampling'),
  maxSteps: playSettingsSchema.shape.maxSteps,
  replyTokens: samplingSettingsSchema.shape.replyTokens,
  epochs: z
    .int()
    .positive()
    .default(4)
    .describe('times that each demonstration and each won episode is seen in a round'),
  learningRate: z.number().positive().default(7e-4).describe('highest learning rate of a round'),
  permuteThings: z
    .number()
    .min(0)
    .max(1)
    .default(0.6)
    .describe('share of texts in which things have other names, drawn for each epoch'),
  permutePlaces: z
    .number()
    .min(0)
    .max(1)
    .default(0.5)
    .describe('share of those in which places have other names too, where the world allows it'),
  replay: z
    .number()
    .min(0)
    .max(1)
    .default(1)
    .describe('share of what earlier rounds won (or achieved) that a round learns from again, drawn anew for each'),
  hindsight: z
    .boolean()
    .optional()
    .describe(
      'learn from lost episodes too what they did achieve, as won episodes of that other goal, with thoughts by rules; ' +
        'where the kit of the world names other goals',
    ),
  seed: z.int().nonnegative().default(0).describe('random seed'),
});
/** What fits a published model instead of the defaults: see `publishedSftSettings`. */
export const publishedExpertIterationSettings = {
  replyTokens: publishedReplyTokens,
  epochs: 1,
  learningRate: publishedSftSettings.learningRate,
  permuteThings: 0,
  permutePlaces: 0,
} as const satisfies Partial<ExpertIterationSettings>;
export type ExpertIterationSettings = z.infer<typeof expertIterationSettingsSchema>;

export interface ExpertIterationContext extends Omit<StageContext, 'onLearner'> {
  /** Where the episodes are kept. */
  readonly store: Store;
  /** Names the runs in the store: `NAME, round 1`. */
  readonly run: string;
  readonly onRound?: (round: ExpertIterationRound) => void;
  readonly onEpisode?: (done: number, of: number) => void;
}

/** What a round came to. */
export interface ExpertIterationRound {
  readonly round: number;
  readonly rounds: number;
  /** Tasks played in this round, and those of them that were won. */
  readonly played: number;
  readonly won: number;
  /** Own episodes that it learns from: of this round, and the replayed ones of earlier rounds. */
  readonly learnt: number;
  /** Lost episodes whose other goal it learns from, likewise: none without `hindsight`. */
  readonly hindsight: number;
  /** The policy that came of it. */
  readonly file: string;
  /** Whether it was there already. */
  readonly before: boolean;
}

/**
 * Expert iteration, which is rejection-sampling fine-tuning in rounds (STaR, arXiv 2203.14465): play training tasks
 * that were not won yet, keep of each task ever won the shortest episode (see `wonDemonstrations`), and fine-tune on
 * these beside the demonstrations: on all of this round, and on a share of earlier ones (`replay`), as what each round
 * reads would otherwise grow with their number. Every round goes on from the policy of the one before, which is kept
 * beside `out` as `NAME-ROUND.safetensors`; the last one is `out`.
 *
 * A round that nothing was won in is fine-tuned on the demonstrations alone. Killed at any moment, the same call goes
 * on where it was and ends with the same policy.
 *
 * @example
 * import { openStore } from 'clew';
 * import { loadPolicy } from 'clew/policy';
 * import { expertIterationSettingsSchema, readDemonstrations, trainExpertIteration } from 'clew/train';
 * import world from 'clew/worlds/household';
 *
 * const policy = await trainExpertIteration(
 *   {
 *     world,
 *     start: await loadPolicy('cold-start.safetensors', world),
 *     out: 'expert-iteration.safetensors',
 *     store: openStore('clew.db'),
 *     run: 'expert iteration',
 *   },
 *   readDemonstrations(openStore('demonstrations.sqlite', { readonly: true }), world),
 *   expertIterationSettingsSchema.parse({ rounds: 4 }),
 * );
 *
 * @returns null when the signal ended it
 * @throws ClewError when the store has a round of this name with other settings, there is nothing to learn from, or an
 *   episode shows what is held out.
 */
export async function trainExpertIteration(
  context: ExpertIterationContext,
  demonstrations: Demonstrations,
  settings: ExpertIterationSettings,
): Promise<TrainedPolicy | null> {
  const { world, store, run, out, onRound } = context;
  const { rounds, epochs, learningRate, permuteThings, permutePlaces, seed } = settings;
  needKit(world, settings);
  const pool = taskPool(world, trainedCategories(world), settings.pool, createRandom('own pool', world.name, seed));
  const rules = completeKit(world).leaks(world.heldOut);
  const runs: string[] = [];
  let policy = context.start;
  for (let round = 1; round <= rounds; round++) {
    const name = `${run}, round ${round}`;
    const file = round === rounds ? out : roundFile(context, round);
    const tasks = drawTasks(pool, store, runs, settings, round);
    if (!(await play(context, policy, name, tasks, settings))) return null;
    runs.push(name);
    const { won: learnt, achieved } = ownEpisodes(context, runs, settings);
    if (learnt.length + achieved.length + demonstrations.trajectories.length === 0)
      throw new ClewError(
        `None of the ${tasks.length} training tasks was won, so there is nothing to learn from. Begin with a ` +
          `better policy, or give demonstrations.`,
      );
    for (const episode of learnt) refuseLeaks(episode.id, trajectoryLeaks(episode, rules, world));
    const { training } = await trainSft(
      { ...context, start: policy, out: file },
      {
        trajectories: [...learnt, ...achieved, ...demonstrations.trajectories],
        content: hash(
          canonicalJson([
            demonstrations.content,
            contentHash(store, { run: runs, success: true }),
            ...(settings.replay < 1 && round > 1 ? [['replay', settings.replay]] : []),
            ...(settings.hindsight ? [contentHash(store, { run: runs, success: false })] : []),
          ]),
        ),
      },
      sftSettingsSchema.parse({
        ...(context.start.published && publishedSftSettings),
        epochs,
        learningRate,
        permuteThings,
        permutePlaces,
        seed,
      }),
    );
    if (training && !training.finished) return null;
    policy = await trainedLike(await loadPolicy(file, world), context.start);
    const { trajectories: played, successes: won } = store.trajectories.count({ run: name });
    const hindsight = achieved.length;
    onRound?.({ round, rounds, played, won, learnt: learnt.length, hindsight, file, before: training === null });
  }
  return policy;
}

/** What a round learns from: what it won and achieved itself, and a share of that of the rounds before it. */
function ownEpisodes(
  context: ExpertIterationContext,
  runs: readonly string[],
  { replay, hindsight, seed }: ExpertIterationSettings,
): { won: Trajectory[]; achieved: Trajectory[] } {
  const [earlier, own] = [runs.slice(0, -1), runs.slice(-1)];
  const random = createRandom('own replay', seed, runs.length);
  const withReplayed = (from: (of: readonly string[]) => Trajectory[]) => {
    const fresh = from(own);
    const tasks = new Set(fresh.map(({ task }) => task.id));
    const before = from(earlier).filter(({ task }) => !tasks.has(task.id));
    const again = random.shuffle(before).slice(0, Math.round(replay * before.length));
    return [...fresh, ...again].toSorted((a, b) => (a.task.id < b.task.id ? -1 : 1));
  };
  const { store, run } = context;
  const won = withReplayed(of => wonDemonstrations(store.trajectories.select({ run: of, success: true }), run));
  if (!hindsight) return { won, achieved: [] };
  const everWon = wonTasks(store, runs);
  return { won, achieved: withReplayed(of => inHindsight(context, of, everWon)) };
}

/** What the lost episodes of some runs did achieve, one a task that was never won. */
function inHindsight(
  { world, store, run }: ExpertIterationContext,
  runs: readonly string[],
  everWon: ReadonlySet<string>,
): Trajectory[] {
  const rules = completeKit(world).leaks(world.heldOut);
  const achieved = new Map<string, Trajectory>();
  for (const lost of store.trajectories.select({ run: runs, success: false })) {
    if (everWon.has(lost.task.id) || achieved.has(lost.task.id)) continue;
    const episode = hindsightEpisode(world, lost, { run, rules });
    if (episode) achieved.set(lost.task.id, episode);
  }
  return [...achieved.values()];
}

function wonTasks(store: Store, runs: readonly string[]): ReadonlySet<string> {
  return new Set(store.trajectories.summaries({ run: runs, success: true }).map(({ task }) => task));
}

/** Where the policy of a round stands that is not the last: `name-1.safetensors`, or the folder `name-1`. */
function roundFile({ out, start }: ExpertIterationContext, round: number): string {
  if (start.published) return `${out}-${round}`;
  const { dir, name } = path.parse(out);
  return path.join(dir, `${name}-${round}.safetensors`);
}

/** Tasks of the pool that were not won in earlier rounds, by a draw of each round. */
function drawTasks(
  pool: readonly TaskRecord<unknown>[],
  store: Store,
  earlier: readonly string[],
  { tasks, seed }: ExpertIterationSettings,
  round: number,
): TaskRecord<unknown>[] {
  const won = wonTasks(store, earlier);
  return createRandom('own tasks', seed, round)
    .shuffle(pool.filter(({ id }) => !won.has(id)))
    .slice(0, tasks);
}

/** Plays what the round has not played yet; false when the signal ended it. */
async function play(
  context: ExpertIterationContext,
  policy: TrainedPolicy,
  run: string,
  tasks: readonly TaskRecord<unknown>[],
  settings: ExpertIterationSettings,
): Promise<boolean> {
  const { world, store, learner: compute = {}, signal, onEpisode } = context;
  const { temperature, replyTokens, maxSteps, seed } = settings;
  const plan = planRun(store, {
    id: run,
    // They are what is learnt from: no report measures them.
    kind: 'sft',
    world,
    tasks,
    rollouts: 1,
    seed: `own ${seed}`,
    maxSteps,
    settings: { arm: context.run, policy: policyVersion(policy), temperature, replyTokens, seed },
    remedy: 'Give these rounds another name, or another database.',
  });
  const { missing } = plan;
  if (missing.size === 0) return true;
  const agent = await policyAgent({
    checkpoint: policy,
    name: run,
    temperature,
    replyTokens,
    ...(compute.engine && { engine: compute.engine }),
    ...(compute.workers !== undefined && { workers: compute.workers }),
  });
  let done = tasks.length - missing.size;
  try {
    const played = await playRun(store, plan, {
      agent,
      engine: agent.engine,
      signal,
      onEpisode: stored => {
        if (stored) onEpisode?.(++done, tasks.length);
      },
    });
    refuseLosses(run, played);
    return !signal?.aborted;
  } finally {
    await agent.close();
  }
}
