import { Tokenizer as HuggingFaceTokenizer } from '@huggingface/tokenizers';
import path from 'node:path';
import { z } from 'zod';
import { ClewError } from '../../errors.ts';
import { hash } from '../../world/random.ts';
import type { Tokenizer } from './tokenizer.ts';

const specialToken = z
  .union([z.string(), z.object({ content: z.string() }).transform(({ content }) => content)])
  .nullish();
const configSchema = z.looseObject({
  bos_token: specialToken,
  eos_token: specialToken,
  added_tokens_decoder: z.record(z.string(), z.looseObject({ content: z.string() })).nullish(),
});

const definitionSchema = z.looseObject({
  model: z.looseObject({}),
  added_tokens: z.array(z.looseObject({ content: z.string(), special: z.boolean().default(false) })).nullish(),
});
type Definition = z.infer<typeof definitionSchema>;

/** The tokenizer of a published model, with what only such a one can be asked. */
export interface PublishedTokenizer extends Tokenizer {
  /** Also with the begin token and the like that the tokenizer itself puts around a text. */
  encodeWhole(text: string): number[];
  /** The tokens of a text of somebody else's: what in it looks like a special or an added token is ordinary text. */
  encodeForeign(text: string): number[];
  /** Whether a text of somebody else's holds what looks like a special or an added token. */
  hasMarkers(text: string): boolean;
  /** For each id its text as the vocabulary spells it: of printable ASCII it is the text itself. */
  rawTexts(): readonly string[];
  decodeWithoutSpecial(tokens: readonly number[]): string;
  /** Whether an id is that of an added token: the special ones and their like, not the words that texts consist of. */
  isAdded(token: number): boolean;
  /** The id of a token, or undefined. */
  find(token: string): number | undefined;
}

/**
 * The tokenizer of a published model, from the texts of its `tokenizer.json` and `tokenizer_config.json`. Texts come
 * back from their tokens as far as that tokenizer's own decoder gives them back; none of its special tokens is added.
 * @param folder where the two files lie, for messages
 * @throws ClewError when a file is damaged, or the two are of different models
 */
export function huggingFaceTokenizer(tokenizerJson: string, configJson = '{}', folder = ''): PublishedTokenizer {
  const file = path.join(folder, 'tokenizer.json');
  const configFile = path.join(folder, 'tokenizer_config.json');
  const config = parse(configFile, configJson, configSchema);
  const definition = allDigits(parse(file, tokenizerJson, definitionSchema));
  const inner = construct(definition, config, file);
  for (const [id, { content }] of Object.entries(config.added_tokens_decoder ?? {})) {
    const found = inner.id_to_token(Number(id));
    if (found !== undefined && found !== content)
      throw new ClewError(
        `${file} is of another model than ${configFile}: the token ${id} is ${JSON.stringify(found)} in the one and ` +
          `${JSON.stringify(content)} in the other.`,
      );
  }
  const markers = (definition.added_tokens ?? []).filter(isMarker).map(({ content }) => content);
  let foreign: HuggingFaceTokenizer | undefined;
  let raw: string[] | undefined;
  const hasMarkers = (text: string): boolean => markers.some(marker => text.includes(marker));
  const known = [...inner.get_vocab().values(), ...inner.get_added_tokens_decoder().keys()].map(Number);
  const size = known.reduce((highest, id) => Math.max(highest, id), -1) + 1;
  const id = (token: string): number => {
    const found = inner.token_to_id(token);
    if (found === undefined) throw new ClewError(`"${token}" is not one token of this vocabulary.`);
    return found;
  };
  const end = config.eos_token ?? config.bos_token;
  if (!end)
    throw new ClewError(
      `${configFile} names neither bos_token nor eos_token; a policy needs one of them to begin and end a text.`,
    );
  const encode = (text: string): number[] => inner.encode(text, { add_special_tokens: false }).ids;
  const decode = (tokens: readonly number[], skip: boolean): string => {
    const unknown = tokens.find(token => inner.id_to_token(token) === undefined);
    if (unknown !== undefined) throw new ClewError(`There is no token ${unknown} in this vocabulary.`);
    return tokens.length === 0
      ? ''
      : inner.decode([...tokens], { skip_special_tokens: skip, clean_up_tokenization_spaces: false });
  };
  return {
    size,
    begin: id(config.bos_token ?? end),
    end: id(end),
    id,
    isAdded: token => inner.get_added_tokens_decoder().has(token),
    find: token => inner.token_to_id(token),
    hash: hash(JSON.stringify([tokenizerJson, configJson])),
    encode,
    encodeWhole: text => inner.encode(text, { add_special_tokens: true }).ids,
    hasMarkers,
    rawTexts: () => (raw ??= Array.from({ length: size }, (_, token) => asText(inner.id_to_token(token) ?? ''))),
    encodeForeign(text) {
      if (!hasMarkers(text)) return encode(text);
      const added_tokens = (definition.added_tokens ?? []).filter(token => !isMarker(token));
      foreign ??= construct({ ...definition, added_tokens }, config, file);
      return foreign.encode(text, { add_special_tokens: false }).ids;
    },
    decode: tokens => decode(tokens, false),
    decodeWithoutSpecial: tokens => decode(tokens, true),
    toData: () => ({ kind: 'hugging-face', tokenizer: tokenizerJson, config: configJson }),
  };
}

function construct(definition: Definition, config: z.infer<typeof configSchema>, file: string): HuggingFaceTokenizer {
  try {
    return new HuggingFaceTokenizer(definition, { ...config, clean_up_tokenization_spaces: false });
  } catch (error) {
    throw new ClewError(`${file} describes a tokenizer that cannot be made here: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** Bytes that stand for themselves in a vocabulary are spelled `<0x3E>`. */
function asText(token: string): string {
  const byte = /^<0x([0-9A-F]{2})>$/.exec(token)?.[1];
  return byte === undefined ? token : String.fromCodePoint(Number.parseInt(byte, 16));
}

/**
 * Whether a token means something to a model beside its text. Runs of spaces, say, are added tokens that mean nothing
 * else.
 */
function isMarker({ content, special }: { content: string; special: boolean }): boolean {
  return special || /^[<[].*[>\]]$/s.test(content);
}

/**
 * A pre-tokenizer that splits at digits splits at every number of Unicode (½, ², Ⅷ) in the original; the library knows
 * only the decimal ones, so it is told by a pattern.
 */
function allDigits(definition: Definition): Definition {
  const replaced = (step: unknown): unknown => {
    if (typeof step !== 'object' || step === null) return step;
    const { type, individual_digits: single, pretokenizers } = step as Record<string, unknown>;
    if (Array.isArray(pretokenizers)) return { ...step, pretokenizers: pretokenizers.map(replaced) };
    if (type !== 'Digits') return step;
    const Regex = single ? String.raw`\p{N}` : String.raw`\p{N}+`;
    return { type: 'Split', pattern: { Regex }, behavior: 'Isolated', invert: false };
  };
  return { ...definition, pre_tokenizer: replaced(definition.pre_tokenizer) };
}

function parse<Schema extends z.ZodType>(file: string, text: string, schema: Schema): z.output<Schema> {
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    throw new ClewError(
      `${file} cannot be read: ${error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message}`,
      { cause: error },
    );
  }
}
