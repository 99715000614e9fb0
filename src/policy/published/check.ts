import path from 'node:path';
import { ClewError } from '../../errors.ts';
import type { EngineOptions } from '../engines/open.ts';
import { openEngine } from '../engines/open.ts';
import { logitsGraph } from '../graphs.ts';
import { withSources } from '../engines/engine.ts';
import { Learner } from '../learner.ts';
import { type Model, parameterLayout } from '../parameters.ts';
import { Sampler } from '../sampler.ts';
import { openPublishedFolder, type PublishedFolder } from './folder.ts';
import { type Golden, goldenFiles, readGolden } from './golden.ts';
import { adaptedModel, frozenModel, wholeModel } from './model.ts';
import { namedModel, namedPaths } from './named.ts';

/** One comparison with the reference. */
export interface Comparison {
  readonly what: string;
  /** The largest difference, where what is compared are numbers. */
  readonly worst?: number;
  readonly tolerance?: number;
  /** How much was compared. */
  readonly count: number;
  readonly passed: boolean;
  /** The first difference, or the worst. */
  readonly detail?: string;
}

export interface FolderCheck {
  readonly passed: boolean;
  readonly comparisons: readonly Comparison[];
}

/** What engines that compute in float32 keep to: nats, and for gradients the share of their norm. */
const tolerances = { logits: 3e-5, logProbabilities: 1e-5, loss: 1e-5, gradients: 1e-5 } as const;

/** A greedy token that differs is rounding where the two likeliest logits are nearer to each other than this. */
const margin = 1e-4;

/**
 * Compares what Clew computes with a folder, of a model or of an adapter (or both, as MODEL+ADAPTER), with the figures
 * of a reference in it (`golden.json`, `golden.safetensors`): logits, log-probabilities, loss, gradients, greedy texts, token ids, chats.
 */
export async function checkFolder(folder: string, engine: EngineOptions = {}): Promise<FolderCheck> {
  const paths = namedPaths(folder);
  const own = paths.adapter ?? paths.model!;
  const golden = await readGolden(own);
  const { model, adapter } = await namedModel(folder, golden.base && path.join(own, '..', golden.base));
  const published = await openPublishedFolder(model);
  const { vocabulary } = published.config;
  const tokens = [...golden.rows.map(row => row.tokens), ...golden.greedy.map(({ prompt }) => prompt)].flat();
  const beyond = tokens.find(token => token >= vocabulary);
  if (beyond !== undefined)
    throw new ClewError(
      `${path.join(own, goldenFiles.figures)} is of another model: it has the token ${beyond}, and the vocabulary of ` +
        `${model} has ${vocabulary}.`,
    );
  const played = adapter ? await adaptedModel(published, adapter) : frozenModel(published);
  const comparisons: Comparison[] = [
    ...(await compareLogits(played, golden, engine)),
    ...(await compareLoss(adapter || !hasGradients(golden) ? played : await wholeModel(published), golden, engine)),
    ...(golden.greedy.length > 0 ? [await compareGreedy(played, golden, engine)] : []),
    ...(golden.texts.length > 0 ? compareTexts(published, golden) : []),
    ...(golden.chats.length > 0 ? [compareChats(published, golden)] : []),
  ];
  return { passed: comparisons.every(({ passed }) => passed), comparisons };
}

/** Logits at every position of every row, up to what a softmax does not see: one number for a whole row of them. */
async function compareLogits(model: Model, golden: Golden, engine: EngineOptions): Promise<Comparison[]> {
  const opened = await openEngine(engine);
  let worst = 0;
  let count = 0;
  for (const [r, { tokens }] of golden.rows.entries()) {
    const expected = golden.tensors[`logits.${r}`];
    if (!expected) continue;
    const length = tokens.length;
    const size = { batch: 1, length, selected: length };
    const program = await opened.compile(withSources(logitsGraph(model.config, size), model.frozen ?? {}));
    const { logits } = await program.run({
      ...parametersByName(model),
      tokens: Int32Array.from(tokens),
      previous: Int32Array.from(tokens, (_, i) => tokens[i - 1] ?? 0),
      positions: Int32Array.from(tokens.keys()),
      targets: new Int32Array(length),
    });
    await program.release();
    const width = model.config.vocabulary;
    for (let i = 0; i < length; i++) {
      const [ours, theirs] = [logits!, expected.data].map(all => logSoftmax(all.subarray(i * width, (i + 1) * width)));
      ours!.forEach((value, word) => {
        worst = larger(worst, Math.abs(value - theirs![word]!));
      });
      count += width;
    }
  }
  if (count === 0) return [];
  return [numbers('logits', worst, tolerances.logits, count)];
}

