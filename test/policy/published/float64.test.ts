import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Learner, type Model } from '../../../src/policy/index.ts';
import { adaptable } from '../../../src/policy/config.ts';
import {
  adaptedModel,
  frozenModel,
  newAdapter,
  openPublishedFolder,
  readAdapter,
  writeAdapterFolder,
} from '../../../src/policy/published/index.ts';
import { createRandom } from '../../../src/world/random.ts';
import { logProbabilities, type Published, readPublished } from './float64.ts';
import { writeTinyFolder } from './tiny-folder.ts';

const root = await mkdtemp(path.join(tmpdir(), 'clew-float64-'));
afterAll(() => rm(root, { recursive: true }));
let folders = 0;
const fresh = () => path.join(root, String(++folders));

// Longer than every window and original context here, and than one block of attention.
const random = createRandom('float64');
const rows = [150, 31].map(length => Array.from({ length }, () => random.int(272)));

async function scores(model: Model): Promise<Float32Array[]> {
  const learner = await Learner.open(model, { workers: 0 });
  const weighted = rows.map(tokens => ({ tokens, weights: tokens.map((_, i) => (i === 0 ? 0 : 1)) }));
  const scored = await learner.score(weighted);
  await learner.close();
  return scored;
}

/** Log-probabilities within 1e-5, and other ones where what is tried is left out of the reference. */
function compare(scored: readonly Float32Array[], published: Published, without: Published): void {
  rows.forEach((tokens, r) => {
    const expected = logProbabilities(published, tokens);
    expected.forEach((value, i) => expect(Math.abs(value - scored[r]![i]!)).toBeLessThan(1e-5));
    const other = logProbabilities(without, tokens);
    expect(Math.max(...other.map((value, i) => Math.abs(value - expected[i]!)))).toBeGreaterThan(1e-3);
  });
}

const llama3 = { rope_type: 'llama3', low_freq_factor: 1, high_freq_factor: 4, original_max_position_embeddings: 24 };
const qwen2 = { model_type: 'qwen2', architectures: ['Qwen2ForCausalLM'], use_sliding_window: true };
const qwen3 = { model_type: 'qwen3', architectures: ['Qwen3ForCausalLM'] };
const mistral = { model_type: 'mistral', architectures: ['MistralForCausalLM'] };

/** A configuration, and fields of it (or endings of its tensors' names) that the numbers must depend on. */
const cases: [string, Record<string, unknown>, string[]][] = [
  ['positions scaled as in Llama 3', { rope_scaling: { ...llama3, factor: 8 } }, ['rope_scaling']],
  ['positions scaled by a factor alone', { rope_scaling: { rope_type: 'linear', factor: 4 } }, ['rope_scaling']],
  ['biases of attention, its output too', { attention_bias: true }, ['o_proj.bias']],
  ['biases of the feed-forward layers', { mlp_bias: true, tie_word_embeddings: false }, ['down_proj.bias']],
  [
    'biases and norms on heads (Qwen3)',
    { ...qwen3, attention_bias: true, head_dim: 12 },
    ['q_norm.weight', 'k_proj.bias'],
  ],
  ['a window in every layer (Mistral)', { ...mistral, sliding_window: 7 }, ['sliding_window']],
  [
    'a window from the second layer on (Qwen2)',
    { ...qwen2, sliding_window: 5, max_window_layers: 1 },
    ['sliding_window'],
  ],
  [
    'a window in the first layer (layer_types)',
    { ...qwen3, use_sliding_window: true, sliding_window: 20, layer_types: ['sliding_attention', 'full_attention'] },
    ['sliding_window'],
  ],
  ['nine heads, three of keys', { hidden_size: 36, num_attention_heads: 9, num_key_value_heads: 3, head_dim: 4 }, []],
  [
    'five heads, each its own',
    { ...qwen3, num_attention_heads: 5, num_key_value_heads: 5, head_dim: 6, intermediate_size: 33 },
    [],
  ],
  ['seven heads, one of keys', { hidden_size: 42, num_attention_heads: 7, num_key_value_heads: 1, head_dim: null }, []],
];

/** The same without a field or tensors; where nothing is named, with each head's keys in reverse. */
function leftOut(published: Published, names: readonly string[]): Published {
  const config = { ...published.config };
  const tensors = { ...published.tensors };
  if (names.length === 0)
    for (const name of Object.keys(tensors).filter(name => name.endsWith('k_proj.weight')))
      tensors[name] = Array.from(tensors[name]!).toReversed();
  for (const name of names) {
    delete config[name];
    for (const tensor of Object.keys(tensors).filter(tensor => tensor.endsWith(name))) delete tensors[tensor];
  }
  return { config, tensors };
}

describe('a published model gives the log-probabilities of plain loops in float64', () => {
  it.each(cases)('%s', async (_, config, matters) => {
    const folder = await writeTinyFolder(fresh(), { config });
    const published = await readPublished(folder);
    compare(await scores(frozenModel(await openPublishedFolder(folder))), published, leftOut(published, matters));
  });

  it.each([
    ['all matrices', [...adaptable]],
    ['two matrices', ['v_proj', 'down_proj'] as const],
  ] as const)('a rank-stabilised adapter of %s', async (_, targets) => {
    const folder = await writeTinyFolder(fresh(), { config: { attention_bias: true } });
    const base = await openPublishedFolder(folder);
    const model = newAdapter(base, { rank: 5, alpha: 7, rankStabilised: true, targets }, 'start');
    model.parameters.forEach((_, i) => (model.parameters[i] = random() / 3 - 1 / 6));
    const adapter = fresh();
    await writeAdapterFolder(adapter, folder, model);
    const published = await readPublished(folder, adapter);
    const plain = { ...published.adapter!, config: { ...published.adapter!.config, use_rslora: false } };
    compare(await scores(await adaptedModel(base, await readAdapter(adapter))), published, {
      ...published,
      adapter: plain,
    });
  });
});
