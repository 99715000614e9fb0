import type { ForecastFigures } from '../forecasts/index.ts';
import type { Figures, Rate } from '../metrics/index.ts';
import type { splits } from '../trajectory/schema.ts';
import type { RunKind, RunStatus } from '../trajectory/store/runs.ts';
import type { ReportSpeedUp, WarmUpCost } from './speed-up-data.ts';
import type { EvaluationRow, TrainingRow } from './training-rows.ts';

/**
 * What the page is made of. `reportData` makes it from a store; the page reads it from the file that it is embedded in,
 * or from the studio, which serves the same objects live. Nothing else passes between the two.
 */

/** A group of tasks by how far they are from training: L0 seen, L1 unseen, L2 held out; or what a log says instead. */
export interface ReportLevel {
  name: string;
  label: string;
}

export interface ReportDifference {
  a: number | null;
  b: number | null;
  /** B − A; null where no pair has the facts. */
  value: number | null;
  /** 95 %, tasks as the units; null where it cannot be computed. */
  low: number | null;
  high: number | null;
  pairs: number;
  tasks: number;
}

/** Two arms on one level, over the episodes of the same task, rollout and seed that both played. */
export interface ReportComparison {
  level: string;
  a: string;
  b: string;
  pairs: number;
  seeds: string[];
  /**
   * The settings in which the trainings of A and B differ; empty where they are not known, or either was not trained.
   */
  settings: {
    setting: string;
    a: string;
    b: string;
  }[];
  success: ReportDifference;
  repetition: {
    pooled: ReportDifference;
    first10: ReportDifference;
    matched: ReportDifference;
  };
  inadmissible: ReportDifference;
  /**
   * With training seeds as the units: B − A of every seed, its mean with a 95 % interval, and the exact sign-flip
   * test. Empty with one seed.
   */
  seedTests: {
    figure: string;
    differences: number[];
    mean: number;
    low: number | null;
    high: number | null;
    /** Two-sided, and the smallest that so many seeds can give. */
    p: number | null;
    smallest: number | null;
  }[];
  /** What that says, in sentences; `finding` says what B is, beside A: `unclear` when the interval holds 0. */
  conclusions: {
    subject: 'success' | 'repetition';
    finding: 'more' | 'less' | 'unclear' | 'unknown';
    sentence: string;
  }[];
  notes: string[];
}

/** What one arm did on one level. */
export interface ResultRow {
  arm: string;
  level: string;
  /** The runs whose episodes these are. */
  runs: string[];
  figures: Figures;
  /**
   * The third view of repetition: over the tasks, rollouts and seeds that every arm of the level solved; null with one
   * arm.
   */
  matched: {
    episodes: number;
    repetition: Rate;
  } | null;
  seeds: {
    seed: string;
    episodes: number;
    success: Rate;
    repetition: Rate;
    inadmissible: Rate;
  }[];
  /** Mean over episodes of what a reward paid, by `method/part`, where scores are stored. */
  rewards: Record<
    string,
    {
      mean: number;
      episodes: number;
    }
  >;
  notes: string[];
  /** What a reader must know of how the arm was trained; shown with the table. */
  cautions: string[];
}

/** How well a run foretold its own episodes. */
export interface ReportForecasts {
  run: string;
  arm: string;
  /** Iterations whose forecasts these are, of a training run: the last ten; null for every other run. */
  iterations: { first: number; last: number } | null;
  figures: ForecastFigures;
}

export interface ReportRun {
  id: string;
  kind: RunKind;
  world: string;
  status: RunStatus;
  created: string;
  finished: string | null;
  engine: string | null;
  machine: unknown;
  config: unknown;
  /** What the config says of it, where it says so. */
  arm: string | null;
  seed: string | null;
  command: string | null;
  episodes: number;
  /**
   * What it could not finish, and how many of that are faults of the world's own code; absent where nothing failed.
   */
  failures?: { count: number; ofWorld: number; first: string[] } | undefined;
  checkpoints: {
    iteration: number;
    path: string;
    sha256: string;
    bytes: number;
  }[];
}

export interface ReportTask {
  id: string;
  world: string;
  category: string;
  split: (typeof splits)[number] | null;
  goal: string;
}

/** Every episode in columns of equal length; `run`, `arm`, `level` and `task` are places in the lists of the report. */
export interface ReportEpisodes {
  id: string[];
  run: number[];
  arm: number[];
  level: number[];
  task: number[];
  rollout: number[];
  /** The iteration of a training episode; null for every other. */
  iteration: (number | null)[];
  success: (boolean | null)[];
  /** A letter a step, as `stripLetters` has them. */
  strip: string[];
  /** Steps that the world did not execute. */
  refused: number[];
  /** Whether `loadTrajectory` has it. */
  readable: boolean[];
}

export interface ReportData {
  format: 'clew-report/1';
  title: string;
  /** When it was made, ISO 8601, UTC. */
  created: string;
  /** The version of Clew that made it. */
  clew: string;
  /** File name of the database. */
  database: string;
  /** In the order of tables and colours. */
  arms: string[];
  levels: ReportLevel[];
  results: ResultRow[];
  comparisons: ReportComparison[];
  /** Training runs with their iterations. */
  curves: {
    run: string;
    /** The seeds of an arm are its runs in one world. */
    world: string;
    arm: string;
    seed: string;
    training: TrainingRow[];
    evaluation: EvaluationRow[];
    /** What a forecast warm-up took before the first iteration; null where there was none. */
    warmUp: WarmUpCost | null;
  }[];
  /** How soon each arm had what the first of them ended with; empty without evaluations during training. */
  speedUps: ReportSpeedUp[];
  /** Of the runs that have forecasts. */
  forecasts: ReportForecasts[];
  runs: ReportRun[];
  /** Command lines that made all this, where the caller knows them. */
  commands: string[];
  tasks: ReportTask[];
  episodes: ReportEpisodes;
  /** Sentences that a reader has to know before using the figures. */
  notes: string[];
}
