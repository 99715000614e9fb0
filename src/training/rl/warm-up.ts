import { type Agent } from '../../agents/index.ts';
import { type Forecaster, forecastTasks } from '../../agents/forecast.ts';
import { groupFacts, vocabularyOf } from '../../forecasts/index.ts';
import { warmUpAlarms } from '../../learn/index.ts';
import type { ForecastLayout, Row } from '../../policy/index.ts';
import { playWhole } from '../../runs/index.ts';
import { isMissing } from '../../steps/index.ts';
import type { Forecast, Trajectory } from '../../trajectory/index.ts';
import { createRandom, type Random, type TaskRecord } from '../../world/index.ts';
import { asHeavyAs, forecastRow, playedRow, rightForecast } from './forecast-rows.ts';
import type { ForecastSettings } from './forecast-settings.ts';
import type { RlOptions } from './options.ts';
import { episodeTokens, policyTokens } from './policy-tokens.ts';
import { trainingPool } from './tasks.ts';
import type { WarmUpReport } from './warm-up-report.ts';

export interface WarmUpParts {
  /** The policy, which plays. */
  readonly agent: Agent;
  readonly forecaster: Forecaster;
  readonly layout: ForecastLayout;
  /** Wins are told out of so many episodes. */
  readonly of: number;
  /** One update by the likelihood of rows; gives the loss, nats a token. */
  readonly learn: (rows: readonly Row[], learningRate: number, random: Random) => Promise<number | null>;
}

/** Tasks that are foretold to see whether the form has been learnt, forecasts of each, and updates between two looks. */
const tried = { tasks: 16, each: 8, every: 25 };

/** Tasks that are played once more at the end. */
const replayed = 16;

/**
 * Teaches the form of forecasts: plays tasks with the policy as it is, and learns what would have been foretold rightly
 * of them. What it played is learnt beside it at the same weight, so that playing is not forgotten over foretelling. The
 * episodes are measured and not stored, as those of evaluations while a policy is trained. Now and then tasks that are
 * not taught are foretold: it ends when that goes well, or after as many updates as there may be. Then some of the tasks
 * are played again, which says whether playing was kept.
 * @returns null when the signal ended it. What the policy has learnt by then belongs to no state: a later call begins
 *   anew, and comes to the same.
 */
export async function warmUp(
  { world, recipe, run, seed, signal }: RlOptions,
  { warmUp: settings }: Pick<ForecastSettings, 'warmUp'>,
  { agent, forecaster, layout, of, learn }: WarmUpParts,
): Promise<WarmUpReport | null> {
  const pool = trainingPool(world, recipe, createRandom('forecast warm-up tasks', seed));
  const tasks = pool.slice(0, settings.tasks);
  const maxSteps = recipe.maxSteps ?? world.maxSteps;
  const play = (of: readonly TaskRecord<unknown>[], name: string) =>
    playWhole('the warm-up', {
      world,
      agent,
      run,
      tasks: of,
      rollouts: recipe.rollouts,
      seed: `${seed}/${name}`,
      parallelEpisodes: recipe.tasks * recipe.rollouts,
      maxSteps,
      ...(signal && { signal }),
    });
  const played = await play(tasks, 'warm-up');
  if (signal?.aborted) return null;
  const groups = tasks.map(({ id }) => played.filter(({ task }) => task.id === id));
  const rows = taughtRows(groups, layout, { of, maxSteps });
  const own = played.filter(({ steps }) => steps.length > 0).map(playedRow);
  const random = createRandom('forecast warm-up', seed);
  const losses: (number | null)[] = [];
  let written: readonly Forecast[] = [];
  let wellFormed = 0;
  let forecastTokens = 0;
  while (losses.length < settings.updates) {
    const drawn = random.shuffle(rows).slice(0, settings.batch);
    const rehearsed = asHeavyAs(drawn, random.shuffle(own).slice(0, settings.rehearsed));
    losses.push(await learn([...drawn, ...rehearsed], settings.learningRate, random));
    if (signal?.aborted) return null;
    if (losses.length % tried.every > 0 && losses.length < settings.updates) continue;
    written = await tryForecasts(losses.length);
    const before = wellFormed;
    wellFormed = written.filter(({ faults }) => faults.length === 0).length / written.length;
    forecastTokens += policyTokens(written);
    // Twice: of many looks some are lucky.
    if (Math.min(before, wellFormed) >= settings.wellFormed) break;
  }
  const again = await play(tasks.slice(0, replayed), 'after warm-up');
  if (signal?.aborted) return null;
  const kept = {
    episodes: again.length,
    before: successOf(groups.slice(0, replayed).flat()),
    after: successOf(again),
  };
  const uniform = groups.filter(([first, ...rest]) => rest.every(({ success }) => success === first!.success));
  return {
    tasks: tasks.length,
    episodes: played.length,
    success: successOf(played),
    uniformShare: uniform.length / groups.length,
    tokens: episodeTokens([...played, ...again]) + forecastTokens,
    updates: losses.length,
    loss: { first: losses[0] ?? null, last: losses.at(-1) ?? null },
    forecasts: { tasks: new Set(written.map(({ task }) => task.id)).size, written: written.length, wellFormed },
    kept,
    alarms: warmUpAlarms({ wellFormed, kept }),
  };

  /** Forecasts of tasks that are not taught; of taught ones where the world has no others. */
  function tryForecasts(update: number): Promise<Forecast[]> {
    const untaught = pool.slice(settings.tasks, settings.tasks + tried.tasks);
    return forecastTasks({
      world,
      tasks: untaught.length > 0 ? untaught : tasks.slice(0, tried.tasks),
      forecaster,
      run,
      each: tried.each,
      of,
      maxSteps,
      seed: `${seed}/warm-up/${update}`,
    });
  }
}

function successOf(episodes: readonly Trajectory[]): number {
  return episodes.filter(({ success }) => success).length / episodes.length;
}

/** What would have been foretold rightly of each group, as rows. */
function taughtRows(
  groups: readonly (readonly Trajectory[])[],
  layout: ForecastLayout,
  limits: { readonly of: number; readonly maxSteps: number },
): Row[] {
  const played = groups.flat();
  const vocabulary = vocabularyOf(played);
  const all = groupFacts(played);
  return groups.flatMap(episodes => {
    const facts = groupFacts(episodes);
    if (isMissing(facts) || isMissing(all)) return [];
    return [forecastRow(layout.prompt(episodes[0]!), rightForecast(facts, all, vocabulary, limits), layout)];
  });
}
