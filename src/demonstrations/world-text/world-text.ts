import {
  createRandom,
  goalOf,
  type Question,
  type QuestionWriter,
  type Random,
  type TaskRecord,
  type World,
} from '../../world/index.ts';
import { checkCategories, trainedCategories } from '../build.ts';
import { type LeakRules, refuseLeaks, taskLeaks, textLeaks } from '../leaks.ts';
import { completeKit } from '../complete-kit.ts';
import { needKit } from '../need-kit.ts';
import { questionSegments, type Segment, textWeights, type WorldDocument } from './document.ts';
import { type PlayShares, randomPlay } from './random-play.ts';
import { taskCycle } from './task-cycle.ts';

export interface WorldTextOptions extends PlayShares {
  readonly world: World;
  /**
   * The categories whose tasks are played (without their goals); all that the world trains on if left out. The others
   * are held out.
   */
  readonly categories?: readonly string[];
  readonly seed?: string | number;
  /** The document to begin with, so that a stream can go on where it stopped. */
  readonly from?: number;
  /** Commands in a document; 30 if left out. */
  readonly steps?: number;
  /** Probability of each of up to three questions after a step; 0.5 if left out. */
  readonly questions?: number;
  /** Whether questions ask for what an expert's `lookUps` say too. */
  readonly lookUps?: boolean;
  /**
   * Probability of an entry of the kit's manual after a step; 0 if left out. It says what verbs and things are for, which
   * a model would know that has read more: figures of a policy that was trained with it have to say so.
   */
  readonly manual?: number;
  /**
   * Characters of an answer that changes nothing (`help`) above which it is left out with its command; 400 if left out.
   */
  readonly longestText?: number;
  /** Weight of answers and of what is taken, which call for looking up; 3 if left out. */
  readonly lookUpWeight?: number;
}

/**
 * World text for pretraining: an endless stream of documents, each the goal-free random play of one training task, with
 * questions about what the text has told. Document n depends on seed and n alone. Nothing is kept but the list of
 * tasks.
 *
 * Leak rules, enforced: only training tasks of the given categories, in houses that training may use; no sentence of a
 * goal at all; none of a held-out goal in any text, whoever wrote it, the manual included.
 *
 * @throws ClewError at the first document that would break one.
 */
export function* worldText({ from = 0, ...options }: WorldTextOptions): Generator<WorldDocument, never, undefined> {
  const document = worldDocuments(options);
  for (let n = from; ; n++) yield document(n);
}

/** The documents of `worldText` by number, in any order. */
export function worldDocuments({
  world,
  categories = trainedCategories(world),
  seed = 0,
  steps = 30,
  questions = 0.5,
  lookUpWeight = 3,
  longestText = 400,
  manual = 0,
  lookUps = false,
  ...shares
}: Omit<WorldTextOptions, 'from'>): (n: number) => WorldDocument {
  checkCategories(world, categories);
  needKit(world, { manual: manual > 0, lookUps });
  const kit = completeKit(world);
  const rules = kit.leaks(
    world.categories.filter(category => !categories.includes(category) || world.heldOut.includes(category)),
  );
  const task = taskCycle(world, categories, seed);
  return n => {
    const record = task(n);
    const document = play(record, n);
    refuseLeaks(`The document ${document.id}`, documentLeaks(document, record, world, rules));
    return document;
  };

  function play(record: TaskRecord<unknown>, n: number): WorldDocument {
    const key = ['world text', seed, n] as const;
    const random = createRandom(...key);
    const next = randomPlay(shares);
    const writer = lookUps ? kit.lookUpQuestions?.() : kit.questions?.();
    // Draws of its own, so that the play is the same with a manual and without.
    const entries = createRandom(...key, 'manual');
    const book = manual > 0 ? kit.manual?.() : undefined;
    let episode = world.start(record);
    const initialObservation = withoutGoal(episode.observation, episode.goal);
    const segments: Segment[] = [
      { kind: 'initial observation', text: initialObservation, weight: textWeights['initial observation'] },
    ];
    writer?.see(initialObservation);
    book?.see(initialObservation);
    for (let t = 0; t < steps && episode.state.status === 'active'; t++) {
      const command = next(episode, random);
      if (command === undefined) break;
      const before = episode;
      episode = episode.step(command);
      if (episode.observation.length > longestText && world.key(episode.state) === world.key(before.state)) continue;
      segments.push(...commandSegments(command, kit.lookUpVerbs, lookUpWeight), {
        kind: 'observation',
        // A look around may print the task again.
        text:
          goalOf(episode.observation) === undefined
            ? episode.observation
            : withoutGoal(episode.observation, episode.goal),
        weight: textWeights.observation,
      });
      writer?.see(episode.observation, command);
      segments.push(...asked(writer, random, questions, lookUpWeight));
      book?.see(episode.observation, command);
      const entry = entries() < manual ? book?.ask(entries) : undefined;
      if (entry) segments.push(...questionSegments(entry, lookUpWeight));
    }
    return { id: `${record.id}/${n}`, world: world.name, segments };
  }
}

/**
 * What in a document may not be trained on. Nothing in it may tell a goal, that of its own task not either. A command
 * that has the words of the goal does not tell it (`unlock the gate` where the goal is to unlock the gate), nor does
 * the answer that it did (`You unlock the gate.`).
 */
export function documentLeaks(
  document: WorldDocument,
  record: TaskRecord<unknown>,
  world: World,
  rules: LeakRules,
): string[] {
  const text = document.segments.map(segment => segment.text).join('\n');
  const goal = plain(world.goal(record.task));
  const tells = document.segments.some(
    ({ kind, text }) =>
      text.toLowerCase().includes(goal) &&
      ((kind !== 'command' && kind !== 'observation') || goalOf(text) !== undefined),
  );
  return [
    ...taskLeaks(record, rules),
    ...textLeaks(text, rules),
    ...(tells ? [`it holds the goal of its task, "${goal}"`] : []),
  ];
}

/** The initial observation without the lines (or else the sentences) that tell the goal. */
export function withoutGoal(initialObservation: string, goal: string): string {
  const tells = (text: string) => text.toLowerCase().includes(plain(goal));
  if (!tells(initialObservation)) return initialObservation;
  return initialObservation
    .split('\n')
    .filter(line => !tells(line))
    .join('\n')
    .trimEnd();
}

function plain(goal: string): string {
  return goal.trim().toLowerCase().replace(/[.!]$/, '');
}

/** The verb counts once; the rest of a look-up command (what is taken from where) has to be read again. */
function commandSegments(command: string, lookUpVerbs: readonly string[], lookUpWeight: number): Segment[] {
  const [verb, rest] = [command.slice(0, command.indexOf(' ') + 1), command.slice(command.indexOf(' ') + 1)];
  return lookUpVerbs.includes(verb.trimEnd())
    ? [
        { kind: 'command', text: verb, weight: 1 },
        { kind: 'command', text: rest, weight: lookUpWeight },
      ]
    : [{ kind: 'command', text: command, weight: 1 }];
}

/** Up to three different questions, each with the given probability. */
function asked(
  writer: QuestionWriter | undefined,
  random: Random,
  probability: number,
  lookUpWeight: number,
): Segment[] {
  const answers = new Map<string, Question>();
  for (let i = 0; i < 3; i++) {
    const asked = writer && random() < probability ? writer.ask(random) : undefined;
    if (asked) answers.set(asked.question, asked);
  }
  return [...answers.values()].flatMap(asked => questionSegments(asked, lookUpWeight));
}
