import { z } from 'zod';
import { ClewError } from '../../errors.ts';
import { huggingFaceTokenizer } from './hugging-face.ts';
import type { Tokenizer } from './tokenizer.ts';
import { wordTokenizer } from './words.ts';

export type { Tokenizer, TokenizerData } from './tokenizer.ts';
export { huggingFaceTokenizer } from './hugging-face.ts';
export { buildWordTokenizer, type WordTokenizerOptions } from './words.ts';

const tokenizerDataSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('words'), tags: z.array(z.string()), words: z.array(z.string()) }),
  z.strictObject({ kind: z.literal('hugging-face'), tokenizer: z.string(), config: z.string() }),
]);

/** The tokenizer that `toData` described. Throws when the data is not a tokenizer's. */
export function tokenizerFromData(data: unknown): Tokenizer {
  const parsed = tokenizerDataSchema.safeParse(data);
  if (!parsed.success) throw new ClewError(`The tokenizer's data is wrong: ${z.prettifyError(parsed.error)}`);
  if (parsed.data.kind === 'words') return wordTokenizer(parsed.data.tags, parsed.data.words);
  return huggingFaceTokenizer(parsed.data.tokenizer, parsed.data.config);
}
