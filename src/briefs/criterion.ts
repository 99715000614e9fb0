import { z } from 'zod';
import { metaTags, type MetaTag } from '../tags/index.ts';

/**
 * What a command must be like: its verb, and kinds that it is about. `{1}`, `{2}` stand for the kinds of the task's
 * goal, in their order there.
 */
export interface Pattern {
  readonly verb?: string | undefined;
  readonly kinds?: readonly string[] | undefined;
}

/** A rule that an episode keeps or does not, as data. Steps are counted from 1. */
export type Check =
  /** Some executed command fits, at step `by` or before. */
  | { readonly does: Pattern; readonly by?: number | undefined }
  /** None fits, or none before `unless` holds. */
  | { readonly never: Pattern; readonly unless?: Check | undefined }
  /** Both occur, the first one's first before the second one's first. */
  | { readonly before: readonly [Pattern, Pattern] }
  /** A well-formed thought names all the words, at step `by` or before. */
  | {
      readonly says: {
        readonly words: readonly string[];
        readonly tag?: MetaTag | undefined;
        /** Not the thought of the reply but what was thought apart from it, by models that reason. */
        readonly in?: 'thinking' | undefined;
        readonly by?: number | undefined;
      };
    }
  /** What was read before the first fitting command showed all the words; not kept where none fits. */
  | { readonly reads: { readonly words: readonly string[] }; readonly before: Pattern }
  /** The subgoal held after some step. */
  | { readonly subgoal: string }
  /** At most so many steps, commands given again in the same state, commands that were not executed. */
  | { readonly steps: number }
  | { readonly repeats: number }
  | { readonly refused: number }
  | { readonly all: readonly Check[] }
  | { readonly any: readonly Check[] }
  | { readonly not: Check };

const patternSchema: z.ZodType<Pattern> = z
  .strictObject({ verb: z.string().min(1).optional(), kinds: z.array(z.string().min(1)).readonly().optional() })
  .refine(({ verb, kinds = [] }) => verb !== undefined || kinds.length > 0, 'a pattern has a verb, kinds or both');

const words = z.array(z.string().min(1)).min(1).readonly();
const step = z.int().positive().optional();
const count = z.int().nonnegative();

export const checkSchema: z.ZodType<Check> = z.lazy(() =>
  z.union([
    z.strictObject({ does: patternSchema, by: step }),
    z.strictObject({ never: patternSchema, unless: checkSchema.optional() }),
    z.strictObject({ before: z.tuple([patternSchema, patternSchema]).readonly() }),
    z.strictObject({
      says: z
        .strictObject({
          words,
          tag: z.enum(metaTags).optional(),
          in: z.literal('thinking').optional(),
          by: step,
        })
        .refine(says => says.tag === undefined || says.in === undefined, 'thinking has no tag: leave one of them out'),
    }),
    z.strictObject({ reads: z.strictObject({ words }), before: patternSchema }),
    z.strictObject({ subgoal: z.string().min(1) }),
    z.strictObject({ steps: count }),
    z.strictObject({ repeats: count }),
    z.strictObject({ refused: count }),
    z.strictObject({ all: z.array(checkSchema).min(1).readonly() }),
    z.strictObject({ any: z.array(checkSchema).min(1).readonly() }),
    z.strictObject({ not: checkSchema }),
  ]),
);

/** Where a criterion comes from. */
export const criterionDocuments = ['grammar', 'machine', 'help', 'transcripts', 'teacher'] as const;

/** One line of a rubric. */
export interface Criterion {
  readonly id: string;
  /** For people. */
  readonly text: string;
  /** Below 0: a penalty, which is no part of the most that can be had. */
  readonly weight: number;
  readonly evidence: { readonly document: (typeof criterionDocuments)[number]; readonly quote: string };
  readonly check: Check;
}

export const criterionSchema: z.ZodType<Criterion> = z.strictObject({
  id: z.string().min(1),
  text: z.string().min(1),
  weight: z.number(),
  evidence: z.strictObject({ document: z.enum(criterionDocuments), quote: z.string() }),
  check: checkSchema,
});
