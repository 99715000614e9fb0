import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { createHash } from 'node:crypto';

import { policyAgent, policyVersion, rollout } from '../../agents/index.ts';
import { ClewError } from '../../errors.ts';
import { measure, type Measurement } from '../../metrics/index.ts';
import { type Checkpoint, configHash, layoutOfCheckpoint, Learner, type LearnerOptions, loadCheckpoint, type Origin, Sampler, saveCheckpoint } from '../../policy/index.ts';
import type { Score, Store } from '../../trajectory/index.ts';
import type { Trajectory } from '../../trajectory/schema.ts';
import { canonicalJson, createRandom, hash, type TaskRecord, type World } from '../../world/index.ts';
import { type Alarm, alarms, type IterationFacts } from '../alarms.ts';
import { type Advantages, advantagesOf, batchOf, describeAdvantages, type EpisodeSignals, inMixedGroups, type TagCounts } from '../advantages/index.ts';
import { AdamW } from '../optimiser.ts';
import { stateFile } from '../stage.ts';
import { episodeRow } from './episode-row.ts';
import { coldStartFacts, factsOf, type IterationReport, playFigures } from './iteration.ts';
import { advantagesOfRecipe, objectiveOfRecipe, type RlRecipe } from './recipe.ts';
import { taskRounds } from './tasks.ts';
import { temper } from './temper.ts';
import { updatePolicy, type UpdateFigures } from './update.ts';

export interface RlOptions {
  readonly world: World;
  readonly recipe: RlRecipe;
  /** The cold start. It is not changed: the run trains a copy. */
  readonly start: Checkpoint & { readonly origin: Origin };
  /** What a KL term holds to; the cold start if left out. */
  readonly reference?: Checkpoint;
  readonly seed: number;
  /** Where runs, episodes, scores and figures are kept. */
  readonly store: Store;
  /** Names the run in the store. The same name goes on with the same run. */
  readonly run: string;
  /** The arm of a comparison that the run belongs to, for tables; the advantages' name if left out. */
  readonly arm?: string;
  /** Where the policy is written when the run has finished, or an alarm has ended it. Its state stands beside it. */
  readonly out: string;
  /** Threads and engine, of the learner and the sampler alike. */
  readonly compute?: LearnerOptions;
  /** Fixed panels that are played before the first iteration, every so many, and after the last. */
  readonly evaluation?: { readonly every: number; readonly temperature: number; readonly panels: readonly EvaluationPanel[] };
  /** Ends the run after the iteration under way; a later call goes on from there. */
  readonly signal?: AbortSignal;
  readonly onStart?: (facts: RlStart) => void;
  readonly onIteration?: (report: IterationReport) => void;
  readonly onEvaluation?: (report: EvaluationReport) => void;
}

export interface EvaluationPanel { readonly name: string; readonly level: string; readonly tasks: readonly TaskRecord<unknown>[] }

export interface EvaluationReport { readonly iteration: number; readonly panel: string; readonly level: string; readonly temperature: number; readonly measurement: Measurement }

/** What is known when the engines stand. */
export interface RlStart {
  readonly engine: string;
  readonly workers: number;
  readonly parameters: number;
  /** Iterations that were done by earlier calls. */
  readonly done: number;
}

export interface RlResult {
  /** Iterations done, by this and earlier calls. */
  readonly iterations: number;
  readonly finished: boolean;
  /** The alarm that ended the run. */
  readonly stoppedBy: Alarm | null;
  /** The trained policy; where an alarm ended the run, the one from before its iteration. Null when the signal ended it. */
  readonly policy: Checkpoint | null;
}

/** What a state keeps beside weights and optimiser. All else follows from the recipe, the seed and the rows in the store. */
interface Progress {
  readonly settings: string;
  readonly iteration: number;
  readonly norm: number | null;
}

/**
 * Reinforcement learning: sample groups, score them, compute advantages, update, log, keep the state. Every draw is keyed by seed,
 * iteration, task, rollout and token, so that a run which is killed at any moment goes on to the same weights and the same
 * rows as one that never was; rows that it had stored already are compared, not written again.
 *
 * @throws ClewError when the run exists with other settings, its state is missing or damaged, or the reference does not fit.
 */
