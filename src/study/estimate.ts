import { modelConfig, parameterCount, type Preset } from '../policy/index.ts';
import { demonstrationSize } from '../training/needed-context.ts';
import { armOfStart } from './cold-start.ts';
import { names } from './former-names.ts';
import { strippingsOf } from './strip-tags.ts';
import type { Study } from './study.ts';

/** What a study has to do, and about how long it takes. */
export interface StudyEstimate {
  /** Tokens that are learnt from before reinforcement learning. */
  readonly taughtTokens: number;
  /** Episodes that are played to be learnt from, and those of evaluations. */
  readonly episodes: number;
  readonly evaluated: number;
  /** From episodes as short as demonstrations to ones that all use up their steps. */
  readonly minutes: { readonly low: number; readonly high: number };
}

/**
 * How much longer a token takes that is played than one that is trained, in a batch of 64 episodes and more. From the
 * timed quickstart, in which 128 episodes of 14 steps take three seconds at 55,000 trained tokens a second.
 */
const playing = 4;
/** Demonstrations that rules make in a second. */
const demonstrationsASecond = 25;
/** Those of a start that ships or lies in a file. */
const usualDemonstrations = 200;
/** Updates of a warm-up of forecasts until the form is learnt, as far as has been seen. */
const warmUpUpdates = 100;

/** Demonstrations that are made to see how long they are: where experts search, each takes its time. */
const measured = { byExpert: 24, bySearch: 3 };

/**
 * Estimates a study from its recipe and the speed of a training, before anything is done. Null for a published model,
 * whose speed nobody has measured here.
 * @param tokensPerSecond of training `nano` with a vocabulary of 300: see `checkMachine`
 */
export async function estimateStudy(study: Study, tokensPerSecond: number): Promise<StudyEstimate | null> {
  const { recipe, world, panels } = study;
  const { policy, pretraining, demonstrations, starts, sft, expertIteration, arms, seeds, evaluation } = recipe;
  if (!('preset' in policy) || !pretraining) return null;
  const shown = await demonstrationSize(world, world.expert ? measured.byExpert : measured.bySearch);
  const size = (preset: Preset) => parameterCount(modelConfig(preset, { vocabulary: 300, context: 256 }));
  const tokenSeconds = size(policy.preset) / size('nano') / tokensPerSecond;

  const built = starts
    ? Object.values(starts).map(({ demonstrations: own }) => own)
    : [demonstrations ?? ('shipped' as const)];
  const trajectories = built.map(own =>
    typeof own === 'object' && 'build' in own ? (own.build.trajectories ?? usualDemonstrations) : usualDemonstrations,
  );
  const shownTokens = sum(trajectories) * (shown.opening + shown.steps * shown.step);
  const students = sum(
    built.map(own => (typeof own === 'object' && 'build' in own && own.build.students ? own.build.students.tasks : 0)),
  );
  const trained = arms.flatMap(({ rl }) => (rl ? [rl] : []));
  const rounds = expertIteration?.rounds ?? 0;
  const { during } = evaluation;
  const whileTrained = during
    ? sum(panels.map(({ tasks }) => Math.min(tasks.length, during.tasks))) *
      sum(trained.map(({ iterations }) => 1 + Math.ceil(iterations / during.every)))
    : 0;
  const evaluated = sum(policiesOf(study).map(arm => evaluatedOf(study, arm))) + seeds.length * whileTrained;

  const learnt = trained.map(({ iterations, tasks, rollouts, epochs, maxSteps = world.maxSteps, forecasts }) => ({
    steps: maxSteps,
    played: iterations * tasks * rollouts + (forecasts ? forecasts.warmUp.tasks * rollouts : 0),
    read:
      iterations * tasks * rollouts * epochs +
      (forecasts ? Math.min(warmUpUpdates, forecasts.warmUp.updates) * forecasts.warmUp.rehearsed : 0),
  }));
  const roundTokens = expertIteration
    ? rounds *
      expertIteration.epochs *
      (shownTokens + (1 + (expertIteration.replay * (rounds - 1)) / 2) * expertIteration.tasks * episode(shown.steps))
    : 0;
  const taughtTokens = pretraining.tokens + sft.epochs * shownTokens;
  const minutes = (long: boolean) => {
    const tokens = (steps: number) => episode(long ? steps : Math.min(steps, shown.steps));
    const played =
      seeds.length * sum(learnt.map(arm => arm.played * tokens(arm.steps))) +
      students * tokens(world.maxSteps) +
      rounds * (expertIteration?.tasks ?? 0) * tokens(expertIteration?.maxSteps ?? world.maxSteps) +
      evaluated * tokens(evaluation.maxSteps ?? world.maxSteps);
    const read = seeds.length * sum(learnt.map(arm => arm.read * tokens(arm.steps)));
    const seconds =
      tokenSeconds * (taughtTokens + roundTokens + read + playing * played) + sum(trajectories) / demonstrationsASecond;
    return seconds / 60;
  };
  return {
    taughtTokens: Math.round(taughtTokens),
    episodes:
      seeds.length * sum(learnt.map(({ played }) => played)) + rounds * (expertIteration?.tasks ?? 0) + students,
    evaluated,
    minutes: { low: minutes(false), high: minutes(true) },
  };

  /** Tokens of an episode of so many steps. */
  function episode(steps: number): number {
    return shown.opening + steps * shown.step;
  }
}

/** The policies that are evaluated, by what tables call them: starts, and every arm once with each seed. */
function policiesOf({ recipe }: Study): string[] {
  const { starts, arms, seeds, expertIteration } = recipe;
  const trained = arms.filter(({ rl }) => rl !== null).map(({ name }) => name);
  return [
    ...(starts ? Object.keys(starts) : [null]).map(name => armOfStart(recipe, name)),
    ...(expertIteration ? [names.expertIteration] : []),
    ...seeds.flatMap(() => trained),
  ];
}

/** Episodes of one evaluation of a policy. */
function evaluatedOf({ recipe: { evaluation }, panels }: Study, arm: string): number {
  return (
    evaluation.rollouts *
    sum(
      evaluation.temperatures.flatMap((_, t) =>
        panels.map(
          ({ level, tasks }) =>
            tasks.length * strippingsOf(evaluation.stripTags, { arm, level, first: t === 0 }).length,
        ),
      ),
    )
  );
}

/** A sentence of it for people. */
export function formatEstimate({ taughtTokens, episodes, evaluated, minutes }: StudyEstimate): string {
  const [low, high] = [duration(minutes.low), duration(minutes.high)];
  const count = (number: number) => Math.round(number).toLocaleString('en');
  return (
    `${count(taughtTokens)} tokens are learnt from, ${count(episodes)} episodes are played to be learnt from and ` +
    `${count(evaluated)} to be evaluated: by the speed of the engine here about ${low === high ? low : `${low} to ${high}`}, ` +
    `if nothing else runs. Ctrl-C stops; the same command goes on.`
  );
}

function duration(minutes: number): string {
  if (minutes < 1.5) return 'a minute';
  return minutes < 90 ? `${Math.round(minutes)} minutes` : `${(minutes / 60).toFixed(1)} hours`;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
