import type { MetaTag } from '../tags/index.ts';
import type { ChoiceReader } from './choices.ts';
import type { Codec } from './codec.ts';
import type { Decision, Expert } from './expert.ts';
import type { Random } from './random.ts';
import type { TaskRecord } from './tasks.ts';

/**
 * What a world brings along for training and evaluation. Every part may be left out: then something that fits any world
 * takes its place. Whoever loads a world finds its kit in `world.kit`, and nobody else knows a world by name.
 *
 * The module of a world whose default export is a function (because it needs data or a program) may export its kit as
 * `kit` too, so that what needs no world can be read without it.
 *
 * @example
 * export default defineWorld({ name: 'cellar', …, kit: {
 *   codec: cellarCodec,
 *   questions: cellarQuestions,
 *   permutableThings: ['rope', 'lamp', 'coin'],
 *   lookUpVerbs: ['take'],
 *   panels: new URL('./panels/', import.meta.url),
 * } });
 */
export interface WorldKit<Task = unknown> {
  /** A shorter way of writing the world's text, for small policies. The text as it is, if left out. */
  readonly codec?: Codec;
  /** Mistakes that a demonstrator makes on purpose; `generalMistakes` if left out. Made anew for every episode. */
  mistakes?(): MistakeMaker;
  /** Questions about what was read, for the pre-training text. Made anew for every document. */
  questions?(): QuestionWriter;
  /** The same, which also ask for what an expert's `lookUps` say: `clew train pretrain --look-ups`. */
  lookUpQuestions?(): QuestionWriter;
  /** Questions about what a goal wants, for pre-training text that shows goals and never a command. */
  goalQuestions?(goal: string): QuestionWriter;
  /**
   * Entries of a manual: what verbs and things are for, as questions and answers in the words of thoughts, without any
   * goal. Made anew for every document and told what is printed, as `questions` is: `clew train pretrain --manual`.
   */
  manual?(): QuestionWriter;
  /**
   * Where a demonstration could as well have given another command, by the episode's own text: `clew train sft
   * --any-choice`. Made anew for every episode.
   */
  choices?(): ChoiceReader;
  /** Kinds of things, each one word, that may trade names without changing what can be done. */
  readonly permutableThings?: readonly string[];
  /** Kinds of places, each one word, that may trade names: nothing else can be done at one than at another. */
  readonly permutablePlaces?: readonly string[];
  /**
   * Verbs whose objects have to be looked up in what was read, such as `take` of `take mug 2 from drawer 1`.
   * Pre-training weighs those objects more, and the retrieval probe asks for them.
   */
  readonly lookUpVerbs?: readonly string[];
  /**
   * The goals of each category as patterns: every goal of a category fits its pattern, and no goal of another does.
   * They keep held-out goals out of everything that is trained on, so those of held-out categories are enough. Goals
   * drawn from the held-out split if left out.
   */
  readonly goalPatterns?: Readonly<Record<string, RegExp>>;
  /**
   * Why a task may not be trained on although it calls itself a training task, as the end of a sentence: `is set in
   * house 9, …`.
   */
  evaluationTask?(record: TaskRecord<Task>): string | undefined;
  /**
   * Tasks that differ from one in their goal alone and may have been done by the commands of an episode that were
   * accepted, the most telling first: `clew train expert-iteration --hindsight` learns from lost episodes what they did
   * achieve. Whether a goal was reached is found out by playing the commands again.
   */
  otherGoals?(task: Task, commands: readonly string[]): Iterable<unknown>;
  /**
   * For worlds with the commands `ask …`, `done` and `decline`: the gap of a task. It is stored with every episode, and
   * never shown to the agent.
   */
  gap?(task: Task): TaskGap;
  /** Text-only players beside the expert, as baselines: `--agent player:NAME`. */
  readonly players?: Readonly<Record<string, (random: Random) => Expert>>;
  /**
   * In a world without a text-only player: how somebody who knows everything wins a task. Briefs are made from it, so
   * that MaR can be paid there; no agent is shown it. Undefined for a task without such a path.
   */
  goldPath?(record: TaskRecord<Task>): GoldPath | undefined;
  /**
   * Demonstrations are made of training tasks in random order, because the world lists them by kind. In the order of
   * the list if left out.
   */
  readonly shuffleTasks?: boolean;
  /** The folder of the panels that come with the world: `seen` is its file `seen.json`. */
  readonly panels?: URL;
  /** The database of the demonstrations that come with the world. */
  readonly demonstrations?: URL;
  /** Categories that a quickstart keeps out of training, in a world that lets its user choose. */
  readonly suggestedHeldOut?: readonly string[];
  /** Agents that read nothing, by name: floors and ceilings that a study should print. `--agent NAME` plays one. */
  readonly baselines?: Readonly<Record<string, Baseline<Task>>>;
  /** The id of a task that a data set knows under a name of its own; undefined for any other text. */
  taskId?(name: string): string | undefined;
}

/** How somebody who knows everything wins a task. */
export interface GoldPath {
  readonly commands: readonly string[];
  /** Paths of other training tasks of the category: what most of them act on can be known before a task is seen. */
  readonly others?: readonly (readonly string[])[] | undefined;
  /** Commands, in lower case, that are only on the way: going, opening doors, looking, waiting. */
  readonly passing: RegExp;
  /** The world records which commands were looks. */
  readonly looks: boolean;
}

/** What the sentence of a task leaves out, in a world in which the agent can ask. */
export interface TaskGap {
  /**
   * The world's own word: `place`, `object`; `none` and the like where nothing is left out; `impossible` where the task
   * cannot be done.
   */
  readonly kind: string;
  /** The question word that fills the gap: `where`; null where there is nothing to ask. */
  readonly matter: string | null;
}

/** An agent that reads nothing. */
export interface Baseline<Task = unknown> {
  /** What it does, in a line. */
  readonly title: string;
  /** Its command after `steps` others; undefined when it has no more. */
  command(record: TaskRecord<Task>, steps: number): string | undefined;
}

/** A command that is wrong now, with what one would have to believe to give it and what shows that it was wrong. */
export interface Mistake {
  /** One of the maker's `kinds`. */
  readonly kind: string;
  readonly command: string;
  /** `drawer 1 is open` */
  readonly belief: string;
  /** `drawer 1 is closed`; empty when there is nothing that one would notice. */
  readonly lesson: string;
}

/** Thinks up mistakes. Like an expert it is told every text that the world prints. */
export interface MistakeMaker {
  /** Every kind of mistake that it makes. A mistake is drawn by its kind first, each kind as likely as the next. */
  readonly kinds: readonly string[];
  see(observation: string, command?: string): void;
  /**
   * The mistakes that could be made instead of what was decided. The episode tells which commands would be accepted.
   */
  possible(decision: Decision, episode: { readonly admissible: readonly string[] }): readonly Mistake[];
}

export interface Question {
  readonly question: string;
  readonly answer: string;
  /**
   * The tag of a reply that says so: `explore` of what has not been seen, `monitor` of what has, `reflection` after a
   * refusal.
   */
  readonly tag?: MetaTag;
}

/** Asks about what the printed text has told, and about nothing else. */
export interface QuestionWriter {
  see(observation: string, command?: string): void;
  /** A question that can be answered now; undefined when there is none. */
  ask(random: Random): Question | undefined;
}
