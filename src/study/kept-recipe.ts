import { existsSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { writeAtomically } from '../atomic-file.ts';
import { ClewError } from '../errors.ts';
import { readText } from '../read-file.ts';
import { refuseChanges, type Settings } from '../runs/index.ts';
import { currentStudyRecipe } from './former-names.ts';
import { readStudyRecipe, type StudyRecipe } from './recipe.ts';

/** A recipe as a folder keeps it: where the data is decides nothing. */
export type KeptRecipe = Omit<StudyRecipe, 'data'>;

export function withoutPlaces(recipe: StudyRecipe): KeptRecipe {
  const kept: StudyRecipe = { ...recipe };
  delete kept.data;
  return kept;
}

/**
 * Keeps the recipe in the folder of its study, as `recipe.json` with every default.
 * @throws ClewError when the folder holds a study with other settings. Arms and seeds may have been added.
 */
export async function keepRecipe(folder: string, recipe: StudyRecipe): Promise<void> {
  const file = path.join(folder, 'recipe.json');
  const now = withoutPlaces(recipe);
  if (existsSync(file)) {
    const before = recipeIn(file);
    refuseChanges(
      `${folder} holds the study "${before.name}", which`,
      { before: settingsOf(before, now), now: settingsOf(sharedPart(now, before), before) },
      'Give this one another --out, or remove that folder.',
    );
  }
  await writeAtomically(file, `${JSON.stringify(now, null, 2)}\n`);
}

/** What the recipe of any version says. */
const leastSchema = z.looseObject({
  name: z.string(),
  arms: z.array(z.looseObject({ name: z.string() })),
  seeds: z.array(z.number()),
});

/** The recipe that a folder keeps. Settings that came with later versions have their defaults. */
function recipeIn(file: string): KeptRecipe {
  const text = readText(file);
  let kept: unknown;
  try {
    kept = currentStudyRecipe(leastSchema.parse(JSON.parse(text)));
  } catch (error) {
    throw new ClewError(
      `${file} is damaged: it no longer says with which settings the study in its folder was begun. Restore it, or ` +
        `give this study another --out.`,
      { cause: error },
    );
  }
  try {
    return withoutPlaces(readStudyRecipe(kept));
  } catch {
    // What no version reads any more is compared as it is, so that it is said what differs.
    return kept as KeptRecipe;
  }
}

/**
 * A recipe as settings, arms and seeds by name. What the recipe of before has not may be added, and is left out of the
 * one of now.
 */
function settingsOf({ arms, seeds, ...rest }: KeptRecipe, other: KeptRecipe): Settings {
  const known = new Set(other.arms.map(({ name }) => name));
  return {
    ...rest,
    arms: Object.fromEntries(
      arms.map(({ name, from, rl }) => [name, known.has(name) ? (from === undefined ? rl : { from, rl }) : 'trained']),
    ),
    seeds: Object.fromEntries(seeds.map(seed => [seed, 'trained'])),
  };
}

/** A recipe without the arms and seeds that another has not. */
function sharedPart(recipe: KeptRecipe, other: KeptRecipe): KeptRecipe {
  return {
    ...recipe,
    arms: recipe.arms.filter(({ name }) => other.arms.some(arm => arm.name === name)),
    seeds: recipe.seeds.filter(seed => other.seeds.includes(seed)),
  };
}
