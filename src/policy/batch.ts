import { ClewError } from '../errors.ts';
import type { ModelConfig } from './config.ts';
import type { GraphSize } from './graphs.ts';

/** One row of training data. Everything is indexed as `tokens` is. */
export interface Row {
  tokens: ArrayLike<number>;
  /**
   * The weight of each token's log-probability in the loss; 0 leaves a token out altogether (observations, padding,
   * mistakes). The first token follows nothing, so its weight is 0.
   */
  weights: ArrayLike<number>;
  /** For a policy gradient: the advantage of each token. */
  advantages?: ArrayLike<number>;
  /** For a policy gradient: the log-probability of each token when it was sampled. */
  oldLogProbabilities?: ArrayLike<number>;
  /** For a KL term: log-probabilities of the whole vocabulary, one after the other for each token with a weight. */
  reference?: Float32Array;
  /**
   * The same where the head is frozen: what it makes the reference's logits of, `width` numbers for each token with a
   * weight.
   */
  referenceHidden?: Float32Array;
  /** For a loss of which only this is known: its derivative with respect to the log-probability of each token. */
  derivatives?: ArrayLike<number>;
  /** For a loss computed elsewhere: its gradient with respect to the logits, laid out as `reference`. */
  logitsGradient?: Float32Array;
  /** For the loss `choices`: where several tokens are right, or some are known to be wrong. In the order of tokens. */
  choices?: readonly TokenChoice[];
  /** For the loss `choices`: the weight of −log(1 − probability of all wrong tokens) at each token. */
  unlikelihood?: ArrayLike<number>;
}

/** What is known of the tokens that could stand in one place. */
export interface TokenChoice {
  /** The place in the row. */
  readonly at: number;
  /** Any of these is right; the row's own token is one of them, where it has a weight. */
  readonly right: readonly number[];
  /** None of these is. */
  readonly wrong: readonly number[];
}

/** Rows that are computed together, padded to one length. */
export interface MicroBatch {
  /** Numbers of the rows in the list that was packed. */
  rows: readonly number[];
  size: GraphSize;
}

const lengths = [
  32, 64, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048, 3072, 4096, 6144, 8192, 12_288, 16_384, 32_768,
];

/** The lengths that rows are padded to: few enough that each has a compiled graph, close enough to waste little. */
export function lengthBuckets(context: number): number[] {
  return [...lengths.filter(length => length < context), context];
}

/**
 * Groups rows of similar length into micro-batches of about equal work, an even number of them where there are several
 * rows: two threads then end at the same time. The grouping depends on nothing but the rows, so neither do the sums of
 * gradients over them. Throws for a row that is empty, too long, or holds a token or number that cannot be.
 */
export function packRows(rows: readonly Row[], config: ModelConfig, rowsPerBatch: number): MicroBatch[] {
  rows.forEach((row, i) => checkRow(row, i, config));
  const byLength = rows.map((_, i) => i).toSorted((a, b) => rows[b]!.tokens.length - rows[a]!.tokens.length || a - b);
  const buckets = lengthBuckets(config.context);
  // A row's last token is only a target: nothing is read off its own position.
  const padded = byLength.map(i => buckets.find(bucket => bucket >= rows[i]!.tokens.length - 1)!);
  const fewest = shares(padded, rowsPerBatch, 1).length;
  const wanted = Math.min(rows.length, fewest + (fewest % 2));
  return shares(padded, rowsPerBatch, wanted).map(({ from, to, length }) => {
    const members = byLength.slice(from, to);
    const selected = members.reduce((sum, i) => sum + selectedTokens(rows[i]!).length, 0);
    // Of many short rows a multiple of four, so that there are few graphs.
    const batch = members.length > 8 ? 4 * Math.ceil(members.length / 4) : members.length;
    return { rows: members, size: { batch, length, selected: selectedCapacity(selected, batch * length) } };
  });
}

/**
 * Parts rows, the longest first, told by the lengths that they are padded to, into so many parts of about equal length;
 * into more where a part would be too large. A part holds at most `rowsPerBatch` rows of 512 tokens, more of short ones,
 * which would not be worth a run of a graph, and fewer of long ones.
 */
function shares(
  padded: readonly number[],
  rowsPerBatch: number,
  parts: number,
): { from: number; to: number; length: number }[] {
  const cut: { from: number; to: number; length: number }[] = [];
  let left = padded.reduce((sum, length) => sum + length, 0);
  for (let from = 0; from < padded.length;) {
    const length = padded[from]!;
    const most = Math.max(1, Math.floor((rowsPerBatch * 512) / length));
    const share = cut.length < parts ? Math.round(left / (parts - cut.length) / length) : most;
    const to = Math.min(padded.length, from + Math.min(most, Math.max(1, share)));
    for (let i = from; i < to; i++) left -= padded[i]!;
    cut.push({ from, to, length });
    from = to;
  }
  return cut;
}

/** The positions of the tokens of a row that have a weight, of whichever kind. */
export function selectedTokens({ tokens, weights, unlikelihood }: Row): number[] {
  const selected: number[] = [];
  for (let i = 1; i < tokens.length; i++) if (weights[i] !== 0 || (unlikelihood?.[i] ?? 0) !== 0) selected.push(i);
  return selected;
}

/** An eighth, a quarter, half or all of the positions: four graphs for each length. */
function selectedCapacity(selected: number, positions: number): number {
  return (
    [positions / 8, positions / 4, positions / 2].map(Math.ceil).find(capacity => capacity >= selected) ?? positions
  );
}

/**
 * The feeds of one micro-batch but for the parameters. `scale` multiplies every weight. `withChoices`: also the words
 * that are right and wrong at each weighted token, for the loss that reads them.
 */
