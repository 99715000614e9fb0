import type { AnyActorLogic, ActorLogic, Snapshot } from 'xstate';
import type { UnknownWord } from './grammar.ts';
import type { WorldKit } from './kit.ts';
import type { Expert } from './expert.ts';
import type { Random } from './random.ts';
import type { CommandEvent } from './templates.ts';
import type { Split, TaskRecord, TaskSource } from './tasks.ts';

/** A milestone. Subgoals are an ordered list: the expert's landmarks, and what a report counts. */
export interface Subgoal<State, Task> {
  readonly name: string;
  reached(state: State, task: Task): boolean;
}

/** A look at something. `contents` is equal whenever nothing has changed; `needed` when the task leads there anyway. */
export interface Look {
  readonly target: string;
  readonly contents: string;
  readonly needed: boolean;
}

/** What every world consists of, whatever it is made from. `defineWorld` makes one from a machine and a grammar. */
export interface WorldDefinition<Task, State extends Snapshot<unknown>, Event extends CommandEvent> {
  readonly name: string;
  /** Raise it when the same id no longer gives the same task or the same texts. */
  readonly version?: string;
  readonly tasks: TaskSource<Task>;
  /** Pure XState logic (a machine, or `fromTransition`) whose input is the task. */
  readonly logic: ActorLogic<State, Event, Task> | AnyActorLogic;
  /** The sentences that the world reads, as templates: they go into prompts, and their hash into every trajectory. */
  readonly commands: readonly string[];
  /** The event that a text stands for, or undefined when it is no sentence of the grammar. */
  read(text: string, state: State): Event | undefined;
  /** The word for which a text was not read, where it would be a sentence but for that word. */
  unknownWord?(text: string, state: State): UnknownWord | undefined;
  render(event: Event, state: State): string;
  /**
   * Whether an event has a value that no list can exhaust (a number, a text): then more is accepted than is listed as
   * admissible.
   */
  openEnded?(event: Event): boolean;
  /** Whether the admissible commands are all there are: true if left out, unless `openEnded` says that some are not listed. */
  readonly exhaustive?: boolean;
  /** Types of the events that commands stand for. */
  readonly eventTypes?: readonly string[];
  /** Whether the world would execute the event in this state. */
  can(state: State, event: Event): boolean;
  /** Admissible commands and their events, in a deterministic order. The world remembers the answer for each state. */
  admissible(state: State): Map<string, Event>;
  goal(task: Task): string;
  /**
   * What is read after an event, or at the start when there was none. An initial observation that does not say the goal
   * gets a line that does.
   */
  observe(state: State, task: Task, event?: Event, before?: State): string;
  success(state: State, task: Task): boolean;
  /** Whether the episode is lost in a state, and over, although the logic has not ended. */
  losing?(state: State, task: Task): boolean;
  readonly subgoals?: readonly Subgoal<State, Task>[];
  /** The names of the subgoals that hold, where which there are depends on the task; instead of `subgoals`. */
  reached?(state: State, task: Task): string[];
  /** What else there is to tell of an end beside success, by name: a score, or what another rule calls a success. */
  outcomes?(state: State, task: Task): Readonly<Record<string, number | boolean>>;
  /** The names of what a command could be about now, for prompts that show them; left out where a world has no such list. */
  objects?(state: State): readonly string[];
  /**
   * `exact` where what is listed as admissible is what is carried out. `approximate` where a list is a help and no more: then no trajectory
   * keeps it, and the conformance suite does not hold the world to it.
   */
  readonly lists?: 'exact' | 'approximate';
  /** Episodes that the world plays side by side without having to play one anew; any number if left out. */
  readonly parallelEpisodes?: number;
  /** Begins what `next` will need for a command, without making anybody wait: for worlds whose states live in another process. */
  prepare?(state: State, command: string): Promise<void>;
  /** Which look at the world a command was, if it was one. */
  look?(state: State, task: Task, event: Event): Look | undefined;
  /** The default limit of a run, in steps. */
  readonly maxSteps?: number;
  /** The one line that answers every refused command. */
  readonly refusal?: string;
  /**
   * A string that is equal for states after which everything is possible alike; by default of the whole snapshot.
   * Searches go by it.
   */
  key?(state: State): string;
  /** A string that is equal for states that count as the same when repetition is judged; by default the key. */
  sameness?(state: State): string;
  /** An expert that sees only text. */
  expert?(random: Random): Expert;
  /** What the world brings along for training and evaluation. */
  readonly kit?: WorldKit<Task>;
  /** Steps of a shortest path, for worlds that know a quick way to find it. */
  optimalSteps?(task: Task): number | undefined;
  /** For states that are not JSON by themselves. */
  persist?(state: State): unknown;
  restore?(json: unknown, task: Task): State;
}

