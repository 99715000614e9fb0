import { z } from 'zod';
import { ClewError, UsageError } from '../errors.ts';
import { faults } from '../trajectory/store/checked.ts';
import {
  discountedReward,
  formatPenalty,
  overlongReward,
  refusalPenalty,
  repeatPenalty,
  stepCost,
} from './controls.ts';
import { askingReward, grilReward, learn2askReward } from './asking.ts';
import { marReward } from './mar/mar.ts';
import { outcomeReward } from './outcome.ts';
import type { Reward } from './reward.ts';
import { rlvmrOptionsSchemas } from './rlvmr/options.ts';
import { rlvmrReward } from './rlvmr/rlvmr.ts';
import { rubricReward } from './rubric.ts';

const marOptions = z.strictObject({ shuffled: z.boolean().optional() });
const cost = z.number().nonnegative().optional();

interface Kind {
  readonly options: z.ZodType;
  readonly open: (options: never) => Reward;
}

function kind<S extends z.ZodType>(options: S, open: (options: z.infer<S>) => Reward): Kind {
  return { options, open };
}

/** Every reward by name. A new one is a line here; everything that names rewards finds it. */
const kinds: Readonly<Record<string, Kind>> = {
  outcome: kind(z.strictObject({ success: z.number().positive().optional() }), outcomeReward),
  'rlvmr:paper': kind(rlvmrOptionsSchemas.paper, options => rlvmrReward('paper', options)),
  'rlvmr:code': kind(rlvmrOptionsSchemas.code, options => rlvmrReward('code', options)),
  'rlvmr:code-scienceworld': kind(rlvmrOptionsSchemas.code, options => rlvmrReward('code', options, 'scienceworld')),
  'rlvmr:fixed': kind(rlvmrOptionsSchemas.fixed, options => rlvmrReward('fixed', options)),
  'asking:fixed': kind(
    z.strictObject({ right: cost, discount: z.number().positive().max(1).optional(), cost }),
    askingReward,
  ),
  'asking:learn2ask': kind(z.strictObject({}), learn2askReward),
  'asking:gril': kind(
    z.strictObject({ discount: z.number().positive().max(1).optional(), penalty: cost, diversity: cost }),
    grilReward,
  ),
  'mar:paper': kind(marOptions, options => marReward('paper', options)),
  'mar:precision': kind(marOptions, options => marReward('precision', options)),
  rubric: kind(z.strictObject({}), () => rubricReward()),
  discounted: kind(z.strictObject({ discount: z.number().positive().max(1).optional() }), discountedReward),
  'repeat-penalty': kind(z.strictObject({ cost }), repeatPenalty),
  'refusal-penalty': kind(z.strictObject({ cost }), refusalPenalty),
  'step-cost': kind(z.strictObject({ cost }), stepCost),
  format: kind(z.strictObject({ cost }), formatPenalty),
  overlong: kind(z.strictObject({ buffer: z.int().positive().optional() }), overlongReward),
};

/** Rewards that are made for a world (`worldRewards`): training has one, a log does not. */
const needWorld: ReadonlySet<string> = new Set(['progress', 'progress:path']);

/** The names of all rewards, in the order in which lists show them. */
export const rewardNames: readonly string[] = Object.keys(kinds);

/**
 * The reward of that name, with the options that a recipe gives it.
 *
 * @example
 * import { openReward, openStore } from 'clew';
 *
 * const reward = openReward('rlvmr:fixed', { explore: 0.5 });
 * for (const trajectory of openStore('clew.db', { readonly: true }).trajectories.select())
 *   console.log(trajectory.id, reward.score(trajectory));
 *
 * @param own rewards of one's own, which are found by their names too; they take no options
 * @throws UsageError for an unknown name, ClewError for options that do not fit it, and for an own reward with a name
 *   that is taken.
 */
export function openReward(name: string, options: object = {}, own: readonly Reward[] = []): Reward {
  const found = Object.hasOwn(kinds, name) ? kinds[name]! : undefined;
  const mine = own.find(reward => reward.name === name);
  if (mine && found) throw new ClewError(`"${name}" is a reward of Clew's: give your own another name.`);
  if (mine && Object.keys(options).length > 0)
    throw new ClewError(`The reward ${name} is your own and takes no options: make it with the amounts that you want.`);
  if (mine) return mine;
  if (!found && needWorld.has(name))
    throw new UsageError(
      `The reward ${name} plays episodes again in their world, which is not here. Name the world (clew score ` +
        `--world NAME), or give the reward with progressReward({ world }).`,
    );
  if (!found)
    throw new UsageError(
      `There is no reward "${name}": the rewards are ` +
        `${[...rewardNames, ...own.map(reward => reward.name)].join(', ')}. One of your own has to be given with ` +
        `the recipe (rewards, or --reward-file).`,
    );
  const checked = found.options.safeParse(options);
  if (!checked.success) throw new ClewError(`The options of the reward ${name} do not fit: ${faults(checked.error)}.`);
  return found.open(checked.data as never);
}
