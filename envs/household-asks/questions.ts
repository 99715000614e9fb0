import type { QuestionWriter } from 'clew';
import { matterIn, nothingMore } from '../asking/matters.ts';
import { roomQuestions } from '../room-text/questions.ts';

/** Share of the questions that ask what the user said, where the user said something. */
const saidShare = 0.3;

/** The household's questions, and what the user has said: `where?`, `In shelf.` */
export function asksQuestions(kinds: readonly string[]): QuestionWriter {
  const room = roomQuestions(kinds);
  const said = new Map<string, string>();
  return {
    see(observation, command) {
      room.see(observation, command);
      const matter = command?.startsWith('ask ') ? matterIn(command) : undefined;
      if (matter !== undefined && observation !== nothingMore && observation !== 'Nothing happens.')
        said.set(matter, observation);
    },
    ask(random) {
      if (said.size === 0 || random() >= saidShare) return room.ask(random);
      const [matter, answer] = random.pick([...said]);
      return { question: `${matter}?`, answer, tag: 'monitor' };
    },
  };
}
