import { z } from 'zod';
import { ClewError } from '../errors.ts';
import { hash } from '../world/random.ts';

const rotaryScalingSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('linear'), factor: z.number().min(1) }),
  z.strictObject({
    kind: z.literal('llama3'),
    factor: z.number().min(1),
    low: z.number().positive(),
    high: z.number().positive(),
    /** The context before the stretching. */
    original: z.number().positive(),
  }),
]);
export type RotaryScaling = z.infer<typeof rotaryScalingSchema>;

/** The seven matrices of a layer that an adapter may change, by their published names. */
export const adaptable = ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'] as const;
export type Adaptable = (typeof adaptable)[number];

/** Low-rank adaptation (Hu et al. 2021): W x becomes W x + scale · B A x, with A [rank, in] and B [out, rank]. */
const adapterConfigSchema = z.strictObject({
  rank: z.int().positive(),
  /** alpha / rank; with `rankStabilised` alpha / √rank (Kalajdzievski 2023). */
  alpha: z.number().positive(),
  rankStabilised: z.boolean().default(false),
  /** In the order of `adaptable`, whatever order they are given in. */
  targets: z
    .array(z.enum(adaptable))
    .min(1)
    .transform(given => adaptable.filter(target => given.includes(target))),
  /** The layers that have it; all if left out. */
  layers: z.array(z.int().nonnegative()).min(1).readonly().optional(),
});
export type AdapterConfig = z.output<typeof adapterConfigSchema>;

/** What the product of an adapter's two matrices is multiplied by. */
export function adapterScale({ rank, alpha, rankStabilised }: AdapterConfig): number {
  return alpha / (rankStabilised ? Math.sqrt(rank) : rank);
}

/** The shape of a decoder. Everything that decides its parameters is here, so equal configs have equal parameters. */
export const modelConfigSchema = z
  .strictObject({
    vocabulary: z.int().positive(),
    /** Longest row in tokens. */
    context: z.int().positive().default(768),
    width: z.int().positive(),
    layers: z.int().positive(),
    heads: z.int().positive(),
    /** Heads of keys and values; divides `heads`. */
    keyHeads: z.int().positive(),
    /** Width of a head; even, because rotary positions turn pairs. */
    headWidth: z.int().positive().multipleOf(2),
    /** Inner width of the feed-forward layers. */
    feedForward: z.int().positive(),
    /** Read the next token off the embedding table itself instead of a second table. */
    tied: z.boolean().default(true),
    /** Biases on queries, keys and values, as Qwen2 has. */
    attentionBias: z.boolean().default(false),
    /** Add an embedding of the previous token to each input, without which a tiny model does not learn to look up. */
    tokenShift: z.boolean().default(true),
    theta: z.number().positive().default(10_000),
    epsilon: z.number().positive().default(1e-5),
    // What follows is absent in models of Clew's own, so that their hashes are what they were before it was there.
    /** Parameters have the names and the orientation, [out, in], of published checkpoints. */
    published: z.literal(true).optional(),
    /** Norms on queries and keys, over a head's width and before the rotation, as Qwen3 has. */
    headNorm: z.literal(true).optional(),
    /** Biases on the output of attention, and on all three matrices of the feed-forward layers. */
    outputBias: z.literal(true).optional(),
    feedForwardBias: z.literal(true).optional(),
    /** How rotary positions are stretched beyond the lengths that a model was first trained on. */
    scaling: rotaryScalingSchema.optional(),
    /** For each layer how many tokens back a query looks, itself counted; null: all. */
    windows: z.array(z.int().positive().nullable()).readonly().optional(),
    /** The rotary base of layers with a window, which have no scaling then. */
    localTheta: z.number().positive().optional(),
    /** Divides scores by the root of this instead of a head's width. */
    scoreWidth: z.number().positive().optional(),
    /**
     * Gemma: gains are 1 + weight, embeddings are multiplied by √width, the gate is GELU, and outputs are normed before
     * they are added.
     */
    gemma: z.literal(true).optional(),
    /** Token ids from here on exist in the model alone and are never drawn. */
    drawable: z.int().positive().optional(),
    /** The parameters lie in a file and are not trained; `adapter` then is all that is. */
    frozen: z.literal(true).optional(),
    adapter: adapterConfigSchema.optional(),
  })
  .refine(config => config.heads % config.keyHeads === 0, 'keyHeads must divide heads')
  .refine(config => !config.windows || config.windows.length === config.layers, 'windows must name every layer')
  .refine(config => !config.adapter || config.frozen, 'an adapter stands on frozen parameters');

export type ModelConfig = z.infer<typeof modelConfigSchema>;

/** With a vocabulary of 350 and token shift: 0.15M, 0.40M, 0.89M, 1.97M and 4.93M parameters. */
export const presets = {
  pico: { layers: 2, width: 64, heads: 4, feedForward: 176 },
  nano: { layers: 3, width: 96, heads: 4, feedForward: 256 },
  micro: { layers: 4, width: 128, heads: 4, feedForward: 352 },
  small: { layers: 6, width: 160, heads: 5, feedForward: 432 },
  base: { layers: 6, width: 256, heads: 8, feedForward: 688 },
} as const;

export type Preset = keyof typeof presets;

/** A whole config from a preset and what differs from it. */
export function modelConfig(preset: Preset, options: Partial<ModelConfig> & { vocabulary: number }): ModelConfig {
  const shape = { ...presets[preset], ...options };
  return parseModelConfig({ keyHeads: shape.heads, headWidth: Math.ceil(shape.width / shape.heads / 2) * 2, ...shape });
}

/** Checks a config that came from outside; the error names each wrong field. */
export function parseModelConfig(config: unknown): ModelConfig {
  const parsed = modelConfigSchema.safeParse(config);
  if (parsed.success) return parsed.data;
  throw new ClewError(`The model's configuration is wrong: ${z.prettifyError(parsed.error)}`);
}

/** A hash of everything that decides the parameters; two checkpoints with different hashes cannot be exchanged. */
export function configHash(config: ModelConfig): string {
  return hash(JSON.stringify(Object.entries(config).toSorted(([a], [b]) => (a < b ? -1 : 1))));
}
