import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import lockedRoom from '../../../envs/locked-room/index.ts';
import { faultOfPolicy, loadPolicy, policyExists } from '../../../src/policy/index.ts';
import { wrongNames, writeDamaged } from './damaged.ts';

const root = mkdtempSync(path.join(tmpdir(), 'clew-damaged-'));
const placed = (text: string) => text.replaceAll('M/', `${root}/`);
beforeAll(() => writeDamaged(root), 60_000);
afterAll(() => rmSync(root, { recursive: true }));

describe('a published model that cannot be one', () => {
  it.each(Object.entries(wrongNames))('is refused in a sentence: %s', async (_, [name, says]) => {
    const error = await loadPolicy(`policy:${placed(name)}`, lockedRoom).catch((thrown: Error) => thrown);
    expect(error).toMatchObject({ name: 'ClewError' });
    expect((error as Error).message.replaceAll(`${root}/`, 'M/')).toMatch(says);
  });

  it.each(['M/model', 'M/shards', 'M/model+M/adapter', 'M/adapter', 'M/model+M/trained'])(
    'is read where nothing is wrong: %s',
    async name => {
      expect(policyExists(placed(name))).toBe(true);
      expect(faultOfPolicy(placed(name))).toBeUndefined();
      expect((await loadPolicy(placed(name), lockedRoom)).published).toBeDefined();
    },
  );

  it('is told from a name of nothing', () => {
    expect(policyExists(placed('M/nowhere'))).toBe(false);
    expect(faultOfPolicy(placed('M/nowhere'))).toBeUndefined();
  });
});