/** A text world: pure functions over tasks, states and events. Nothing here keeps an episode. */
export interface World<
  Task = unknown,
  State extends Snapshot<unknown> = Snapshot<unknown>,
  Event extends CommandEvent = CommandEvent,
> {
  readonly name: string;
  readonly version: string;
  readonly logic: AnyActorLogic;
  readonly commands: readonly string[];
  /** Hash of the command templates. Logs of different grammars are different benchmarks. */
  readonly grammar: string;
  readonly splits: readonly Split[];
  readonly categories: readonly string[];
  readonly heldOut: readonly string[];
  readonly maxSteps: number;
  readonly refusal: string;
  readonly subgoals: readonly Subgoal<State, Task>[];
  /** Whether `reached` tells anything: the world has subgoals, of its own or of each task. */
  readonly hasSubgoals: boolean;
  /** Whether what is listed as admissible is what is carried out, or a help and no more. */
  readonly lists: 'exact' | 'approximate';
  /** Episodes that are played side by side without having to play one anew. */
  readonly parallelEpisodes: number;
  /**
   * Up to `count` different tasks of a split; the same ones each time, and a longer list begins with the shorter one.
   * To go through them all use `eachTask`: `from` is no page. Throws when the world has no such split.
   */
  tasks(split: Split, count: number, from?: number): TaskRecord<Task>[];
  /** The task of an id. Throws a sentence for an id of another world, an unknown split or an unknown name. */
  task(id: string): TaskRecord<Task>;
  /**
   * The split and the category that a task belongs to by what it is, whoever made it; undefined for one that belongs to
   * no split, and where the world cannot tell.
   */
  label(task: Task): Pick<TaskRecord<Task>, 'split' | 'category'> | undefined;
  /** The first state of a task. */
  start(task: TaskRecord<Task> | string): Episode<Task, State, Event>;
  /** A state from its JSON. Throws when it was written by another world or another version. */
  restore(json: unknown): Episode<Task, State, Event>;
  /** The state of a task before the first command. */
  initial(task: Task): State;
  /** The next state. The same object when nothing changed. */
  next(state: State, event: Event): State;
  can(state: State, event: Event): boolean;
  admissible(state: State): ReadonlyMap<string, Event>;
  read(text: string, state: State): Event | undefined;
  /** The word for which a text was not read, where it would be a sentence but for that word. */
  unknownWord(text: string, state: State): UnknownWord | undefined;
  render(event: Event, state: State): string;
  /** Whether more events like this one are accepted than are listed as admissible. */
  openEnded(event: Event): boolean;
  /**
   * Whether lists of admissible commands name all that is accepted: false in worlds whose commands take numbers or
   * texts.
   */
  readonly exhaustive: boolean;
  /** Types of the events that commands stand for; undefined where the grammar is data. */
  readonly eventTypes: readonly string[] | undefined;
  goal(task: Task): string;
  /** What is read after an event, or at the start when there was none; the initial observation says the goal. */
  observe(state: State, task: Task, event?: Event, before?: State): string;
  success(state: State, task: Task): boolean;
  /** Whether the episode is lost: the logic has ended without success, or the author calls it a losing ending. */
  lost(state: State, task: Task): boolean;
  /** The names of the subgoals that hold, in order. */
  reached(state: State, task: Task): string[];
  /** What else there is to tell of an end beside success; undefined where there is nothing. */
  outcomes(state: State, task: Task): Readonly<Record<string, number | boolean>> | undefined;
  /** The names of what a command could be about now; undefined where the world has no such list. */
  objects(state: State): readonly string[] | undefined;
  /** Begins what `next` will need for a command; where it is left out, nothing is gained by that. */
  prepare?(state: State, command: string): Promise<void>;
  look(state: State, task: Task, event: Event): Look | undefined;
  /** Equal for equal states, whatever way led there. */
  key(state: State): string;
  /**
   * 16 hexadecimal digits, equal for states that count as the same when repetition is judged: the hash of the key, or
   * of what the author chose.
   */
  hash(state: State): string;
  readonly expert: ((random: Random) => Expert) | undefined;
  /** What the world brings along for training and evaluation; empty where it brings nothing. */
  readonly kit: WorldKit<Task>;
  /** Steps of a shortest path; undefined where the world has no quick way to know. */
  optimalSteps(task: Task): number | undefined;
  persist(state: State): unknown;
  revive(json: unknown, task: Task): State;
}

