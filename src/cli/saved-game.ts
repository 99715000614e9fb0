import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { writeAtomically } from '../atomic-file.ts';
import { ClewError } from '../errors.ts';
import { jsonIn } from '../json.ts';
import type { Episode, World } from '../world/index.ts';
import { clip } from '../world/tasks.ts';

/** A game as a file keeps it: every state from the start, so that what was done can still be undone. */
const savedGame = z.object({ game: z.literal('clew play'), history: z.array(z.unknown()).min(1) });

export async function saveGame(file: string, history: readonly Episode[]): Promise<void> {
  await writeAtomically(file, `${JSON.stringify({ game: 'clew play', history })}\n`);
}

/** The states of a saved game. Throws a sentence for a file that is none, or one of another world or version. */
export async function loadGame(file: string, world: World): Promise<Episode[]> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch {
    throw new ClewError(`There is no saved game "${clip(file)}" that can be read.`);
  }
  const saved = savedGame.safeParse(jsonIn(text));
  if (!saved.success) throw new ClewError(`"${clip(file)}" is no saved game: \`save FILE\` in clew play writes one.`);
  return saved.data.history.map(episode => world.restore(episode));
}
