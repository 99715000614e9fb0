import { existsSync } from 'node:fs';
import { z } from 'zod';
import { UsageError } from '../errors.ts';
import { readRlRecipe, type RlRecipe } from '../training/rl/index.ts';
import type { Store } from '../trajectory/index.ts';
import { allSplits, type Split } from '../world/index.ts';
import { openToRead } from './database.ts';
import { findRun } from './runs.ts';

/** What a run was made from, as the user said it: kept with the run, so that `--resume RUN` needs nothing more. */
const callSchema = z.object({
  world: z.string(),
  data: z.string().optional(),
  heldOut: z.array(z.string()).readonly().optional(),
  from: z.string(),
  reference: z.string().optional(),
  demonstrations: z.string().optional(),
  rewardFile: z.string().optional(),
  out: z.string(),
  panel: z.array(z.string()).readonly().optional(),
  split: z
    .array(z.enum(allSplits as [Split, ...Split[]]))
    .readonly()
    .optional(),
  evaluateEvery: z.int().optional(),
  evaluateTasks: z.int().optional(),
  lora: z.int().optional(),
  loraAlpha: z.int().optional(),
  full: z.boolean().optional(),
});
export type RlCall = Readonly<z.infer<typeof callSchema>>;

const configSchema = z.object({
  arm: z.string(),
  seed: z.union([z.int(), z.string()]),
  recipe: z.unknown(),
});

/** A reinforcement-learning run that a database has. */
export interface KeptRun {
  readonly id: string;
  readonly database: string;
  readonly recipe: RlRecipe;
  readonly seed: number;
  readonly arm: string;
  /** Undefined for a run that was not begun from the command line. */
  readonly call: RlCall | undefined;
}

/** Where `metrics` keeps what the user said: beside the figures of an iteration that is none. */
const place = { iteration: 0, phase: 'command' } as const;

export function keepCall(store: Store, run: string, call: RlCall): void {
  store.metrics.put(run, { ...place, data: call });
}

/**
 * The run of a name, or of the beginning of one unless it has to be given `exactly`. Undefined when there is no
 * database; with `exactly`, also when it has no such run.
 * @throws UsageError when there is no such run, or it is no training by reinforcement learning.
 */
export function keptRun(database: string, name: string, { exactly = false } = {}): KeptRun | undefined {
  if (!existsSync(database)) return undefined;
  const store = openToRead(database);
  try {
    const run = exactly ? store.runs.get(name) : findRun(store, name);
    if (!run) return undefined;
    const { id, kind, config } = run;
    const read = configSchema.safeParse(config);
    if (kind !== 'rl' || !read.success)
      throw new UsageError(
        `"${id}" in ${database} is of the kind ${kind}: only a run of clew train rl can go on here.` +
          (exactly ? ' Choose another name with --run.' : ''),
      );
    const { arm, seed, recipe } = read.data;
    const call = callSchema.safeParse(store.metrics.of(id, place.phase)[0]?.data);
    return {
      id,
      database,
      arm,
      seed: Number(seed),
      recipe: readRlRecipe(recipe, `The recipe of ${id}`),
      call: call.data,
    };
  } finally {
    store.close();
  }
}
