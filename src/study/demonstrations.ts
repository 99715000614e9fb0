import { existsSync } from 'node:fs';
import path from 'node:path';
import { policyAgent, policyVersion } from '../agents/policy.ts';
import {
  buildDemonstrations,
  type Cut,
  marMethod,
  marRulesAnnotator,
  mbtRMethod,
  mbtRulesAnnotator,
  mbtSMethod,
  rlvmrMethod,
  rulesAnnotator,
  trainedCategories,
} from '../demonstrations/index.ts';
import { ClewError } from '../errors.ts';
import { episodeLayoutOf, type Row, type TrainedPolicy, trajectoryRow } from '../policy/index.ts';
import { planRun, playRun, refuseLosses } from '../runs/index.ts';
import { fitsContext } from '../training/stages/fitting-row.ts';
import { type Demonstrations, readDemonstrations } from '../training/stages/index.ts';
import { taskPool } from '../training/task-pool.ts';
import { openStore, type Trajectory } from '../trajectory/index.ts';
import { calledAs, createRandom, hash, type World } from '../world/index.ts';
import { fileName } from './file-name.ts';
import type { Staged } from './stages.ts';
import { hasPhases, type StudentSettings, type StudyBuildSettings } from './starts.ts';
import type { Study, StudyOptions, StudyStartFiles } from './study.ts';

/** Steps of an episode that demonstrations are made of. */
function stepsOf(world: World, { maxSteps = Math.min(30, world.maxSteps) }: StudyBuildSettings): number {
  return maxSteps;
}

/**
 * The demonstrations of a start: opened, or built. Null when the signal ended it.
 * @param student the policy whose episodes are rewritten, for a start that needs one, and what it was shown
 */
export async function openDemonstrations(
  { world }: Study,
  { name, file: given, build }: StudyStartFiles,
  options: StudyOptions,
  student?: { readonly policy: TrainedPolicy; readonly shown: Demonstrations },
): Promise<Staged<Demonstrations> | null> {
  const { out, signal, progress } = options;
  const suffix = name === null ? '' : `-${fileName(name)}`;
  const file = given ?? path.join(out, `demonstrations${suffix}.sqlite`);
  if (given !== undefined && !existsSync(given))
    throw new ClewError(
      `There are no demonstrations ${given}. Make some with: clew cold-start build ${calledAs(world)} --out ${given}`,
    );
  const students = build?.students
    ? await studentEpisodes(world, path.join(out, `students${suffix}.sqlite`), build, student!.policy, options)
    : [];
  if (students === null) return null;
  const store = openStore(file, { readonly: given !== undefined });
  try {
    let before = true;
    if (build) {
      const { trajectories, seed, method = 'rlvmr' } = build;
      const phases = hasPhases(build);
      let done = 0;
      const { config, ...part } = methodOf(world, build, students);
      const built = await buildDemonstrations({
        world,
        store,
        run: `${method === 'rlvmr' ? 'cold start' : method} ${world.name}`,
        annotator: method === 'mar' ? marRulesAnnotator() : phases ? mbtRulesAnnotator() : rulesAnnotator(build),
        trajectories,
        seed,
        ...part,
        config: { ...config, ...(method.startsWith('mbt') && !phases && { phases }) },
        ...(signal && { signal }),
        onTrajectory: () => progress?.episodes?.(++done, trajectories),
        onTry: (tried, won) => progress?.tasks?.({ tried, won, bySearch: !world.expert }),
      });
      if (signal?.aborted) return null;
      before = built.before === built.stored;
    }
    const own = readDemonstrations(store, world);
    const value = build?.students?.together ? joined(student!.shown, own) : own;
    return { value, before, outcome: `${value.trajectories.length} trajectories` };
  } finally {
    store.close();
  }
}

/** Where students' episodes are cut; undefined at their stagnation, as in builds of before. */
function cutOf({ students }: StudyBuildSettings): Cut | undefined {
  return students?.cut === 'stagnation' ? undefined : students?.cut;
}

/** Demonstrations one after the other. */
function joined(first: Demonstrations, second: Demonstrations): Demonstrations {
  return {
    trajectories: [...first.trajectories, ...second.trajectories],
    content: hash(`${first.content} ${second.content}`),
  };
}

