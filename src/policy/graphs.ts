import type { ModelConfig } from './config.ts';
import { decodeRows, head } from './decoder.ts';
import type { GraphDefinition, GraphInputs, InputSpec } from './engines/engine.ts';
import { Tape } from './layers/tape.ts';
import {
  choiceLikelihood,
  derivedGradient,
  givenGradient,
  likelihood,
  type LossOutput,
  policyGradient,
} from './losses.ts';
import type { Tensor } from './ops.ts';
import { frozenLayout, parameterLayout } from './parameters.ts';

/** Which loss a training graph ends in; `-kl`: with a KL to a reference beside it. */
export type LossKind = 'likelihood' | 'choices' | 'policy' | 'policy-kl' | 'given' | 'derived' | 'derived-kl';

/** The static size of a graph over whole rows: batch × length tokens, `selected` of them with a loss. */
export interface GraphSize {
  batch: number;
  length: number;
  selected: number;
}

/** Loss, log-probabilities and the gradient of every parameter (`gradient.NAME`) for one micro-batch. */
export function trainingGraph(config: ModelConfig, size: GraphSize, loss: LossKind): GraphDefinition {
  return {
    name: `train ${loss} ${size.batch}x${size.length} at ${size.selected}`,
    inputs: { ...rowInputs(config, size), ...lossInputs(config, size, loss) },
    large: true,
    build(ops, inputs) {
      const trained = parameterLayout(config).map(({ name }) => name);
      const has = new Set(trained);
      const tape = new Tape(ops, inputs.floats, name => has.has(name));
      const [hidden, backward] = forward(tape, config, size, inputs);
      const { outputs, gradient } = headAndLoss(tape, config, size.selected, loss, hidden, inputs);
      backward(gradient);
      return { ...outputs, ...gradientsOf(tape, trained) };
    },
  };
}

/** The gradients that layers left for parameters, as outputs of a graph. */
export function gradientsOf(tape: Tape, names: readonly string[]): Record<string, Tensor> {
  return Object.fromEntries(names.map(name => [`gradient.${name}`, tape.gradient(name)]));
}

/**
 * The head and the loss, in pieces of positions.
 * @param hidden what the head makes logits of, [selected, width]
 * @returns loss [1, 1], what is known of each position [selected, 1], and the gradient of `hidden`
 */
export function headAndLoss(
  tape: Tape,
  config: ModelConfig,
  selected: number,
  loss: LossKind,
  hidden: Tensor,
  inputs: GraphInputs,
): { outputs: Record<string, Tensor>; gradient: Tensor } {
  const { ops } = tape;
  const pieces = piecesOf(config, selected).map(([from, to]) => {
    const [logits, backHead] = head(tape, config, ops.slice(hidden, 0, from, to));
    const output = lossOf(tape, config, loss, logits, part(tape, inputs, selected, from, to));
    return { ...output, hidden: backHead(output.gradient) };
  });
  const joined = (of: (piece: (typeof pieces)[number]) => Tensor): Tensor => ops.concat(pieces.map(of), 0);
  return {
    gradient: joined(piece => piece.hidden),
    outputs: {
      loss: pieces.map(piece => piece.loss).reduce((sum, loss) => ops.add(sum, loss)),
      logProbabilities: joined(piece => piece.logProbabilities),
      ...Object.fromEntries(
        Object.keys(pieces[0]!.figures).map(name => [name, joined(({ figures }) => figures[name]!)]),
      ),
    },
  };
}

/** Log-probabilities without gradients: of the targets [m, 1], and of the whole vocabulary [m, vocabulary] if asked. */
export function scoringGraph(config: ModelConfig, size: GraphSize, whole: boolean): GraphDefinition {
  return {
    name: `score${whole ? ' whole' : ''} ${size.batch}x${size.length} at ${size.selected}`,
    inputs: rowInputs(config, size),
    large: true,
    build(ops, inputs) {
      const tape = new Tape(ops, inputs.floats);
      const [hidden] = forward(tape, config, size, inputs);
      const pieces = piecesOf(config, size.selected).map(([from, to]) => {
        const logs = ops.logSoftmax(head(tape, config, ops.slice(hidden, 0, from, to))[0]);
        return { logs, own: ops.pick(logs, part(tape, inputs, size.selected, from, to).indices.targets!) };
      });
      return {
        logProbabilities: ops.concat(
          pieces.map(({ own }) => own),
          0,
        ),
        ...(whole && {
          vocabulary: ops.concat(
            pieces.map(({ logs }) => logs),
            0,
          ),
        }),
      };
    },
  };
}

/**
 * What the head makes logits of, [m, width]: from it a KL is computed without keeping a reference's whole vocabulary.
 */
export function hiddenGraph(config: ModelConfig, size: GraphSize): GraphDefinition {
  return {
    name: `hidden ${size.batch}x${size.length} at ${size.selected}`,
    inputs: rowInputs(config, size),
    large: true,
    build(ops, inputs) {
      return { hidden: forward(new Tape(ops, inputs.floats), config, size, inputs)[0] };
    },
  };
}

/** The logits themselves at the chosen positions, [m, vocabulary]: for comparing models. */
export function logitsGraph(config: ModelConfig, size: GraphSize): GraphDefinition {
  return {
    name: `logits ${size.batch}x${size.length} at ${size.selected}`,
    inputs: rowInputs(config, size),
    large: true,
    build(ops, inputs) {
      const tape = new Tape(ops, inputs.floats);
      return { logits: head(tape, config, forward(tape, config, size, inputs)[0])[0] };
    },
  };
}

