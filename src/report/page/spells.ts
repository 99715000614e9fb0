import type { TrainingRow } from '../data.ts';

type Alarm = NonNullable<TrainingRow['alarms']>[number];

/** An alarm that was raised in one iteration after another. */
export interface Spell {
  readonly rule: string;
  readonly level: 'warn' | 'stop';
  readonly from: number;
  readonly to: number;
  /** As the last of them says it. */
  readonly message: string;
  readonly remedy: string;
}

/** Alarms of one run; those of one rule and level in neighbouring iterations, with at most two quiet ones between, are one spell. */
export function inSpells(alarms: readonly Alarm[]): Spell[] {
  const spells: Spell[] = [];
  for (const { rule, level, iteration, message, remedy } of alarms) {
    const at = spells.findLastIndex(spell => spell.rule === rule && spell.level === level && iteration - spell.to <= 3);
    if (at < 0) spells.push({ rule, level, from: iteration, to: iteration, message, remedy });
    else spells[at] = { ...spells[at]!, to: iteration, message, remedy };
  }
  return spells;
}
