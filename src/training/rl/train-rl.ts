import { policyAgent } from '../../agents/policy.ts';
import {
  AdamW,
  type Alarm,
  alarms,
  describeAdvantages,
  type IterationFacts,
  learnFrom,
  openGradientSteps,
  type TagCounts,
  foldTemperature,
} from '../../learn/index.ts';
import { measure } from '../../metrics/index.ts';
import { saveCheckpoint } from '../../policy/index.ts';
import { beginRun, endRun, endRunByError, playWhole, stateFile } from '../../runs/index.ts';
import { createRandom } from '../../world/index.ts';
import { type Engines, openEngines } from './engines.ts';
import { coldStartFacts, factsOf, type IterationReport, playFigures } from './iteration.ts';
import type { Progress } from './kept-state.ts';
import type { EvaluationReport, RlOptions, RlResult } from './options.ts';
import { type Prepared, prepare, withForecastWords } from './prepare.ts';
import { learningRateOf } from './learning-rate.ts';
import { restoreReplay } from './replay-buffer.ts';
import { sampleGroups } from './sample-groups.ts';
import { putScores } from './put-scores.ts';
import { stopwatch } from './stopwatch.ts';
import { vineOf } from './vine.ts';
import { writePolicy } from './write-policy.ts';
import type { ForecastReport } from './forecast-report.ts';
import { openForecasting } from './forecasting.ts';

/**
 * Reinforcement learning: sample groups, score them, compute advantages, update, log, keep the state. Every draw is
 * keyed by seed, iteration, task, rollout and token, so that a run which is killed at any moment goes on to the same
 * weights and the same rows as one that never was; rows that it had stored already are compared, not written again.
 *
 * @example
 * import { openStore } from 'clew';
 * import { loadPolicy } from 'clew/policy';
 * import { readRlRecipe, trainRl } from 'clew/train';
 * import world from 'clew/worlds/household';
 *
 * const { iterations, policy } = await trainRl({
 *   world,
 *   recipe: readRlRecipe({ advantages: 'rlvmr:fixed', iterations: 50 }),
 *   start: await loadPolicy('cold-start.safetensors', world),
 *   seed: 0,
 *   store: openStore('clew.db'),
 *   run: 'RLVMR, seed 0',
 *   out: 'rlvmr.safetensors',
 * });
 *
 * @throws ClewError when the run exists with other settings, its state is missing or damaged, the reference does not
 *   fit, or a demonstration is longer than the context.
 */
export async function trainRl(given: RlOptions): Promise<RlResult> {
  const options = withForecastWords(given);
  const { recipe, compute = {} } = options;
  const prepared = await prepare(options);
  const { state, reference } = prepared;
  const engines = await openEngines(
    state.model,
    reference && foldTemperature(reference.model, recipe.temperature),
    compute,
    options.start.published?.folder.tokenizer.rawTexts(),
  );
  try {
    return await iterations(options, prepared, engines);
  } finally {
    await engines.close();
  }
}

