import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import lockedRoom from '../../envs/locked-room/index.ts';
import { loadWorld } from '../../src/cli/load-world.ts';
import { layoutOfPolicy } from '../../src/policy/index.ts';
import type { TokenDocument } from '../../src/training/pretrain.ts';
import { pretrainingText } from '../../src/training/pretraining-text.ts';
import { newPolicy, pretrainingSettingsSchema, trainPretraining } from '../../src/training/stages/index.ts';
import { textThreads } from '../../src/training/text-threads.ts';
import { loadableFrom, type World } from '../../src/world/index.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'clew-text-threads-'));
afterAll(() => rmSync(folder, { recursive: true }));

const start = await newPolicy(lockedRoom, { preset: 'pico', context: 512, seed: 0 });
const options = { seed: 3, permuteThings: 0.5 };
const layout = layoutOfPolicy(start);
const numbers = [0, 1, 2, 30, 31, 7, 8, 9, 500];
const expected = numbers.map(n => trained(pretrainingText({ ...options, world: lockedRoom, layout }).document(n)));

/** What training reads of a document; where its questions stand only a probe wants to know. */
function trained({ tokens, weights }: TokenDocument) {
  return { tokens: [...tokens], weights: weights && [...weights] };
}

async function documents(world: World, threads: number) {
  const text = pretrainingText({ ...options, world, layout });
  const ahead = textThreads(text, { world, tokenizer: start.tokenizer, options, threads });
  const fault = await ahead.opened;
  const made = [];
  for (const n of numbers) made.push(trained(await ahead.document(n)));
  await ahead.close();
  return { fault, made };
}

describe('world text that threads make', () => {
  it.each([1, 2])(
    'is the same in every token and weight, in any order, from %i threads',
    async threads => {
      const world = await loadWorld('locked-room');
      const { fault, made } = await documents(world, threads);
      expect(fault).toBeNull();
      expect(made).toEqual(expected);
    },
    60_000,
  );

  it("is made of a world of the user's own, by the path of its file", async () => {
    const file = path.join(folder, 'own.ts');
    const shipped = fileURLToPath(import.meta.resolve('../../envs/locked-room/index.ts'));
    writeFileSync(file, `export { default } from ${JSON.stringify(shipped)};\n`);
    const world = loadableFrom({ ...lockedRoom }, { module: pathToFileURL(file).href });
    const { fault, made } = await documents(world, 1);
    expect(fault).toBeNull();
    expect(made).toEqual(expected);
  }, 60_000);

  it('is made by the caller where a thread cannot load the world, or loads another one', async () => {
    const lost = loadableFrom({ ...lockedRoom }, { module: pathToFileURL(path.join(folder, 'none.mjs')).href });
    const unlike = loadableFrom({ ...lockedRoom }, { module: import.meta.resolve('../../envs/household/index.ts') });
    const unknown = { ...lockedRoom };
    for (const [world, why] of [
      [lost, /none\.mjs/],
      [unlike, /another one/],
      [unknown, /does not say/],
    ] as const) {
      const { fault, made } = await documents(world, 1);
      expect(fault).toMatch(why);
      expect(made).toEqual(expected);
    }
  }, 60_000);

  it('is made by the caller where the kit that a thread loads asks other questions', async () => {
    const questions = () => ({ see: () => {}, ask: () => ({ question: 'open?', answer: 'the door.' }) });
    const asking: World = { ...lockedRoom, kit: { ...lockedRoom.kit, questions } } as never;
    const module = import.meta.resolve('../../envs/locked-room/index.ts');
    const { fault, made } = await documents(loadableFrom(asking, { module }), 1);
    expect(fault).toMatch(/another one/);
    const own = pretrainingText({ ...options, world: asking, layout });
    expect(made).toEqual(numbers.map(n => trained(own.document(n))));
    expect(made).not.toEqual(expected);
  }, 60_000);

  it('trains the same policy, byte for byte, as text that the caller makes', async () => {
    const settings = pretrainingSettingsSchema.parse({ tokens: 12_000, tokensPerStep: 1200 });
    const train = async (world: World, name: string) => {
      const out = path.join(folder, name);
      const from = await newPolicy(world, { preset: 'pico', context: 512, seed: 0 });
      await trainPretraining({ world, start: from, out, learner: { workers: 1 } }, settings);
      return readFileSync(out);
    };
    const own = await train({ ...lockedRoom }, 'own.safetensors');
    const threads = await train(await loadWorld('locked-room'), 'threads.safetensors');
    expect(threads.equals(own)).toBe(true);
  }, 120_000);
});
