import { type Forecaster, forecastTasks } from '../../agents/forecast.ts';
import { forecastLayoutOf, policyForecaster } from '../../agents/policy-forecaster.ts';
import { cutShort, type ForecastGroup, groupFacts, vocabularyOf } from '../../forecasts/index.ts';
import {
  type AdamW,
  forecastAdvantages,
  type GradientSteps,
  type Objective,
  type PaidForecast,
  type PaidGroup,
  payForecasts,
  updatePolicy,
  weighedForecasts,
} from '../../learn/index.ts';
import type { ForecastLayout, Learner, Row, Sampler } from '../../policy/index.ts';
import { isMissing } from '../../steps/index.ts';
import type { Forecast, Store, Trajectory } from '../../trajectory/index.ts';
import { createRandom, type Random, type TaskRecord } from '../../world/index.ts';
import type { Agent } from '../../agents/index.ts';
import { cutoffProbed, type Foretold, planOf } from './forecast-plan.ts';
import { type ForecastReport, forecastReport } from './forecast-report.ts';
import { expertForecast, forecastRow } from './forecast-rows.ts';
import type { ForecastSettings } from './forecast-settings.ts';
import type { RlOptions } from './options.ts';
import type { Prepared } from './prepare.ts';
import { warmUp } from './warm-up.ts';
import type { WarmUpReport } from './warm-up-report.ts';

/** What a run that forecasts computes with. */
export interface ForecastingParts {
  readonly forecaster: Forecaster;
  readonly layout: ForecastLayout;
  readonly learner: Learner;
  readonly optimiser: AdamW;
  readonly steps: GradientSteps;
  readonly objective: Objective;
}

/** What became of the forecasts of an iteration, once its tasks were played. */
export interface Judged {
  readonly groups: readonly PaidGroup[];
  readonly paid: readonly PaidForecast[];
  readonly rows: ReturnType<typeof weighedForecasts>;
  /** The episodes as they are learnt from. */
  readonly learnt: readonly Trajectory[];
  readonly report: ForecastReport;
}

/** The forecasts of a run: asked for, judged and learnt from. */
export class Forecasting {
  readonly #options: RlOptions;
  readonly #settings: ForecastSettings;
  readonly #parts: ForecastingParts;
  /** Corrected forecasts that wait to be learnt from. */
  readonly #experts: Row[] = [];

  constructor(options: RlOptions, settings: ForecastSettings, parts: ForecastingParts) {
    this.#options = options;
    this.#settings = settings;
    this.#parts = parts;
  }