/** Log-probabilities of all tokens, the loss, and the gradient of every trained parameter. */
async function compareLoss(model: Model, golden: Golden, engine: EngineOptions): Promise<Comparison[]> {
  const learner = await Learner.open(model, { engine, workers: 0 });
  try {
    const { rows, normaliser } = golden;
    const everyToken = rows.map(({ tokens }) => ({ tokens, weights: tokens.map((_, i) => (i === 0 ? 0 : 1)) }));
    let worst = 0;
    const scores = await learner.score(everyToken);
    golden.logProbabilities.forEach((row, r) =>
      row.forEach((value, i) => {
        worst = larger(worst, Math.abs(value - scores[r]![i]!));
      }),
    );
    const { logProbabilities } = { ...tolerances, ...golden.tolerances };
    const count = golden.logProbabilities.flat().length;
    const compared = [numbers('log-probabilities', worst, logProbabilities, count)];
    if (!hasGradients(golden)) {
      let loss = 0;
      rows.forEach(({ weights }, r) =>
        weights.forEach((weight, i) => (loss -= (weight * scores[r]![i]!) / normaliser)),
      );
      return [...compared, compareLosses(loss, golden)];
    }
    const { loss, gradient } = await learner.gradient(rows, { kind: 'likelihood', normaliser });
    return [...compared, compareLosses(loss, golden), compareGradients(model, gradient, golden)];
  } finally {
    await learner.close();
  }
}

function compareLosses(ours: number, golden: Golden): Comparison {
  const { loss: tolerance } = { ...tolerances, ...golden.tolerances };
  const detail = `${ours.toFixed(5)}, the reference ${golden.loss.toFixed(5)}`;
  return { ...numbers('loss', Math.abs(ours - golden.loss), tolerance, 1), detail };
}

function gradientNames({ tensors }: Golden): string[] {
  return Object.keys(tensors).filter(name => name.startsWith('gradient.'));
}

function hasGradients(golden: Golden): boolean {
  return gradientNames(golden).length > 0;
}

function compareGradients(model: Model, gradient: Float32Array, golden: Golden): Comparison {
  const expected = gradientNames(golden);
  let worst = 0;
  let detail = '';
  const ours = new Set<string>();
  for (const { name, offset, size } of parameterLayout(model.config)) {
    const theirs = golden.tensors[`gradient.${name}`]?.data;
    ours.add(`gradient.${name}`);
    if (!theirs || theirs.length !== size) {
      worst = Infinity;
      detail = theirs ? `${name} has ${size} numbers, the reference ${theirs.length}` : `the reference has no ${name}`;
      continue;
    }
    let difference = 0;
    let norm = 0;
    for (let i = 0; i < size; i++) {
      difference += (gradient[offset + i]! - theirs[i]!) ** 2;
      norm += theirs[i]! ** 2;
    }
    const share = Math.sqrt(difference) / (Math.sqrt(norm) || 1);
    if (!(share <= worst)) {
      worst = share;
      detail = name;
    }
  }
  const missing = expected.find(name => !ours.has(name));
  if (missing !== undefined) [worst, detail] = [Infinity, `${missing} of the reference is no parameter here`];
  return { ...numbers('gradients', worst, tolerances.gradients, expected.length), ...(detail && { detail }) };
}

