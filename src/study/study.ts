import type { EvaluationReport, IterationReport, RlStart, WarmUpReport } from '../training/rl/index.ts';
import type { StepReport } from '../training/train.ts';
import type { TaskRecord, World } from '../world/index.ts';
import type { LearnerOptions } from '../policy/index.ts';
import type { Reward } from '../rewards/index.ts';
import type { Store } from '../trajectory/index.ts';
import type { StudyRecipe } from './recipe.ts';
import type { StudyBuildSettings } from './starts.ts';

/** Tasks that every policy of a study plays, and what they are called. */
export interface StudyPanel {
  readonly panel: string;
  readonly level: string;
  readonly tasks: readonly TaskRecord<unknown>[];
}

/** A cold start with its files found. */
export interface StudyStartFiles {
  /** Null where the recipe has one cold start, which needs no name. */
  readonly name: string | null;
  /** The database of demonstrations; undefined where the study builds them itself. */
  readonly file: string | undefined;
  readonly build: StudyBuildSettings | undefined;
  /** Tokens that are learnt of its demonstrations, at most; undefined where all are. */
  readonly tokens: number | undefined;
}

/** A recipe with everything that it names opened. */
export interface Study {
  readonly recipe: StudyRecipe;
  readonly world: World;
  /** In the order of the recipe. */
  readonly starts: readonly StudyStartFiles[];
  readonly panels: readonly StudyPanel[];
  /** The published model that it begins with, as FOLDER or FOLDER+ADAPTER; undefined where the policy is a new one. */
  readonly published?: string | undefined;
  /** Rewards of one's own that arms name. */
  readonly rewards?: readonly Reward[] | undefined;
}

/** One thing after the other that a study does. */
export interface StudyStage {
  /** From 1, of `stages`. */
  readonly number: number;
  readonly stages: number;
  readonly kind: 'demonstrations' | 'pretraining' | 'sft' | 'expert iteration' | 'rl' | 'evaluation' | 'report';
  /** `GRPO, seed 0`; empty where it belongs to no arm. */
  readonly title: string;
}

/** How a stage ended. */
export interface StageEnd {
  readonly stage: StudyStage;
  /** It was done by an earlier call. */
  readonly before: boolean;
  /** Of this call. */
  readonly seconds: number;
  /** What came of it, in a few words; null when it was interrupted. */
  readonly outcome: string | null;
}

/** Is told how a study goes. */
export interface StudyProgress {
  begin?(stage: StudyStage): void;
  /** Parameters, engine and threads, when an engine stands. */
  start?(start: RlStart): void;
  step?(report: StepReport): void;
  /** Forecasts have been taught their form. */
  warmUp?(report: WarmUpReport): void;
  iteration?(report: IterationReport): void;
  evaluation?(report: EvaluationReport): void;
  /** Of the trajectories or episodes of a stage so many are there. */
  episodes?(done: number, of: number): void;
  /** Before the next task is played for a demonstration; a search plays where the world has no expert. */
  tasks?(so: { readonly tried: number; readonly won: number; readonly bySearch: boolean }): void;
  end?(end: StageEnd): void;
}

/** Where and on what a study runs. */
export interface StudyOptions {
  /** A folder of the study's own: policies, database, report and result. Made when it does not exist. */
  readonly out: string;
  /** Where everything that is played and measured is kept: `OUT/clew.db`. */
  readonly store: Store;
  /** Threads and engine. Engines agree to rounding; the number of threads decides nothing. */
  readonly compute?: LearnerOptions;
  /** Ends the study as soon as what is under way can be kept; a later call goes on from there. */
  readonly signal?: AbortSignal;
  readonly progress?: StudyProgress;
  /** Command lines to print in the report. */
  readonly commands?: readonly string[];
}
