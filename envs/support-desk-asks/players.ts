import type { Decision, Expert, Random } from 'clew';
import { matters, type Matter } from '../asking/matters.ts';
import { deskExpert } from '../desk/expert.ts';
import { streets } from '../desk/task.ts';

export interface PlayerOptions {
  /** What is asked: what the ticket leaves out, everything, or nothing, and then it guesses. */
  readonly asks: 'what is missing' | 'everything' | 'nothing';
}

/** Which part of a ticket is left out, by the words that stand in its place. */
const gaps: readonly (readonly [RegExp, Matter])[] = [
  [/\bmy order\b/, 'which'],
  [/\bmy new address\b/, 'where'],
  [/\bit is to be made good\b/, 'how'],
];

/** Asks for what the ticket leaves out, then settles it as the desk's expert does; declines what cannot be done. */
export function createExpert(random: Random): Expert {
  return createPlayer({ asks: 'what is missing' }, random);
}

/** A player that reads only text. */
export function createPlayer({ asks }: PlayerOptions, random: Random): Expert {
  const inner = deskExpert();
  let opening = '';
  let open: readonly string[] = [];
  let missing: Matter | undefined;
  let toAsk: Matter[] = [];
  let known = false;

  function see(text: string, command?: string): void {
    if (command === undefined) begin(text);
    else if (!/^ask\b/.test(command)) inner.see(text, command);
    else if (missing !== undefined && !known) learn(text.replace(/^\w+ says: /, ''));
  }

  function begin(text: string): void {
    opening = text.replace(/(?<=\. )Order \d+ is as it should be\.$/m, '').trimEnd();
    open = /Open orders: ([\d, ]+)\./.exec(text)?.[1]?.split(', ') ?? [];
    missing = gaps.find(([words]) => words.test(opening))?.[1];
    toAsk = asks === 'everything' ? [...matters] : asks === 'nothing' || missing === undefined ? [] : [missing];
    if (missing === undefined) mean(opening);
    else if (asks === 'nothing') guess(missing);
  }

  /** Fills the gap with what the customer says. */
  function learn(said: string): void {
    const number = /^Order (\d+)\.$/.exec(said)?.[1];
    const address = /^To (.+)\.$/.exec(said)?.[1];
    if (missing === 'which' && number !== undefined) fill(`order ${number}`);
    else if (missing === 'where' && address !== undefined) fill(address);
    else if (missing === 'how' && /^(?:The money back|A new one)\.$/.test(said))
      fill(said.startsWith('A') ? 'a new one is wanted' : 'the money is wanted back');
  }

  /** Fills the gap with one of the things that would fit, each as likely as the next. */
  function guess(matter: Matter): void {
    if (matter === 'which') fill(`order ${random.pick(open)}`);
    else if (matter === 'where') fill(`${1 + random.int(50)} ${random.pick(streets)}`);
    else fill(random.pick(['a new one is wanted', 'the money is wanted back']));
  }

  function fill(words: string): void {
    const [pattern] = gaps.find(([, matter]) => matter === missing)!;
    mean(opening.replace(pattern, () => words));
  }

  /** The desk's expert is told what is meant as the desk would have said it. */
  function mean(told: string): void {
    known = true;
    inner.see(told);
  }

  function decide(): Decision | undefined {
    const ask = toAsk[0];
    if (ask !== undefined) {
      toAsk = toAsk.slice(1);
      return say(`ask ${ask}`, 'the customer', `the ticket does not say ${ask}`);
    }
    const about = /\border (\d+)\b/.exec(opening.split('Your task is to: ')[1] ?? '')?.[1];
    if (about !== undefined && !open.includes(about)) return say('decline', 'ticket', `there is no order ${about}`);
    const decision = known ? inner.decide() : undefined;
    if (!decision) return say('decline', 'ticket', 'it is not known what is meant');
    return decision.command === 'close the ticket' ? { ...decision, command: 'done' } : decision;
  }

  return { see, decide };
}

function say(command: string, target: string, because: string): Decision {
  return { command, subgoal: command, target, searching: false, plan: [command], because };
}