async function iterations(
  options: RlOptions,
  prepared: Prepared,
  { learner, sampler, reference }: Engines,
): Promise<RlResult> {
  const { world, recipe, seed, store, run, out, signal } = options;
  const { advantageRecipe, rewards, objective, identity, state, checkpoint, layout, tasks, won, replay, briefs } =
    prepared;
  const { model } = state;
  const engine = [learner.description.engine, learner.description.provider].join(' ');
  const sampling = { checkpoint, sampler, replyTokens: recipe.replyTokens };
  const rolloutPolicy = await policyAgent({ ...sampling, name: run, temperature: 1, keepTokens: true });
  const evaluationPolicy =
    options.evaluation &&
    (await policyAgent({ ...sampling, name: run, temperature: options.evaluation.temperature / recipe.temperature }));
  const optimiser = new AdamW(model, { weightDecay: recipe.weightDecay }, state.optimiser);
  // A temperature that imitation takes back for a moment is folded into the model here.
  const tempered = recipe.temperature !== 1 && (recipe.selfImitation || recipe.forecasts);
  const steps = await openGradientSteps(learner, optimiser, Boolean(tempered));
  let { iteration, norm, warmedUp = false } = state.progress;
  const forecasting = openForecasting(options, prepared, { learner, sampler, optimiser, steps }, rolloutPolicy);
  // Those of an iteration that was stored and not kept are played again before anything is learnt from them. Lost ones
  // count where it is learnt what they did achieve.
  if (iteration > 0)
    won?.add(store.trajectories.select({ run, ...(!recipe.selfImitation?.hindsight && { success: true }) }));
  if (replay) restoreReplay(replay, store, run, iteration);
  beginRun(store, { ...identity, engine });
  const history: IterationFacts[] = [];
  const before: { iteration: number; report: ForecastReport | undefined }[] = [];
  let tagReference: TagCounts | undefined;
  for (const { iteration: number, data } of store.metrics.of(run, 'train') as {
    iteration: number;
    data: IterationReport;
  }[]) {
    if (number > iteration) break;
    history.push(data.facts);
    before.push({ iteration: number, report: data.forecasts });
    tagReference ??= data.situations;
    // Draws what the iteration has drawn, so that the next one goes on where it ended.
    const drawRound = tasks.nextIteration();
    for (let round = 0; round < (data.rounds ?? 1); round++) drawRound();
  }
  forecasting?.restore(store, run, before);
  try {
    options.onStart?.({ engine, workers: learner.workers, parameters: model.parameters.length, done: iteration });
    if (iteration === 0 && !warmedUp) {
      await evaluate(0);
      const clock = stopwatch();
      const taught = signal?.aborted ? null : await forecasting?.warmUp(rolloutPolicy);
      if (taught) {
        const report = { ...taught, seconds: clock() };
        store.metrics.put(run, { iteration: 0, phase: 'warm-up', data: report });
        options.onWarmUp?.(report);
        warmedUp = true;
        await keep();
      }
    }
    let stoppedBy: Alarm | null = null;
    while (iteration < recipe.iterations && !signal?.aborted && !stoppedBy) stoppedBy = await iterate(iteration + 1);
    const finished = iteration >= recipe.iterations;
    endRun(store, run, {
      ...(!stoppedBy && !finished && { signal }),
      failures: stoppedBy ? [`the alarm "${stoppedBy.rule}" in iteration ${stoppedBy.iteration}`] : [],
    });
    return {
      iterations: iteration,
      finished,
      stoppedBy,
      policy: finished || stoppedBy ? await writePolicy(options, prepared, iteration, stoppedBy) : null,
    };
  } catch (error) {
    endRunByError(store, run, error);
    throw error;
  }

  /** One iteration. Its state is kept only when no alarm stops the run, so that the kept state is a healthy one. */
  async function iterate(number: number): Promise<Alarm | null> {
    const clock = stopwatch();
    const drawRound = tasks.nextIteration();
    const foretold = await forecasting?.foretell(number, drawRound());
    const { trajectories, rounds, leftOut, begun, scouts } = await sampleGroups(
      options,
      rolloutPolicy,
      foretold ? () => foretold.tasks : drawRound,
      number,
      foretold,
    );
    const judged = foretold && forecasting!.judge(foretold, trajectories, number);
    const vine = await vineOf(judged?.learnt ?? trajectories, options, rolloutPolicy, layout, number, begun);
    const rolloutSeconds = clock();
    const play = playFigures(trajectories, advantageRecipe, recipe.rollouts, rewards, briefs);
    tagReference ??= play.situations;
    won?.add(trajectories);
    replay?.add(number, trajectories);
    const learningRate = learningRateOf(recipe, number);
    let scoreSeconds = 0;
    const { signals, advantages, update } = await learnFrom(judged?.learnt ?? trajectories, {
      ...(judged && { beside: judged.rows }),
      advantages: advantageRecipe,
      rewards,
      briefs,
      groupSize: recipe.rollouts,
      tagReference,
      ...(vine && { vine: vine.advantages }),
      begun,
      layout,
      learner,
      reference,
      optimiser,
      steps,
      objective,
      learningRate,
      norm,
      miniBatches: recipe.miniBatches,
      epochs: recipe.epochs,
      maxGradNorm: recipe.maxGradNorm,
      gradientSpikeThreshold: recipe.gradientSpikeThreshold,
      random: createRandom('rl batches', seed, number),
      imitated: won && {
        weight: recipe.selfImitation!.weight,
        temperature: recipe.temperature,
        parts: won.draw(createRandom('rl imitated', seed, number), recipe.miniBatches * recipe.epochs),
      },
      replayed: replay?.draw(number, createRandom('rl replay', seed, number), recipe.miniBatches * recipe.epochs),
      onAdvantages() {
        scoreSeconds = clock();
      },
    });
    norm = update.norm;
    const expert = judged && (await forecasting!.learnExperts(judged, trajectories, learningRate, number));
    const updateSeconds = clock();
    // The rows come first: a state without its rows could not be told from one that lost them.
    store.transaction(() => {
      store.trajectories.addAll(trajectories);
      putScores(store, advantageRecipe, { signals, advantages }, trajectories);
      if (foretold) forecasting!.store(store, foretold, judged!);
    });
    const { evaluation } = options;
    const due = evaluation && (number % evaluation.every === 0 || number === recipe.iterations);
    const facts = factsOf(number, play, update, due ? await evaluate(number) : null, judged?.report);
    history.push(facts);
    const raised = alarms(history, coldStartFacts(history));
    const stop = raised.find(({ level }) => level === 'stop');
    const storeSeconds = clock();
    const { facts: _, tokens, ...figures } = play;
    const { norm: __, tokens: trained, ...updated } = update;
    const report: IterationReport = {
      iteration: number,
      iterations: recipe.iterations,
      rounds,
      ...(leftOut && { leftOut }),
      ...figures,
      ...updated,
      tokens: { ...tokens, trained },
      ...(vine && { branches: vine.cost }),
      ...(scouts && { scouts }),
      seconds: {
        rollout: rolloutSeconds,
        score: scoreSeconds,
        update: updateSeconds,
        store: storeSeconds,
        total: rolloutSeconds + scoreSeconds + updateSeconds + storeSeconds,
      },
      ...(judged && { forecasts: { ...judged.report, expert: expert! } }),
      advantages: describeAdvantages(advantages),
      learningRate,
      facts,
      alarms: raised,
    };
    store.metrics.put(run, { iteration: number, phase: 'train', data: report });
    options.onIteration?.(report);
    if (stop && recipe.alarms === 'stop') return stop;
    iteration = number;
    await keep();
    return null;
  }

  /** Plays the panels. Gives success on L1, where that is one of them. */
  async function evaluate(number: number): Promise<number | null> {
    if (!options.evaluation || !evaluationPolicy) return null;
    const { panels, temperature } = options.evaluation;
    let unseen: number | null = null;
    for (const { name, level, tasks } of panels) {
      const played = await playWhole(`the panel ${name}`, {
        world,
        agent: evaluationPolicy,
        run,
        tasks,
        seed: `evaluation ${seed}`,
        parallelEpisodes: 128,
        ...(number === 0 && signal && { signal }),
      });
      // What was interrupted is no figure of the panel. It is played again, as nothing has been trained yet.
      if (number === 0 && signal?.aborted) return null;
      const report: EvaluationReport = {
        iteration: number,
        panel: name,
        level,
        temperature,
        measurement: measure(played),
      };
      store.metrics.put(run, { iteration: number, phase: `evaluation ${level}`, data: report });
      if (level === 'L1') unseen = report.measurement.success.value;
      options.onEvaluation?.(report);
    }
    return unseen;
  }

  function keep(): Promise<void> {
    const { settings } = state.progress;
    const progress: Progress = { settings, iteration, norm, ...(warmedUp && { warmedUp }) };
    return saveCheckpoint(stateFile(out), { ...checkpoint, optimiser: optimiser.state, progress: { ...progress } });
  }
}
