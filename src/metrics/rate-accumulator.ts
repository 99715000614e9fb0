import { stepTags, type StepTag } from '../steps/index.ts';
import { refusals, type Refusal } from '../trajectory/schema.ts';
import type { EpisodeCounts, YesKnown } from './episode-counts.ts';
import type { Figures, Rate } from './figures.ts';
import { OutcomeSums } from './outcome-sums.ts';
import { MeanSums } from './statistics/mean-sums.ts';
import { RatioSums } from './statistics/ratio-sums.ts';
import { earlySteps, stepMetricNames, stepMetrics, type StepMetric } from './step-metrics.ts';
import { type EpisodeTicks, episodeRate, meanOf, stepRate, noOutcomes } from './rates-of-sums.ts';
import { BestOfSums } from './best-of.ts';
import { FirstErrorSums } from './first-error.ts';
import { phases } from './phases.ts';
import { RecoverySums } from './recovery.ts';
import { AskingSums } from './asking.ts';
import { ServedSums } from './served.ts';
import { situationInformation, situations } from './tag-use.ts';
import { originKey, type WorldFacts } from './world-facts.ts';

/**
 * Rates of steps of one world, kept apart because whether a world records inspections shows only over all its episodes.
 */
interface WorldSums {
  readonly origin: EpisodeCounts;
  readonly pooled: readonly RatioSums[];
  readonly first10: readonly RatioSums[];
  readonly byTag: readonly (readonly RatioSums[])[];
}

/** Sums of episode counts, and the figures that they make. */
export class RateAccumulator {
  private episodes = 0;
  private stepCount = 0;
  private readonly tasks = new Set<string>();
  private readonly worlds = new Map<string, WorldSums>();
  private readonly success = { yes: 0, known: 0, missing: 0 };
  private readonly cycles = { yes: 0, known: 0, missing: 0 };
  private readonly planningFirst = { yes: 0, known: 0, missing: 0 };
  private readonly refusals = refusals.map(() => new RatioSums());
  private readonly shares = stepTags.map(() => new RatioSums());
  private readonly afterFailure = new RatioSums();
  private readonly agreement = new RatioSums();
  private readonly asking = new AskingSums();
  private readonly served = new ServedSums();
  private readonly recovery = new RecoverySums();
  private readonly firstErrors = new FirstErrorSums();
  private readonly bestOf = new BestOfSums();
  private readonly all = new MeanSums();
  private readonly onSuccess = new MeanSums();
  private readonly gap = new MeanSums();
  private readonly detours = new MeanSums();
  private readonly under = new MeanSums();
  private readonly phases = new MeanSums();
  private readonly outcomes = new OutcomeSums();
  private readonly transitions = stepTags.map(() => stepTags.map(() => 0));
  private readonly situations = situations.map(() => stepTags.map(() => 0));
  /** Only what is asked of them at the end: whole counts of every failed episode would fill the memory. */
  private readonly failures: Pick<EpisodeCounts, 'world' | 'task' | 'subgoals' | 'goalHeld'>[] = [];

  add(counts: EpisodeCounts): void {
    const { steps, success } = counts;
    this.episodes++;
    this.stepCount += steps;
    this.tasks.add(`${counts.world}\n${counts.task.id}`);
    tick(this.success, success);
    tick(this.cycles, counts.cycles);
    tick(this.planningFirst, counts.planningFirst);

    const sums = this.sumsOf(counts);
    for (let metric = 0; metric < stepMetricNames.length; metric++) {
      addTo(sums.pooled[metric]!, counts.pooled[metric]!, steps);
      addTo(sums.first10[metric]!, counts.first10[metric]!, Math.min(steps, earlySteps));
      for (let tag = 0; tag < stepTags.length; tag++)
        if (counts.tagCounts[tag]! > 0)
          addTo(sums.byTag[tag]![metric]!, counts.byTag[tag]![metric]!, counts.tagCounts[tag]!);
    }

    const refused = counts.refusals.counts.reduce((sum, count) => sum + count, 0);
    refusals.forEach((_, i) => this.refusals[i]!.add(counts.refusals.counts[i]!, refused, counts.refusals.missing));
    const judged = counts.tagCounts.reduce((sum, count) => sum + count, 0);
    stepTags.forEach((_, i) => this.shares[i]!.add(counts.tagCounts[i]!, judged, steps - judged));
    const { yes, known, missing } = counts.reflectionAfterFailure;
    this.afterFailure.add(yes, known, missing);
    // A command without a target lacks nothing: agreement is not asked of it.
    this.agreement.add(counts.agreement.yes, counts.agreement.known, steps - judged);
    addTable(this.transitions, counts.transitions);
    addTable(this.situations, counts.situations);

    this.asking.add(counts.asking);
    this.served.add(counts.served);
    this.recovery.add(counts.recovery);
    this.firstErrors.add(counts.firstError);
    this.bestOf.add(counts);
    this.outcomes.add(counts.outcomes);
    this.all.add(steps);
    this.phases.add(counts.phases);
    if (success === true) {
      this.onSuccess.add(steps);
      this.gap.add(counts.optimalSteps ? steps / counts.optimalSteps - 1 : null);
      this.detours.add(counts.detour);
    }
    if (success === false) {
      this.under.add(counts.underthinking);
      this.failures.push({
        world: counts.world,
        task: counts.task,
        subgoals: counts.subgoals,
        goalHeld: counts.goalHeld,
      });
    }
  }

