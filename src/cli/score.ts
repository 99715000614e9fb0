import { existsSync } from 'node:fs';
import { Command } from 'commander';
import { ClewError, UsageError } from '../errors.ts';
import { readText } from '../read-file.ts';
import { forecastRules, gatherForecasts } from '../forecasts/index.ts';
import {
  formatSummary,
  openReward,
  rewardNames,
  RewardAccumulator,
  rubricReward,
  type Reward,
  withWorldRewards,
} from '../rewards/index.ts';
import { type Briefs, briefsOf } from '../briefs/index.ts';
import { completeKit } from '../demonstrations/index.ts';
import { readRubricFile, rubricsOf } from '../rubrics/index.ts';
import {
  type Forecast,
  openStore,
  type Score,
  type Store,
  type Trajectory,
  type TrajectoryFilter,
} from '../trajectory/index.ts';
import { allSplits } from '../world/index.ts';
import { loadTrajectories } from './load-trajectories.ts';
import { startsAsSqlite } from '../trajectory/store/starts-as-sqlite.ts';
import { withLogOptions, type LogOptions } from './log-options.ts';
import { oneOf } from './options.ts';
import { printJson } from './print-json.ts';
import { formatForecastsScored, isForecastRule, scoreGathered } from './score-forecasts.ts';
import { loadWorld, withWorldOptions, type WorldOptions } from './load-world.ts';
import { type RewardFileOption, rewardsIn, withRewardFile } from './reward-file.ts';

interface ScoreArguments extends RewardFileOption, LogOptions, WorldOptions {
  readonly world?: string;
  readonly rewards: readonly string[];
  readonly rubric?: string;
  readonly run?: string;
  readonly split?: string;
  readonly store?: boolean;
  readonly json?: boolean;
}

/** `clew score FILE --rewards NAMES`: what rewards pay on any log, by tag and by part. */
export function scoreCommand(): Command {
  return withLogOptions(withRewardFile(withWorldOptions(new Command('score'))))
    .summary('say what rewards pay on trajectories')
    .description(
      `Say what rewards pay on trajectories. The ` +
        `rewards:\n${rewardNames.map(name => `  ${name.padEnd(16)} ${openReward(name).title}`).join('\n')}\n` +
        `Of forecasts, in the database or in the first reply of an episode: ${forecastRules.join(', ')}.\n` +
        `With --world also progress and progress:path: steps that an expert, or a path by search, needs fewer than before.`,
    )
    .argument('<file>', 'a database, or a log in any format that `clew import` reads')
    .requiredOption('--rewards <names>', 'the rewards, with commas', (text: string, before: readonly string[] = []) => [
      ...before,
      ...text.split(',').map(name => name.trim()),
    ])
    .option(
      '--world <world>',
      'the world of the episodes, for rewards that play them again or know their tasks: progress, progress:path, mar:…, rubric',
    )
    .option(
      '--rubric <file>',
      'the criteria of the reward rubric, for tasks of any world: what clew rubric --out writes, or { "criteria": […] }',
    )
    .option('--run <name>', 'only this run of the database')
    .option('--split <split>', `only tasks of ${allSplits.join(', ')}`, oneOf(...allSplits))
    .option('--store', 'keep the scores in the database')
    .option('--json', 'print the summary and every score as JSON')
    .action(async (file: string, given: ScoreArguments) => {
      const mine = await rewardsIn(given);
      const own = given.world === undefined ? mine : withWorldRewards(await loadWorld(given.world, given), mine);
      const rules = given.rewards.filter(isForecastRule);
      const rubric = rubricIn(given);
      const rewards = given.rewards
        .filter(name => !isForecastRule(name))
        .map(name => (name === 'rubric' && rubric ? rubric : openReward(name, {}, own)));
      if (!existsSync(file)) throw new UsageError(`There is no file "${file}".`);
      if (given.store && !startsAsSqlite(file))
        throw new ClewError(
          `${file} is a log and not a database, so scores cannot be kept in it. Bring it into one first: clew ` +
            `import ${file} --db FILE.`,
        );
      const filter = { run: given.run, split: given.split };
      const briefs = await briefsIn(given, rewards);
      const tallies = rewards.map(reward => new RewardAccumulator(reward, briefs));
      const scored: { id: string; scores: Record<string, ReturnType<Reward['score']>> }[] = [];
      const store = given.store ? openStore(file) : undefined;
      try {
        const kept = { scores: 0, unknown: 0 };
        const gathered = gatherForecasts(rules.length > 0 ? storedForecasts(file, filter) : []);
        const scoreAll = (): void => {
          let any = false;
          for (const trajectory of trajectoriesOf(file, filter, given, store)) {
            any = true;
            if (rules.length > 0) gathered.see(trajectory);
            const scores = Object.fromEntries(tallies.map((tally, i) => [rewards[i]!.name, tally.add(trajectory)]));
            if (given.json) scored.push({ id: trajectory.id, scores });
            if (store) keep(store, trajectory.id, rewards, scores, kept);
          }
          if (!any)
            throw new ClewError(
              `${file} has no ` +
                `trajectory${given.run === undefined ? '' : ` of the run "${given.run}"`}${given.split === undefined ? '' : ` in the split "${given.split}"`}.`,
            );
        };
        if (store) store.transaction(scoreAll);
        else scoreAll();
        const foretold = scoreGathered(gathered, rules, store);
        const summaries = tallies.map(tally => tally.summary());
        if (given.json)
          printJson({
            file,
            rewards: summaries,
            trajectories: scored,
            ...(rules.length > 0 && { forecasts: foretold.map(({ summary, scores }) => ({ ...summary, scores })) }),
            ...(store && { stored: kept.scores, notStored: kept.unknown }),
          });
        else {
          const told = foretold.map(({ summary }) => formatForecastsScored(summary));
          process.stdout.write(`${[...summaries.map(formatSummary), ...told].join('\n\n')}\n`);
        }
        if (store && !given.json)
          process.stdout.write(
            `\n${file}: ${kept.scores} scores ` +
              `kept${kept.unknown > 0 ? `; ${kept.unknown} were not, because not every step could be judged` : ''}\n`,
          );
      } finally {
        store?.close();
      }
    });
}

