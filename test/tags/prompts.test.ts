import { describe, expect, it } from 'vitest';
import { readForecast } from '../../src/forecasts/index.ts';
import {
  forecastPrompt,
  metaTags,
  parseReply,
  promptTemplates,
  reactPrompt,
  transcriptPrompt,
  windowPrompt,
  type PastStep,
  type PromptInput,
} from '../../src/tags/index.ts';

const commands = ['go to {place}', 'move {thing} to {place}', 'look'];
const step = (reply: string, observation: string): PastStep => {
  const parsed = parseReply(reply);
  return { reply, parsed, command: parsed.action, observation };
};
const past = [
  step(
    '<planning>1. find the mug 2. heat it</planning><action>go to desk 1</action>',
    'You are at desk 1. You see a mug 1.',
  ),
  step('<explore>the mug <action>move', 'Nothing happens.'),
  step('<monitor>to the microwave</monitor><action>move mug 1 to microwave 1</action>', 'You move the mug 1.'),
];
const input = (steps: number, more: Partial<PromptInput> = {}): PromptInput => ({
  goal: 'Put a hot mug on the desk.',
  initialObservation: 'You are in a room.',
  past: past.slice(0, steps),
  commands,
  ...more,
});
const text = (template: keyof typeof promptTemplates, given: PromptInput): string =>
  promptTemplates[template](given)
    .map(message => message.content)
    .join('\n');

describe('a prompt for forecasts', () => {
  it('shows task, opening and commands, and asks for the form that is read', () => {
    const [message, ...rest] = forecastPrompt({
      goal: 'Get out.',
      initialObservation: 'A room with a door.',
      commands: ['open {thing}'],
      maxSteps: 20,
      of: 4,
    });
    expect(rest).toEqual([]);
    expect(message!.role).toBe('user');
    for (const part of ['Your task: Get out.', 'A room with a door.', 'open {thing}', 'from 1 to 20', 'wins W of 4'])
      expect(message!.content).toContain(part);
    const form = /<meta>a short thought<\/meta>\n<forecast>.*<\/forecast>/.exec(message!.content)![0];
    const filled = form.replace('S;', '7;').replace('W of', '3 of');
    expect(readForecast(filled, { of: 4, maxSteps: 20 })).toMatchObject({ steps: 7, wins: 3, of: 4, faults: [] });
  });
});

describe('every prompt', () => {
  it.each(['window', 'transcript', 'react'] as const)(
    '%s shows objects where they are asked for, in the present step alone',
    name => {
      const shown = 'What a command can be about now: mug 1, desk 1.';
      for (const steps of [0, 3]) {
        const plain = text(name, input(steps));
        expect(text(name, input(steps, { objects: null }))).toBe(plain);
        const asked = text(name, input(steps, { objects: ['mug 1', 'desk 1'] }));
        expect(asked.split(shown).length).toBe(2);
        expect(asked.replace(`\n\n${shown}`, '')).toBe(plain);
      }
      expect(promptTemplates[name](input(3, { objects: [], admissible: ['look'] })).at(-1)!.content).toContain(
        'What a command can be about now: nothing.\n\nCommands that would be accepted now:\n- look',
      );
    },
  );

  it.each(['window', 'transcript', 'react'] as const)(
    "%s names the task, the present observation and the world's own commands",
    name => {
      const first = text(name, input(0));
      expect(first).toContain('Put a hot mug on the desk.');
      expect(first).toContain('You are in a room.');
      for (const command of commands) expect(first).toContain(`- ${command}\n`);
      expect(first).not.toMatch(/\bput \{|\btake\b/);
      expect(text(name, input(3))).toContain('You move the mug 1.');
    },
  );

  it.each(['window', 'transcript', 'react'] as const)(
    '%s shows admissible commands only where they are given',
    name => {
      expect(text(name, input(1))).not.toContain('accepted now');
      expect(text(name, input(1, { admissible: ['look', 'go to desk 2'] }))).toContain(
        'accepted now:\n- look\n- go to desk 2',
      );
    },
  );

  it.each(['window', 'transcript'] as const)('%s describes the four tags', name => {
    for (const tag of metaTags) expect(text(name, input(0))).toContain(`<${tag}>`);
  });

  it('does not change what it is given and gives the same messages again', () => {
    const given = Object.freeze(input(3));
    for (const template of Object.values(promptTemplates)) expect(template(given)).toEqual(template(given));
  });
});

describe('windowPrompt', () => {
  it('is one message with steps taken, history, carried plan and the latest replies', () => {
    const messages = windowPrompt(input(3), { history: 2, replies: 1 });
    expect(messages.map(message => message.role)).toEqual(['user']);
    const { content } = messages[0]!;
    expect(content).toContain(
      'You have taken 3 steps so far. The last 2 were:\n[2] (no command could be read from your reply)\nNothing happens.\n[3] > move mug 1 to microwave 1',
    );
    expect(content).toContain('Your plan: 1. find the mug 2. heat it\n');
    expect(content).toContain('Your latest reply, word for word:\n<monitor>to the microwave</monitor>');
    expect(content).not.toContain('[1]');
  });

  it('carries no plan from a reply that broke the rules', () => {
    const broken = [step('<planning>1. x</planning><action>look</action><action>look</action>', 'A room.')];
    expect(windowPrompt(input(0, { past: broken }))[0]!.content).toContain('Your plan: you have not made one.');
  });

  it('leaves history and replies out at zero', () => {
    const { content } = windowPrompt(input(3), { history: 0, replies: 0 })[0]!;
    expect(content).not.toContain('[3]');
    expect(content).not.toContain('word for word');
  });
});

describe('the transcripts', () => {
  it.each([
    ['transcript', transcriptPrompt],
    ['react', reactPrompt],
  ] as const)('%s only grows', (_, template) => {
    for (let steps = 0; steps < past.length; steps++) {
      const before = template(input(steps));
      expect(template(input(steps + 1)).slice(0, before.length)).toEqual(before);
    }
    expect(template(input(3)).map(message => message.role)).toEqual([
      'system',
      'user',
      'assistant',
      'user',
      'assistant',
      'user',
      'assistant',
      'user',
    ]);
  });

  it('ReAct asks for no tags', () => {
    expect(text('react', input(2, { past: [] }))).not.toMatch(/<planning>/);
  });
});
