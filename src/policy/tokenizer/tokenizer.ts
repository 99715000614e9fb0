/** Text to token ids and back, whatever the method. */
export interface Tokenizer {
  /** The number of token ids. */
  readonly size: number;
  /** Changes whenever any text would be encoded otherwise; a checkpoint belongs to one hash. */
  readonly hash: string;
  /** Begins every episode; also what stands before the first token of a row. */
  readonly begin: number;
  /** Ends a text that nothing follows. */
  readonly end: number;
  encode(text: string): number[];
  decode(tokens: readonly number[]): string;
  /** The id of a text that is one token, such as `</action>`; throws for any other. */
  id(token: string): number;
  /** What `tokenizerFromData` makes the same tokenizer of. */
  toData(): TokenizerData;
}

/** A tokenizer as JSON, as checkpoints keep it. */
export type TokenizerData =
  | { kind: 'words'; tags: string[]; words: string[] }
  | { kind: 'hugging-face'; tokenizer: string; config: string };
