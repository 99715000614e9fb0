import type { Run, TrajectorySummary } from '../trajectory/store/index.ts';
import { levelOfSplit } from '../world/index.ts';
import { nameOfStripped } from './stripped-level.ts';

/** Where an episode stands in a report. */
export interface Place {
  readonly arm: string;
  readonly level: string;
  /** The training seed, where the run names one; otherwise the seed of its draws. */
  readonly seed: string;
  /**
   * Whether figures of the arm are measured on it: episodes that a policy was trained on, and demonstrations, are not.
   */
  readonly measured: boolean;
}

/** The settings of a run that a report asks for. Runs of every kind keep them in `config`, where they have them. */
export interface RunSettings {
  readonly arm: string | null;
  readonly agent: string | null;
  readonly seed: string | null;
  readonly level: string | null;
  readonly temperature: number | null;
  /** What of the tags was stripped; null where episodes were played as they are. */
  readonly stripTags: string | null;
  /** What was played: a panel, or the hash of a list of tasks. */
  readonly tasks: string | null;
  readonly command: string | null;
}

export function settingsOf({ config }: Pick<Run, 'config'>): RunSettings {
  const given = (typeof config === 'object' && config !== null ? config : {}) as Record<string, unknown>;
  const word = (value: unknown): string | null =>
    typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : null;
  const tasks = given.tasks as { readonly hash?: unknown } | undefined;
  return {
    arm: word(given.arm),
    agent: word(given.agent),
    seed: word(given.seed),
    level: word(given.level),
    temperature: typeof given.temperature === 'number' ? given.temperature : null,
    stripTags: word(given.stripTags),
    tasks: word(given.panel) ?? word(tasks?.hash),
    command: word(given.command),
  };
}

/** What trained on, or was made for training: shown, but not measured. */
const trainingKinds: ReadonlySet<Run['kind']> = new Set(['rl', 'cold-start', 'pretrain', 'sft']);

const splitOfLevel: Readonly<Record<string, string>> = {
  L0: 'seen',
  L1: 'unseen',
  L2: 'held out',
  train: 'training tasks',
  training: '',
};

/** The level of episodes that were played to train on, after the world's name where there are several. */
const trainingLevel = 'training';
/** The level of episodes whose log does not say which split their task is of. */
const noLevel = 'no split';

/**
 * Says where the episodes of each run stand. Levels are told apart by world, and by temperature, only where a database
 * has several of them: figures of greedy and of sampled play are never pooled, nor those with and without tags.
 */
export function placing(runs: readonly Run[]): (head: Pick<TrajectorySummary, 'run' | 'split' | 'agent'>) => Place {
  const settings = new Map(runs.map(run => [run.id, { run, ...settingsOf(run) }]));
  const played = [...settings.values()].filter(({ run }) => !trainingKinds.has(run.kind));
  const several = <T>(values: readonly T[]): boolean => new Set(values).size > 1;
  const withEpisodes = runs.filter(({ kind }) => kind !== 'pretrain' && kind !== 'sft');
  const manyWorlds = several(withEpisodes.map(({ world }) => world).filter(world => world !== ''));
  const manyTemperatures = several(
    played.map(({ temperature }) => temperature).filter(temperature => temperature !== null),
  );
  return ({ run: id, split, agent }) => {
    const { run, arm, agent: named, seed, level, temperature, stripTags } = settings.get(id)!;
    const world = manyWorlds && run.world !== '' ? [run.world] : [];
    if (trainingKinds.has(run.kind))
      return {
        arm: arm ?? (run.kind === 'cold-start' ? 'demonstrations' : id),
        level: [...world, trainingLevel].join(' '),
        seed: seed ?? '0',
        measured: false,
      };
    const parts = [
      ...world,
      level ?? (split === null ? noLevel : (levelOfSplit[split] ?? split)),
      ...(manyTemperatures && temperature !== null ? [temperature === 0 ? 'greedy' : `T ${temperature}`] : []),
    ];
    const of = parts.join(' ');
    return {
      arm: arm ?? named ?? agent,
      level: stripTags === null ? of : nameOfStripped({ of, way: stripTags }),
      seed: seed ?? '0',
      measured: true,
    };
  };
}

/** L0, L1, L2 come first, whatever else there is in the order of its name, and what was trained on last. */
export function sortLevels(names: Iterable<string>): { name: string; label: string }[] {
  const known = Object.keys(splitOfLevel);
  const level = (name: string): string | undefined => known.find(word => name.split(' ').includes(word));
  const rank = (name: string): number => (level(name) === undefined ? known.length - 1.5 : known.indexOf(level(name)!));
  const world = (name: string): string =>
    level(name) === undefined ? name : name.slice(0, name.split(' ').indexOf(level(name)!));
  return [...new Set(names)]
    .toSorted(
      (a, b) =>
        Number(level(a) === trainingLevel) - Number(level(b) === trainingLevel) ||
        compareText(world(a), world(b)) ||
        rank(a) - rank(b) ||
        compareText(a, b),
    )
    .map(name => ({ name, label: splitOfLevel[level(name) ?? ''] ? `${name} (${splitOfLevel[level(name)!]})` : name }));
}

/**
 * Arms that no training run belongs to come first: they are what the others are compared with. Otherwise in the order
 * of the runs.
 */
export function sortArms(runs: readonly Run[], armsOf: (run: Run) => Iterable<string>): string[] {
  const arms = new Set<string>();
  const trained = new Set<string>();
  for (const run of runs) {
    for (const arm of armsOf(run)) {
      arms.add(arm);
      if (run.kind === 'rl') trained.add(arm);
    }
  }
  return [...arms].toSorted((a, b) => Number(trained.has(a)) - Number(trained.has(b)));
}

/**
 * Runs whose episodes a later run has played again: the same arm, level, seed and tasks. A report measures the later
 * one.
 * @param places of every run, as its first episode has it.
 */
export function superseded(runs: readonly Run[], places: ReadonlyMap<string, Place>): Map<string, string> {
  const latest = new Map<string, string>();
  const replaced = new Map<string, string>();
  for (const run of runs) {
    const place = places.get(run.id);
    const { tasks } = settingsOf(run);
    if (run.kind !== 'evaluation' || !place || tasks === null) continue;
    const key = JSON.stringify([place.arm, place.level, place.seed, tasks]);
    const before = latest.get(key);
    if (before !== undefined) replaced.set(before, run.id);
    latest.set(key, run.id);
  }
  return replaced;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