function methodOf(world: World, build: StudyBuildSettings, students: readonly Trajectory[]) {
  const { seed, mistakes: rate, chain, stubborn, noise, method = 'rlvmr' } = build;
  const settings = { seed, maxSteps: stepsOf(world, build), rate, chain, stubborn, noise };
  if (method === 'mbt-r') return mbtRMethod(world, students, { ...settings, cut: cutOf(build) });
  if (method === 'mbt-s') return mbtSMethod(world, settings);
  return method === 'mar' ? marMethod(world, settings) : rlvmrMethod(world, settings);
}

/**
 * A policy's own episodes of training tasks, played into a database of their own: reports measure none of them. Null
 * when the signal ended it.
 */
async function studentEpisodes(
  world: World,
  file: string,
  build: StudyBuildSettings & { readonly students?: StudentSettings | undefined },
  policy: TrainedPolicy,
  { compute = {}, signal, progress }: StudyOptions,
): Promise<Trajectory[] | null> {
  const { tasks: count, temperature, from } = build.students!;
  const tasks = taskPool(world, trainedCategories(world), count, createRandom('students', world.name));
  const store = openStore(file);
  try {
    const run = `students, ${from}`;
    const plan = planRun(store, {
      id: run,
      kind: 'rollout',
      world,
      tasks,
      rollouts: 1,
      seed: `students ${build.seed}`,
      maxSteps: stepsOf(world, build),
      settings: { policy: policyVersion(policy), temperature },
      remedy: 'Give the study another --out.',
    });
    if (plan.missing.size > 0) {
      const { engine, workers } = compute;
      const agent = await policyAgent({
        checkpoint: policy,
        name: run,
        temperature,
        ...(engine && { engine }),
        ...(workers !== undefined && { workers }),
      });
      try {
        let done = plan.episodes - plan.missing.size;
        const onEpisode = () => progress?.episodes?.(++done, plan.episodes);
        const played = await playRun(store, plan, { agent, engine: agent.engine, signal, onEpisode });
        if (signal?.aborted) return null;
        refuseLosses(run, played);
      } finally {
        await agent.close();
      }
    }
    return [...store.trajectories.select({ run })];
  } finally {
    store.close();
  }
}

/** What a policy reads of each demonstration. */
export type DemonstrationRows = ReadonlyMap<Trajectory, Row>;

export function rowsOf({ trajectories }: Demonstrations, policy: TrainedPolicy): DemonstrationRows {
  const layout = episodeLayoutOf(policy);
  return new Map(trajectories.map(trajectory => [trajectory, trajectoryRow(trajectory, layout)]));
}

/** Tokens that a policy learns of a demonstration: those of its replies that are no marked mistakes. */
function tokensOf({ weights }: Row): number {
  return Array.from(weights).filter(weight => weight > 0).length;
}

/**
 * Those that a policy can read to their end: a student's own episode may have grown longer than its context. Where none
 * fits, all of them: fine-tuning refuses them and says what would be right.
 */
export function withinContext(
  { trajectories, content }: Demonstrations,
  rows: DemonstrationRows,
  context: number,
): Demonstrations {
  const fitting = trajectories.filter(trajectory => fitsContext(rows.get(trajectory)!, context));
  if (fitting.length === trajectories.length || fitting.length === 0) return { trajectories, content };
  return { trajectories: fitting, content: hash(`${content} context ${context}`) };
}

/** Demonstrations, and how many tokens of them are learnt. */
export interface CountedDemonstrations extends Demonstrations {
  readonly tokens: number;
}

/**
 * Demonstrations that have at most `most` tokens to learn, taken in an order that is drawn and kept in their own, so
 * that starts whose thoughts differ in length are taught equally much.
 * @throws ClewError when not even one fits
 */
export function withinTokens(
  { trajectories, content }: Demonstrations,
  rows: DemonstrationRows,
  most: number = Infinity,
): CountedDemonstrations {
  const counts = new Map(trajectories.map(trajectory => [trajectory, tokensOf(rows.get(trajectory)!)]));
  const chosen = new Set<Trajectory>();
  let tokens = 0;
  for (const trajectory of createRandom('equal tokens', content).shuffle(trajectories)) {
    const next = tokens + counts.get(trajectory)!;
    if (next > most) break;
    chosen.add(trajectory);
    tokens = next;
  }
  if (chosen.size === 0)
    throw new ClewError(
      `No demonstration fits into ${most} tokens: they have ${Math.min(...counts.values())} and more. Raise tokens.`,
    );
  if (chosen.size === trajectories.length) return { trajectories, content, tokens };
  return {
    trajectories: trajectories.filter(trajectory => chosen.has(trajectory)),
    content: hash(`${content} ${most}`),
    tokens,
  };
}
