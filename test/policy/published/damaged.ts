/** Published models that are damaged, or are others than was meant, as copies of one that plays. */
import { cpSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { newAdapter, openPublishedFolder, writeAdapterFolder } from '../../../src/policy/published/index.ts';
import { readSafetensors, type Safetensors, writeSafetensors } from '../../../src/policy/safetensors.ts';
import { writeTinyFolder } from './tiny-folder.ts';

/** A damage: of which folder, and what is done to it. */
type Damage = readonly [of: 'model' | 'shards' | 'adapter', harm: (folder: string) => void | Promise<void>];

const inside = (folder: string, name: string) => path.join(folder, name);
const write = (folder: string, name: string, text: string) => writeFileSync(inside(folder, name), text);

function change(folder: string, name: string, fields: Record<string, unknown>): void {
  const before = JSON.parse(readFileSync(inside(folder, name), 'utf8')) as object;
  write(folder, name, JSON.stringify({ ...before, ...fields }));
}

async function changeTensors(file: string, harm: (tensors: Safetensors['tensors']) => void): Promise<void> {
  const { tensors, metadata } = await readSafetensors(file);
  harm(tensors);
  await writeSafetensors(file, { tensors, metadata });
}

const weights = 'model.safetensors';
const adapterWeights = 'adapter_model.safetensors';

/** A folder of each name, beside `model`, `shards` and `adapter`, which are whole. */
export const damages: Readonly<Record<string, Damage>> = {
  truncated: ['shards', folder => truncateSync(inside(folder, 'model-00002-of-00003.safetensors'), 5000)],
  'lacks-shard': ['shards', folder => rmSync(inside(folder, 'model-00003-of-00003.safetensors'))],
  'lacks-tensor': [
    'model',
    folder => changeTensors(inside(folder, weights), tensors => delete tensors['model.norm.weight']),
  ],
  'not-finite': [
    'model',
    folder => changeTensors(inside(folder, weights), tensors => (tensors['model.norm.weight']!.data[3] = NaN)),
  ],
  // Beyond what is looked at of each tensor when a folder is opened.
  'late-nan': [
    'model',
    folder =>
      changeTensors(inside(folder, weights), tensors => tensors['model.embed_tokens.weight']!.data.fill(NaN, 100)),
  ],
  'git-lfs': [
    'model',
    folder => write(folder, weights, 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n'),
  ],
  'empty-weights': ['model', folder => truncateSync(inside(folder, weights), 0)],
  'weights-are-a-folder': [
    'model',
    folder => {
      rmSync(inside(folder, weights));
      mkdirSync(inside(folder, weights));
    },
  ],
  'no-config': ['model', folder => rmSync(inside(folder, 'config.json'))],
  'no-tokenizer': ['model', folder => rmSync(inside(folder, 'tokenizer.json'))],
  'cut-tokenizer': ['model', folder => write(folder, 'tokenizer.json', '{"model": ')],
  'larger-tokenizer': ['model', folder => change(folder, 'config.json', { vocab_size: 200 })],
  'smaller-tokenizer': ['model', folder => change(folder, 'generation_config.json', { eos_token_id: 270 })],
  'other-tokenizer': [
    'model',
    folder =>
      change(folder, 'tokenizer_config.json', {
        added_tokens_decoder: { 99: { content: '<|endoftext|>', special: true } },
      }),
  ],
  'ends-with-a-word': ['model', folder => change(folder, 'generation_config.json', { eos_token_id: 99 })],
  'ends-with-text': ['model', folder => change(folder, 'generation_config.json', { eos_token_id: 'two' })],
  'no-template': ['model', folder => change(folder, 'tokenizer_config.json', { chat_template: null })],
  'cut-template': ['model', folder => write(folder, 'chat_template.jinja', '{% for %}')],
  'other-template': ['model', folder => write(folder, 'chat_template.jinja', 'hello')],
  short: ['model', folder => change(folder, 'config.json', { max_position_embeddings: 64 })],
  'cut-adapter': ['adapter', folder => truncateSync(inside(folder, adapterWeights), 500)],
  'adapter-lacks-tensor': [
    'adapter',
    folder => changeTensors(inside(folder, adapterWeights), tensors => delete tensors[Object.keys(tensors)[1]!]),
  ],
  'adapter-not-finite': [
    'adapter',
    folder =>
      changeTensors(inside(folder, adapterWeights), tensors => (Object.values(tensors)[0]!.data[40] = Infinity)),
  ],
  'adapter-without-weights': ['adapter', folder => rmSync(inside(folder, adapterWeights))],
  'adapter-without-config': ['adapter', folder => rmSync(inside(folder, 'adapter_config.json'))],
};

/**
 * What is wrong with a name of a policy, by the name of each case. `M/` stands for the folder with all of them, in what
 * is said as well.
 */
export const wrongNames: Readonly<Record<string, readonly [name: string, says: RegExp]>> = {
  'a shard that is cut short': ['M/truncated', /M\/truncated\/model-00002-of-00003\.safetensors is cut short/],
  'a shard that is not there': ['M/lacks-shard', /lacks the shard model-00003-of-00003\.safetensors/],
  'a tensor that is not there': ['M/lacks-tensor', /M\/lacks-tensor .*"model\.norm\.weight" \[24\] is missing/s],
  'a weight that is no number': [
    'M/not-finite',
    /M\/not-finite\/model\.safetensors is damaged: "model\.norm\.weight" holds NaN/,
  ],
  'what Git LFS leaves of weights': ['M/git-lfs', /model\.safetensors holds no numbers: .*git lfs pull/],
  'empty weights': ['M/empty-weights', /M\/empty-weights\/model\.safetensors is empty/],
  'a folder in the place of weights': ['M/weights-are-a-folder', /model\.safetensors is a folder/],
  'no config.json': ['M/no-config', /M\/no-config is no folder of a published model: it has no config\.json/],
  'an empty folder': ['M/nothing', /M\/nothing is no folder of a published model: it has no config\.json/],
  'no tokenizer.json': [
    'M/no-tokenizer',
    /M\/no-tokenizer is no folder of a published model: it has no tokenizer\.json/,
  ],
  'half a tokenizer.json': ['M/cut-tokenizer', /M\/cut-tokenizer\/tokenizer\.json cannot be read/],
  'a tokenizer larger than the embedding': [
    'M/larger-tokenizer',
    /has the tokenizer of another model: it has 268 tokens, and .*vocab_size 200/,
  ],
  'a tokenizer without the end token': [
    'M/smaller-tokenizer',
    /tokenizer of another model: its texts end with the token 270, and the tokenizer has 268/,
  ],
  'a tokenizer of which the end token is a word': [
    'M/ends-with-a-word',
    /tokenizer of another model: .*the token 99, which is an ordinary word of it/,
  ],
  'two files of two tokenizers': [
    'M/other-tokenizer',
    /tokenizer\.json is of another model than .*tokenizer_config\.json: the token 99/,
  ],
  'an end token that is no id': [
    'M/ends-with-text',
    /generation_config\.json cannot be read: .*token id, or a list of them/s,
  ],
  'no chat template': ['M/no-template', /M\/no-template has no chat template/],
  'half a chat template': [
    'M/cut-template',
    /The chat template in M\/cut-template\/chat_template\.jinja cannot be read/,
  ],
  'a template that shows no messages': ['M/other-template', /The chat template of M\/other-template cannot be played/],
  'a context that the rules fill': [
    'M/short',
    /rules and commands of locked-room alone have \d+ tokens, and the context of M\/short is 64/,
  ],
  'more weights than there is memory': [
    'M/huge',
    /Computing with the [\d,]+ weights of M\/huge takes [\d.]+ GB of memory at least/,
  ],
  'an adapter that is cut short': ['M/model+M/cut-adapter', /cut-adapter\/adapter_model\.safetensors is cut short/],
  'half an adapter': [
    'M/model+M/adapter-lacks-tensor',
    /The adapter M\/adapter-lacks-tensor is damaged, or .*is missing/s,
  ],
  'an adapter that is no number': [
    'M/model+M/adapter-not-finite',
    /adapter_model\.safetensors is damaged: ".*" holds Infinity/,
  ],
  'an adapter without weights': [
    'M/model+M/adapter-without-weights',
    /has no weights: there is no adapter_model\.safetensors/,
  ],
  'an adapter without its description': [
    'M/model+M/adapter-without-config',
    /adapter-without-config is no folder of an adapter: it has no adapter_config\.json/,
  ],
  "an adapter of another model's size": [
    'M/larger+M/adapter',
    /The adapter M\/adapter is damaged, or was made for another model .*down_proj\.lora_A\.weight" is \[2, 40\]; the configuration says \[2, 48\]/s,
  ],
  'an adapter of other weights': [
    'M/retrained+M/trained',
    /The adapter M\/trained was trained on other weights than those of M\/retrained/,
  ],
  'an adapter whose model is not there': [
    'M/stray',
    /The adapter M\/stray names "\.\.\/nowhere" .*policy:MODEL\+M\/stray/,
  ],
  'an adapter in the place of the model': [
    'M/adapter+M/adapter',
    /M\/adapter is an adapter, and the model that it belongs to stands before the \+/,
  ],
  'a model in the place of the adapter': [
    'M/model+M/model',
    /M\/model is a model, and behind the \+ stands an adapter's folder/,
  ],
  'nothing behind the +': ['M/model+', /M\/model\+ names no adapter behind the \+/],
  'nothing before the +': ['+M/adapter', /\+M\/adapter names no model before the \+/],
  'an adapter that is not there': ['M/model+M/nowhere', /There is no folder M\/nowhere, the adapter/],
  'a model that is not there': ['M/nowhere+M/adapter', /There is no folder M\/nowhere, the model/],
  'a file of a folder': [
    'M/model/model.safetensors',
    /M\/model\/model\.safetensors is a file of a published model: name its folder, policy:M\/model\./,
  ],
  'the configuration of a folder': [
    'M/model/config.json',
    /M\/model\/config\.json is a file of a published model: name its folder/,
  ],
  'a file of an adapter': [
    'M/adapter/adapter_model.safetensors',
    /is a file of a published adapter: name its folder, policy:M\/adapter\./,
  ],
  'any file before the +': [
    'M/notes.txt+M/adapter',
    /M\/notes\.txt is a file, and before the \+ stands the folder of a published model/,
  ],
};

/** Writes them all into a folder. */
export async function writeDamaged(root: string): Promise<void> {
  const at = (name: string) => path.join(root, name);
  await writeTinyFolder(at('model'));
  await writeTinyFolder(at('shards'), { shards: 3 });
  await writeTinyFolder(at('larger'), { config: { intermediate_size: 48 } });
  await writeTinyFolder(at('retrained'), { seed: 'retrained' });
  const model = await openPublishedFolder(at('model'));
  const adapter = newAdapter(model, { rank: 2, alpha: 4, rankStabilised: false, targets: ['q_proj', 'down_proj'] }, 0);
  await writeAdapterFolder(at('adapter'), at('model'), adapter);
  for (const [name, [of, harm]] of Object.entries(damages)) {
    cpSync(at(of), at(name), { recursive: true });
    await harm(at(name));
  }
  cpSync(at('adapter'), at('trained'), { recursive: true });
  const origin = { world: 'locked-room', codec: 'text', codecVersion: 1, stages: [] };
  const known = { format: 'clew-published-1', origin, tokenizer: model.tokenizer.hash, base: model.hash };
  write(at('trained'), 'clew.json', JSON.stringify(known));
  cpSync(at('adapter'), at('stray'), { recursive: true });
  change(at('stray'), 'adapter_config.json', { base_model_name_or_path: '../nowhere' });
  mkdirSync(at('nothing'));
  write(root, 'notes.txt', 'a note');
  await writeHuge(at('model'), at('huge'));
}

/** A model with a terabyte of weights: of its file only the header takes room on the disk. */
async function writeHuge(from: string, to: string): Promise<void> {
  cpSync(from, to, { recursive: true });
  const width = 2 ** 18;
  change(to, 'config.json', { hidden_size: width, num_attention_heads: width / 8 });
  const { tensors } = await readSafetensors(inside(from, weights));
  const header: Record<string, unknown> = {};
  let end = 0;
  for (const [name, { shape }] of Object.entries(tensors)) {
    const large = shape.map(length => (length === 24 ? width : length));
    const to = end + 4 * large.reduce((product, length) => product * length, 1);
    header[name] = { dtype: 'F32', shape: large, data_offsets: [end, to] };
    end = to;
  }
  const json = Buffer.from(JSON.stringify(header));
  const start = Buffer.alloc(8);
  start.writeBigUInt64LE(BigInt(json.length));
  writeFileSync(inside(to, weights), Buffer.concat([start, json]));
  truncateSync(inside(to, weights), 8 + json.length + end);
}
