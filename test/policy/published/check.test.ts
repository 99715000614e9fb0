import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Learner } from '../../../src/policy/learner.ts';
import { parameterLayout } from '../../../src/policy/parameters.ts';
import { checkFolder, openPublishedFolder, wholeModel } from '../../../src/policy/published/index.ts';
import { isRow } from '../../../src/policy/published/weights.ts';
import { readSafetensors, writeSafetensors } from '../../../src/policy/safetensors.ts';
import { writeTinyFolder } from './tiny-folder.ts';

const root = await mkdtemp(path.join(tmpdir(), 'clew-check-'));
afterAll(() => rm(root, { recursive: true }));
const folder = path.join(root, 'model');
const json = path.join(folder, 'golden.json');
const numbers = path.join(folder, 'golden.safetensors');
interface Figures {
  loss: number;
  texts: { ids: number[] }[];
  chats: { text: string }[];
}
let figures: Figures;

/** A reference's figures, here those of the float64 engine. */
beforeAll(async () => {
  await writeTinyFolder(folder, { config: { attention_bias: true } });
  const published = await openPublishedFolder(folder);
  const model = await wholeModel(published);
  const learner = await Learner.open(model, { workers: 0, engine: { engine: 'reference' } });
  const tokens = [5, 90, 7, 200, 33];
  const rows = [{ tokens, weights: [0, 1, -0.5, 0, 1] }];
  const everyToken = [{ tokens, weights: [0, 1, 1, 1, 1] }];
  const scores = (await learner.score(everyToken))[0]!;
  const vocabulary = (await learner.scoreVocabulary([{ tokens: [...tokens, 0], weights: [0, 1, 1, 1, 1, 1] }]))[0]!;
  const { loss, gradient } = await learner.gradient(rows, { kind: 'likelihood', normaliser: 3 });
  const { tokenizer, template } = published;
  const text = ' the <|im_end|> é';
  const chat = { messages: [{ role: 'user', content: 'hi' }], add_generation_prompt: true };
  figures = {
    rows,
    normaliser: 3,
    loss,
    logProbabilities: [Array.from(scores)],
    size: tokenizer.size,
    texts: [
      {
        text,
        ids: tokenizer.encode(text),
        withSpecial: tokenizer.encodeWhole(text),
        decoded: text,
        decodedWithoutSpecial: ' the  é',
      },
    ],
    chats: [{ arguments: chat, text: template!(chat), ids: tokenizer.encode(template!(chat)) }],
  } as unknown as Figures;
  await writeFile(json, JSON.stringify(figures));
  const tensors = Object.fromEntries(
    parameterLayout(model.config).map(({ name, shape, offset, size }) => [
      `gradient.${name}`,
      { shape: isRow(name, shape) ? shape.slice(1) : shape, data: gradient.slice(offset, offset + size) },
    ]),
  );
  await writeSafetensors(numbers, {
    tensors: { 'logits.0': { shape: [5, 272], data: vocabulary }, ...tensors },
    metadata: {},
  });
  await learner.close();
});

const wrong = async () =>
  (await checkFolder(folder)).comparisons.filter(({ passed }) => !passed).map(({ what }) => what);

describe('comparing a folder with a reference', () => {
  it('finds them equal within what float32 keeps to', async () => {
    const { passed, comparisons } = await checkFolder(folder);
    expect(comparisons.filter(comparison => !comparison.passed)).toEqual([]);
    expect(passed).toBe(true);
    expect(comparisons.map(({ what }) => what)).toEqual([
      'logits',
      'log-probabilities',
      'loss',
      'gradients',
      'token ids and texts',
      'size of the tokenizer',
      'chats',
    ]);
  });

  it.each<[string, (figures: Figures) => void, string[]]>([
    ['loss', figures => (figures.loss += 1e-4), ['loss']],
    ['token id', figures => figures.texts[0]!.ids.reverse(), ['token ids and texts']],
    ['chat', figures => (figures.chats[0]!.text += ' '), ['chats']],
  ])('finds another %s', async (_, change, expected) => {
    const changed = structuredClone(figures);
    change(changed);
    await writeFile(json, JSON.stringify(changed));
    expect(await wrong()).toEqual(expected);
    await writeFile(json, JSON.stringify(figures));
  });

  it('finds another gradient, another logit, and a gradient that is missing', async () => {
    const kept = await readFile(numbers);
    const { tensors, metadata } = await readSafetensors(numbers);
    tensors['gradient.model.layers.1.self_attn.k_proj.bias']!.data[0]! += 0.001;
    tensors['logits.0']!.data[300]! += 0.001;
    await writeSafetensors(numbers, { tensors, metadata });
    expect(await wrong()).toEqual(['logits', 'gradients']);
    const { 'gradient.model.norm.weight': _, ...fewer } = tensors;
    await writeFile(numbers, kept);
    const whole = (await readSafetensors(numbers)).tensors;
    delete whole['gradient.model.norm.weight'];
    await writeSafetensors(numbers, { tensors: whole, metadata });
    const check = await checkFolder(folder);
    expect(check.passed).toBe(false);
    expect(check.comparisons.find(({ what }) => what === 'gradients')!.detail).toMatch(/has no model\.norm\.weight/);
    expect(Object.keys(fewer).length).toBeGreaterThan(5);
    await writeFile(numbers, kept);
  });

  it('compares what is there where a reference gave no logits and gradients, within its own rounding', async () => {
    const kept = await readFile(numbers);
    await rm(numbers);
    const few = { ...structuredClone(figures), loss: figures.loss + 1e-4 };
    await writeFile(json, JSON.stringify(few));
    expect((await checkFolder(folder)).comparisons.map(({ what, passed }) => [what, passed])).toEqual([
      ['log-probabilities', true],
      ['loss', false],
      ['token ids and texts', true],
      ['size of the tokenizer', true],
      ['chats', true],
    ]);
    await writeFile(json, JSON.stringify({ ...few, tolerances: { logProbabilities: 1e-5, loss: 2e-4 } }));
    expect(await wrong()).toEqual([]);
    await writeFile(json, JSON.stringify(figures));
    await writeFile(numbers, kept);
  });

  it('says of figures with tokens that the model has not that they are of another one', async () => {
    await writeFile(json, JSON.stringify({ ...figures, greedy: [{ prompt: [272], tokens: [], leastMargin: 1 }] }));
    await expect(checkFolder(folder)).rejects.toThrow(/golden\.json is of another model: it has the token 272/);
    await writeFile(json, JSON.stringify(figures));
  });

  it('says what is missing', async () => {
    await expect(checkFolder(await writeTinyFolder(path.join(root, 'bare')))).rejects.toThrow(
      /There is no .*golden\.json/,
    );
  });
});
