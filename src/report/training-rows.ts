export interface ReportAlarm {
  rule: string;
  level: 'warn' | 'stop';
  iteration: number;
  message: string;
  remedy: string;
}

/**
 * One iteration of a training run, as `store.metrics` keeps it under the phase `train`. A figure that was not measured
 * is missing.
 */
export interface TrainingRow {
  iteration: number;
  tasks?: number | null | undefined;
  episodes?: number | null | undefined;
  /** Rounds of dynamic sampling, and what they played that is in no other figure of the row. */
  rounds?: number | null | undefined;
  leftOut?:
    | { tasks?: number | null | undefined; episodes?: number | null | undefined; tokens?: number | null | undefined }
    | null
    | undefined;
  /** What branching took, and what was played to find where to branch. */
  branches?: BranchCostRow | null | undefined;
  scouts?: BranchCostRow | null | undefined;
  steps?: number | null | undefined;
  meanSteps?: number | null | undefined;
  tokens?: Record<string, number | null> | null | undefined;
  seconds?: Record<string, number | null> | null | undefined;
  success?: number | null | undefined;
  meanReturn?: number | null | undefined;
  wellFormed?: number | null | undefined;
  inadmissible?: number | null | undefined;
  /** Repetitive-action rate of all steps, of the first ten, and the mean of the episodes' own rates. */
  repetition?:
    | {
        all?: number | null | undefined;
        firstTen?: number | null | undefined;
        perEpisode?: number | null | undefined;
      }
    | null
    | undefined;
  /** Share of the steps by tag; `none` for replies that broke a rule. */
  tags?: Record<string, number | null> | null | undefined;
  /** Mean over episodes of the sum over their steps, by `method/part`. */
  rewards?: Record<string, number | null> | null | undefined;
  advantages?:
    | {
        mean?: number | null | undefined;
        std?: number | null | undefined;
        min?: number | null | undefined;
        max?: number | null | undefined;
      }
    | null
    | undefined;
  loss?: number | null | undefined;
  gradientNorm?: number | null | undefined;
  /** Cosine between the gradients of two halves of the first mini-batch. */
  gradientCosine?: number | null | undefined;
  updates?: number | null | undefined;
  skipped?: number | null | undefined;
  noSignal?: number | null | undefined;
  entropy?: number | null | undefined;
  commandEntropy?: number | null | undefined;
  klToReference?: number | null | undefined;
  approxKl?: number | null | undefined;
  clipFraction?: number | null | undefined;
  mismatchMean?: number | null | undefined;
  mismatchMax?: number | null | undefined;
  learningRate?: number | null | undefined;
  /** In runs that foretell how tasks go. */
  forecasts?:
    | {
        figures?:
          | {
              wellFormed?: number | null | undefined;
              skill?: number | null | undefined;
              gap?: { value?: number | null | undefined } | null | undefined;
            }
          | null
          | undefined;
        paid?: { total?: number | null | undefined } | null | undefined;
        tokens?: number | null | undefined;
        gate?: { gated?: number | null | undefined; played?: number | null | undefined } | null | undefined;
      }
    | null
    | undefined;
  facts?:
    | {
        mixedShare?: number | null | undefined;
        tagInformation?: number | null | undefined;
        tokensPerStep?: number | null | undefined;
        planningFirst?: number | null | undefined;
      }
    | null
    | undefined;
  alarms?: ReportAlarm[] | null | undefined;
}

/** Episodes beside those of an iteration. */
export interface BranchCostRow {
  episodes?: number | null | undefined;
  tokens?: Record<string, number | null> | null | undefined;
}

/** An evaluation during training, from the rows of `store.metrics` whose phase begins with `evaluation`. */
export interface EvaluationRow {
  iteration: number;
  level: string;
  success: number | null;
  steps: number | null;
  inadmissible: number | null;
  /** Of the first ten steps. */
  repetition: number | null;
}
