import type { Interface } from 'node:readline/promises';
import { type Agent, act } from './agent.ts';

/** A person at a terminal. `lines` asks and prints; an empty line or the end of the input gives up. */
export function humanAgent(lines: Pick<Interface, 'question'>, print: (text: string) => void): Agent {
  return {
    name: 'human',
    pace: 'independent',
    async reply(turns) {
      const replies = [];
      for (const { goal, opening, past, admissible } of turns) {
        if (past.length === 0) print(`\n${goal}\n`);
        print(past.at(-1)?.observation ?? opening);
        if (admissible) print(`(${admissible.join(' | ')})`);
        const typed = (await lines.question('> ')).trim();
        replies.push(typed ? act(typed) : { ...act(''), gaveUp: true });
      }
      return replies;
    },
  };
}