function forward(
  tape: Tape,
  config: ModelConfig,
  { batch, length }: GraphSize,
  { indices }: GraphInputs,
): ReturnType<typeof decodeRows> {
  return decodeRows(
    tape,
    config,
    { tokens: indices.tokens!, previous: indices.previous! },
    indices.positions!,
    batch,
    length,
  );
}

/** Logits that are there at once, at most: 64 MB of them, of which a loss holds several copies. */
const mostLogits = 2 ** 24;

/** The stretches of positions of which logits are made at once, and forgotten before the next. */
function piecesOf({ vocabulary, published }: ModelConfig, selected: number): [from: number, to: number][] {
  const length = published ? Math.max(16, Math.floor(mostLogits / vocabulary)) : selected;
  const pieces: [number, number][] = [];
  for (let from = 0; from < selected; from += length) pieces.push([from, Math.min(selected, from + length)]);
  return pieces;
}

/** The inputs of some of the positions: those that have an entry for each. */
function part(tape: Tape, inputs: GraphInputs, selected: number, from: number, to: number): GraphInputs {
  if (from === 0 && to === selected) return inputs;
  const { ops } = tape;
  const perPosition = new Set(perPositionInputs);
  return {
    floats: Object.fromEntries(
      Object.entries(inputs.floats).map(([name, tensor]) => [
        name,
        perPosition.has(name) ? ops.slice(tensor, 0, from, to) : tensor,
      ]),
    ),
    indices: { ...inputs.indices, targets: ops.sliceIndices(inputs.indices.targets!, from, to) },
  };
}

const perPositionInputs = [
  'weights',
  'advantages',
  'oldLogProbabilities',
  'derivatives',
  'reference',
  'referenceHidden',
  'logitsGradient',
  'right',
  'wrong',
  'unlikelihood',
];

function lossOf(
  tape: Tape,
  config: ModelConfig,
  loss: LossKind,
  logits: Tensor,
  { floats, indices }: GraphInputs,
): LossOutput {
  const { ops } = tape;
  const targets = indices.targets!;
  if (loss === 'given') return givenGradient(ops, logits, targets, floats.logitsGradient!);
  const weights = floats.weights!;
  if (loss === 'likelihood') return likelihood(ops, logits, targets, weights);
  if (loss === 'choices') {
    const { right, wrong, unlikelihood } = floats;
    return choiceLikelihood(ops, logits, targets, {
      weights,
      right: right!,
      wrong: wrong!,
      unlikelihood: unlikelihood!,
    });
  }
  const shared = {
    weights,
    entropyCoefficient: floats.entropyCoefficient!,
    klCoefficient: floats.klCoefficient!,
    ...(loss.endsWith('-kl') && { reference: floats.reference ?? referenceOf(tape, config, floats.referenceHidden!) }),
  };
  if (loss === 'derived' || loss === 'derived-kl')
    return derivedGradient(ops, logits, targets, { ...shared, derivatives: floats.derivatives! });
  return policyGradient(ops, logits, targets, {
    ...shared,
    advantages: floats.advantages!,
    oldLogProbabilities: floats.oldLogProbabilities!,
    clipLow: floats.clipLow!,
    clipHigh: floats.clipHigh!,
    dualClip: floats.dualClip!,
  });
}

/**
 * A reference's log-probabilities from what its head makes logits of: its head is the frozen one of the model itself.
 */
function referenceOf(tape: Tape, config: ModelConfig, hidden: Tensor): Tensor {
  return tape.ops.logSoftmax(head(tape, config, hidden)[0]);
}

/** Every parameter, trained or not, as an input. */
export function parameterInputs(config: ModelConfig): Record<string, InputSpec> {
  const all = [...parameterLayout(config), ...frozenLayout(config)];
  return Object.fromEntries(all.map(({ name, shape }) => [name, { type: 'float32', shape }]));
}

function rowInputs(config: ModelConfig, { batch, length, selected }: GraphSize): Record<string, InputSpec> {
  return {
    ...parameterInputs(config),
    tokens: { type: 'int32', shape: [batch * length] },
    previous: { type: 'int32', shape: [batch * length] },
    positions: { type: 'int32', shape: [selected] },
    targets: { type: 'int32', shape: [selected] },
  };
}

/** What a loss reads of each selected token, and its numbers. */
export function lossInputs(
  config: ModelConfig,
  { selected }: Pick<GraphSize, 'selected'>,
  loss: LossKind,
): Record<string, InputSpec> {
  const perToken: InputSpec = { type: 'float32', shape: [selected, 1] };
  const one: InputSpec = { type: 'float32', shape: [1, 1] };
  const perWord: InputSpec = { type: 'float32', shape: [selected, config.vocabulary] };
  if (loss === 'likelihood') return { weights: perToken };
  if (loss === 'choices') return { weights: perToken, unlikelihood: perToken, right: perWord, wrong: perWord };
  if (loss === 'given') return { logitsGradient: perWord };
  const reference: Record<string, InputSpec> = loss.endsWith('-kl')
    ? {
        klCoefficient: one,
        ...(config.frozen
          ? { referenceHidden: { type: 'float32', shape: [selected, config.width] } }
          : { reference: perWord }),
      }
    : {};
  if (loss === 'derived' || loss === 'derived-kl')
    return { weights: perToken, derivatives: perToken, entropyCoefficient: one, ...reference };
  return {
    weights: perToken,
    advantages: perToken,
    oldLogProbabilities: perToken,
    clipLow: one,
    clipHigh: one,
    dualClip: one,
    entropyCoefficient: one,
    ...reference,
  };
}
