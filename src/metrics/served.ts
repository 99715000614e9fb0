import { z } from 'zod';
import type { Step, Usage } from '../trajectory/schema.ts';
import { RatioSums } from './statistics/ratio-sums.ts';
import { type Rate, rateSchema } from './rate.ts';

const counted = [
  'promptTokens',
  'cachedTokens',
  'replyTokens',
  'thinkingTokens',
] as const satisfies readonly (keyof Usage)[];

/** What servers said of replies. */
export interface Served {
  /** Replies that were cut at the limit of tokens, among those of which a server said why they ended. */
  cut: Rate;
  /**
   * Tokens of a reply on average, over the replies of which a server counted them. `replyTokens` is all that was
   * generated, thinking included.
   */
  tokens: Record<(typeof counted)[number], { mean: number | null; replies: number; reason: string | null }>;
}

export const servedSchema: z.ZodType<Served> = z.strictObject({
  cut: rateSchema,
  tokens: z.record(
    z.enum(counted),
    z.strictObject({
      mean: z.number().nullable(),
      replies: z.int().nonnegative(),
      // Measurements of before do not say it.
      reason: z.string().nullable().default(null),
    }),
  ),
});

/** What servers said of the replies of one episode, counted. */
export interface ServedCounts {
  readonly cut: number;
  readonly ended: number;
  readonly silent: number;
  readonly tokens: readonly { readonly sum: number; readonly replies: number }[];
}

export function countServed(steps: readonly Pick<Step, 'finishReason' | 'usage'>[]): ServedCounts {
  const ended = steps.filter(step => step.finishReason !== undefined);
  return {
    cut: ended.filter(step => step.finishReason === 'length').length,
    ended: ended.length,
    silent: steps.length - ended.length,
    tokens: counted.map(name => {
      const known = steps.flatMap(({ usage }) => usage?.[name] ?? []);
      return { sum: known.reduce((sum, count) => sum + count, 0), replies: known.length };
    }),
  };
}

/** Sums of what servers said. */
export class ServedSums {
  private readonly cut = new RatioSums();
  private readonly tokens = counted.map(() => ({ sum: 0, replies: 0 }));

  add({ cut, ended, silent, tokens }: ServedCounts): void {
    this.cut.add(cut, ended, silent);
    tokens.forEach(({ sum, replies }, i) => {
      this.tokens[i]!.sum += sum;
      this.tokens[i]!.replies += replies;
    });
  }

  /** Undefined when no server said anything. `rate` makes a rate of sums. */
  figures(rate: (sums: RatioSums, lacking: string) => Served['cut']): Served | undefined {
    if (this.cut.known === 0 && this.tokens.every(({ replies }) => replies === 0)) return undefined;
    const tokens = this.tokens.map(({ sum, replies }) =>
      replies === 0
        ? { mean: null, replies, reason: 'no server counted these tokens' }
        : { mean: sum / replies, replies, reason: null },
    );
    return {
      cut: rate(this.cut, 'no server said why replies ended'),
      tokens: Object.fromEntries(counted.map((name, i) => [name, tokens[i]!])) as Served['tokens'],
    };
  }
}

/** How tables call the tokens that servers count. */
export const tokenLabels: Readonly<Record<(typeof counted)[number], string>> = {
  promptTokens: 'tokens of the prompt',
  cachedTokens: 'cached tokens of it',
  replyTokens: 'tokens a reply',
  thinkingTokens: 'tokens of thinking',
};

/** Above this share, cut replies are remarkable. */
export const smallShareOfCuts = 0.01;

/** A sentence when more than a small share of replies was cut. */
export function cutNote({ cut }: Served): string | undefined {
  if (cut.value === null || cut.value <= smallShareOfCuts) return undefined;
  return (
    `${cut.numerator} of ${cut.denominator} replies (${(100 * cut.value).toFixed(1)} %) were cut at the limit of ` +
    `tokens, so that their commands may be missing: play with a higher --max-tokens.`
  );
}

/**
 * Tokens of a reply in words: `412 tokens a reply (350 of them thinking), 1,830 of the prompt (1,200 of them cached)`;
 * undefined where nobody counted.
 */
export function tokensInWords({ tokens }: Served): string | undefined {
  const part = (all: keyof Served['tokens'], within: keyof Served['tokens'], of: string, word: string) => {
    const { mean } = tokens[all];
    const inner = tokens[within].mean;
    if (mean === null) return [];
    return [`${whole(mean)} ${of}${inner === null || inner === 0 ? '' : ` (${whole(inner)} of them ${word})`}`];
  };
  const parts = [
    ...part('replyTokens', 'thinkingTokens', 'tokens a reply', 'thinking'),
    ...part('promptTokens', 'cachedTokens', 'of its prompt', 'cached'),
  ];
  return parts.length === 0 ? undefined : parts.join(', ');
}

function whole(count: number): string {
  return Math.round(count).toLocaleString('en');
}