  get #of(): number {
    return this.#settings.rule === 'masa:fixed' ? this.#options.recipe.rollouts : 8;
  }

  /** Teaches the form of forecasts, before the first iteration. Null when the signal ended it. */
  warmUp(agent: Agent): Promise<WarmUpReport | null> {
    const { forecaster, layout } = this.#parts;
    return warmUp(this.#options, this.#settings, {
      agent,
      forecaster,
      layout,
      of: this.#of,
      learn: (rows, learningRate, random) => this.#imitate(rows, 1, learningRate, random),
    });
  }

  /** Asks for the forecasts of an iteration's tasks, and decides what is played. */
  async foretell(iteration: number, records: readonly TaskRecord<unknown>[]): Promise<Foretold> {
    const { world, recipe, run, seed } = this.#options;
    const forecasts = await forecastTasks({
      world,
      tasks: records,
      forecaster: this.#parts.forecaster,
      run,
      iteration,
      each: this.#settings.each ?? recipe.rollouts,
      of: this.#of,
      ...(recipe.maxSteps !== undefined && { maxSteps: recipe.maxSteps }),
      seed: `${seed}/${iteration}`,
    });
    const settings = { ...recipe, forecasts: this.#settings };
    const plan = planOf(records, forecasts, settings, seed, iteration);
    const byTask = new Map(plan.tasks.map(task => [task.record.id, task]));
    return {
      plan,
      forecasts,
      tasks: plan.tasks.filter(({ played }) => played).map(({ record }) => record),
      hint: task => byTask.get(task)?.hint,
      cutoff: (task, rollout) =>
        plan.cutoffActs && !cutoffProbed(settings, seed, iteration, task, rollout) ? byTask.get(task)!.limit : null,
    };
  }

  /** The episodes as they are learnt from: what a probe played past its cutoff is not. */
  learnt({ plan }: Pick<Foretold, 'plan'>, trajectories: readonly Trajectory[]): readonly Trajectory[] {
    if (!plan.cutoffActs) return trajectories;
    const limits = new Map(plan.tasks.map(({ record, limit }) => [record.id, limit]));
    return trajectories.map(trajectory => {
      const limit = limits.get(trajectory.task.id);
      return limit == null ? trajectory : cutShort(trajectory, limit);
    });
  }

  /** What the forecasts were worth. */
  judge(foretold: Foretold, played: readonly Trajectory[], iteration: number): Judged {
    const { seed } = this.#options;
    const { rule, parts, weight, control } = this.#settings;
    const learnt = this.learnt(foretold, played);
    const groups = this.#groups(foretold.forecasts, learnt);
    const vocabulary = new Set(vocabularyOf(played).keys());
    const scored = control === 'shuffled' ? shuffled(groups, createRandom('shuffled', seed, iteration)) : groups;
    const paid = payForecasts(scored, { rule, parts, weight, vocabulary });
    const forecasts = groups.flatMap(group => group.forecasts);
    const rows =
      control === 'unpaid' || weight === 0
        ? []
        : weighedForecasts(forecasts, forecastAdvantages(groups, paid, { rule, weight }));
    return { groups, paid, rows, learnt, report: forecastReport(foretold, played, learnt, paid) };
  }

  /** Keeps the forecasts and what they were paid. */
  store(store: Store, { forecasts }: Pick<Foretold, 'forecasts'>, { groups, paid }: Judged): void {
    store.forecasts.addAll(forecasts);
    const { rule } = this.#settings;
    groups
      .flatMap(group => group.forecasts)
      .forEach(({ id }, i) => {
        const parts = Object.entries(paid[i]!).map(([part, value]) => ({ method: rule, part, value }));
        store.forecasts.putScores(id, parts);
      });
  }

  /** After the update: gathers corrected forecasts, and learns them when there are enough. */
  async learnExperts(
    { groups }: Pick<Judged, 'groups'>,
    played: readonly Trajectory[],
    learningRate: number,
    iteration: number,
  ): Promise<ForecastReport['expert']> {
    const { expert } = this.#settings;
    if (!expert) return null;
    this.#gather(groups, played);
    const waiting = this.#experts.length;
    if (waiting < expert.batch) return { waiting, learnt: 0, loss: null };
    const random = createRandom('expert forecasts', this.#options.seed, iteration);
    const loss = await this.#imitate(this.#experts, expert.updates, expert.learningRate ?? learningRate, random);
    this.#experts.length = 0;
    return { waiting: 0, learnt: waiting, loss };
  }

  /** Gathers again what waited when the run was interrupted. */
  restore(store: Store, run: string, iterations: readonly { iteration: number; report: ForecastReport | undefined }[]) {
    if (!this.#settings.expert) return;
    const last = iterations.findLastIndex(({ report }) => (report?.expert?.learnt ?? 0) > 0);
    const numbers = iterations.slice(last + 1).map(({ iteration }) => iteration);
    const forecasts = [...store.forecasts.select({ run })];
    for (const iteration of numbers) {
      const own = forecasts.filter(forecast => forecast.iteration === iteration);
      const played = [...store.trajectories.select({ run, group: [...new Set(own.map(({ group }) => group))] })];
      const order = this.#inOrder(own);
      const limits = planOf(
        order,
        own,
        { ...this.#options.recipe, forecasts: this.#settings },
        this.#options.seed,
        iteration,
      );
      this.#gather(this.#groups(own, this.learnt({ plan: limits }, played)), played);
    }
  }

  #inOrder(forecasts: readonly Forecast[]): TaskRecord<unknown>[] {
    return [...new Set(forecasts.map(({ task }) => task.id))].map(id => this.#options.world.task(id));
  }

  #gather(groups: readonly PaidGroup[], played: readonly Trajectory[]): void {
    const vocabulary = new Set(vocabularyOf(played).keys());
    for (const { forecasts, facts } of groups) {
      const best = expertForecast(forecasts, facts, this.#settings, vocabulary);
      if (best) this.#experts.push(forecastRow(best.forecast.tokens!.prompt, best.text, this.#parts.layout));
    }
  }

  /** Forecasts with the facts of their groups, by task; those of tasks that were not played are left out. */
  #groups(forecasts: readonly Forecast[], episodes: readonly Trajectory[]): PaidGroup[] {
    const groups = new Map<
      string,
      ForecastGroup & { readonly episodes: Trajectory[]; readonly forecasts: Forecast[] }
    >();
    for (const forecast of forecasts) {
      const group = groups.get(forecast.task.id) ?? { forecasts: [], episodes: [] };
      groups.set(forecast.task.id, group);
      group.forecasts.push(forecast);
    }
    for (const episode of episodes) groups.get(episode.task.id)?.episodes.push(episode);
    return [...groups]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([, { forecasts: own, episodes: played }]) => {
        const facts = groupFacts(played);
        return isMissing(facts) ? [] : [{ forecasts: own, facts }];
      });
  }

  async #imitate(rows: readonly Row[], updates: number, learningRate: number, random: Random): Promise<number | null> {
    const { learner, optimiser, steps, objective } = this.#parts;
    const { temperature, maxGradNorm, gradientSpikeThreshold } = this.#options.recipe;
    const { imitation } = await updatePolicy([], {
      learner,
      optimiser,
      steps,
      objective,
      learningRate,
      miniBatches: updates,
      epochs: 1,
      maxGradNorm,
      gradientSpikeThreshold,
      norm: null,
      random,
      imitated: { weight: 1, temperature, parts: Array.from({ length: updates }, () => rows) },
    });
    return imitation?.loss ?? null;
  }
}

/** What a run needs to forecast; undefined where its recipe has no forecasts. */
export function openForecasting(
  options: RlOptions,
  { checkpoint, layout, objective }: Pick<Prepared, 'checkpoint' | 'layout' | 'objective'>,
  {
    learner,
    sampler,
    optimiser,
    steps,
  }: Pick<ForecastingParts, 'learner' | 'optimiser' | 'steps'> & { readonly sampler: Sampler },
  player: Agent,
): Forecasting | undefined {
  const { recipe, run } = options;
  if (!recipe.forecasts) return undefined;
  const forecaster = policyForecaster({
    checkpoint,
    sampler,
    name: run,
    version: () => player.policyVersion!,
    temperature: 1,
    tokens: recipe.forecasts.tokens,
  });
  const forecast = forecastLayoutOf(layout);
  return new Forecasting(options, recipe.forecasts, {
    forecaster,
    layout: forecast,
    learner,
    optimiser,
    steps,
    objective,
  });
}

/** Groups with the facts of another task's: no task keeps its own where there are two. */
function shuffled(groups: readonly PaidGroup[], random: Random): PaidGroup[] {
  const order = random.shuffle(groups.map((_, i) => i));
  const other = new Map(order.map((at, i) => [at, order[(i + 1) % order.length]!]));
  return groups.map(({ forecasts }, i) => ({ forecasts, facts: groups[other.get(i)!]!.facts }));
}
