import { existsSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { z } from 'zod';

/** What an installation was made from; a different recipe means that it is made anew. */
const installationSchema = z.object({
  /** npm package and version of the addon. */
  addon: z.string(),
  /** File name of TensorFlow's wheel. */
  wheel: z.string(),
  gpu: z.boolean(),
});
export type Installation = z.infer<typeof installationSchema>;

/**
 * Where `clew engines install tensorflow` puts TensorFlow, for all projects of a user: under `CLEW_HOME` if set, else
 * `$XDG_DATA_HOME/clew`, else `~/.local/share/clew`.
 */
export function installationFolder(): string {
  const { CLEW_HOME, XDG_DATA_HOME } = process.env;
  const home = CLEW_HOME || path.join(XDG_DATA_HOME || path.join(os.homedir(), '.local', 'share'), 'clew');
  return path.resolve(home, 'tensorflow');
}

/** What is installed there; undefined when nothing is, or nothing whole. */
export function readInstallation(folder = installationFolder()): Installation | undefined {
  const file = path.join(folder, 'installation.json');
  if (!existsSync(file)) return undefined;
  try {
    return installationSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined;
  }
}
