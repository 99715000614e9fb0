import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { briefsOf, measure, openReward, openStore, RewardAccumulator, type Store, type Trajectory } from 'clew';
import { completeKit, rubricsOf } from 'clew/train';
import household from '../../envs/household/index.ts';
import workshop from '../../examples/workshop/world.ts';
import { markdownTable } from '../../src/metrics/text-table.ts';
import type { World } from '../../src/world/index.ts';
import { bracket, signed } from './numbers.ts';
import { overSeeds } from './own-worlds.ts';
import { withSections } from './sections.ts';
import { baseline, budgetOf, decimal, duringTableOf, percent, wholeTrainings } from './training-budget.ts';

/**
 * The tables of docs/results/metacognition.md, from the folder of its study, whether the study is over or not:
 *
 *     npm run build
 *     npx clew study docs/results/metacognition/recipe.yaml --out runs/metacognition
 *     npx jiti scripts/results/metacognition.ts --study runs/metacognition
 *
 * and of docs/results/metacognition/household.md, which is written anew:
 *
 *     npx clew study docs/results/metacognition/household.yaml --out runs/metacognition-household
 *     npx jiti scripts/results/metacognition.ts --study runs/metacognition-household
 *
 * What has not ended is said, and left out.
 */

const root = path.resolve(import.meta.dirname, '../..');
const results = path.join(root, 'docs/results');

/** Where the study of a world is told: its page, and the figures as data. */
const places = {
  workshop: { world: workshop, page: 'metacognition.md', figures: 'metacognition/figures.json' },
  household: { world: household, page: 'metacognition/household.md', figures: 'metacognition/household.json' },
} as const;

/** What an arm came to with one seed; null for a start, which all seeds share. */
interface Cell {
  readonly arm: string;
  readonly seed: number | null;
  readonly level: string;
  readonly figures: Readonly<Record<string, number | null>>;
}

const columns = {
  success: 'success',
  steps: 'steps',
  first10: 'repetitive, first 10 steps',
  detour: 'detour',
  underthinking: 'underthinking',
  phases: 'phases of five',
  knowledge: 'knowledge',
  regulation: 'regulation',
  rubric: 'rubric',
  tokens: 'tokens sampled in training',
  seconds: 'seconds of training',
} as const;
const shares = new Set(['success', 'first10', 'detour', 'underthinking', 'knowledge', 'regulation', 'rubric']);

/** Every evaluation of the study that is whole. */
export function cellsOf(store: Store, world: World): Cell[] {
  const briefs = briefsOf(world, { createPlayer: completeKit(world).createExpert, rubrics: rubricsOf(world) });
  const paid = (name: string, part: string, episodes: readonly Trajectory[]): number | null => {
    const sums = new RewardAccumulator(openReward(name), briefs);
    for (const episode of episodes) sums.add(episode);
    return sums.summary().parts[part]!.perEpisode;
  };
  return store.runs
    .list()
    .filter(({ kind, status }) => kind === 'evaluation' && status === 'done')
    .map(({ id, config }): Cell => {
      const { arm, seed, level } = config as { arm: string; seed: number | null; level: string };
      const episodes = [...store.trajectories.select({ run: id })];
      const measured = measure(episodes);
      const rows = store.metrics.of(`${arm}, seed ${seed}`, 'train').map(({ data }) => data) as {
        readonly tokens: { readonly sampled: number };
        readonly seconds: { readonly total: number };
        readonly forecasts?: { readonly tokens: number };
      }[];
      const warmUp = store.metrics.of(`${arm}, seed ${seed}`, 'warm-up')[0]?.data as { tokens: number } | undefined;
      const sum = (of: (row: (typeof rows)[number]) => number) =>
        rows.length === 0 ? null : rows.reduce((total, row) => total + of(row), 0);
      return {
        arm,
        seed,
        level,
        figures: {
          success: measured.success.value,
          steps: measured.steps.all.value,
          first10: measured.rates.stateActionRepeat.first10.value,
          detour: measured.detour.value,
          underthinking: measured.underthinking.value,
          phases: measured.phases?.value ?? null,
          knowledge: paid('mar:paper', 'knowledge', episodes),
          regulation: paid('mar:paper', 'regulation', episodes),
          rubric: paid('rubric', 'rubric', episodes),
          tokens: sum(row => row.tokens.sampled + (row.forecasts?.tokens ?? 0) + (warmUp?.tokens ?? 0) / rows.length),
          seconds: sum(row => row.seconds.total),
        },
      };
    });
}

