import type { Decision, Expert, Random } from 'clew';
import { createExpert as createHouseExpert } from '../house/expert.ts';
import { kindOf, objectKinds, receptacleKinds } from '../house/kinds.ts';
import { type Category, tools } from '../house/task.ts';
import { matters, type Matter } from '../asking/matters.ts';
import { canBe } from '../house/can-be.ts';
import { becomes } from '../room-text/reading.ts';
import { kindOfPlural } from './gap.ts';

/** What a sentence says, and what it leaves out. */
interface Wish {
  readonly category: Category;
  readonly object: string | null;
  readonly target: string | null;
  readonly matter: Matter | null;
}

/** The categories whose things have to become something first. */
const changing = Object.keys(tools) as (keyof typeof tools)[];
const categoryOf = (state: string | undefined): Category =>
  changing.find(category => becomes[category] === state) ?? 'pick';

/** How the sentences with a gap are read; the others are the household's own. */
const sentences: readonly (readonly [RegExp, (groups: Record<string, string | undefined>) => Wish])[] = [
  [
    /^put a (?:(?<state>clean|hot|cool) )?(?<object>\w+) where it belongs$/,
    ({ state, object }) => ({ category: categoryOf(state), object: object!, target: null, matter: 'where' }),
  ],
  [
    /^put something (?:(?<state>clean|hot|cool) )?in (?<target>\w+)$/,
    ({ state, target }) => ({ category: categoryOf(state), object: null, target: target!, matter: 'what' }),
  ],
  [
    /^put my (?<object>\w+) in (?<target>\w+?)(?:, (?<state>clean|hot|cool))?$/,
    ({ state, object, target }) => ({ category: categoryOf(state), object: object!, target: target!, matter: 'which' }),
  ],
  [
    /^put a (?<object>\w+) in (?<target>\w+) the way I like it$/,
    ({ object, target }) => ({ category: 'pick', object: object!, target: target!, matter: 'how' }),
  ],
  [
    /^put the (?<objects>\w+) in (?<target>\w+)$/,
    ({ objects, target }) => ({
      category: 'pick',
      object: kindOfPlural(objects!) ?? objects!,
      target: target!,
      matter: 'how many',
    }),
  ],
];

/** What is meant, once it is known. */
interface Meaning {
  readonly category: Category;
  readonly object: string;
  readonly target: string;
  /** The very thing that is meant; null when any of its kind will do. */
  readonly own: string | null;
}

export interface PlayerOptions {
  /** What is asked: what the sentence leaves out, everything, or nothing, and then it guesses. */
  readonly asks: 'what is missing' | 'everything' | 'nothing';
}

/**
 * Asks for what the sentence leaves out, then plays as the household's expert does, says when it is done, and declines
 * what cannot be done.
 */
export function createExpert(random: Random): Expert {
  return createPlayer({ asks: 'what is missing' }, random);
}