export async function trainRl(options: RlOptions): Promise<RlResult> {
  const { world, recipe, start, seed, store, run, out, compute = {}, signal } = options;
  const advantageRecipe = advantagesOfRecipe(recipe), objective = objectiveOfRecipe(recipe);
  const reference = objective.klCoefficient > 0 ? checkedReference(options) : undefined;
  const config = {
    kind: 'rl', arm: options.arm ?? advantageRecipe.name, seed, recipe, advantages: advantageRecipe, objective,
    world: { name: world.name, version: world.version, grammar: world.grammar, heldOut: world.heldOut },
    start: { policy: policyVersion(start), stages: start.origin.stages.length }, reference: reference ? policyVersion(reference) : null,
    evaluation: options.evaluation ? { ...options.evaluation, panels: options.evaluation.panels.map(({ name, level, tasks }) => ({ name, level, tasks: tasks.length, hash: hash(tasks.map(({ id }) => id).join('\n')) })) } : null,
  };
  const settings = hash(canonicalJson(extendable(config)));
  const state = await stateOf(options, settings);
  const { model } = state;
  const checkpoint: Checkpoint & { origin: Origin } = { model, tokenizer: start.tokenizer, origin: start.origin };
  const layout = layoutOfCheckpoint(checkpoint);
  const rounds = taskRounds(world, recipe, seed);

  const learner = await Learner.open(model, compute);
  const sampler = await Sampler.open(model, { ...(compute.engine && { engine: compute.engine }), workers: learner.workers });
  const holder = reference && await Learner.open(tempered(reference.model, recipe.temperature), compute);
  const engine = [learner.description.engine, learner.description.provider].join(' ');
  const sampling = { checkpoint, sampler, replyTokens: recipe.replyTokens };
  const player = await policyAgent({ ...sampling, name: run, temperature: 1, keepTokens: true });
  const examinee = options.evaluation && await policyAgent({ ...sampling, name: run, temperature: options.evaluation.temperature / recipe.temperature });
  const optimiser = new AdamW(model, { weightDecay: recipe.weightDecay }, state.optimiser);
  let { iteration, norm } = state.progress;
  beginRun(store, { run, world: world.name, config, engine });
  const history: IterationFacts[] = [];
  let tagReference: TagCounts | undefined;
  for (const { iteration: number, data } of store.metrics.of(run, 'train') as { iteration: number; data: IterationReport }[]) {
    if (number > iteration) break;
    history.push(data.facts);
    tagReference ??= data.situations;
  }
  options.onStart?.({ engine, workers: learner.workers, parameters: model.parameters.length, done: iteration });

  try {
    if (iteration === 0) await evaluate(0);
    let stoppedBy: Alarm | null = null;
    while (iteration < recipe.iterations && !signal?.aborted && !stoppedBy) stoppedBy = await iterate(iteration + 1);
    const finished = iteration >= recipe.iterations;
    store.runs.finish(run, finished ? 'done' : stoppedBy ? 'failed' : 'stopped');
    return { iterations: iteration, finished, stoppedBy, policy: finished || stoppedBy ? await finish(stoppedBy) : null };
  } catch (error) {
    // On a full disk this fails too; what is told is what went wrong first.
    try { store.runs.finish(run, 'failed'); } catch { /* told already */ }
    throw error;
  } finally {
    await Promise.all([learner.close(), holder?.close(), sampler.close()]);
  }

  /** One iteration. Its state is kept only when no alarm stops the run, so that the kept state is a healthy one. */
  async function iterate(number: number): Promise<Alarm | null> {
    const clock = stopwatch();
    const trajectories = await sample(number);
    const rolloutSeconds = clock();
    const play = playFigures(trajectories, advantageRecipe, recipe.rollouts);
    tagReference ??= play.situations;
    const signals = batchOf(advantageRecipe, trajectories, { tagReference });
    const advantages = advantagesOf(advantageRecipe, signals, recipe.rollouts);
    const scoreSeconds = clock();
    const learningRate = learningRateOf(recipe, number);
    const update = await learn(number, trajectories, advantages, learningRate);
    norm = update?.norm ?? norm;
    const updateSeconds = clock();
    // The rows come first: a state without its rows could not be told from one that lost them.
    store.transaction(() => {
      store.trajectories.addAll(trajectories);
      putScores(signals, advantages);
    });
    await evaluateWhenDue(number);
    const facts: IterationFacts = { ...factsOf(number, play, update), unseenSuccess: latestUnseen(number) };
    history.push(facts);
    const raised = alarms(history, coldStartFacts(history[0]));
    const stop = raised.find(({ level }) => level === 'stop');
    const storeSeconds = clock();
    const { facts: _, tokens, ...figures } = play;
    const { norm: __, tokens: trained = 0, ...updated } = update ?? {};
    const report: IterationReport = {
      iteration: number, iterations: recipe.iterations, ...figures, ...updated,
      tokens: { ...tokens, trained },
      seconds: { rollout: rolloutSeconds, score: scoreSeconds, update: updateSeconds, store: storeSeconds, total: rolloutSeconds + scoreSeconds + updateSeconds + storeSeconds },
      advantages: describeAdvantages(advantages), learningRate, facts, alarms: raised,
    };
    store.metrics.put(run, { iteration: number, phase: 'train', data: report });
    options.onIteration?.(report);
    if (stop && recipe.alarms === 'stop') return stop;
    iteration = number;
    await keep();
    return null;
  }

  async function sample(number: number): Promise<Trajectory[]> {
    let kept: Trajectory[] = [];
    for (let round = 0; round < recipe.dynamicRounds && (round === 0 || kept.length < recipe.tasks * recipe.rollouts); round++) {
      const played: Trajectory[] = [];
      const failures: string[] = [];
      await rollout({
        world, agent: player, run, tasks: rounds((number - 1) * recipe.dynamicRounds + round), rollouts: recipe.rollouts,
        seed: `${seed}/${number}/${round}`, lanes: recipe.tasks * recipe.rollouts,
        ...(recipe.maxSteps !== undefined && { maxSteps: recipe.maxSteps }),
        optimalSteps: ({ task }) => world.optimalSteps(task) ?? null,
        onTrajectory: trajectory => played.push(inIteration(trajectory, number)),
        onFailure: (task, k, error) => failures.push(`${task}, rollout ${k}: ${error}`),
      });
      if (failures.length > 0) throw new ClewError(`${failures.length} episodes of iteration ${number} could not be played. The first: ${failures[0]}`);
      kept = kept.concat(inOrder(played));
      if (recipe.dynamicRounds > 1) kept = mixedFirst(kept, round + 1 < recipe.dynamicRounds).slice(0, recipe.tasks * recipe.rollouts);
    }
    return kept;
  }

  async function learn(number: number, trajectories: readonly Trajectory[], advantages: Advantages, learningRate: number): Promise<UpdateFigures | null> {
    const byId = new Map(trajectories.map(trajectory => [trajectory.id, trajectory]));
    const episodes = advantages.episodes
      .map(({ id }, i) => ({ row: episodeRow(byId.get(id)!, layout), advantages: advantages.steps[i]! }))
      .filter(({ row }) => row.step.some(step => step >= 0));
    return updatePolicy(episodes, {
      learner, reference: holder, optimiser, objective, learningRate, norm,
      miniBatches: recipe.miniBatches, epochs: recipe.epochs, clip: recipe.clip, skipAbove: recipe.skipAbove,
      random: createRandom('rl batches', seed, number),
    });
  }

  /** What was paid and what it was worth, a number a step: for reading, and for reports. */
  function putScores(batch: readonly EpisodeSignals[], { episodes, steps, terms }: Advantages): void {
    const place = new Map(episodes.map(({ id }, i) => [id, i]));
    for (const { id, signals } of batch) {
      const at = place.get(id);
      const rewards = Object.entries(signals).map(([name, values]): Score => {
        const cut = name.lastIndexOf('/');
        return { method: name.slice(0, cut), kind: 'reward', part: name.slice(cut + 1), steps: values };
      });
      const worth: Score[] = at === undefined ? [] : [
        ...Object.entries(terms).map(([part, term]): Score => ({ method: advantageRecipe.name, kind: 'advantage', part, steps: term.steps[at]! })),
        { method: advantageRecipe.name, kind: 'advantage', part: 'total', steps: steps[at]! },
      ];
      store.scores.put(id, [...rewards, ...worth]);
    }
  }

  async function evaluateWhenDue(number: number): Promise<void> {
    const { evaluation } = options;
    if (evaluation && (number % evaluation.every === 0 || number === recipe.iterations)) await evaluate(number);
  }

  async function evaluate(number: number): Promise<void> {
    if (!options.evaluation || !examinee) return;
    const { panels, temperature } = options.evaluation;
    for (const { name, level, tasks } of panels) {
      const played: Trajectory[] = [];
      await rollout({ world, agent: examinee, run, tasks, seed: `evaluation ${seed}`, lanes: 128, onTrajectory: trajectory => played.push(trajectory) });
      const report: EvaluationReport = { iteration: number, panel: name, level, temperature, measurement: measure(inOrder(played)) };
      store.metrics.put(run, { iteration: number, phase: `evaluation ${level}`, data: report });
      options.onEvaluation?.(report);
    }
  }

  function latestUnseen(number: number): number | null {
    const row = store.metrics.of(run, 'evaluation L1').find(({ iteration: at }) => at === number);
    return (row?.data as EvaluationReport | undefined)?.measurement.success.value ?? null;
  }

  function keep(): Promise<void> {
    const progress: Progress = { settings, iteration, norm };
    return saveCheckpoint(stateFile(out), { ...checkpoint, optimiser: optimiser.state, progress: { ...progress } });
  }

  /** Writes the policy as it is at temperature 1. After an alarm it is the one that was kept last: what is in memory has been updated once more. */
  async function finish(stoppedBy: Alarm | null): Promise<Checkpoint> {
    const stage = { stage: 'rl', run, ...config, result: { iterations: iteration, ...(stoppedBy && { stoppedBy: stoppedBy.rule }) } };
    const healthy = stoppedBy ? (await stateOf(options, settings)).model : model;
    const policy: Checkpoint = { ...checkpoint, model: tempered(healthy, 1 / recipe.temperature), origin: { ...start.origin, stages: [...start.origin.stages, stage] } };
    await saveCheckpoint(out, policy);
    const file = await readFile(out);
    store.checkpoints.put(run, { iteration, path: path.basename(out), sha256: createHash('sha256').update(file).digest('hex'), bytes: file.byteLength, data: { policy: policyVersion(policy) } });
    return policy;
  }
}