/** A row an arm and level: means over its seeds, with Student's interval where there are two and more. */
export function tableOf(cells: readonly Cell[]): string {
  const levels = [...new Set(cells.map(({ level }) => level))].toSorted();
  const arms = levels.flatMap(level => [...new Set(cells.map(({ arm }) => arm))].map(arm => ({ arm, level })));
  const shown = (name: string, values: readonly number[]): string => {
    if (values.length === 0) return '–';
    const { value, low, high } = overSeeds(values);
    const text = (number: number) =>
      shares.has(name)
        ? (100 * number).toFixed(1)
        : number >= 1000
          ? Math.round(number).toLocaleString('en')
          : number.toFixed(1);
    const unit = shares.has(name) ? ' %' : '';
    return low === null || high === null
      ? `${text(value)}${unit}`
      : `${text(value)}${unit} [${text(low)}, ${text(high)}]`;
  };
  return markdownTable(
    [...(levels.length > 1 ? ['level'] : []), '', 'seeds', ...Object.values(columns)],
    arms.flatMap(({ arm, level }) => {
      const own = cells.filter(cell => cell.arm === arm && cell.level === level);
      if (own.length === 0) return [];
      const seeds = own.flatMap(({ seed }) => seed ?? []);
      return [
        [
          ...(levels.length > 1 ? [level] : []),
          arm,
          seeds.length === 0 ? 'start' : seeds.join(', '),
          ...Object.keys(columns).map(name =>
            shown(
              name,
              own.flatMap(({ figures }) => figures[name] ?? []),
            ),
          ),
        ],
      ];
    }),
    'numbers',
  );
}

/** What a run's rows say of its forecasts. */
interface TrainingRow {
  readonly forecasts?: {
    readonly figures: {
      readonly forecasts: number;
      readonly wellFormed: number | null;
      readonly gap: { readonly value: number | null };
      readonly skill: number | null;
      readonly cost: number | null;
    };
    readonly gate: { readonly gated: number; readonly played: number; readonly uniformPlayed: number };
    readonly cutoff: { readonly cut: number };
  };
}

const mean = (values: readonly number[]) =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;

/** One row a training whose policy foretold: over all of its iterations. */
export function forecastTableOf(store: Store): string {
  const rows = wholeTrainings(store).flatMap(({ id }) => {
    const told = store.metrics.of(id, 'train').flatMap(({ data }) => (data as unknown as TrainingRow).forecasts ?? []);
    if (told.length === 0) return [];
    const over = (of: (row: (typeof told)[number]) => number | null) => mean(told.flatMap(row => of(row) ?? []));
    const sum = (of: (row: (typeof told)[number]) => number) => told.reduce((total, row) => total + of(row), 0);
    const played = sum(({ gate }) => gate.played);
    return [
      [
        id,
        String(sum(({ figures }) => figures.forecasts)),
        percent(over(({ figures }) => figures.wellFormed)),
        decimal(over(({ figures }) => figures.gap.value)),
        decimal(over(({ figures }) => figures.skill)),
        percent(sum(({ gate }) => gate.uniformPlayed) / played),
        String(sum(({ gate }) => gate.gated)),
        String(sum(({ cutoff }) => cutoff.cut)),
        percent(over(({ figures }) => figures.cost)),
      ],
    ];
  });
  const head = ['', 'forecasts', 'well-formed', 'gap', 'skill', 'uniform groups', 'tasks gated', 'episodes cut'];
  return markdownTable([...head, 'share of tokens'], rows, 'numbers');
}

