import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { expertAgent, loadPanel, measure, openStore, randomAgent, rollout, type Store, type Trajectory } from 'clew';
import householdAsks from '../../envs/household-asks/index.ts';
import type { Interval, Rate } from '../../src/metrics/rate.ts';
import { markdownTable } from '../../src/metrics/text-table.ts';
import { withSections } from './sections.ts';

/**
 * The table of the trained policies in docs/results/metacognition.md, from the folder of their study:
 *
 *     npm run build
 *     npx clew study docs/results/metacognition/asking.yaml --out runs/household-asks
 *     npx jiti scripts/results/asking.ts --study runs/household-asks
 */

const page = path.join(import.meta.dirname, '../../docs/results/metacognition.md');

/** Who played a level, and what was played. */
export interface Asked {
  readonly level: string;
  readonly player: string;
  readonly episodes: Iterable<Trajectory>;
}

/** Every whole evaluation of a study. */
export function evaluationsOf(store: Store): Asked[] {
  return store.runs
    .list()
    .filter(({ kind, status }) => kind === 'evaluation' && status === 'done')
    .map(({ id, config }) => {
      const { arm, seed, level } = config as { arm: string; seed: number | null; level: string };
      const player = seed === null ? arm : `${arm}, seed ${seed}`;
      return { level, player, episodes: store.trajectories.select({ run: id }) };
    });
}

/** The same tasks played by who knows how, and by who does not. */
async function playersOn(
  panels: readonly { readonly panel: string; readonly level: string; readonly tasks: number }[],
): Promise<Asked[]> {
  const players = {
    random: () => randomAgent(),
    'never-ask': () => expertAgent({ player: 'never-ask' }),
    'always-ask': () => expertAgent({ player: 'always-ask' }),
    expert: () => expertAgent(),
  };
  const played: Asked[] = [];
  for (const { panel, level, tasks } of panels)
    for (const [player, agent] of Object.entries(players)) {
      const episodes: Trajectory[] = [];
      await rollout({
        world: householdAsks,
        tasks: loadPanel(panel, householdAsks)
          .tasks.slice(0, tasks)
          .map(id => householdAsks.task(id)),
        agent: agent(),
        run: `${player} ${level}`,
        onTrajectory: episode => episodes.push(episode),
      });
      played.push({ level, player, episodes });
    }
  return played;
}

/** A row a level and player, in the order of the levels; every share with Wilson's interval. */
export function askingTableOf(asked: readonly Asked[]): string {
  const rows = asked
    .map(({ level, player, episodes }) => {
      const { success, asking, steps } = measure(episodes);
      if (!asking) throw new Error(`The episodes of ${player} say nothing of asking.`);
      const { recall, falseAsks, onTheMatter, askedAndWon, lucky, declinedImpossible } = asking.shares;
      const { value, interval } = asking.f1;
      return {
        level,
        cells: [
          level,
          player,
          share(success),
          steps.all.value!.toFixed(1),
          share(recall),
          share(falseAsks),
          value === null ? '–' : `${value.toFixed(3)}${bracket(interval, end => end.toFixed(3))}`,
          share(onTheMatter),
          share(askedAndWon),
          share(lucky),
          share(declinedImpossible),
        ],
      };
    })
    .toSorted((a, b) => (a.level < b.level ? -1 : a.level > b.level ? 1 : 0));
  return markdownTable(
    [
      'level',
      'player',
      'success',
      'steps',
      'recall',
      'false asks',
      'F1',
      'first question right',
      'asked rightly and won',
      'lucky',
      'declines what cannot be done',
    ],
    rows.map(({ cells }) => cells),
  );
}

function share({ value, numerator, denominator, interval }: Rate): string {
  if (value === null) return '–';
  return `${(100 * value).toFixed(1)} %${bracket(interval, end => (100 * end).toFixed(1))}, ${numerator}/${denominator}`;
}

function bracket(interval: Interval | null, text: (end: number) => string): string {
  return interval ? ` [${text(interval.low)}, ${text(interval.high)}]` : '';
}

async function main(): Promise<void> {
  const { study } = parseArgs({ options: { study: { type: 'string', default: 'runs/household-asks' } } }).values;
  const store = openStore(path.join(study, 'clew.db'), { readonly: true });
  const { evaluation } = JSON.parse(readFileSync(path.join(study, 'recipe.json'), 'utf8')) as {
    evaluation: { panels: { panel: 'seen' | 'unseen' | 'heldOut'; tasks: number }[] };
  };
  const levels = { seen: 'L0', unseen: 'L1', heldOut: 'L2' };
  const players = await playersOn(evaluation.panels.map(each => ({ ...each, level: levels[each.panel] })));
  const asking = askingTableOf([...evaluationsOf(store), ...players]);
  store.close();
  writeFileSync(page, withSections(readFileSync(page, 'utf8'), { asking }));
}

if (process.argv[1] === import.meta.filename) await main();