/** Why a command was refused: no sentence of the grammar, or one that the world does not execute in this state. */
export type RefusalReason = 'unknown command' | 'not possible now';

/** The step that led to a state. */
export interface LastStep {
  readonly command: string;
  readonly accepted: boolean;
  /** Undefined for an accepted command. */
  readonly refusal: RefusalReason | undefined;
  /** For an unknown command that would be one but for a word: which slot does not take what was said. */
  readonly unknown?: UnknownWord | undefined;
}

/** A saved state of an episode, as plain JSON. */
export interface EpisodeJson {
  readonly world: string;
  readonly version: string;
  readonly task: string;
  readonly state?: unknown;
  readonly observation: string;
  readonly steps: number;
  readonly last?: {
    readonly command: string;
    readonly accepted: boolean;
    readonly refusal?: RefusalReason | undefined;
    readonly unknown?: UnknownWord | undefined;
  };
}

/**
 * One state of one episode. Immutable: keep it, branch from it, step it twice. Whatever asks the world's own code
 * throws a `WorldFault` when that code fails.
 *
 * @example
 * const start = world.start('locked-room:train:7');
 * const next = start.step('look under the mat');
 * console.log(next.observation, next.last?.accepted, next.done);
 */
export interface Episode<
  Task = unknown,
  State extends Snapshot<unknown> = Snapshot<unknown>,
  Event extends CommandEvent = CommandEvent,
> {
  readonly world: World<Task, State, Event>;
  readonly record: TaskRecord<Task>;
  readonly state: State;
  /** What the agent reads now. */
  readonly observation: string;
  /** Commands given so far, refused ones included. */
  readonly steps: number;
  readonly last: LastStep | undefined;
  readonly goal: string;
  /** The commands that the world would execute now, in the world's order. */
  readonly admissible: string[];
  readonly success: boolean;
  /** True when the task is won or the machine has ended. The limit of steps belongs to the run. */
  readonly done: boolean;
  /** Names of the subgoals that hold now. */
  readonly reached: string[];
  readonly stateHash: string;
  /** Which look at the world the event was that led here, if it was one. */
  look(event: Event): Look | undefined;
  /** The state after a command. A refused command changes nothing but the count of steps and the observation. */
  step(command: string): Episode<Task, State, Event>;
  /** The state after several commands. */
  play(commands: Iterable<string>): Episode<Task, State, Event>;
  /** What `world.restore` reads. */
  toJSON(): EpisodeJson;
}