/** Each trained arm beside GRPO of the same seed: the mean difference over seeds, with Student's interval. */
export function againstTableOf(cells: readonly Cell[]): string {
  const levels = [...new Set(cells.map(({ level }) => level))].toSorted();
  const trained = cells.filter(({ seed, arm }) => seed !== null && arm !== baseline);
  const arms = [...new Set(trained.map(({ arm }) => arm))];
  return markdownTable(
    ['level', '', 'seeds', columns.success, columns.first10],
    levels.flatMap(level =>
      arms.flatMap(arm => {
        const pairs = trained
          .filter(cell => cell.level === level && cell.arm === arm)
          .flatMap(cell => {
            const of = cells.find(other => other.level === level && other.arm === baseline && other.seed === cell.seed);
            return of ? [{ seed: cell.seed, of: of.figures, by: cell.figures }] : [];
          });
        const difference = (name: keyof typeof columns): string => {
          const values = pairs.flatMap(({ of, by }) => {
            const [from, to] = [of[name], by[name]];
            return typeof from === 'number' && typeof to === 'number' ? [to - from] : [];
          });
          if (values.length === 0) return '–';
          const found = overSeeds(values);
          return `${signed(found.value)}${bracket(found)}`;
        };
        if (pairs.length === 0) return [];
        return [
          [level, arm, pairs.map(({ seed }) => String(seed)).join(', '), difference('success'), difference('first10')],
        ];
      }),
    ),
    'numbers',
  );
}

/** The arms and seeds of the recipe that have no whole evaluation yet, as a sentence. */
export function missingOf(
  recipe: { readonly arms: readonly { readonly name: string }[]; readonly seeds: readonly number[] },
  cells: readonly Cell[],
): string {
  const missing = recipe.seeds.flatMap(seed =>
    recipe.arms.flatMap(({ name }) =>
      cells.some(cell => cell.arm === name && cell.seed === seed) ? [] : [`${name} (seed ${seed})`],
    ),
  );
  return missing.length === 0
    ? 'All arms and seeds of the recipe have ended.'
    : `Had not ended when this was written, and is in no figure: ${missing.join(', ')}.`;
}

function main(): void {
  const { study } = parseArgs({ options: { study: { type: 'string', default: 'runs/metacognition' } } }).values;
  const file = path.join(study, 'clew.db');
  if (!existsSync(file)) throw new Error(`There is no study in ${study}: give its folder with --study.`);
  const store = openStore(file, { readonly: true });
  const recipe = JSON.parse(readFileSync(path.join(study, 'recipe.json'), 'utf8')) as Parameters<
    typeof missingOf
  >[0] & {
    readonly world: string;
  };
  const { world, page, figures } = places[recipe.world === 'household' ? 'household' : 'workshop'];
  const cells = cellsOf(store, world as World);
  const sections = {
    table: tableOf(cells),
    missing: missingOf(recipe, cells),
    forecasts: forecastTableOf(store),
    budget: budgetOf(store),
    against: againstTableOf(cells),
    during: duringTableOf(store),
  };
  store.close();
  const told = path.join(results, page);
  const text = existsSync(told) ? readFileSync(told, 'utf8') : newPage;
  writeFileSync(told, withSections(text, placed(text, sections)));
  writeFileSync(path.join(results, figures), `${JSON.stringify(cells, null, 2)}\n`);
}

/** The sections that there is something for. A page that was begun before some of them were told goes without those. */
export function placed(text: string, sections: Readonly<Record<string, string | null>>): Record<string, string> {
  const later = new Set(['against', 'during']);
  return Object.fromEntries(
    Object.entries(sections).flatMap(([name, section]) =>
      section === null || (later.has(name) && !text.includes(`<!-- ${name} -->`)) ? [] : [[name, section]],
    ),
  );
}

/** A page that has never been written; its sentences are a person's to add. */
export const newPage = `# Metacognition in the household

The systems of [metacognition, measured](../metacognition.md), in the household. The [recipe](household.yaml) decides everything; the tables are made from the study's database, also while it runs
([the figures as data](household.json)). Brackets hold 95 % intervals of Student's t over seeds.

<!-- table -->
<!-- end of table -->

<!-- missing -->
<!-- end of missing -->

## Against GRPO

Differences to GRPO of the same seed, in points: means over seeds with 95 % intervals of Student's t over seeds; one seed has no interval.

<!-- against -->
<!-- end of against -->

## While they were trained

Success of the evaluations during training, means over seeds; iteration 0 is the start, before a warm-up.

<!-- during -->
<!-- end of during -->

## Forecasts

Over all iterations of a training. *Uniform groups* are those of the tasks that were played: all won or all lost.

<!-- forecasts -->
<!-- end of forecasts -->

## Tokens and seconds to the baseline's success

What each training took until it won as much as GRPO of its seed did at the end; MASA's paper needs 1.28 times less for that.

<!-- budget -->
<!-- end of budget -->
`;

if (process.argv[1] === import.meta.filename) main();
