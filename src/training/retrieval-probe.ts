import { completeKit, worldDocuments } from '../demonstrations/index.ts';
import { type Layout, Learner, type LearnerOptions, type Model, type Row } from '../policy/index.ts';
import { createRandom, type World } from '../world/index.ts';
import { type DocumentTokens, documentTokens } from './document-tokens.ts';
import { documentRows } from './pretrain.ts';
import { tokenPermutation } from './permute-entities.ts';

/** Counts of teacher-forced tokens to which the model gives more than half of the probability. */
export interface Hits {
  readonly right: number;
  readonly of: number;
}

export interface RetrievalProbe {
  /** The number of the object of a look-up command (see `WorldKit.lookUpVerbs`): `2` of `take mug 2`. */
  readonly objectNumber: Hits;
  /** The number of the thing in an answer: `2` of `mug 2 is in drawer 1`. */
  readonly answerNumber: Hits;
  /** Whether a thing is known at all: the first token of an answer, its tag where it has one. */
  readonly answerKnown: Hits;
  /** What an answer tells: its words that most answers under the same tag do not have, and its question neither. */
  readonly answerWord: Hits;
}

/**
 * Can the model look a thing up in what it has read? Random play that no training has seen, in which kinds and numbers
 * of things have other names, so that nothing can be known by heart. A policy that gives less than 80 % of the numbers
 * of look-up commands is not ready for demonstrations (they sometimes leave a choice, so 100 % is out of reach).
 *
 * @param options `tagged: false` for a policy whose pretraining had answers without tags (see `knowsTaggedAnswers`)
 */
export async function retrievalProbe({
  model,
  layout,
  world,
  documents = 60,
  tagged = true,
  learner: options,
}: {
  model: Model;
  layout: Layout;
  world: World;
  documents?: number;
  tagged?: boolean;
  learner?: LearnerOptions;
}): Promise<RetrievalProbe> {
  const { tokenizer, action } = layout;
  const play = worldDocuments({ world, seed: 'probe', steps: 18 });
  const kit = completeKit(world);
  const rename = tokenPermutation(tokenizer, kit);
  const things = new Set((kit.permutableThings ?? []).map(kind => tokenizer.encode(kind)[0]!));
  const word = (text: string) => tokenizer.encode(text)[0]!;
  const lookUps = new Set(kit.lookUpVerbs.map(word));
  const isNumber = new Set(Array.from({ length: 61 }, (_, i) => tokenizer.id(String(i))));

  const documentsMade = Array.from({ length: documents }, (_, n) => documentTokens(play(n), layout, { tagged }));
  const isCommon = commonWords(documentsMade);
  const rows: Row[] = [];
  const wanted: { kind: keyof RetrievalProbe; row: number; at: number }[] = [];
  for (const [n, { tokens, asked }] of documentsMade.entries()) {
    const renamed = rename(createRandom('probe', n)).tokens(tokens);
    const [row] = documentRows({ tokens: renamed }, model.config.context);
    const kinds = new Map<number, keyof RetrievalProbe>();
    const isOfThing = (at: number) => isNumber.has(renamed[at]!) && things.has(renamed[at - 1]!);
    for (let at = 3; at < renamed.length; at++)
      if (isOfThing(at) && lookUps.has(renamed[at - 2]!) && renamed[at - 3] === action.begin)
        kinds.set(at, 'objectNumber');
    for (const { question, answer } of asked) {
      const said = new Set(tokens.slice(...question));
      const [from, to] = answer;
      for (let at = from; at < to; at++) {
        if (at === from) kinds.set(at, 'answerKnown');
        else if (at === from + 2 && tagged && isOfThing(at)) kinds.set(at, 'answerNumber');
        else if (at === from + 1 && !tagged && isOfThing(at)) kinds.set(at, 'answerNumber');
        else if (!said.has(tokens[at]!) && !isCommon(tokens[from]!, tokens[at]!)) kinds.set(at, 'answerWord');
      }
    }
    if (row === undefined) continue;
    const weights = Array.from(row.tokens, () => 0);
    for (const [at, kind] of kinds) {
      if (at >= weights.length) continue;
      weights[at] = 1;
      wanted.push({ kind, row: rows.length, at });
    }
    rows.push({ tokens: row.tokens, weights });
  }
  const counts = {
    objectNumber: { right: 0, of: 0 },
    answerNumber: { right: 0, of: 0 },
    answerKnown: { right: 0, of: 0 },
    answerWord: { right: 0, of: 0 },
  };
  if (wanted.length === 0) return counts;
  const learner = await Learner.open(model, options);
  try {
    const scores = await learner.score(rows);
    for (const { kind, row, at } of wanted) {
      counts[kind].of++;
      if (scores[row]![at]! > Math.log(0.5)) counts[kind].right++;
    }
  } finally {
    await learner.close();
  }
  return counts;
}

/** Says of a word whether most answers have it that begin with the same token. */
function commonWords(documents: readonly DocumentTokens[]): (first: number, word: number) => boolean {
  const answers = new Map<number, number>();
  const having = new Map<string, number>();
  const count = <K>(map: Map<K, number>, key: K) => map.set(key, (map.get(key) ?? 0) + 1);
  for (const { tokens, asked } of documents)
    for (const { answer } of asked) {
      const [first, ...rest] = tokens.slice(...answer) as [number, ...number[]];
      count(answers, first);
      for (const word of new Set(rest)) count(having, `${first} ${word}`);
    }
  return (first, word) => (having.get(`${first} ${word}`) ?? 0) > answers.get(first)! / 2;
}
