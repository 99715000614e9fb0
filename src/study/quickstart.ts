import type { PolicySettings, PretrainingSettings } from '../training/stages/index.ts';
import { z } from 'zod';
import { ClewError } from '../errors.ts';
import { faults } from '../trajectory/store/checked.ts';
import { levelOfSplit, loadPanel, panelNames, type Split, type World } from '../world/index.ts';
import { readStudyRecipe, type StudyRecipe } from './recipe.ts';

/** Minutes that the settings below take on a laptop with two cores and no GPU; `minutes` is measured against them. */
export const usualMinutes = 15;

/**
 * The same for a small world: one in whose texts there are few different words, and whose demonstrations Clew makes.
 */
export const smallMinutes = 8;
const smallVocabulary = 300;

/** What a quickstart is told: everything else about it is decided below. */
export const quickstartSettingsSchema = z.strictObject({
  minutes: z
    .number()
    .min(1)
    .optional()
    .describe(
      `about how long it may take on two cores of a laptop; decides how much is trained and played; ` +
        `${usualMinutes} if left out, ${smallMinutes} in a small world`,
    ),
  seed: z.int().nonnegative().default(0).describe('random seed'),
});
export type QuickstartSettings = Readonly<z.infer<typeof quickstartSettingsSchema>>;

/** Tokens a second that such a laptop trains in `checkMachine`. */
export const usualSpeed = 55_000;

/** What both methods share; why these settings: docs/results/first-rl/plain.md and docs/results/quickstart.md. */
const rl = {
  tasks: 16,
  rollouts: 8,
  temperature: 0.8,
  learningRate: 1e-4,
  minLearningRateRatio: 0.3,
  miniBatches: 1,
  alarms: 'warn',
  objective: { preset: 'clew', options: { klCoefficient: 0, entropyCoefficient: 0 } },
};

/** The settings of the usual minutes: the one place where they are decided. Others are the defaults of a study. */
const usual = {
  minutes: usualMinutes,
  policy: { preset: 'nano' as const, context: 1280 },
  pretraining: {},
  /** About two minutes. */
  pretrainingTokens: 2_500_000,
  sft: {},
  /** About one minute. */
  epochs: 24,
  /** About seven minutes. */
  expertIteration: { rounds: 6, tasks: 600, pool: 3600, epochs: 3 },
  /** Of 16 × 8 episodes, three to four seconds each, for every arm. */
  iterations: 25,
  /** Tasks of each of three panels, about 20 seconds for every policy. */
  panel: 100,
  rl: { ...rl, maxSteps: 14 },
  arms: [
    { name: 'GRPO', rl: { advantages: { preset: 'grpo', options: { format: 0.5 } } } },
    {
      name: 'RLVMR',
      rl: { advantages: { preset: 'rlvmr:fixed', options: { format: 0.5, weight: 0.25, tagDivergence: 0.1 } } },
    },
  ],
} satisfies Readonly<Record<string, unknown>>;

/**
 * The same for a small world, whose demonstrations cost nothing: many of them a few times teach more than few of them
 * often, and a small policy learns to look things up in fewer, bolder steps. Measured in docs/results/own-worlds.md.
 */
const small = {
  ...usual,
  minutes: smallMinutes,
  policy: { preset: 'pico' as const },
  pretraining: { tokensPerStep: 1000, learningRate: 0.006, questions: 0.9 },
  pretrainingTokens: 3_000_000,
  /** By how many steps they have, since what teaches is how many decisions are seen. */
  demonstrations: { steps: 8000, least: 400, most: 2000 },
  sft: { tokensPerStep: 1500, learningRate: 0.003, permutePlaces: 0.5 },
  epochs: 4,
  expertIteration: { rounds: 3, tasks: 300, pool: 2000, epochs: 1, learningRate: 0.002 },
  iterations: 6,
  panel: 60,
  rl,
};

/** Demonstrations that are found by search take their time, and are fewer; each is seen as much oftener. */
const searched = { trajectories: 200, epochs: 20 };

/** A recipe that begins with a new decoder. */
export type QuickstartRecipe = StudyRecipe & {
  policy: PolicySettings;
  pretraining: PretrainingSettings;
};

