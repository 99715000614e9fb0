import type { Alarm, IterationFacts } from './facts.ts';
import { below, lastOf, over, percent, type Rule, warn } from './rule.ts';

const form = {
  name: 'form of forecasts',
  remedy:
    'What cannot be read is not paid, and no gate or cutoff acts on it. Give the warm-up more tasks and updates ' +
    '(forecasts: { warmUp: … }), and look at what was written: clew export DB --format forecasts.',
} as const;

/** Under this share of well-formed forecasts the form is not learnt. */
const learntForm = 0.9;

const forgotten = {
  name: 'playing forgotten',
  remedy:
    'Learning to foretell costs success. Give the warm-up a lower learningRate, or more rehearsed episodes ' +
    '(forecasts: { warmUp: … }).',
} as const;

/** The alarms of a warm-up, said before anything is trained: forecasts stay malformed, or it plays worse than before. */
export function warmUpAlarms({
  wellFormed,
  kept: { episodes, before, after },
}: {
  readonly wellFormed: number;
  /** Share of episodes won of the same tasks before and after. */
  readonly kept: { readonly episodes: number; readonly before: number; readonly after: number };
}): Alarm[] {
  const alarm = ({ name, remedy }: typeof form | typeof forgotten, message: string): Alarm => ({
    rule: name,
    level: 'warn',
    iteration: 0,
    message,
    remedy,
  });
  // Three standard errors of a difference of shares, both near a half: chance alone does not look like this.
  const surely = 3 * Math.sqrt(0.5 / episodes);
  return [
    ...(below(wellFormed, learntForm)
      ? [alarm(form, `After the warm-up only ${percent(wellFormed)} of the forecasts are well-formed.`)]
      : []),
    ...(before - after > surely
      ? [alarm(forgotten, `The warm-up cost success: ${percent(after)} of the same tasks after ${percent(before)}.`)]
      : []),
  ];
}

/** Rules on what a policy says beforehand. Without forecasts they are silent. */
export const forecastRules: readonly Rule[] = [
  {
    ...form,
    check: history => {
      const { forecastsWellFormed: now } = history.at(-1)!;
      if (now === 0) return warn('Not one of the forecasts is well-formed.');
      return lastOf(history, 5)?.every(({ forecastsWellFormed: share }) => below(share, learntForm))
        ? warn(`Only ${percent(now)} of the forecasts are well-formed, and under 90 % were for 5 iterations.`)
        : null;
    },
  },
  {
    name: 'forecasts say the same',
    remedy:
      'The policy foretells its mean success, whatever the task. Weigh the wins more (parts: { wins: … }), add expert ' +
      'forecasts (expert: {}), or draw tasks that differ more.',
    check: history =>
      lastOf(history, 10)?.every(({ forecastSpread: spread }) => below(spread, 0.05))
        ? warn('The foretold shares of different tasks were within 0.05 of each other for 10 iterations.')
        : null,
  },
  {
    name: 'gate starves',
    remedy:
      'Too few tasks are left to learn from, or ones with both outcomes are thrown away: let the gate decide less ' +
      '(lower spread, low nearer to 0, high nearer to 1), or more probes.',
    check: history => {
      const last = lastOf(history, 5);
      if (!last) return null;
      if (last.every(({ gatedShare }) => over(gatedShare, 0.6)))
        return warn('The gate let through under 40 % of the tasks for 5 iterations.');
      const [probes, wrong] = [sum(last, facts => facts.gateProbes), sum(last, facts => facts.gateFalseProbes)];
      return probes >= fewestProbes && wrong / probes > 0.3
        ? warn(`Of ${probes} gated tasks that were played all the same, ${wrong} had both outcomes.`)
        : null;
    },
  },
];

/** Of fewer probes a share says nothing. */
const fewestProbes = 5;

function sum(history: readonly IterationFacts[], of: (facts: IterationFacts) => number | null | undefined): number {
  return history.reduce((total, facts) => total + (of(facts) ?? 0), 0);
}
