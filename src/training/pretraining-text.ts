import { goalDocuments, type WorldDocument, worldDocuments } from '../demonstrations/index.ts';
import { ClewError } from '../errors.ts';
import type { Layout } from '../policy/index.ts';
import { clip } from '../world/tasks.ts';
import { canonicalJson, createRandom, hash, versionOf, type World } from '../world/index.ts';
import { documentTokens } from './document-tokens.ts';
import { nameOfRows } from './name-of-rows.ts';
import type { TokenDocument } from './pretrain.ts';
import { permuteShare } from './permute-entities.ts';

export interface PretrainingTextOptions {
  readonly world: World;
  readonly layout: Layout;
  readonly categories?: readonly string[];
  readonly seed?: string | number;
  /** Commands in a document; every fourth document has twice as many. Default 14. */
  readonly steps?: number;
  /** Share of documents in which things have other names. Default 0.7. */
  readonly permuteThings?: number;
  /** Share of documents that show a goal without commands, where the kit has questions about it. Default 0.2. */
  readonly goals?: number;
  /** Probability of each of up to three questions after a command. Default 0.5. */
  readonly questions?: number;
  /** Probability of an entry of the world's manual after a command. Default 0. */
  readonly manual?: number;
  /** Whether questions ask for what an expert's `lookUps` say too. Default false. */
  readonly lookUps?: boolean;
}

/** Policies that were trained with it do not name it. */
export const usualQuestions = 0.5;

export interface PretrainingText {
  /** Names the stream with all that decides it. */
  readonly stream: string;
  /** Document n in tokens, a pure function of n. */
  document(n: number): TokenDocument;
}

/**
 * World text for pretraining in tokens: random play with questions, partly under other names, and goals without
 * commands.
 */
export function pretrainingText({
  world,
  layout,
  categories,
  seed = 0,
  steps = 14,
  permuteThings = 0.7,
  goals = 0.2,
  questions = usualQuestions,
  manual = 0,
  lookUps = false,
}: PretrainingTextOptions): PretrainingText {
  const options = { world, seed, ...(categories && { categories }) };
  const play = worldDocuments({ ...options, questions, manual, lookUps, steps });
  const long = worldDocuments({ ...options, questions, manual, lookUps, steps: 2 * steps });
  const goal = goalDocuments(options);
  refuseReminder(play(0), layout);
  const rename = permuteShare(layout.tokenizer, world.kit, { share: permuteThings });
  return {
    // The names of before: kept states and policies say which stream they were trained on.
    stream: hash(
      canonicalJson({
        world: world.name,
        version: world.version,
        grammar: world.grammar,
        codec: layout.codec.name,
        ...(versionOf(layout.codec) > 1 && { codecVersion: versionOf(layout.codec) }),
        tokenizer: layout.tokenizer.hash,
        categories: categories ?? null,
        seed,
        tagged: true,
        steps,
        renamed: permuteThings,
        goals,
        ...(questions !== usualQuestions && { questions }),
        ...(manual > 0 && { manual }),
        ...(lookUps && { lookUps }),
      }),
    ),
    document(n) {
      const random = createRandom('prior', seed, n);
      const document = documentTokens((goal && random() < goals ? goal : n % 4 === 3 ? long : play)(n), layout);
      return rename(document, random);
    },
  };
}

/** Names documents by all that a training reads of them. */
export function nameOfDocuments(documents: readonly TokenDocument[]): string {
  return nameOfRows(documents.map(({ tokens, weights = [] }) => ({ tokens, weights })));
}

/**
 * A reminder of what nobody asked for would stand in the place of every question, and the policy would learn to look
 * nothing up.
 * @throws ClewError that says what the codec has to do
 */
function refuseReminder({ segments: [opening] }: WorldDocument, { codec }: Layout): void {
  const reminder = codec.reminder?.(opening!.text) ?? '';
  if (reminder !== '')
    throw new ClewError(
      `The codec ${codec.name} reminds of "${clip(reminder)}" although the opening asks for nothing: ` +
        `"${clip(opening!.text)}". Its \`reminder\` must give '' for an opening without a goal, which pre-training ` +
        `text has: questions stand in its place there.`,
    );
}