  /** The figures. `facts` are those of the whole of which this may be a part. */
  figures(facts: WorldFacts): Figures {
    const pooled = this.merged(facts, sums => sums.pooled);
    const first10 = this.merged(facts, sums => sums.first10);
    const why = (lacking: string): string => (this.stepCount === 0 ? 'there are no steps' : lacking);
    const ofSuccesses = (lacking: string): string =>
      this.success.yes === 0 ? (this.noOutcome ?? 'no episode succeeded') : why(lacking);
    const bestOf = this.bestOf.figure();
    const asking = this.asking.figures(meanOf);
    const served = this.served.figures(stepRate);
    const information = situationInformation(this.situations);
    const judged = this.shares.some(share => share.known > 0);
    return {
      episodes: this.episodes,
      tasks: this.tasks.size,
      stepCount: this.stepCount,
      success: episodeRate(this.success, this.noOutcome ?? ''),
      steps: { all: meanOf(this.all, 'there are no episodes'), onSuccess: meanOf(this.onSuccess, ofSuccesses('')) },
      rates: forMetrics((name, i) => ({
        pooled: stepRate(pooled[i]!, why(stepMetrics[name].lacking)),
        first10: stepRate(first10[i]!, why(stepMetrics[name].lacking)),
      })),
      refusals: Object.fromEntries(
        refusals.map((name, i) => [
          name,
          stepRate(
            this.refusals[i]!,
            why(
              this.refusals[i]!.missing > 0
                ? 'the log does not say which commands were refused, and why'
                : 'no command was refused',
            ),
          ),
        ]),
      ) as Record<Refusal, Rate>,
      episodesWithCycle: episodeRate(this.cycles, why(stepMetrics.cycle.lacking)),
      optimalityGap: meanOf(this.gap, ofSuccesses('no shortest path is known')),
      detour: meanOf(this.detours, ofSuccesses(stepMetrics.cycle.lacking), 1),
      underthinking: meanOf(
        this.under,
        this.failures.length === 0 ? (this.noOutcome ?? 'no episode failed') : why(stepMetrics.cycle.lacking),
        1,
      ),
      answerInclusive: this.answerInclusive(facts),
      ...(this.phases.count > 0 && { phases: meanOf(this.phases, '', phases.length) }),
      recovery: this.recovery.figures(stepRate, why(stepMetrics.inadmissible.lacking), ofSuccesses('')),
      ...(this.failures.length > 0 && {
        firstErrors: this.firstErrors.figures(
          stepRate,
          why('the log does not say which commands were executed, or what had been read'),
        ),
      }),
      ...(bestOf && { bestOf }),
      ...(asking && { asking }),
      ...(served && { served }),
      ...this.outcomes.figures(),
      tags: {
        shares: forTags((_, i) => stepRate(this.shares[i]!, why(stepMetrics.formatInvalid.lacking))),
        planningFirst: episodeRate(this.planningFirst, why(stepMetrics.formatInvalid.lacking)),
        reflectionAfterFailure: stepRate(
          this.afterFailure,
          why(
            !judged
              ? stepMetrics.formatInvalid.lacking
              : this.afterFailure.missing > 0
                ? stepMetrics.inadmissible.lacking
                : 'no judged reply follows a failed step',
          ),
        ),
        agreement: stepRate(
          this.agreement,
          why(judged ? 'no well-formed reply has a command with a target' : stepMetrics.formatInvalid.lacking),
        ),
        transitions: forTags((_, from) => forTags((_, to) => this.transitions[from]![to]!)),
        situations: Object.fromEntries(
          situations.map((name, s) => [name, forTags((_, i) => this.situations[s]![i]!)]),
        ) as Figures['tags']['situations'],
        information,
        informationReason:
          information === null
            ? why(
                !judged
                  ? stepMetrics.formatInvalid.lacking
                  : this.situations[situations.indexOf('unknown')]!.some(count => count > 0)
                    ? stepMetrics.inadmissible.lacking
                    : 'all judged replies stand in one situation',
              )
            : null,
      },
    };
  }

