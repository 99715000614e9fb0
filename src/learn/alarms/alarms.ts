import { behaviourRules } from './behaviour-rules.ts';
import type { Alarm, ColdStartFacts, IterationFacts } from './facts.ts';
import { forecastRules } from './forecast-rules.ts';
import { learningRules } from './learning-rules.ts';

const rules = [...learningRules, ...behaviourRules, ...forecastRules];

/** The names of all rules, in the order in which they are looked at. */
export const alarmRules: readonly string[] = rules.map(({ name }) => name);

/**
 * The alarms that the last iteration of a history raises, stops first. A pure function: given a longer history it may
 * say other things, but never because of time or of what it said before.
 * @param history iterations in order, the last one just over.
 */
export function alarms(history: readonly IterationFacts[], coldStart: ColdStartFacts = {}): Alarm[] {
  const last = history.at(-1);
  if (!last) return [];
  const raised = rules.flatMap(({ name, remedy, check }): Alarm[] => {
    const finding = check(history, coldStart);
    return finding ? [{ rule: name, level: finding[0], iteration: last.iteration, message: finding[1], remedy }] : [];
  });
  return raised.toSorted((a, b) => Number(b.level === 'stop') - Number(a.level === 'stop'));
}
