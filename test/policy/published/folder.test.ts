import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { EngineOptions } from '../../../src/policy/engines/open.ts';
import { Learner } from '../../../src/policy/learner.ts';
import { sharedFloats } from '../../../src/policy/memory.ts';
import { parameterLayout, type Model } from '../../../src/policy/parameters.ts';
import {
  adaptedModel,
  describeFolder,
  frozenModel,
  newAdapter,
  openPublishedFolder,
  readAdapter,
  wholeModel,
  writeAdapterFolder,
  writeModelFolder,
} from '../../../src/policy/published/index.ts';
import { tinyConfig, writeTinyFolder } from './tiny-folder.ts';

const root = await mkdtemp(path.join(tmpdir(), 'clew-published-'));
afterAll(() => rm(root, { recursive: true }));
let folders = 0;
const fresh = () => path.join(root, String(++folders));

const row = { tokens: [5, 90, 7, 200, 33, 33, 41, 120], weights: [0, 1, 1, 0.5, -1, 0, 1, 1] };

async function scores(model: Model, engine: EngineOptions = {}): Promise<number[]> {
  const learner = await Learner.open(model, { workers: 0, engine });
  try {
    return Array.from((await learner.score([row]))[0]!);
  } finally {
    await learner.close();
  }
}

const qwen2 = { model_type: 'qwen2', architectures: ['Qwen2ForCausalLM'] };
const shapes: Record<string, Record<string, unknown>> = {
  'three heads that share one': {},
  'biases everywhere, own head': { attention_bias: true, mlp_bias: true, tie_word_embeddings: false },
  'a window of 3 (Mistral)': { model_type: 'mistral', architectures: ['MistralForCausalLM'], sliding_window: 3 },
  'biases, and a window in the second layer (Qwen2)': {
    ...qwen2,
    use_sliding_window: true,
    sliding_window: 2,
    max_window_layers: 1,
  },
  'norms on heads (Qwen3)': { model_type: 'qwen3', architectures: ['Qwen3ForCausalLM'], head_dim: 12 },
  'scaled positions (Llama 3)': {
    rope_scaling: {
      rope_type: 'llama3',
      factor: 8,
      low_freq_factor: 1,
      high_freq_factor: 4,
      original_max_position_embeddings: 16,
    },
  },
  'Gemma 3': {
    model_type: 'gemma3_text',
    architectures: ['Gemma3ForCausalLM'],
    hidden_activation: 'gelu_pytorch_tanh',
    sliding_window: 3,
    sliding_window_pattern: 2,
    query_pre_attn_scalar: 10,
  },
};

describe('a published folder', () => {
  it.each(Object.entries(shapes))(
    'is computed alike from its file, in memory, and in float64: %s',
    async (_, config) => {
      const folder = await openPublishedFolder(await writeTinyFolder(fresh(), { config }));
      const fromFile = await scores(frozenModel(folder));
      const inMemory = await scores(await wholeModel(folder));
      const exact = await scores(frozenModel(folder), { engine: 'reference' });
      fromFile.forEach((value, i) => {
        expect(value).toBeCloseTo(inMemory[i]!, 5);
        expect(value).toBeCloseTo(exact[i]!, 4);
      });
      expect(Math.min(...exact)).toBeLessThan(-3);
    },
  );

  it('is computed alike by WebAssembly and by TensorFlow, which do not read the file by themselves', async () => {
    const model = newAdapter(
      await openPublishedFolder(
        await writeTinyFolder(fresh(), { config: shapes['norms on heads (Qwen3)']!, type: 'BF16' }),
      ),
      { rank: 2, alpha: 2, rankStabilised: false, targets: ['v_proj'] },
      0,
    );
    model.parameters.forEach((_, i) => (model.parameters[i] = Math.cos(i) / 3));
    const native = await scores(model);
    for (const engine of [
      { engine: 'onnx', library: 'onnxruntime-web' },
      { engine: 'tensorflow', library: '@tensorflow/tfjs-backend-cpu' },
    ] as const)
      (await scores(model, engine)).forEach((value, i) => expect(value).toBeCloseTo(native[i]!, 5));
  });

  it.each(['F32', 'BF16', 'F16'] as const)('is read from several files of %s', async type => {
    const folder = await openPublishedFolder(await writeTinyFolder(fresh(), { shards: 3, type }));
    expect(new Set(Object.values(folder.tensors).map(tensor => tensor.type))).toEqual(new Set([type]));
    const whole = await scores(await wholeModel(folder));
    (await scores(frozenModel(folder))).forEach((value, i) => expect(value).toBeCloseTo(whole[i]!, 5));
  });

  it('says what is in it', async () => {
    const summary = await describeFolder(await writeTinyFolder(fresh(), { shards: 2, type: 'BF16' }));
    expect(summary).toMatchObject({
      family: 'llama',
      files: 2,
      types: ['BF16'],
      tokens: 268,
      chat: true,
      ends: ['<|endoftext|>', '<|im_end|>'],
      config: { drawable: 268, vocabulary: 272, heads: 3, keyHeads: 1 },
    });
    expect(summary.bytes).toBe(2 * summary.parameters);
  });

  it('is written so that the same parameters are read from it', async () => {
    const from = await openPublishedFolder(await writeTinyFolder(fresh(), { config: shapes['Gemma 3']! }));
    const model = await wholeModel(from);
    model.parameters.forEach((value, i) => {
      model.parameters[i] = value + 0.01;
    });
    const out = fresh();
    await writeModelFolder(out, from, model);
    const again = await openPublishedFolder(out);
    expect((await wholeModel(again)).parameters).toEqual(model.parameters);
    expect(again.tensors['model.norm.weight']!.shape).toEqual([24]);
    expect(again.template?.({ messages: [{ role: 'user', content: 'hi' }] })).toContain('hi<|im_end|>');
  });
});