/** The model to go on with: the state that an earlier call kept, or a copy of the cold start. */
async function stateOf({ start, recipe, store, run, out }: RlOptions, settings: string): Promise<{ model: Checkpoint['model']; optimiser?: NonNullable<Checkpoint['optimiser']>; progress: Progress }> {
  const file = stateFile(out), known = store.runs.get(run);
  if (existsSync(file)) {
    const { model, optimiser, progress } = await loadCheckpoint(file, { tokenizer: start.tokenizer, config: start.model.config });
    if ((progress as Progress | undefined)?.settings !== settings || !optimiser)
      throw new ClewError(`${file} is the state of another run, with another recipe, seed or cold start. Give this run another name, or remove that file.`);
    if (!known) throw new ClewError(`${file} is the state of a run that ${store.path} does not have. Give the database that the run was begun with, or remove that file to begin anew.`);
    return { model, optimiser, progress: progress as unknown as Progress };
  }
  if (known && store.metrics.of(run, 'train').length > 1)
    throw new ClewError(`${store.path} has the run ${run}, but its state ${file} is gone, so it cannot go on. Choose another name for a new run.`);
  if (existsSync(out) && !known) throw new ClewError(`${out} is there already. Choose another name for this run, or remove that file.`);
  return { model: tempered(start.model, recipe.temperature), progress: { settings, iteration: 0, norm: null } };
}

