import { ClewError } from '../errors.ts';
import type { Step, Trajectory } from '../trajectory/schema.ts';
import type { Row, TokenChoice } from './batch.ts';
import type { EpisodeStart } from './episode-start.ts';
import type { ForecastLayout } from './forecast-layout.ts';
import type { ReplyOptions } from './reply.ts';
import type { Tokenizer } from './tokenizer/index.ts';

export type { EpisodeStart };

/**
 * How an episode becomes tokens and back, whatever the words: demonstrations, rollouts and the playing policy are laid
 * out alike. World and policy take turns, and what is added for a turn never changes what stands before it.
 */
export interface EpisodeLayout {
  readonly tokenizer: Tokenizer;
  /** Everything before the first reply. */
  start(episode: EpisodeStart): number[];
  /** Everything between a reply and the next: what the world answered, and what stands around it. */
  answer(
    step: Pick<Step, 'observation' | 'command'>,
    reply: readonly number[],
    episode: Pick<EpisodeStart, 'initialObservation'>,
  ): number[];
  /** A reply with its tags, as trajectories hold it. */
  reply(text: string): number[];
  /** The reply of tokens, whatever they are: the reverse of `reply`. */
  replyText(tokens: readonly number[]): string;
  /** Which tokens of a reply are part of a command: between `<action>` and `</action>`. */
  commandTokens(reply: readonly number[]): boolean[];
  /** How it says what will come of a task, where its vocabulary has the words. */
  readonly forecast?: ForecastLayout;
  /** What ends a reply. */
  readonly stop: Pick<ReplyOptions, 'stop' | 'stopTexts'>;
  /** The restriction of replies to these commands, where it can be had. */
  only?(admissible: readonly string[]): ReplyOptions['only'];
}

/** Some tokens of an episode, all written by one side. */
export interface Span {
  readonly by: 'world' | 'policy';
  readonly tokens: readonly number[];
  /** The step to which the reply or the observation belongs; −1 for the initial observation. */
  readonly step: number;
}

export interface SpanOptions {
  /**
   * Take the ids that the sampler kept, and never encode what a policy wrote: for reinforcement learning. Throws where
   * a step has none.
   */
  kept?: boolean;
}

/** The tokens of an episode, in the order in which they were written. */
export function episodeSpans(
  episode: EpisodeStart & { readonly steps: readonly Step[] },
  layout: EpisodeLayout,
  { kept = false }: SpanOptions = {},
): Span[] {
  const spans: Span[] = [{ by: 'world', tokens: layout.start(episode), step: -1 }];
  episode.steps.forEach((step, i) => {
    if (kept && !step.tokens)
      throw new ClewError(`Step ${i} kept no tokens: play the episode with a policy, not another agent.`);
    const reply = kept ? step.tokens!.reply : layout.reply(step.reply);
    spans.push({ by: 'policy', tokens: reply, step: i });
    spans.push({ by: 'world', tokens: layout.answer(step, reply, episode), step: i });
  });
  return spans;
}

export interface TrajectoryRowOptions extends SpanOptions {
  /**
   * Weight of what the world wrote, so that the model keeps its picture of it. Default 0: only the policy's tokens are
   * learnt.
   */
  observationWeight?: number;
  /** Writes a reply that is learnt in another way, with a weight for each token; undefined: as it is. */
  rewrite?: (
    reply: readonly number[],
  ) => { readonly tokens: readonly number[]; readonly weights: readonly number[] } | undefined;
  /** Where in a reply, as it is learnt, other tokens would be right too, or are known to be wrong; places from 0. */
  choices?: (step: number, reply: readonly number[]) => readonly TokenChoice[];
  /** Weight of what is known to be wrong in `choices`, where the right token weighs 1. */
  unlikelihood?: number;
}

/**
 * One row of training data: weight 1 on what the policy wrote, 0 on marked mistakes, `observationWeight` on
 * observations.
 */
export function trajectoryRow(
  trajectory: Pick<Trajectory, 'initialObservation' | 'steps'> & EpisodeStart,
  layout: EpisodeLayout,
  { observationWeight = 0, rewrite, choices: choose, unlikelihood = 0, ...options }: TrajectoryRowOptions = {},
): Row {
  const tokens: number[] = [];
  const weights: number[] = [];
  const choices: TokenChoice[] = [];
  for (const span of episodeSpans(trajectory, layout, options)) {
    const weight = span.by === 'world' ? observationWeight : trajectory.steps[span.step]!.mistake ? 0 : 1;
    const written = rewrite && span.by === 'policy' && weight > 0 ? rewrite(span.tokens) : undefined;
    const reply = written?.tokens ?? span.tokens;
    const weighed = written?.weights ?? span.tokens.map(() => weight);
    const told = choose && span.by === 'policy' ? choose(span.step, reply) : [];
    // Of a reply that is not learnt there is no right token to weigh, only what is wrong about it.
    for (const { at, right, wrong } of told) choices.push({ at: tokens.length + at, right, wrong });
    tokens.push(...reply);
    weights.push(...weighed);
  }
  weights[0] = 0;
  if (!choose) return { tokens, weights };
  const unlike = new Float32Array(tokens.length);
  for (const { at, wrong } of choices) if (wrong.length > 0) unlike[at] = unlikelihood;
  return { tokens, weights, choices, unlikelihood: unlike };
}
