import { existsSync } from 'node:fs';
import { ClewError } from '../../errors.ts';
import { type Checkpoint, configHash, loadCheckpoint } from '../../policy/index.ts';
import { canonicalJson, hash } from '../../world/index.ts';
import { refuseOtherState, stateFile } from '../../runs/index.ts';
import { formerRlRecipe } from '../former-settings.ts';
import { lengthDecides } from './forecast-settings.ts';
import type { RlOptions } from './options.ts';
import type { RlRecipe } from './recipe.ts';
import { foldTemperature } from '../../learn/index.ts';

/**
 * What a state keeps beside weights and optimiser. All else follows from the recipe, the seed and the rows in the
 * store.
 */
export interface Progress {
  readonly settings: string;
  readonly iteration: number;
  readonly norm: number | null;
  /** The form of forecasts has been taught. */
  readonly warmedUp?: boolean;
}

/**
 * The model to go on with: the state that an earlier call kept, or a copy of the cold start.
 * @throws ClewError when the state is another run's, or is gone.
 */
export async function stateOf(
  { start, recipe, store, run, out }: RlOptions,
  config: { readonly recipe: RlRecipe; readonly permuted?: string },
): Promise<{ model: Checkpoint['model']; optimiser?: NonNullable<Checkpoint['optimiser']>; progress: Progress }> {
  const file = stateFile(out);
  const settings = settingsHash(config);
  const known = store.runs.get(run);
  if (existsSync(file)) {
    const { model, optimiser, progress } = await loadCheckpoint(file, {
      tokenizer: start.tokenizer,
      config: start.model.config,
    });
    const name = (progress as Progress | undefined)?.settings;
    refuseOtherState(file, optimiser && name, [settings, ...formerHashes(config)]);
    if (!known)
      throw new ClewError(
        `${file} is the state of a run that ${store.path} does not have. Give the database that the run was begun ` +
          `with, or remove that file to begin anew.`,
      );
    return {
      model: { ...start.model, ...model },
      optimiser: optimiser!,
      progress: { ...(progress as unknown as Progress), settings },
    };
  }
  if (known && store.metrics.of(run, 'train').length > 1)
    throw new ClewError(
      `${store.path} has the run ${run}, but its state ${file} is gone, so it cannot go on. Choose another name ` +
        `for a new run.`,
    );
  if (existsSync(out) && !known)
    throw new ClewError(`${out} is there already. Choose another name for this run, or remove that file.`);
  return { model: foldTemperature(start.model, recipe.temperature), progress: { settings, iteration: 0, norm: null } };
}

/**
 * Settings of a run that may differ when it goes on: whether alarms end it decides no number, and it may become longer,
 * unless its learning rate falls towards its end, or its length decides from when a gate, a cutoff or hints act.
 */
export function freeSettings(recipe: RlRecipe): string[] {
  return ['recipe.alarms', ...(mayBecomeLonger(recipe) ? ['recipe.iterations'] : [])];
}

function mayBecomeLonger({ minLearningRateRatio, forecasts }: RlRecipe): boolean {
  return minLearningRateRatio === 1 && !lengthDecides(forecasts);
}

/** Names what decides a run, in its state. Keeps to what `freeSettings` says. */
export function settingsHash<T extends { readonly recipe: RlRecipe }>(config: T): string {
  const { alarms: _, ...recipe } = lengthless(config.recipe);
  return hash(canonicalJson({ ...config, recipe }));
}

/**
 * The names that earlier versions of Clew gave the same run: some settings had other names, whether alarms end it was
 * part of them, and which names are permuted was not.
 */
export function formerHashes<T extends { readonly recipe: RlRecipe; readonly permuted?: string }>({
  permuted: _permuted,
  ...config
}: T): string[] {
  const { alarms: _, ...decisive } = lengthless(config.recipe);
  const recipes = [decisive, { ...decisive, alarms: 'stop' }, { ...decisive, alarms: 'warn' }] as RlRecipe[];
  return recipes
    .flatMap(recipe => [recipe, formerRlRecipe(recipe)])
    .map(recipe => hash(canonicalJson({ ...config, recipe })));
}

function lengthless(recipe: RlRecipe): RlRecipe {
  return mayBecomeLonger(recipe) ? { ...recipe, iterations: 0 } : recipe;
}

/** What a KL term holds to. @throws ClewError when it does not fit the policy that is trained. */
export function checkedReference({ start, reference = start }: Pick<RlOptions, 'start' | 'reference'>): Checkpoint {
  if (reference.tokenizer.hash !== start.tokenizer.hash)
    throw new ClewError(
      'The reference policy has another tokenizer than the policy that is trained: a KL between them means ' +
        'nothing. Take the cold start itself, or leave the reference out.',
    );
  if (configHash(reference.model.config) !== configHash(start.model.config))
    throw new ClewError(
      `The reference policy has another architecture (${reference.model.parameters.length} parameters) than the ` +
        `policy that is trained (${start.model.parameters.length}). Take the cold start itself, or set ` +
        `klCoefficient to 0.`,
    );
  return reference;
}
