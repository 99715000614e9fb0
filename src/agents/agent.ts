import type { EpisodeId } from '../ids.ts';
import type { Episode, Random } from '../world/index.ts';
import type { ParsedReply } from '../tags/parsed-reply.ts';
import type { Step } from '../trajectory/schema.ts';

/** What an agent may know when it has to reply. */
export interface Turn {
  /** Names the episode: the same in every turn of it, and in no other episode of the run. */
  readonly episodeId: EpisodeId;
  /** Which rollout of its task the episode is, from 0. */
  readonly rollout: number;
  readonly goal: string;
  /** What was read before the first reply. */
  readonly initialObservation: string;
  /** What it is told besides: `things: …`. Absent where there is nothing. */
  readonly hint?: string | undefined;
  /** The steps so far, oldest first. `past.at(-1)?.observation ?? initialObservation` is what the agent reads now. */
  readonly past: readonly Step[];
  /** The admissible commands, or null when the run does not show them. */
  readonly admissible: readonly string[] | null;
  /** The names of what a command could be about now, or null when the run does not show them. */
  readonly objects?: readonly string[] | null;
  /** The command templates of the world. */
  readonly commands: readonly string[];
  /** The step's own draws: they depend on run, task, rollout and step alone, never on who else is in the batch. */
  readonly random: Random;
  readonly maxSteps: number;
  /**
   * The world itself. For agents that are allowed to know everything (an expert by search) or that ask a person;
   * an agent whose figures are published must not look.
   */
  readonly episode: Episode;
}

/** What an agent says in one step. */
export interface Reply {
  /** Everything that was written, but for thinking that is set apart. */
  readonly text: string;
  /** What was thought before, where it is set apart. */
  readonly thinking?: string;
  /** How the reply was read; null for agents without tags. */
  readonly parsed: ParsedReply | null;
  /** What is sent to the world; null when there is nothing to send. */
  readonly command: string | null;
  /** The agent has nothing left to try: the episode ends here, without this reply. */
  readonly aborted?: boolean;
  /** The agent can read no further (its context is full): the episode ends here likewise, and is lost. */
  readonly truncated?: boolean;
  /** Why the server ended the reply, and what it counted: see `Step`. */
  readonly finishReason?: string;
  readonly usage?: Step['usage'];
  /** Ids and log-probabilities, for policies that keep them. */
  readonly tokens?: Step['tokens'];
}

/** A reply that could not be had. The episode is dropped, not stored, so that a resumed run plays it again. */
export interface Failure {
  readonly error: string;
  /** The world's own code failed, and not the agent. */
  readonly ofWorld?: boolean;
}

/** What is known of a task before it is played. */
export interface ForecastAsk {
  readonly goal: string;
  readonly initialObservation: string;
  /** The command templates of the world. */
  readonly commands: readonly string[];
  readonly maxSteps: number;
  /** Out of how many episodes wins are to be told. */
  readonly of: number;
  readonly random: Random;
}

/** What an agent says of a task before it plays it, as `readForecast` reads it. */
export interface Foretelling {
  readonly text: string;
  readonly tokens: Step['tokens'];
}

/** Anything that plays: many turns in, as many replies out, in the same order. */
export interface Agent {
  /** Goes into trajectories: `random`, `expert`, `chat:MODEL`. */
  readonly name: string;
  /**
   * `synchronous`: all turns of a round come in one call, which suits an agent that answers at once. `asynchronous`:
   * each episode goes on as soon as its own reply is there, which suits an endpoint with slow answers, and a policy
   * whose replies differ in length.
   * `sequential`: an episode begins when the one before has ended, whatever the number of parallel episodes, which
   * suits a person.
   */
  readonly batching: 'synchronous' | 'asynchronous' | 'sequential';
  /** Episodes that it can play at the same time; as many as one likes if left out. */
  readonly atOnce?: number;
  readonly policyVersion?: string | null;
  reply(turns: readonly Turn[]): Promise<readonly (Reply | Failure)[]>;
  /** Says what will come of a task. Left out by agents that say nothing beforehand. */
  forecast?(ask: ForecastAsk): Promise<Foretelling | Failure>;
  /** The episode is over: what was remembered of it may go. */
  forget?(episodeId: EpisodeId): void;
  /** What it has used so far, for reports: requests, tokens, cost. */
  usage?(): Readonly<Record<string, number>>;
}

/** The reply of an agent that only acts. */
export function act(command: string): Reply {
  return { text: command, parsed: null, command };
}