/** A copy, so that neither the cold start nor the state is changed. */
function tempered({ config, parameters }: Checkpoint['model'], temperature: number): Checkpoint['model'] {
  const copy: Checkpoint['model'] = { config, parameters: new Float32Array(new SharedArrayBuffer(parameters.byteLength)), version: 0 };
  copy.parameters.set(parameters);
  temper(copy, temperature);
  return copy;
}

/** The settings that decide what happens: how long a run goes on is none of them, unless its learning rate falls towards its end. */
function extendable<T extends { readonly recipe: RlRecipe }>(config: T): T {
  return config.recipe.decay === 1 ? { ...config, recipe: { ...config.recipe, iterations: 0 } } : config;
}

/** Rises over the warm-up, and falls in a straight line to what `decay` leaves of it in the last iteration. */
function learningRateOf({ learningRate, warmUp, decay, iterations }: RlRecipe, number: number): number {
  const gone = iterations > 1 ? (number - 1) / (iterations - 1) : 0;
  return learningRate * Math.min(1, number / Math.max(1, warmUp)) * (1 - (1 - decay) * gone);
}

function checkedReference({ start, reference = start }: RlOptions): Checkpoint {
  if (reference.tokenizer.hash !== start.tokenizer.hash) throw new ClewError('The reference policy has another tokenizer than the policy that is trained: a KL between them means nothing. Take the cold start itself, or leave the reference out.');
  if (configHash(reference.model.config) !== configHash(start.model.config)) throw new ClewError(`The reference policy has another architecture (${reference.model.parameters.length} parameters) than the policy that is trained (${start.model.parameters.length}). Take the cold start itself, or set klCoefficient to 0.`);
  return reference;
}