  /** The rates of the steps that carry each tag. */
  byTag(facts: WorldFacts): Record<StepTag, Record<StepMetric, Rate>> {
    return forTags((_, tag) => {
      const sums = this.merged(facts, world => world.byTag[tag]!);
      return forMetrics((name, i) =>
        stepRate(sums[i]!, this.shares[tag]!.yes === 0 ? 'no step carries this tag' : stepMetrics[name].lacking),
      );
    });
  }

  /** Why nothing is known of success; null when something is. */
  private get noOutcome(): string | null {
    return this.episodes === 0 ? 'there are no episodes' : this.success.known === 0 ? noOutcomes : null;
  }

  private sumsOf(counts: EpisodeCounts): WorldSums {
    const key = originKey(counts);
    let sums = this.worlds.get(key);
    if (!sums) {
      sums = { origin: counts, pooled: emptySums(), first10: emptySums(), byTag: stepTags.map(emptySums) };
      this.worlds.set(key, sums);
    }
    return sums;
  }

  /**
   * The sums of all worlds. Where a world never records an inspection, its steps lack the fact rather than being clean.
   */
  private merged(facts: WorldFacts, part: (sums: WorldSums) => readonly RatioSums[]): RatioSums[] {
    const out = emptySums();
    for (const world of this.worlds.values()) {
      stepMetricNames.forEach((name, i) => {
        const sums = part(world)[i]!;
        if (name === 'reinspection' && !facts.inspects(world.origin)) out[i]!.missing += sums.known + sums.missing;
        else out[i]!.merge(sums);
      });
    }
    return out;
  }

  /**
   * Failures that had the answer: the goal held at some step, or all subgoals but one had held. How many there are is
   * taken from the solved episodes of the same world and category. Without any, or without subgoals, a failure is not
   * judged, not even one in which the goal held: those alone would make a rate of 1.
   */
  private answerInclusive(facts: WorldFacts): Rate {
    const sums = { yes: 0, known: 0, missing: 0 };
    for (const failure of this.failures) {
      const all = facts.subgoalsOf(failure);
      tick(
        sums,
        failure.subgoals === null || all === 0 ? null : failure.goalHeld || (all >= 2 && failure.subgoals >= all - 1),
      );
    }
    return episodeRate(
      sums,
      this.failures.length === 0
        ? (this.noOutcome ?? 'no episode failed')
        : 'the log has no subgoals, or no solved episode of the same category shows how many there are',
    );
  }
}

function tick(sums: EpisodeTicks, value: boolean | null): void {
  if (value === null) sums.missing++;
  else {
    sums.known++;
    if (value) sums.yes++;
  }
}

function emptySums(): RatioSums[] {
  return stepMetricNames.map(() => new RatioSums());
}

function addTo(sums: RatioSums, { yes, known }: YesKnown, steps: number): void {
  sums.add(yes, known, steps - known);
}

function addTable(into: number[][], table: readonly (readonly number[])[]): void {
  for (let r = 0; r < table.length; r++) for (let c = 0; c < table[r]!.length; c++) into[r]![c]! += table[r]![c]!;
}

function forMetrics<T>(make: (name: StepMetric, index: number) => T): Record<StepMetric, T> {
  return Object.fromEntries(stepMetricNames.map((name, i) => [name, make(name, i)])) as Record<StepMetric, T>;
}

function forTags<T>(make: (tag: StepTag, index: number) => T): Record<StepTag, T> {
  return Object.fromEntries(stepTags.map((tag, i) => [tag, make(tag, i)])) as Record<StepTag, T>;
}
