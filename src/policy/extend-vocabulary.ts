import { ClewError } from '../errors.ts';
import { createRandom } from '../world/random.ts';
import { emptyModel, parameterLayout, parameterView } from './parameters.ts';
import { tokenizerFromData } from './tokenizer/index.ts';
import type { TrainedPolicy } from './origin.ts';

/** Parameters with a row for each token. */
const tables = new Set(['embedding', 'shift', 'head']);
/**
 * How far a new row is from the mean of the half bytes' at most, in each number, of the root mean square of its table.
 * Rows that lie closer are taken for one another long after training on them began: an update moves each number by no
 * more than the learning rate. With a twentieth of this no forecast was well-formed after 60 updates.
 */
const apart = 0.5;

/**
 * A copy of a policy that has these tags and words too, each one token; the policy itself where it has them all. What it
 * knew stays as it was: other tokens keep their parameters, and texts of known words their meaning. A new token begins
 * as the mean of the half bytes, which no well-formed reply holds, and noise drawn by its text.
 *
 * @throws ClewError for a published model, whose vocabulary belongs to its tokenizer.
 */
export function withWords(
  policy: TrainedPolicy,
  { tags, words }: { readonly tags: readonly string[]; readonly words: readonly string[] },
): TrainedPolicy {
  const data = policy.tokenizer.toData();
  if (data.kind !== 'words')
    throw new ClewError('A published model has a vocabulary of its own, to which no words can be added.');
  const newTags = tags.filter(tag => !data.tags.includes(tag));
  const newWords = words.filter(word => !data.words.includes(word));
  if (newTags.length + newWords.length === 0) return policy;
  const tokenizer = tokenizerFromData({
    ...data,
    tags: [...data.tags, ...newTags],
    words: [...data.words, ...newWords],
  });
  const before = policy.tokenizer.size;
  // Ids: specials and the newline, tags, words.
  const firstTag = before - data.tags.length - data.words.length;
  const firstNewTag = firstTag + data.tags.length;
  const newId = (id: number) => (id < firstNewTag ? id : id + newTags.length);
  const added = new Map([
    ...newTags.map((tag, i) => [firstNewTag + i, tag] as const),
    ...newWords.map((word, i) => [before + newTags.length + i, word] as const),
  ]);
  const config = { ...policy.model.config, vocabulary: tokenizer.size };
  const model = emptyModel(config);
  const { width } = config;
  const halfBytes = Array.from({ length: 16 }, (_, half) => policy.tokenizer.id(`<${half.toString(16)}>`));
  for (const { name } of parameterLayout(config)) {
    const old = parameterView(policy.model.config, policy.model.parameters, name);
    const values = parameterView(config, model.parameters, name);
    if (!tables.has(name)) {
      values.set(old);
      continue;
    }
    for (let id = 0; id < before; id++) values.set(old.subarray(id * width, (id + 1) * width), newId(id) * width);
    const reach = apart * rootMeanSquare(old);
    for (const [id, text] of added) {
      const random = createRandom('new word', name, text);
      for (let i = 0; i < width; i++) {
        const mean = halfBytes.reduce((sum, half) => sum + old[half * width + i]!, 0) / halfBytes.length;
        values[id * width + i] = mean + reach * (2 * random() - 1);
      }
    }
  }
  return { ...policy, tokenizer, model };
}

function rootMeanSquare(values: Float32Array): number {
  let squares = 0;
  for (const value of values) squares += value * value;
  return Math.sqrt(squares / values.length);
}
