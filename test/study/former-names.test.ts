import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { namesIn } from '../../src/study/former-names.ts';
import { keepRecipe } from '../../src/study/kept-recipe.ts';
import { readStudyRecipe } from '../../src/study/index.ts';
import { openStore } from '../../src/trajectory/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'clew-former-names-'));
afterAll(() => rmSync(folder, { recursive: true }));

const shared = { name: 'small', world: 'household', evaluation: { panels: [{ panel: 'seen' }] } };
const before = {
  ...shared,
  prior: { tokens: 5000, renamed: 0.5 },
  sft: { stuck: 0.4, circles: 0.1 },
  own: { rounds: 2, renamedPlaces: 0.3 },
  rl: { decay: 0.3 },
  arms: [{ name: 'GRPO', rl: { clip: 2 } }],
};
const now = {
  ...shared,
  pretraining: { tokens: 5000, permuteThings: 0.5 },
  sft: { failureChains: 0.4, repetitiveThoughts: 0.1 },
  expertIteration: { rounds: 2, permutePlaces: 0.3 },
  rl: { minLearningRateRatio: 0.3 },
  arms: [{ name: 'GRPO', rl: { maxGradNorm: 2 } }],
};

describe('a study of before', () => {
  it('has the same recipe', () => {
    expect(readStudyRecipe(before)).toEqual(readStudyRecipe(now));
  });

  it('goes on in its folder, whose recipe is then written in the names of now', async () => {
    writeFileSync(
      join(folder, 'recipe.json'),
      JSON.stringify(readStudyRecipe(now)).replace('"pretraining"', '"prior"'),
    );
    await keepRecipe(folder, readStudyRecipe(now));
    expect(JSON.parse(readFileSync(join(folder, 'recipe.json'), 'utf8'))).toHaveProperty('pretraining.tokens', 5000);
    await expect(keepRecipe(folder, readStudyRecipe({ ...now, pretraining: { tokens: 1 } }))).rejects.toThrow(
      'pretraining.tokens: 5000, now 1',
    );
  });

  it('is named as damaged where its recipe no longer says what it was', async () => {
    const own = mkdtempSync(join(tmpdir(), 'clew-damaged-recipe-'));
    for (const text of ['{"name": "x", ', 'null', '{}', '{"name": "x", "arms": [1], "seeds": []}']) {
      writeFileSync(join(own, 'recipe.json'), text);
      await expect(keepRecipe(own, readStudyRecipe(now))).rejects.toThrow(
        /recipe\.json is damaged: .* give this study another --out/,
      );
    }
  });

  it('goes on where a later version has more settings, with their defaults', async () => {
    const own = mkdtempSync(join(tmpdir(), 'clew-later-settings-'));
    const kept = JSON.parse(JSON.stringify(readStudyRecipe(now))) as { sft: Record<string, unknown> };
    expect(kept.sft.anyChoice).toBe(false);
    delete kept.sft.anyChoice;
    delete kept.sft.refusedWeight;
    writeFileSync(join(own, 'recipe.json'), JSON.stringify(kept));
    await keepRecipe(own, readStudyRecipe(now));
    expect(JSON.parse(readFileSync(join(own, 'recipe.json'), 'utf8'))).toHaveProperty('sft.anyChoice', false);
    writeFileSync(join(own, 'recipe.json'), JSON.stringify(kept));
    await expect(keepRecipe(own, readStudyRecipe({ ...now, sft: { ...now.sft, anyChoice: true } }))).rejects.toThrow(
      'sft.anyChoice',
    );
    rmSync(own, { recursive: true });
  });

  it('keeps the names of its runs and policies', () => {
    const store = openStore(':memory:');
    expect(namesIn(store)).toEqual({ pretraining: 'pretraining', expertIteration: 'expert iteration' });
    store.runs.add({ id: 'prior', kind: 'pretrain', world: 'household', config: {} });
    expect(namesIn(store)).toEqual({ pretraining: 'prior', expertIteration: 'own episodes' });
  });
});
