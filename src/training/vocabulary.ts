import { demonstrate, goalDocuments, type Recipe, rulesAnnotator, trainedCategories, worldDocuments } from '../demonstrations/index.ts';
import { buildWordTokenizer, codecOfWorld, type Tokenizer } from '../policy/index.ts';
import type { World } from '../world/index.ts';

/** Documents of play and demonstrations that are read for their words. */
const documents = 150, demonstrations = 150;

/** Demonstrations without a new word after which no more are made: where players search, each takes its time. */
const withoutNews = 15;

/**
 * A word tokenizer over a world's own texts, training split only: its play, its goals, the commands and the words of thoughts,
 * in the codec's form and as they are printed. Words of goals that are held out from training are no tokens of their own;
 * they are written in half bytes, as everything unknown.
 */
export async function worldTokenizer(world: World, recipe: Recipe, { categories = trainedCategories(world) }: { categories?: readonly string[] } = {}): Promise<Tokenizer> {
  const texts: string[] = [...recipe.renamed ?? [], ...trainingGoals(world, recipe, categories)];
  const codec = codecOfWorld(world.name);
  const both = (text: string, compact: string) => texts.push(text, compact);
  for (const make of [worldDocuments({ world, recipe, categories, seed: 'vocabulary' }), goalDocuments({ world, recipe, categories, seed: 'vocabulary' })]) {
    if (!make) continue;
    for (let n = 0; n < documents; n++) {
      let command: string | null = null;
      for (const { kind, text, answers } of make(n).segments) {
        if (kind === 'command') command = text;
        if (kind === 'opening') both(text, codec.encodeOpening(text));
        else if (kind === 'observation') both(text, codec.encodeObservation(text, answers ?? command));
        else texts.push(text);
      }
    }
  }
  const annotator = rulesAnnotator();
  const words = new Set<string>();
  let made = 0, news = 0;
  for (const record of recipe.tasks('vocabulary')) {
    if (!categories.includes(record.category)) continue;
    if (made++ >= demonstrations || made > news + withoutNews) break;
    const demonstration = demonstrate({ world, record, seed: 'vocabulary', createPlayer: recipe.createPlayer, mistakes: recipe.mistakes, chain: 1 });
    const replies = await annotator.annotate(demonstration);
    if ('refused' in replies) continue;
    texts.push(...replies);
    for (const [word] of replies.join(' ').matchAll(/\p{L}+/gu)) {
      if (!words.has(word)) news = made;
      words.add(word);
    }
    for (const { after } of demonstration.steps) both(after.observation, codec.encodeObservation(after.observation, after.last?.command ?? null));
  }
  return buildWordTokenizer({ texts });
}

function* trainingGoals(world: World, recipe: Recipe, categories: readonly string[]): Generator<string> {
  let seen = 0;
  for (const record of recipe.tasks('vocabulary')) {
    if (seen++ >= 4 * documents) return;
    if (categories.includes(record.category)) yield world.goal(record.task);
  }
}
