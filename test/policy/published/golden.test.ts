import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { rotaryFrequencies } from '../../../src/policy/layers/rotary.ts';
import { type Reply, Sampler } from '../../../src/policy/index.ts';
import { readGolden } from '../../../src/policy/published/golden.ts';
import { checkFolder, frozenModel, openPublishedFolder } from '../../../src/policy/published/index.ts';
import { adaptedModel } from '../../../src/policy/published/model.ts';
import { namedModel } from '../../../src/policy/published/named.ts';
import { modelConfigOf, readPublishedConfig } from '../../../src/policy/published/config.ts';

/** Tiny checkpoints with what transformers and PEFT compute with them: kept outside the project. */
const beside = path.resolve(import.meta.dirname, '../../../../shared/models-golden');
const golden = process.env.CLEW_MODELS_GOLDEN ?? (existsSync(beside) ? beside : undefined);
const needs = golden ? '' : ' (skipped: needs golden checkpoints; set CLEW_MODELS_GOLDEN to their folder)';
const folders = golden
  ? readdirSync(golden).filter(name => existsSync(path.join(golden, name, 'golden.json')))
  : ['golden checkpoints'];

describe.skipIf(!golden)(`what a reference computed${needs}`, { timeout: 300_000 }, () => {
  it.each(folders)('is computed here: %s', async folder => {
    const { comparisons } = await checkFolder(path.join(golden!, folder));
    expect(comparisons.filter(({ passed }) => !passed)).toEqual([]);
    expect(comparisons.map(({ what }) => what)).toEqual(
      expect.arrayContaining(['logits', 'log-probabilities', 'loss']),
    );
  });

  it.each(folders)('is written alike whether texts are read together or one by one: %s', async name => {
    const folder = path.join(golden!, name);
    const { base, rows } = await readGolden(folder);
    const { model: weights, adapter } = await namedModel(folder, base && path.join(golden!, base));
    const opened = await openPublishedFolder(weights);
    const model = adapter ? await adaptedModel(opened, adapter) : frozenModel(opened);
    const [together, alone] = [await Sampler.open(model, { workers: 0 }), await Sampler.open(model, { workers: 0 })];
    // Beginnings and continuations of other lengths each: the rows of the reference, joined in another order.
    const play = async (sampler: Sampler, i: number) => {
      const slot = sampler.slot(name, i);
      const replies: Reply[] = [];
      for (let turn = 0; turn < 3; turn++) {
        slot.feed(rows.flatMap((_, r) => rows[(i * (turn + 1) + r) % rows.length]!.tokens).slice(0, 40 - 3 * i));
        replies.push(await slot.reply({ stop: [], limit: 3 + (i % 3) }));
      }
      return replies;
    };
    const episodes = Array.from({ length: 9 }, (_, i) => i);
    const played = await Promise.all(episodes.map(i => play(together, i)));
    for (const i of [0, 4, 8]) expect(await play(alone, i)).toEqual(played[i]);
    const { readings, pieces } = await together.use();
    expect(pieces).toBeGreaterThan(2 * readings);
    await together.close();
    await alone.close();
  });

  it('is how positions turn, at the sizes of real models', () => {
    const file = path.join(golden!, 'rope.json');
    const cases = JSON.parse(readFileSync(file, 'utf8')) as {
      head: number;
      rope: Record<string, unknown>;
      inverseFrequencies: number[];
    }[];
    let compared = 0;
    for (const { head, rope, inverseFrequencies } of cases) {
      if (rope.rope_type === 'yarn') continue;
      const config = modelConfigOf(
        readPublishedConfig(
          JSON.stringify({
            model_type: 'llama',
            hidden_size: head * 2,
            num_attention_heads: 2,
            num_hidden_layers: 1,
            intermediate_size: 8,
            vocab_size: 8,
            max_position_embeddings: 131_072,
            rope_parameters: rope,
          }),
        ),
      );
      const { headWidth, theta, scaling } = config;
      rotaryFrequencies({ headWidth, theta, scaling }).forEach((value, i) => {
        expect(Math.abs(value / inverseFrequencies[i]! - 1)).toBeLessThan(2e-6);
        compared++;
      });
    }
    expect(compared).toBeGreaterThan(100);
  });

  it('is refused where it is another model, by the name of the field', () => {
    const refused = JSON.parse(readFileSync(path.join(golden!, 'refused.json'), 'utf8')) as Record<string, object>;
    const fields: Record<string, RegExp> = {
      gpt2: /model_type/,
      mixtral: /model_type.*num_local_experts/s,
      'qwen3-moe': /model_type.*num_experts/s,
      'phi3-fused': /model_type/,
      'llama-gelu': /hidden_act/,
      'llama-quantised': /quantization_config/,
      'llama-classifier': /architectures/,
      'llama-odd-heads': /num_attention_heads/,
      'llama-longrope': /rope_scaling\.rope_type is "longrope"/,
      'llama-yarn': /rope_scaling\.rope_type is "yarn"/,
    };
    for (const [name, config] of Object.entries(refused))
      if (name !== 'llama-linear')
        expect(() => readPublishedConfig(JSON.stringify(config)), name).toThrow(fields[name]!);
    expect(modelConfigOf(readPublishedConfig(JSON.stringify(refused['llama-linear']))).scaling).toEqual({
      kind: 'linear',
      factor: 2,
    });
  });
});