/** A player that reads only text. */
export function createPlayer({ asks }: PlayerOptions, random: Random): Expert {
  let beginning = '';
  let sentence = '';
  let wish: Wish | undefined;
  let meaning: Meaning | undefined;
  let inner: Expert | undefined;
  let last: Decision | undefined;
  let finished = false;
  let toAsk: Matter[] = [];

  function see(text: string, command?: string): void {
    if (command === undefined) return begin(text);
    if (/^ask\b/.test(command)) {
      if (wish && !meaning) learn(text);
      return;
    }
    if (!inner) return;
    const told = hideOthers(text);
    inner.see(told, command);
    if (last?.command === command && text !== 'Nothing happens.' && last.plan.length === 1)
      finished = /^(?:move|use) /.test(command);
  }

  function begin(text: string): void {
    beginning = text;
    sentence = (/^Your task is to: (.+?)\.?$/m.exec(text)?.[1] ?? '').replace(/\. There may be .*$/, '');
    for (const [pattern, read] of sentences) {
      const match = pattern.exec(sentence);
      if (!match) continue;
      wish = read(match.groups!);
      break;
    }
    toAsk = asks === 'everything' ? [...matters] : asks === 'nothing' || !wish ? [] : [wish.matter!];
    if (!wish) start();
    else if (asks === 'nothing') guess(wish);
  }

  /** Fills the gap with what the user says. */
  function learn(said: string): void {
    const { category, object, target, matter } = wish!;
    const place = /^In (\w+)\.$/.exec(said)?.[1];
    const thing = /^An? (\w+)\.$/.exec(said)?.[1];
    const own = /^Mine is (\w+ \d+)\.$/.exec(said)?.[1];
    const state = /^(Clean|Hot|Cool)\.$/.exec(said)?.[1]?.toLowerCase();
    if (matter === 'where' && place) mean({ category, object: object!, target: place, own: null });
    else if (matter === 'what' && thing) mean({ category, object: thing, target: target!, own: null });
    else if (matter === 'which' && own) mean({ category, object: object!, target: target!, own });
    else if (matter === 'how' && state)
      mean({ category: categoryOf(state), object: object!, target: target!, own: null });
    else if (matter === 'how many' && /^Two will do\.$/.test(said))
      mean({ category: 'two', object: object!, target: target!, own: null });
  }

  /** Fills the gap with one of the things that would fit, each as likely as the next. */
  function guess({ category, object, target, matter }: Wish): void {
    const places = new Set([...beginning.matchAll(/\ba ([a-z]+) \d+/g)].map(match => match[1]!));
    if (matter === 'where') {
      const fitting = receptacleKinds.filter(kind => places.has(kind) && canBe(category, object!, kind));
      mean({ category, object: object!, target: random.pick(fitting), own: null });
    } else if (matter === 'what') {
      const fitting = objectKinds.filter(kind => canBe(category, kind, target!));
      mean({ category, object: random.pick(fitting), target: target!, own: null });
    } else if (matter === 'how') {
      const fitting = changing.filter(each => canBe(each, object!, target!));
      mean({ category: random.pick(fitting), object: object!, target: target!, own: null });
    } else
      mean({
        category: matter === 'how many' ? random.pick(['pick', 'two']) : category,
        object: object!,
        target: target!,
        own: null,
      });
  }

  function mean(known: Meaning): void {
    meaning = known;
    start();
  }

  /** The household's expert is told what is meant as the household would have said it. */
  function start(): void {
    inner = createHouseExpert();
    inner.see(beginning.replace(/(?<=^Your task is to: ).*$/m, () => (meaning ? plain(meaning) : `${sentence}.`)));
  }

  /** Things of the kind that is meant, but not the one, are called something else, so that they are left alone. */
  function hideOthers(text: string): string {
    const own = meaning?.own;
    if (!own) return text;
    const kind = kindOf(own);
    return text.replaceAll(new RegExp(String.raw`\b${kind} \d+`, 'g'), name => (name === own ? name : `other${name}`));
  }

  function decide(): Decision | undefined {
    const ask = toAsk[0];
    if (ask !== undefined) {
      const decision = say(`ask ${ask}`, `ask ${ask}`, `the task does not say ${ask}`);
      toAsk = toAsk.slice(1);
      return (last = decision);
    }
    if (finished) return (last = say('done', 'say that it is done', 'the goal holds'));
    if (!inner) return (last = say('decline', 'decline', 'it is not known what is meant'));
    last = cannotBe() ? undefined : inner.decide();
    return last ?? (last = say('decline', 'decline', 'it cannot be done'));
  }

  /** Whether the sentence asks for what no thing of this kind can become. */
  function cannotBe(): boolean {
    const match =
      /^(?:put a (?<state>clean|hot|cool)|(?<verb>clean|heat|cool) some) (?<object>\w+) (?:in|and put it in) (?<target>\w+)$/.exec(
        sentence,
      );
    if (!match) return false;
    const { state, verb, object, target } = match.groups!;
    return !canBe((verb ?? categoryOf(state)) as Category, object!, target!);
  }

  return { see, decide };
}

function plain({ category, object, target }: Meaning): string {
  switch (category) {
    case 'two':
      return `put two ${object} in ${target}.`;
    case 'look':
      return `look at ${object} under the ${target}.`;
    case 'pick':
      return `put a ${object} in ${target}.`;
    default:
      return `put a ${becomes[category]} ${object} in ${target}.`;
  }
}

function say(command: string, subgoal: string, because: string): Decision {
  return { command, subgoal, target: 'the user', searching: false, plan: [subgoal], because };
}
