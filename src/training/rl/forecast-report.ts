import {
  cutoffInShadow,
  detection,
  type Detection,
  type ForecastFigures,
  forecastFigures,
  probedGate,
} from '../../forecasts/index.ts';
import type { PaidForecast } from '../../learn/index.ts';
import type { Trajectory } from '../../trajectory/index.ts';
import type { Foretold } from './forecast-plan.ts';
import { episodeTokens, policyTokens } from './policy-tokens.ts';

/** What an iteration's forecasts came to. */
export interface ForecastReport {
  readonly figures: ForecastFigures;
  /** Mean of what forecasts were paid, by part; null where no task was played. */
  readonly paid: Readonly<Record<'steps' | 'wins' | 'things' | 'total', number | null>>;
  /** Standard deviation over tasks of the mean foretold share. */
  readonly spreadOverTasks: number | null;
  /** Tokens of the forecasts. */
  readonly tokens: number;
  readonly gate: {
    readonly acts: boolean;
    readonly gated: number;
    readonly probes: number;
    readonly uniformProbes: number;
    readonly played: number;
    readonly uniformPlayed: number;
    /** Decisions against what came, of all tasks that were played. */
    readonly shadow: Detection;
    /** Precision and recall by the probes, where it acts. */
    readonly probed: ReturnType<typeof probedGate>;
    /** Tokens that the gated tasks would have taken, by the mean of the played episodes; 0 where it does not act. */
    readonly savedTokens: number;
  };
  readonly cutoff: {
    readonly acts: boolean;
    /** Episodes that were cut. */
    readonly cut: number;
    /** Decisions against what came, of episodes that were played to their end. */
    readonly shadow: ReturnType<typeof cutoffInShadow>;
  };
  readonly hinted: number;
  /** Corrected forecasts that wait, that were learnt in this iteration, and their loss; null without them. */
  readonly expert: { readonly waiting: number; readonly learnt: number; readonly loss: number | null } | null;
}

/** The figures of an iteration, from its forecasts, its episodes as they were played and as they are learnt from. */
export function forecastReport(
  { plan, forecasts }: Pick<Foretold, 'plan' | 'forecasts'>,
  played: readonly Trajectory[],
  learnt: readonly Trajectory[],
  paid: readonly PaidForecast[],
): ForecastReport {
  const episodesOf = (task: string, of: readonly Trajectory[]) => of.filter(({ task: { id } }) => id === task);
  const uniform = new Map(
    plan.tasks.map(({ record }) => {
      const own = episodesOf(record.id, learnt);
      return [record.id, own.length > 0 && own.every(({ success }) => success === own[0]!.success)];
    }),
  );
  const gated = plan.tasks.filter(({ gate }) => gate.gated);
  const probes = gated.filter(({ probed }) => probed);
  const open = plan.tasks.filter(({ gate }) => !gate.gated);
  const counts = {
    gated: gated.length,
    probes: probes.length,
    uniformProbes: probes.filter(({ record }) => uniform.get(record.id)).length,
    played: open.length,
    uniformPlayed: open.filter(({ record }) => uniform.get(record.id)).length,
  };
  const tokens = episodeTokens(played);
  const meanTokens = played.length === 0 ? 0 : tokens / played.length;
  const each = plan.tasks.find(({ played: was }) => was);
  const rollouts = each ? episodesOf(each.record.id, played).length : 0;
  const limits = new Map(plan.tasks.map(({ record, limit }) => [record.id, limit]));
  const means = plan.tasks.flatMap(({ gate }) => (gate.mean === null ? [] : [gate.mean]));
  const meanOf = (values: readonly number[]) =>
    values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    figures: forecastFigures(
      plan.tasks.map(({ record, forecasts: own }) => ({ forecasts: own, episodes: episodesOf(record.id, learnt) })),
    ),
    paid: {
      steps: meanOf(paid.map(({ steps }) => steps)),
      wins: meanOf(paid.map(({ wins }) => wins)),
      things: meanOf(paid.map(({ things }) => things)),
      total: meanOf(paid.map(({ total }) => total)),
    },
    spreadOverTasks: means.length < 2 ? null : Math.sqrt(meanOf(means.map(mean => (mean - meanOf(means)!) ** 2))!),
    tokens: policyTokens(forecasts),
    gate: {
      acts: plan.gateActs,
      ...counts,
      shadow: detection(
        plan.tasks
          .filter(({ played: was }) => was)
          .map(({ record, gate }) => ({ decided: gate.gated, truth: uniform.get(record.id)! })),
      ),
      probed: probedGate(plan.gateActs ? counts : { ...counts, probes: 0, uniformProbes: 0 }),
      savedTokens: plan.gateActs ? (gated.length - probes.length) * rollouts * meanTokens : 0,
    },
    cutoff: {
      acts: plan.cutoffActs,
      cut: played.filter(({ stopReason }) => stopReason === 'cut short').length,
      shadow: cutoffInShadow(
        played
          .filter(({ stopReason }) => stopReason !== 'cut short')
          .map(({ steps, success, task }) => ({
            steps: steps.length,
            won: success === true,
            limit: limits.get(task.id) ?? null,
          })),
      ),
    },
    hinted: plan.tasks.filter(({ hint, played: was }) => was && hint !== undefined).length,
    expert: null,
  };
}
