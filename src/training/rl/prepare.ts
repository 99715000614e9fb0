import { forecastLayoutOf } from '../../agents/policy-forecaster.ts';
import { completeKit, hindsightEpisode } from '../../demonstrations/index.ts';
import { needKit } from '../../demonstrations/need-kit.ts';
import { type Briefs, briefsOf } from '../../briefs/index.ts';
import { rubricsOf } from '../../rubrics/index.ts';
import { policyVersion } from '../../agents/policy.ts';
import { ClewError } from '../../errors.ts';
import { changedAt } from '../../former-keys.ts';
import type { RunId } from '../../ids.ts';
import { checkRewards, needsBriefs } from '../../learn/index.ts';
import { withWorldRewards } from '../../rewards/index.ts';
import { type Checkpoint, episodeLayoutOf, forecastWords, type TrainedPolicy, withWords } from '../../policy/index.ts';
import { knownRun, type RunIdentity, type Settings } from '../../runs/index.ts';
import type { Trajectory } from '../../trajectory/index.ts';
import { canonicalJson, hash, type World } from '../../world/index.ts';
import { currentRlRecipe } from '../former-settings.ts';
import { checkedReference, freeSettings, stateOf } from './kept-state.ts';
import type { RlOptions } from './options.ts';
import { advantagesOfRecipe, objectiveOfRecipe } from './recipe.ts';
import { ReplayBuffer } from './replay-buffer.ts';
import { SuccessBuffer } from './self-imitation.ts';
import { taskRounds } from './tasks.ts';

type ReferenceOptions = Pick<RlOptions, 'recipe' | 'start' | 'reference'>;

/** The options with policies that can say what a recipe wants said: one without words for forecasts gets them. */
export function withForecastWords<Options extends ReferenceOptions>(options: Options): Options {
  if (!options.recipe.forecasts) return options;
  const { start, reference } = options;
  return {
    ...options,
    start: withWords(start, forecastWords),
    ...(reference && { reference: withWords({ ...start, ...reference }, forecastWords) }),
  };
}

/** What a KL term holds to, if there is one. @throws ClewError when it does not fit the policy that is trained */
export function neededReference(options: ReferenceOptions): Checkpoint | undefined {
  return objectiveOfRecipe(options.recipe).klCoefficient > 0 ? checkedReference(withForecastWords(options)) : undefined;
}

/** What follows from the options alone, and the state that an earlier call kept. */
export async function prepare(options: RlOptions) {
  const { world, recipe, start, seed, store, run } = options;
  const advantageRecipe = advantagesOfRecipe(recipe);
  const rewards = withWorldRewards(world, options.rewards);
  checkRewards(advantageRecipe, rewards);
  const objective = objectiveOfRecipe(recipe);
  if (options.demonstrations && !recipe.selfImitation)
    throw new ClewError(
      'Demonstrations are learnt from beside won episodes only: give the recipe selfImitation, or leave them out.',
    );
  const reference = neededReference(options);
  const config = {
    kind: 'rl',
    arm: options.arm ?? advantageRecipe.name,
    seed,
    recipe,
    advantages: advantageRecipe,
    objective,
    world: { name: world.name, version: world.version, grammar: world.grammar, heldOut: world.heldOut },
    start: { policy: policyVersion(start), stages: start.origin.stages.length },
    reference: reference ? policyVersion(reference) : null,
    ...(options.demonstrations && { demonstrations: options.demonstrations.content }),
    ...permutedNames(options),
    evaluation: options.evaluation
      ? {
          ...options.evaluation,
          panels: options.evaluation.panels.map(({ name, level, tasks }) => ({
            name,
            level,
            tasks: tasks.length,
            hash: hash(tasks.map(({ id }) => id).join('\n')),
          })),
        }
      : null,
  };
  const identity: RunIdentity = {
    id: run,
    kind: 'rl',
    world: world.name,
    config,
    free: freeSettings(recipe),
    // Runs of before do not say which names were permuted.
    current: kept => ({ ...permutedNames(options), ...(changedAt(kept, { recipe: currentRlRecipe }) as Settings) }),
    remedy:
      'To go on, give it the settings that it began with; to train with these, begin another run under another ' +
      'name (--run NAME).',
  };
  knownRun(store, identity);
  const state = await stateOf(options, config);
  const { model } = state;
  const checkpoint: TrainedPolicy = {
    model,
    tokenizer: start.tokenizer,
    codec: start.codec,
    origin: start.origin,
    ...(start.published && { published: start.published }),
  };
  const layout = episodeLayoutOf(checkpoint);
  if (recipe.forecasts) forecastLayoutOf(layout);
  const tasks = taskRounds(world, recipe, seed);
  const won =
    recipe.selfImitation &&
    new SuccessBuffer(layout, recipe.selfImitation, {
      // The words of a published model cannot be exchanged one for one.
      kit: start.published ? null : world.kit,
      demonstrations: options.demonstrations?.trajectories,
      context: model.config.context,
      ...(recipe.selfImitation.hindsight && { achieved: achievedIn(world, options.run) }),
    });

  const replay = recipe.replay && new ReplayBuffer(layout, recipe.replay);
  const briefs = briefsOfRun(world, needsBriefs(advantageRecipe, rewards));
  return {
    advantageRecipe,
    rewards,
    objective,
    reference,
    config,
    identity,
    state,
    checkpoint,
    layout,
    tasks,
    won,
    replay,
    briefs,
  };
}

/** Names what may change names in episodes that are imitated: the kit of the world says it, and no setting. */
function permutedNames({ world, recipe, start }: RlOptions): { readonly permuted?: string } {
  if (start.published || !recipe.selfImitation || recipe.selfImitation.permuteThings === 0) return {};
  const { permutableThings = [], permutablePlaces = [] } = world.kit;
  return { permuted: hash(canonicalJson([permutableThings, permutablePlaces])) };
}

/**
 * What lost episodes did achieve, without what may not be trained on.
 * @throws ClewError in a world that does not tell
 */
function achievedIn(world: World, run: RunId): (lost: Trajectory) => Trajectory | undefined {
  needKit(world, { hindsight: true });
  const rules = completeKit(world).leaks(world.heldOut);
  return lost => hindsightEpisode(world, lost, { run, rules });
}

/**
 * What is to be known of training tasks, where rewards are paid by it. Rubrics are made where a reward reads them: they
 * take a play of each category.
 */
function briefsOfRun(world: World, rewards: readonly string[]): Briefs | undefined {
  if (rewards.length === 0) return undefined;
  const { createExpert } = completeKit(world);
  return briefsOf(world, {
    createPlayer: createExpert,
    ...(rewards.includes('rubric') && { rubrics: rubricsOf(world) }),
  });
}

/** Everything that a run has before its engines are open. */
export type Prepared = Awaited<ReturnType<typeof prepare>>;
