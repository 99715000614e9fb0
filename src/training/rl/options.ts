import type { Measurement } from '../../metrics/index.ts';
import type { Checkpoint, LearnerOptions, TrainedPolicy } from '../../policy/index.ts';
import type { Reward } from '../../rewards/index.ts';
import type { Store } from '../../trajectory/index.ts';
import type { TaskRecord, World } from '../../world/index.ts';
import type { Demonstrations } from '../stages/demonstrations.ts';
import type { Alarm } from '../../learn/index.ts';
import type { IterationReport } from './iteration.ts';
import type { RlRecipe } from './recipe.ts';
import type { WarmUpReport } from './warm-up-report.ts';

export interface RlOptions {
  readonly world: World;
  readonly recipe: RlRecipe;
  /** The cold start. It is not changed: the run trains a copy. */
  readonly start: TrainedPolicy;
  /** What a KL term holds to; the cold start if left out. */
  readonly reference?: Checkpoint;
  /** Imitated beside won episodes where the recipe has `selfImitation`; without it they are an error. */
  readonly demonstrations?: Demonstrations;
  /**
   * Rewards of one's own that the recipe names. A run is known by their names: under the same name go on with the same
   * rewards.
   */
  readonly rewards?: readonly Reward[];
  readonly seed: number;
  /** Where runs, episodes, scores and figures are kept. */
  readonly store: Store;
  /** Names the run in the store. The same name goes on with the same run. */
  readonly run: string;
  /** The arm of a comparison that the run belongs to, for tables; the advantages' name if left out. */
  readonly arm?: string;
  /** Where the policy is written when the run has finished, or an alarm has ended it. Its state stands beside it. */
  readonly out: string;
  /** Threads and engine, of the learner and the sampler alike. */
  readonly compute?: LearnerOptions;
  /** Fixed panels that are played before the first iteration, every so many, and after the last. */
  readonly evaluation?: {
    readonly every: number;
    readonly temperature: number;
    readonly panels: readonly EvaluationPanel[];
  };
  /**
   * Ends the run after the iteration under way; a later call goes on from there. What comes before the first iteration
   * it ends at once, and a later call begins that anew.
   */
  readonly signal?: AbortSignal;
  readonly onStart?: (facts: RlStart) => void;
  /** Told when forecasts have been taught their form. */
  readonly onWarmUp?: (report: WarmUpReport) => void;
  readonly onIteration?: (report: IterationReport) => void;
  readonly onEvaluation?: (report: EvaluationReport) => void;
}

export interface EvaluationPanel {
  readonly name: string;
  readonly level: string;
  readonly tasks: readonly TaskRecord<unknown>[];
}

export interface EvaluationReport {
  readonly iteration: number;
  readonly panel: string;
  readonly level: string;
  readonly temperature: number;
  readonly measurement: Measurement;
}

/** What is known when the engines stand. */
export interface RlStart {
  readonly engine: string;
  readonly workers: number;
  readonly parameters: number;
  /** Iterations that were done by earlier calls. */
  readonly done: number;
}

export interface RlResult {
  /** Iterations done, by this and earlier calls. */
  readonly iterations: number;
  readonly finished: boolean;
  /** The alarm that ended the run. */
  readonly stoppedBy: Alarm | null;
  /**
   * The trained policy; where an alarm ended the run, the one from before its iteration. Null when the signal ended it.
   */
  readonly policy: TrainedPolicy | null;
}