describe('what is wrong with a folder', () => {
  const broken: [string, (folder: string) => Promise<void>, RegExp][] = [
    [
      'a shard that is cut short',
      folder => truncate(path.join(folder, 'model-00002-of-00003.safetensors'), 5000),
      /model-00002-of-00003\.safetensors is cut short/,
    ],
    [
      'a shard that is missing',
      folder => rm(path.join(folder, 'model-00003-of-00003.safetensors')),
      /lacks the shard model-00003-of-00003\.safetensors/,
    ],
    [
      'a configuration of another size',
      folder => writeFile(path.join(folder, 'config.json'), JSON.stringify({ ...tinyConfig, intermediate_size: 48 })),
      /"model\.layers\.0\.mlp\.gate_proj\.weight" is \[40, 24\]; the configuration says \[48, 24\]/,
    ],
    [
      'a tensor that is missing, and one too many',
      folder => writeFile(path.join(folder, 'config.json'), JSON.stringify({ ...tinyConfig, mlp_bias: true })),
      /"model\.layers\.0\.mlp\.gate_proj\.bias" \[40\] is missing/,
    ],
    [
      "a larger model's tokenizer",
      async folder => {
        const file = path.join(folder, 'tokenizer.json');
        const tokenizer = JSON.parse(await readFile(file, 'utf8')) as { model: { vocab: Record<string, number> } };
        tokenizer.model.vocab['more'] = 999;
        await writeFile(file, JSON.stringify(tokenizer));
      },
      /has the tokenizer of another model: it has 1000 tokens, and config\.json says vocab_size 272/,
    ],
    ['no tokenizer', folder => rm(path.join(folder, 'tokenizer.json')), /it has no tokenizer\.json/],
    [
      'a field that is not known',
      folder =>
        writeFile(path.join(folder, 'config.json'), JSON.stringify({ ...tinyConfig, router_aux_loss_coef: 0.1 })),
      /router_aux_loss_coef \(0\.1\) is a field that Clew does not know/,
    ],
  ];
  it.each(broken)('is said: %s', async (_, harm, message) => {
    const folder = await writeTinyFolder(fresh(), { shards: 3 });
    await harm(folder);
    await expect(openPublishedFolder(folder)).rejects.toThrow(message);
  });
});

describe('what does not fit into memory', () => {
  it('is said before anything is read or begun', async () => {
    const folder = await openPublishedFolder(await writeTinyFolder(fresh()));
    const parameters = parameterLayout(folder.config).reduce((sum, { size }) => sum + size, 0);
    await expect(wholeModel(folder, 16 * parameters - 1)).rejects.toThrow(
      /^Training all [\d,]+ weights takes 0\.0 GB of memory at least, and there are 0\.0 GB\. Train an adapter/,
    );
    expect((await wholeModel(folder, 16 * parameters)).parameters).toHaveLength(parameters);
  });

  it('is said in a sentence where the system refuses it', () => {
    expect(() => sharedFloats(2 ** 52, 'gradients')).toThrow(/^There is no memory for gradients: \d+\.\d GB\. Take a/);
  });
});