/** Greedy texts, prompt read in one go and keys and values kept. */
async function compareGreedy(model: Model, { greedy, stops }: Golden, engine: EngineOptions): Promise<Comparison> {
  // The reference also draws ids that its tokenizer does not have.
  const { drawable: _, ...config } = model.config;
  const sampler = await Sampler.open({ ...model, config }, { engine, workers: 0 });
  try {
    const replies = await Promise.all(
      greedy.map(({ prompt, tokens }, i) => {
        const slot = sampler.slot('check', i);
        slot.feed(prompt);
        return slot.reply({ temperature: 0, stop: stops, limit: tokens.length });
      }),
    );
    const differences = replies.flatMap(({ tokens }, i) => {
      const { tokens: expected, leastMargin } = greedy[i]!;
      const at = expected.findIndex((token, t) => tokens[t] !== token);
      return at < 0 || leastMargin < margin
        ? []
        : [`text ${i}, token ${at}: ${tokens[at]}, the reference ${expected[at]}`];
    });
    return exact('greedy texts', greedy.length, differences);
  } finally {
    await sampler.close();
  }
}

function compareTexts({ tokenizer }: PublishedFolder, { texts, size }: Golden): Comparison[] {
  const differences = texts.flatMap(({ text, ids, withSpecial, decoded, decodedWithoutSpecial }) => {
    const found = [
      tokenizer.encode(text),
      tokenizer.encodeWhole(text),
      tokenizer.decode(ids),
      tokenizer.decodeWithoutSpecial(ids),
    ];
    const expected = [ids, withSpecial, decoded, decodedWithoutSpecial];
    const i = found.findIndex((value, i) => JSON.stringify(value) !== JSON.stringify(expected[i]));
    return i < 0
      ? []
      : [`${JSON.stringify(text)}: ${JSON.stringify(found[i])}, the reference ${JSON.stringify(expected[i])}`];
  });
  const sizes =
    size !== undefined && size !== tokenizer.size ? [`${tokenizer.size} tokens, the reference ${size}`] : [];
  return [exact('token ids and texts', texts.length, differences), exact('size of the tokenizer', 1, sizes)];
}

function compareChats({ template, tokenizer }: PublishedFolder, { chats }: Golden): Comparison {
  const differences = chats.flatMap(({ arguments: conversation, text, ids, error }, i) => {
    let rendered: string | undefined;
    let objection: string | undefined;
    try {
      rendered = template ? template(conversation) : undefined;
    } catch (thrown) {
      objection = (thrown as Error).message;
    }
    if (error !== undefined)
      return objection?.includes(error) ? [] : [`chat ${i}: ${objection ?? 'no error'}, the reference says ${error}`];
    if (rendered !== text)
      return [`chat ${i}: ${objection ?? JSON.stringify(rendered)}, the reference ${JSON.stringify(text)}`];
    return ids && tokenizer.encode(text!).join() !== ids.join() ? [`chat ${i}: other token ids`] : [];
  });
  return exact('chats', chats.length, differences);
}

function parametersByName({ config, parameters }: Model): Record<string, Float32Array> {
  return Object.fromEntries(
    parameterLayout(config).map(({ name, offset, size }) => [name, parameters.slice(offset, offset + size)]),
  );
}

function logSoftmax(logits: Float32Array): Float64Array {
  const most = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  const sum = logits.reduce((total, logit) => total + Math.exp(logit - most), 0);
  return Float64Array.from(logits, logit => logit - most - Math.log(sum));
}

/** The larger of two numbers; what is none counts as the largest. */
function larger(a: number, b: number): number {
  return b > a || Number.isNaN(b) ? (Number.isNaN(b) ? Infinity : b) : a;
}

function numbers(what: string, worst: number, tolerance: number, count: number): Comparison {
  return { what, worst, tolerance, count, passed: worst <= tolerance };
}

function exact(what: string, count: number, differences: readonly string[]): Comparison {
  return {
    what,
    count,
    passed: differences.length === 0,
    ...(differences[0] !== undefined && { detail: differences[0] }),
  };
}
