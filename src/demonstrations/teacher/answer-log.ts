import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, truncateSync } from 'node:fs';
import { z } from 'zod';
import { ClewError } from '../../errors.ts';
import { readText } from '../../read-file.ts';

const answerSchema = z.object({ key: z.string(), text: z.string(), finish: z.string() });
export type LoggedAnswer = z.infer<typeof answerSchema>;

/**
 * Every answer that was paid for, in a file beside the database, usable or not: an interrupted build asks nothing
 * twice. One JSON object a line; a line that a killed process left half written is cut off.
 */
export interface AnswerLog {
  get(question: unknown): LoggedAnswer | undefined;
  add(question: unknown, answer: { readonly text: string; readonly finish: string }): void;
}

/** @throws ClewError when the file holds something else than answers. */
export function openAnswerLog(path: string): AnswerLog {
  const answers = new Map<string, LoggedAnswer>();
  const text = existsSync(path) ? readText(path) : '';
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  for (const [i, line] of whole.split('\n').slice(0, -1).entries()) {
    const answer = read(line);
    if (!answer)
      throw new ClewError(
        `${path}, line ${i + 1} is not an answer of a teacher {"key", "text", "finish"}. Restore the file, or ` +
          `remove it to ask the teacher everything again.`,
      );
    answers.set(answer.key, answer);
  }
  if (whole.length < text.length) truncateSync(path, Buffer.byteLength(whole));
  return {
    get: question => answers.get(keyOf(question)),
    add(question, { text: answer, finish }) {
      const logged = { key: keyOf(question), text: answer, finish };
      answers.set(logged.key, logged);
      appendFileSync(path, `${JSON.stringify(logged)}\n`);
    },
  };
}

/** For builds whose answers need not outlive them. */
export function answerLogInMemory(): AnswerLog {
  const answers = new Map<string, LoggedAnswer>();
  return {
    get: question => answers.get(keyOf(question)),
    add: (question, answer) => void answers.set(keyOf(question), { key: keyOf(question), ...answer }),
  };
}

function keyOf(question: unknown): string {
  return createHash('sha256').update(JSON.stringify(question)).digest('hex');
}

function read(line: string): LoggedAnswer | undefined {
  try {
    return answerSchema.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}