describe('an adapter', () => {
  const plain = { rank: 4, alpha: 8, rankStabilised: false, targets: ['q_proj', 'down_proj'] as const };

  it('changes nothing before it is trained, bit for bit', async () => {
    const folder = await openPublishedFolder(await writeTinyFolder(fresh()));
    const learner = await Learner.open(frozenModel(folder), { workers: 0 });
    const base = (await learner.scoreVocabulary([row]))[0];
    await learner.close();
    const adapted = await Learner.open(newAdapter(folder, plain, 0), { workers: 0 });
    expect((await adapted.scoreVocabulary([row]))[0]).toEqual(base);
    await adapted.close();
  });

  it.each([
    ['alpha / rank', plain],
    ['alpha / √rank, in one layer', { ...plain, rankStabilised: true, layers: [1], targets: ['v_proj'] as const }],
  ])('is written as PEFT reads it, and read again: %s', async (_, adapter) => {
    const base = await writeTinyFolder(fresh());
    const folder = await openPublishedFolder(base);
    const model = newAdapter(folder, adapter, 'adapter');
    model.parameters.forEach((_, i) => (model.parameters[i] = Math.sin(i) / 3));
    const out = fresh();
    await writeAdapterFolder(out, base, model);
    const config = JSON.parse(await readFile(path.join(out, 'adapter_config.json'), 'utf8')) as object;
    expect(config).toMatchObject({
      peft_type: 'LORA',
      task_type: 'CAUSAL_LM',
      r: 4,
      lora_alpha: 8,
      use_rslora: adapter.rankStabilised,
      target_modules: [...adapter.targets],
      base_model_name_or_path: path.relative(out, base),
    });
    const again = await adaptedModel(folder, await readAdapter(out));
    expect(again.config).toEqual(model.config);
    expect(again.parameters).toEqual(model.parameters);
    expect(parameterLayout(again.config)[0]!.name).toMatch(
      /^base_model\.model\.model\.layers\.\d\.\w+\.\w+\.lora_A\.weight$/,
    );
  });

  it('computes as if its product were added to the matrix', async () => {
    const folder = await openPublishedFolder(await writeTinyFolder(fresh()));
    const model = newAdapter(folder, { ...plain, rankStabilised: true, targets: ['up_proj'], layers: [1] }, 'merge');
    model.parameters.forEach((_, i) => (model.parameters[i] = Math.sin(i) / 5));
    const whole = await wholeModel(folder);
    const at = parameterLayout(whole.config).find(({ name }) => name === 'model.layers.1.mlp.up_proj.weight')!;
    const [a, b] = parameterLayout(model.config).map(({ offset, size }) =>
      model.parameters.subarray(offset, offset + size),
    );
    for (let i = 0; i < 40; i++)
      for (let j = 0; j < 24; j++)
        for (let r = 0; r < 4; r++)
          whole.parameters[at.offset + i * 24 + j]! += (8 / 2) * b![i * 4 + r]! * a![r * 24 + j]!;
    const merged = await scores(whole);
    (await scores(model)).forEach((value, i) => expect(value).toBeCloseTo(merged[i]!, 4));
  });

  it('is refused on a model that it was not made for', async () => {
    const base = await writeTinyFolder(fresh());
    const out = fresh();
    await writeAdapterFolder(out, base, newAdapter(await openPublishedFolder(base), plain, 0));
    const other = await openPublishedFolder(await writeTinyFolder(fresh(), { config: { intermediate_size: 48 } }));
    await expect(readAdapter(out).then(adapter => adaptedModel(other, adapter))).rejects.toThrow(
      /was made for another model .*down_proj\.lora_A\.weight" is \[4, 40\]; the configuration says \[4, 48\]/s,
    );
  });

  it.each([
    [{ use_dora: true }, /use_dora is true/],
    [{ rank_pattern: { q_proj: 8 } }, /rank_pattern/],
    [{ modules_to_save: ['lm_head'] }, /modules_to_save/],
    [{ peft_type: 'IA3' }, /peft_type is "IA3"/],
  ])('is refused by the name of the field: %o', async (change, message) => {
    const base = await writeTinyFolder(fresh());
    const out = fresh();
    await writeAdapterFolder(out, base, newAdapter(await openPublishedFolder(base), plain, 0));
    const file = path.join(out, 'adapter_config.json');
    await writeFile(file, JSON.stringify({ ...JSON.parse(await readFile(file, 'utf8')), ...change }));
    await expect(readAdapter(out)).rejects.toThrow(message);
  });
});