/** The reward of the criteria that are given as a file. */
function rubricIn({ rubric: file, rewards }: ScoreArguments): Reward | undefined {
  if (file === undefined) return undefined;
  if (!rewards.includes('rubric'))
    throw new UsageError('--rubric gives the criteria of the reward rubric: name it, as in --rewards rubric.');
  if (!existsSync(file)) throw new UsageError(`There is no file "${file}".`);
  const { byCategory, all } = readRubricFile(readText(file), file);
  return rubricReward(category => byCategory.get(category) ?? all);
}

/** The forecasts of a database; a log has those alone that stand in its replies. */
function storedForecasts(file: string, filter: TrajectoryFilter): Forecast[] {
  if (!startsAsSqlite(file)) return [];
  const store = openStore(file, { readonly: true });
  try {
    return [...store.forecasts.select(filter)];
  } finally {
    store.close();
  }
}

/** Briefs of the tasks of a world, where a reward asks for them. Without a world they are not known, and rewards say so. */
async function briefsIn(
  { world: name, rubric, ...options }: ScoreArguments,
  rewards: readonly Reward[],
): Promise<Briefs | undefined> {
  if (name === undefined || rewards.every(({ needs }) => !needs)) return undefined;
  const world = await loadWorld(name, options);
  return briefsOf(world, {
    createPlayer: completeKit(world).createExpert,
    ...(rewards.some(reward => reward.name === 'rubric') && rubric === undefined && { rubrics: rubricsOf(world) }),
  });
}

function trajectoriesOf(
  file: string,
  filter: TrajectoryFilter,
  log: LogOptions,
  store: Store | undefined,
): Iterable<Trajectory> {
  // A writer may not write while it reads row by row, so its trajectories are read first.
  return store ? [...store.trajectories.select(filter)] : loadTrajectories(file, filter, { log });
}

/**
 * Keeps the parts that are known for every step, and their sum where all parts are. A number that is missing is not 0.
 */
function keep(
  store: Store,
  trajectory: string,
  rewards: readonly Reward[],
  scored: Readonly<Record<string, ReturnType<Reward['score']>>>,
  kept: { scores: number; unknown: number },
): void {
  for (const { name, parts } of rewards) {
    const scores: Score[] = [];
    for (const part of parts) {
      const steps = scored[name]![part]!.steps;
      if (isKnown(steps)) scores.push({ method: name, kind: 'reward', part, steps });
      else kept.unknown++;
    }
    if (scores.length === parts.length)
      scores.push({
        method: name,
        kind: 'reward',
        part: 'total',
        steps: (scores[0]?.steps ?? []).map((_, t) => scores.reduce((sum, { steps }) => sum + steps[t]!, 0)),
      });
    store.scores.put(trajectory, scores);
    kept.scores += scores.length;
  }
}

function isKnown(steps: readonly (number | null)[]): steps is readonly number[] {
  return !steps.includes(null);
}
