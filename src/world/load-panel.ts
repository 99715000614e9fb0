import { calledAs } from './called-as.ts';
import { existsSync, readdirSync } from 'node:fs';
import { UsageError } from '../errors.ts';
import { readText } from '../read-file.ts';
import { type Panel, readPanel } from './panel.ts';
import { clip } from './tasks.ts';
import type { World } from './world.ts';

/**
 * A panel by its name (`seen`: one that comes with the world, in its kit) or by the path of a file.
 * @throws UsageError when there is neither; ClewError for a file that is no panel of this world.
 */
export function loadPanel(nameOrPath: string, world: World): Panel {
  const own = panelNames(world).includes(nameOrPath) ? new URL(`${nameOrPath}.json`, world.kit.panels) : undefined;
  const file = own ?? nameOrPath;
  if (!existsSync(file))
    throw new UsageError(
      `There is no panel "${clip(nameOrPath)}": neither a file of that name nor a panel of ` +
        `${world.name}${panelNames(world).length > 0 ? `, which has ${panelNames(world).join(', ')}` : ''}. Make ` +
        `one with: clew panel ${calledAs(world)} --split ${world.splits[0]} --tasks 100 --out FILE`,
    );
  return readPanel(readText(file), own ? `the panel "${nameOrPath}" of ${world.name}` : nameOrPath, world);
}

/** The names of the panels that come with a world. */
export function panelNames({ kit: { panels } }: World): string[] {
  if (!panels || !existsSync(panels)) return [];
  return readdirSync(panels)
    .filter(file => file.endsWith('.json'))
    .map(file => file.slice(0, -'.json'.length))
    .toSorted();
}
