import {
  type Annotator,
  completeKit,
  demonstrate,
  goalDocuments,
  rulesAnnotator,
  trainedCategories,
  worldDocuments,
} from '../demonstrations/index.ts';
import { buildWordTokenizer, codecOf, type Tokenizer } from '../policy/index.ts';
import { plainCodec, reminderOf, withGoal, type World } from '../world/index.ts';

/** Documents of play and demonstrations that are read for their words. */
const documents = 150;
const demonstrations = 150;

/** Demonstrations without a new word after which no more are made: where experts search, each takes its time. */
const withoutNews = 15;

/**
 * A word tokenizer over a world's own texts, of the training split: its play, its goals, the commands and the words of
 * thoughts, in the codec's form and as they are printed. The words of goals that are held out from training are tokens
 * too, one by one: no goal can be told from a list of words, and a token that no training has shown disturbs a policy
 * less than a word spelled in half bytes.
 */
export async function worldTokenizer(
  world: World,
  {
    categories = trainedCategories(world),
    annotators = [],
    manual = false,
    lookUps = false,
  }: {
    categories?: readonly string[];
    /** Who else writes thoughts that the policy is to learn, beside the rules. */
    annotators?: readonly Annotator[];
    /** Whether the words of the world's manual are tokens too. */
    manual?: boolean;
    /** Whether the words of other look-ups are tokens too. */
    lookUps?: boolean;
  } = {},
): Promise<Tokenizer> {
  const codec = codecOf(world);
  const kit = completeKit(world);
  const texts: string[] = [...(kit.permutableThings ?? []), codec.words ?? '', ...goals(world, categories)];
  const both = (text: string, compact: string) => texts.push(text, compact);
  for (const make of [
    worldDocuments({
      world,
      categories,
      seed: 'vocabulary',
      longestText: Infinity,
      manual: manual ? 1 : 0,
      lookUps,
    }),
    goalDocuments({ world, categories, seed: 'vocabulary' }),
  ]) {
    if (!make) continue;
    for (let n = 0; n < documents; n++) {
      let command: string | null = null;
      for (const { kind, text, answers } of make(n).segments) {
        if (kind === 'command') command = text;
        if (kind === 'initial observation') both(text, codec.encodeInitialObservation(text));
        else if (kind === 'observation') both(text, codec.encodeObservation(text, answers ?? command));
        else texts.push(text);
      }
    }
  }
  const writers = [rulesAnnotator(), ...(lookUps ? [rulesAnnotator({ lookUps })] : []), ...annotators];
  const words = new Set<string>();
  let made = 0;
  let news = 0;
  for (const record of kit.tasks('vocabulary')) {
    if (!categories.includes(record.category)) continue;
    if (made++ >= demonstrations || made > news + withoutNews) break;
    const demonstration = demonstrate({
      world,
      record,
      seed: 'vocabulary',
      createExpert: kit.createExpert,
      mistakes: kit.mistakes,
      chain: 1,
    });
    const written = await Promise.all(writers.map(writer => writer.annotate(demonstration)));
    const replies = written.flatMap(of => ('refused' in of ? [] : of));
    if (replies.length === 0) continue;
    texts.push(...replies);
    for (const [word] of replies.join(' ').matchAll(/\p{L}+/gu)) {
      if (!words.has(word)) news = made;
      words.add(word);
    }
    for (const { after } of demonstration.steps)
      both(after.observation, codec.encodeObservation(after.observation, after.last?.command ?? null));
  }
  return buildWordTokenizer({ texts });
}

/** Goals of training tasks and of held-out ones; of either only the words are kept. */
function* goals(world: World, categories: readonly string[]): Generator<string> {
  let seen = 0;
  for (const record of completeKit(world).tasks('vocabulary')) {
    if (seen++ >= 4 * documents) break;
    if (!categories.includes(record.category)) continue;
    // Where the initial observation got the goal as a line of its own, that line has words which the author's texts may
    // lack.
    const goal = world.goal(record.task);
    const line = withGoal('', goal).trim();
    const { observation } = world.start(record);
    yield observation.endsWith(line) ? line : goal;
    if (codecOf(world) === plainCodec) yield reminderOf(observation);
  }
  if (world.heldOut.length > 0)
    for (const { task } of world.tasks('heldOut', documents)) {
      yield world.goal(task);
      if (codecOf(world) === plainCodec) yield reminderOf(withGoal('', world.goal(task)));
    }
}