function beginRun(store: Store, { run, world, config, engine }: { run: string; world: string; config: object; engine: string }): void {
  const known = store.runs.get(run);
  if (!known) {
    store.runs.add({ id: run, kind: 'rl', world, config, engine });
    return;
  }
  const same = (of: object) => canonicalJson(extendable(JSON.parse(JSON.stringify(of)) as { recipe: RlRecipe }));
  if (known.kind !== 'rl' || same(known.config as object) !== same(config))
    throw new ClewError(`${store.path} has a run ${run} with other settings. Choose another name, or go on with the recipe, seed and cold start that it began with.`);
  store.runs.reopen(run);
}

/** A task may come again in a later iteration: the iteration is part of the episode's name and of its group's. */
function inIteration(trajectory: Trajectory, number: number): Trajectory {
  const { run, task, rollout: k } = trajectory;
  return { ...trajectory, id: `${run}/${number}/${task.id}/${k}`, group: `${number}/${task.id}` };
}

/** By task and rollout, whichever episode was over first. */
function inOrder(trajectories: readonly Trajectory[]): Trajectory[] {
  return trajectories.toSorted((a, b) => (a.task.id < b.task.id ? -1 : a.task.id > b.task.id ? 1 : a.rollout - b.rollout));
}

/** Groups with both outcomes; when nothing more is sampled also the others, after them. */
function mixedFirst(trajectories: readonly Trajectory[], more: boolean): Trajectory[] {
  const mixed = inMixedGroups(trajectories.map(trajectory => ({ trajectory, id: trajectory.id, group: trajectory.group, task: trajectory.task.id, outcome: trajectory.success ? 1 : 0 }))).map(({ trajectory }) => trajectory);
  if (more) return mixed;
  const chosen = new Set(mixed);
  return [...mixed, ...trajectories.filter(trajectory => !chosen.has(trajectory))];
}

/** Seconds since the last call. */
function stopwatch(): () => number {
  let last = performance.now();
  return () => {
    const now = performance.now(), seconds = (now - last) / 1000;
    last = now;
    return Math.round(1000 * seconds) / 1000;
  };
}
