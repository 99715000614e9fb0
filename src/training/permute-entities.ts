import type { Row, Tokenizer } from '../policy/index.ts';
import type { Random, WorldKit } from '../world/index.ts';

/** Numbers up to this change places among each other; higher ones, which are rare, stay. */
const highestNumber = 20;

/**
 * Gives things other names, in tokens: a permutation of the kinds, and for each kind one of the numbers behind it. The
 * text keeps its length, so the weights of a row still fit. Kinds that are no single token are left alone.
 *
 * In the share `places` of the texts the kinds of places trade names too, with their numbers kept: where nothing can be
 * known by heart about a room, a model has to read which places there are.
 */
export function tokenPermutation(
  tokenizer: Tokenizer,
  { permutableThings = [], permutablePlaces = [] }: Pick<WorldKit, 'permutableThings' | 'permutablePlaces'>,
  { places = 0 }: { places?: number } = {},
): (random: Random) => Renaming {
  const single = (kind: string) => {
    const tokens = tokenizer.encode(kind);
    return tokens.length === 1 ? tokens : [];
  };
  const ids = permutableThings.flatMap(single);
  const rooms = permutablePlaces.flatMap(single);
  const numbers = Array.from({ length: highestNumber }, (_, i) => tokenizer.id(String(i + 1)));
  return random => {
    const shuffled = random.shuffle(ids);
    const named = new Map(ids.map((id, i) => [id, shuffled[i]!]));
    if (places > 0 && random() < places)
      for (const [i, id] of random.shuffle(rooms).entries()) named.set(rooms[i]!, id);
    const numbered = new Map(
      ids.map(id => {
        const order = random.shuffle(numbers);
        return [id, new Map(numbers.map((number, i) => [number, order[i]!]))];
      }),
    );
    const after = (before: number | undefined, token: number): number =>
      named.get(token) ?? (before === undefined ? undefined : numbered.get(before)?.get(token)) ?? token;
    return {
      tokens: tokens => Array.from(tokens, (token, i) => after(tokens[i - 1], token)),
      after,
    };
  };
}

/** Other names for the things of a text. */
export interface Renaming {
  tokens(tokens: ArrayLike<number>): number[];
  /** What a token becomes that stands after another, as it was before the renaming. */
  after(before: number | undefined, token: number): number;
}

/** What could stand in places of a row, renamed with it. */
function renamedChoices(
  { tokens, choices }: Pick<Row, 'tokens' | 'choices'>,
  { after }: Renaming,
): Pick<Row, 'choices'> {
  if (!choices) return {};
  return {
    choices: choices.map(({ at, right, wrong }) => {
      const renamed = (words: readonly number[]) => words.map(token => after(tokens[at - 1], token));
      return { at, right: renamed(right), wrong: renamed(wrong) };
    }),
  };
}

/** Gives a share of texts other names: see `tokenPermutation`. Each text is drawn for by itself. */
export function permuteShare(
  tokenizer: Tokenizer,
  kit: Pick<WorldKit, 'permutableThings' | 'permutablePlaces'>,
  { share, places = 0 }: { share: number; places?: number },
): <T extends Pick<Row, 'tokens' | 'choices'>>(
  text: T,
  random: Random,
) => T | (Omit<T, 'tokens'> & { tokens: number[] }) {
  const rename = tokenPermutation(tokenizer, kit, { places });
  return (text, random) => {
    if (random() >= share) return text;
    const renaming = rename(random);
    return { ...text, ...renamedChoices(text, renaming), tokens: renaming.tokens(text.tokens) };
  };
}
