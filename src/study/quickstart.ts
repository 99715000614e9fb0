import { ClewError } from '../errors.ts';
import { readStudyRecipe, type StudyRecipe } from './recipe.ts';

export const quickstartWorlds = ['household', 'alfworld'] as const;
export type QuickstartWorld = (typeof quickstartWorlds)[number];

/** Minutes that the settings below take on a laptop with two cores and no GPU; `--minutes` is measured against them. */
export const usualMinutes = 13;

/** Tokens a second that such a laptop trains in `checkMachine`. */
export const usualSpeed = 20_000;

/** The settings of the usual minutes: the one place where they are decided. */
const usual = {
  preset: 'nano',
  context: 1024,
  priorTokens: 900_000,
  epochs: 24,
  iterations: 24,
  /** Tasks of each panel. */
  panel: 100,
} as const;

/** Tasks in the shortest panel of each world: household's have 512; ALFWorld's L0, L1 and L2 have 140, 134 and 38 with `cool` and `two` held out. */
const shortestPanel: Readonly<Record<QuickstartWorld, readonly { readonly level: string; readonly tasks: number }[]>> = {
  household: [{ level: 'L0', tasks: 512 }, { level: 'L1', tasks: 512 }, { level: 'L2', tasks: 512 }],
  alfworld: [{ level: 'L0', tasks: 140 }, { level: 'L1', tasks: 134 }, { level: 'L2', tasks: 38 }],
};

/**
 * The study that `clew quickstart` runs, from the minutes alone, so that its numbers do not depend on how fast a machine is: prior
 * tokens, iterations and panels are in proportion to the minutes; epochs too, but never above the usual ones, because more of them
 * learn the demonstrations by heart.
 */
export function quickstartRecipe({ minutes = usualMinutes, world = 'household', seed = 0 }: { readonly minutes?: number; readonly world?: QuickstartWorld; readonly seed?: number } = {}): StudyRecipe {
  if (!(minutes >= 1)) throw new ClewError(`A quickstart takes at least one minute, not ${minutes}.`);
  const share = minutes / usualMinutes;
  const scaled = (amount: number, least: number) => Math.max(least, Math.round(amount * share));
  const panels = shortestPanel[world].map(({ level, tasks }) => ({ level, tasks: Math.min(tasks, scaled(usual.panel, 8)) }));
  const named = { L0: 'seen', L1: 'unseen', L2: 'heldOut' } as const;
  return readStudyRecipe({
    name: 'quickstart', world, ...(world === 'alfworld' && { heldOut: ['cool', 'two'] }),
    policy: { preset: usual.preset, context: usual.context, seed },
    prior: { tokens: 1000 * scaled(usual.priorTokens / 1000, 20), seed },
    demonstrations: world === 'household' ? 'shipped' : { build: { seed } },
    sft: { epochs: Math.min(usual.epochs, scaled(usual.epochs, 2)), seed },
    rl: { iterations: scaled(usual.iterations, 1), tasks: 16, rollouts: 8, alarms: 'warn' },
    arms: [{ name: 'GRPO', rl: { advantages: 'grpo' } }, { name: 'RLVMR', rl: { advantages: 'rlvmr:fixed' } }],
    seeds: [seed],
    evaluation: { panels: panels.map(({ level, tasks }) => ({ level, tasks, ...(world === 'household' ? { panel: named[level as keyof typeof named] } : { split: named[level as keyof typeof named] }) })) },
  }, 'The recipe of the quickstart');
}