/**
 * The study that `clew quickstart` runs, from the world and the minutes alone, so that its numbers do not depend on how
 * fast a machine is: tokens of pretraining, episodes of expert iteration, iterations and panels are in proportion to
 * the minutes; epochs and rounds too, but never above the usual ones, because more epochs learn the demonstrations by
 * heart.
 */
export function quickstartRecipe(
  world: World,
  {
    name = world.name,
    vocabulary = Infinity,
    demonstrationSteps = null,
    ...settings
  }: Partial<QuickstartSettings> & {
    /** What a study calls the world: the path of its file, where it does not ship. */
    readonly name?: string;
    /**
     * Different words of the world's texts, if known: see `worldTokenizer`. A world with few of them is a small one.
     */
    readonly vocabulary?: number;
    /** Steps of a demonstration of its expert, in the mean, if known. A small world with short ones gets more of them. */
    readonly demonstrationSteps?: number | null;
  } = {},
): QuickstartRecipe {
  const read = quickstartSettingsSchema.safeParse(settings);
  if (!read.success) throw new ClewError(`The settings of a quickstart do not fit: ${faults(read.error)}.`);
  const { seed } = read.data;
  const size = isSmall(world, vocabulary) ? small : usual;
  const share = (read.data.minutes ?? size.minutes) / size.minutes;
  const { trajectories, epochs } =
    size === usual
      ? { trajectories: undefined, epochs: size.epochs }
      : world.expert
        ? { trajectories: demonstrationsOf(demonstrationSteps, share), epochs: size.epochs }
        : searched;
  const scaled = (amount: number, least: number) => Math.max(least, Math.round(amount * share));
  return readStudyRecipe({
    name: 'quickstart',
    world: name,
    ...(world.kit.suggestedHeldOut && { heldOut: world.kit.suggestedHeldOut }),
    policy: { ...size.policy, seed },
    pretraining: { ...size.pretraining, tokens: 1000 * scaled(size.pretrainingTokens / 1000, 20), seed },
    demonstrations: world.kit.demonstrations
      ? 'shipped'
      : { build: { ...(trajectories !== undefined && { trajectories }), seed } },
    sft: { ...size.sft, epochs: Math.min(epochs, scaled(epochs, 2)), seed },
    expertIteration: {
      ...size.expertIteration,
      rounds: Math.min(size.expertIteration.rounds, scaled(size.expertIteration.rounds, 1)),
      tasks: scaled(size.expertIteration.tasks, 16),
      seed,
    },
    rl: { iterations: scaled(size.iterations, 1), ...size.rl },
    arms: size.arms,
    seeds: [seed],
    evaluation: { panels: panelsOf(world, scaled(size.panel, 8)) },
  }) as QuickstartRecipe;
}

/** How many demonstrations of a small world hold enough decisions. */
function demonstrationsOf(steps: number | null, share: number): number {
  const { steps: wanted, least, most } = small.demonstrations;
  return steps === null ? least : Math.min(most, Math.max(least, 100 * Math.round((share * wanted) / steps / 100)));
}

/** The minutes of a quickstart where nobody says how many. */
export function usualMinutesOf(world: World, vocabulary: number): number {
  return isSmall(world, vocabulary) ? smallMinutes : usualMinutes;
}

function isSmall({ kit }: World, vocabulary: number): boolean {
  return kit.demonstrations === undefined && vocabulary <= smallVocabulary;
}

/** Up to so many tasks of each level, of the world's own panel where it has one. */
function panelsOf(world: World, most: number): { level: string; panel?: string; split?: Split; tasks: number }[] {
  const panels = panelNames(world);
  return world.splits.flatMap(split => {
    const level = levelOfSplit[split];
    const tasks = panels.includes(split)
      ? loadPanel(split, world).tasks.slice(0, most)
      : world.tasks(split, level === null ? 0 : most);
    if (level === null || tasks.length === 0) return [];
    return [{ level, [panels.includes(split) ? 'panel' : 'split']: split, tasks: tasks.length }];
  });
}