export function batchFeeds(
  batch: MicroBatch,
  rows: readonly Row[],
  config: ModelConfig,
  scale: number,
  withChoices = false,
): Record<string, Float32Array | Int32Array> {
  const { length, selected } = batch.size;
  const tokens = new Int32Array(batch.size.batch * length);
  const previous = new Int32Array(tokens.length);
  const positions = new Int32Array(selected);
  const targets = new Int32Array(selected);
  const weights = new Float32Array(selected);
  const withPolicy = rows[batch.rows[0]!]!.advantages !== undefined;
  const first = rows[batch.rows[0]!]!;
  const perWord = perWordInputs(config).filter(([name]) => first[name] !== undefined);
  const derivatives = new Float32Array(first.derivatives ? selected : 0);
  const advantages = new Float32Array(withPolicy ? selected : 0);
  const oldLogProbabilities = new Float32Array(withPolicy ? selected : 0);
  const words = Object.fromEntries(perWord.map(([name, width]) => [name, new Float32Array(selected * width)]));
  const { vocabulary } = config;
  const right = new Float32Array(withChoices ? selected * vocabulary : 0);
  const wrong = new Float32Array(right.length);
  const unlikelihood = new Float32Array(withChoices ? selected : 0);
  let at = 0;
  batch.rows.forEach((number, r) => {
    const row = rows[number]!;
    const start = r * length;
    for (let i = 0; i < Math.min(row.tokens.length, length); i++) {
      tokens[start + i] = row.tokens[i]!;
      if (i > 0) previous[start + i] = row.tokens[i - 1]!;
    }
    for (const [name, width] of perWord) words[name]!.set(row[name]!, at * width);
    const choices = new Map(row.choices?.map(choice => [choice.at, choice]));
    for (const i of selectedTokens(row)) {
      positions[at] = start + i - 1;
      targets[at] = row.tokens[i]!;
      weights[at] = row.weights[i]! * scale;
      if (withPolicy) {
        advantages[at] = row.advantages![i]!;
        oldLogProbabilities[at] = row.oldLogProbabilities![i]!;
      }
      if (first.derivatives) derivatives[at] = row.derivatives![i]!;
      if (withChoices) {
        const choice = choices.get(i);
        right[at * vocabulary + row.tokens[i]!] = 1;
        for (const token of choice?.right ?? []) right[at * vocabulary + token] = 1;
        for (const token of choice?.wrong ?? []) wrong[at * vocabulary + token] = 1;
        unlikelihood[at] = (choice ? (row.unlikelihood?.[i] ?? 0) : 0) * scale;
      }
      at++;
    }
  });
  return {
    tokens,
    previous,
    positions,
    targets,
    weights,
    ...words,
    ...(first.derivatives && { derivatives }),
    ...(withPolicy && { advantages, oldLogProbabilities }),
    ...(withChoices && { right, wrong, unlikelihood }),
  };
}

/** Inputs that have so many numbers for each weighted token. */
function perWordInputs(
  config: ModelConfig,
): [name: 'reference' | 'logitsGradient' | 'referenceHidden', width: number][] {
  return [
    ['reference', config.vocabulary],
    ['logitsGradient', config.vocabulary],
    ['referenceHidden', config.width],
  ];
}

function checkRow(row: Row, number: number, config: ModelConfig): void {
  const { length } = row.tokens;
  const refuse = (why: string): never => {
    throw new ClewError(`Row ${number} of the batch cannot be trained on: ${why}.`);
  };
  if (length < 2) refuse('it has fewer than two tokens');
  if (length > config.context + 1)
    refuse(
      `it has ${length} tokens and the model's context is ${config.context}; cut it or train a model with a ` +
        `longer context`,
    );
  if (row.weights.length !== length) refuse(`it has ${length} tokens but ${row.weights.length} weights`);
  if (row.weights[0] !== 0) refuse('its first token has a weight, but no token comes before it');
  for (let i = 0; i < length; i++) {
    const token = row.tokens[i]!;
    if (!Number.isInteger(token) || token < 0 || token >= config.vocabulary)
      refuse(`token ${i} is ${token}; the vocabulary has ids 0 to ${config.vocabulary - 1}`);
  }
  for (const name of ['weights', 'advantages', 'oldLogProbabilities', 'derivatives', 'unlikelihood'] as const) {
    const values = row[name];
    if (!values) continue;
    if (values.length !== length) refuse(`it has ${length} tokens but ${values.length} ${name}`);
    for (let i = 0; i < length; i++) if (!Number.isFinite(values[i])) refuse(`${name}[${i}] is ${values[i]}`);
  }
  for (const { at, right, wrong } of row.choices ?? []) {
    if (!Number.isInteger(at) || at < 1 || at >= length)
      refuse(`a choice is at token ${at}; it has 1 to ${length - 1}`);
    const unknown = [...right, ...wrong].find(token => !(token >= 0 && token < config.vocabulary));
    if (unknown !== undefined)
      refuse(`a choice at token ${at} is ${unknown}; the vocabulary has ids 0 to ${config.vocabulary - 1}`);
    const both = wrong.find(token => right.includes(token) || (row.weights[at] !== 0 && token === row.tokens[at]));
    if (both !== undefined) refuse(`at token ${at} it calls ${both} right and wrong`);
  }
  if (row.advantages && !row.oldLogProbabilities) refuse('it has advantages but no oldLogProbabilities');
  for (const [name, width] of perWordInputs(config))
    if (row[name] && row[name].length !== selectedTokens(row).length * width)
      refuse(
        `its ${name} has ${row[name].length} values, not one for each weighted token and ` +
          `${width === config.vocabulary ? 'word of the vocabulary' : 'number of the width'}`,
      );
}
