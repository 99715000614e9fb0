import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { needKit } from '../demonstrations/need-kit.ts';
import { ClewError } from '../errors.ts';
import { checkRewards } from '../learn/index.ts';
import { type Reward, withWorldRewards } from '../rewards/index.ts';
import { levelsOf } from '../runs/index.ts';
import { advantagesOfRecipe } from '../training/rl/index.ts';
import type { World } from '../world/index.ts';
import { type StudyRecipe, startArms } from './recipe.ts';
import { startArm, type StudyDemonstrations, type StudyStart } from './starts.ts';
import { checkStripTags } from './strip-tags.ts';
import type { Study, StudyPanel } from './study.ts';
import { isPublishedStart, publishedNameOf } from './study-policy.ts';

/**
 * Opens what a recipe names beside its world: panels and demonstrations. Paths in the recipe are read from `folder`.
 *
 * @example
 * const evaluation = { panels: [{ split: 'seen', tasks: 50 }] };
 * const recipe = readStudyRecipe({ name: 'mine', world: 'locked-room', arms: [{ name: 'GRPO' }], evaluation });
 * const study = openStudy(recipe, { world });
 * await runStudy(study, { out: 'runs/mine', store: openStore('runs/mine/clew.db') });
 *
 * @param rewards rewards of one's own that arms name.
 * @param world the world itself: `recipe.world` is only its name, or where the command line finds it.
 * @throws ClewError or UsageError for a panel or demonstrations that are not there, categories that the world does not
 *   hold out, and what its kit lacks.
 */
export function openStudy(
  recipe: StudyRecipe,
  {
    world,
    folder = process.cwd(),
    rewards,
  }: { readonly world: World; readonly folder?: string; readonly rewards?: readonly Reward[] },
): Study {
  if (recipe.heldOut && recipe.heldOut.some(category => !world.heldOut.includes(category)))
    throw new ClewError(
      `${world.name} holds out ${world.heldOut.join(', ') || 'nothing'}, whatever heldOut says: it does not let one choose.`,
    );
  for (const { rl } of recipe.arms) if (rl) checkRewards(advantagesOfRecipe(rl), withWorldRewards(world, rewards));
  const { pretraining, sft, expertIteration, arms } = recipe;
  needKit(world, {
    manual: (pretraining?.manual ?? 0) > 0,
    lookUps: pretraining?.lookUps,
    anyChoice: sft.anyChoice,
    hindsight: expertIteration?.hindsight || arms.some(({ rl }) => rl?.selfImitation?.hindsight),
  });
  const panels = recipe.evaluation.panels.map(panel => openPanel(panel, world, folder));
  const twice = panels.find((panel, i) =>
    panels.some((other, k) => k < i && other.level === panel.level && other.panel === panel.panel),
  );
  if (twice)
    throw new ClewError(
      `evaluation.panels names ${twice.panel} twice: every policy plays a panel once. For several episodes of ` +
        `each task there is evaluation.rollouts.`,
    );
  checkStripTags(recipe.evaluation.stripTags, {
    arms: [
      ...startArms.slice(0, recipe.expertIteration ? 2 : 1),
      ...Object.keys(recipe.starts ?? {}).map(startArm),
      ...recipe.arms.map(({ name }) => name),
    ],
    levels: panels.map(({ level }) => level),
  });
  const starts: [string | null, StudyStart][] = recipe.starts
    ? Object.entries(recipe.starts)
    : [[null, { demonstrations: recipe.demonstrations ?? 'shipped' }]];
  return {
    recipe,
    world,
    panels,
    rewards,
    ...(isPublishedStart(recipe.policy) && { published: publishedNameOf(recipe.policy, folder) }),
    starts: starts.map(([name, { demonstrations, tokens }]) => ({
      name,
      tokens,
      file: demonstrationsOf(demonstrations, world, folder),
      build: typeof demonstrations === 'object' && 'build' in demonstrations ? demonstrations.build : undefined,
    })),
  };
}

function openPanel(
  { panel, split, tasks, level }: StudyRecipe['evaluation']['panels'][number],
  world: World,
  folder: string,
): StudyPanel {
  const counted = tasks === undefined ? {} : { tasks };
  const file = panel !== undefined && !/^[\w-]+$/.test(panel) ? path.resolve(folder, panel) : panel;
  const [opened] =
    file === undefined
      ? levelsOf(world, { split: [split!], ...counted })
      : levelsOf(world, { panel: [file], ...counted });
  if (tasks !== undefined && opened!.tasks.length < tasks)
    throw new ClewError(`evaluation.panels: ${panel ?? split} has ${opened!.tasks.length} tasks, not ${tasks}.`);
  return { panel: opened!.panel, level: level ?? opened!.level ?? opened!.panel, tasks: opened!.tasks };
}

function demonstrationsOf(demonstrations: StudyDemonstrations, world: World, folder: string): string | undefined {
  if (typeof demonstrations === 'object')
    return 'file' in demonstrations ? path.resolve(folder, demonstrations.file) : undefined;
  const { demonstrations: shipped } = world.kit;
  if (!shipped || !existsSync(shipped))
    throw new ClewError(
      `No demonstrations come with ${world.name}. Let the study build them, with demonstrations: { build: {} }, ` +
        `or name a database of clew cold-start build.`,
    );
  return fileURLToPath(shipped);
}
