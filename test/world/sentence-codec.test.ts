import { describe, expect, it } from 'vitest';
import { sentenceCodec, type SentenceCodecOptions } from '../../src/world/index.ts';

const options: SentenceCodecOptions = {
  name: 'cellar',
  slots: {
    place: ['shelf', 'box', 'tool box'],
    thing: ['rope', 'saw', 'saw blade'],
    things: { list: ['rope', 'saw', 'saw blade'], beside: 'place' },
    held: {
      list: { 'coiled rope': 'coil rope', rope: 'rope', saw: 'saw', 'saw blade': 'saw blade' },
      between: ' and ',
      none: 'air',
    },
    words: { pattern: '[^".]+(a|b)?' },
  },
  openings: [
    { full: 'You are in a cellar.\nYour task: Bring the {thing}.', short: 'goal: {thing}', reminder: '{thing}?' },
    { full: 'You are in a cellar.', short: 'cellar' },
  ],
  commands: { 'go to the {place}': 'go {place}', 'take the {thing}': 'take {thing}', 'say {words}': 'say {words}' },
  answers: {
    'go to the {place}': { 'You are at the {place}. You see {things}.': 'has {things}' },
    'take the {thing}': { 'You take the {thing}.': 'ok' },
    'say {words}': { '"{words}", you say.': 'ok', 'An echo says "{words}".': 'echo' },
    '': { 'Nothing happens.': 'no', 'You hold {held}.': 'hold {held}' },
  },
};
const codec = sentenceCodec(options);

describe('a codec from sentences', () => {
  it.each([
    ['go to the tool box', 'You are at the tool box. You see saw blade, rope.', 'has saw blade tool box rope tool box'],
    ['go to the box', 'You are at the box. You see nothing.', 'has nothing'],
    ['take the saw', 'You take the saw.', 'ok'],
    ['say what a day', '"what a day", you say.', 'ok'],
    ['say what a day', 'An echo says "what a day".', 'echo'],
    ['take the saw', 'Nothing happens.', 'no'],
    [null, 'You hold saw blade and rope.', 'hold saw blade rope'],
    ['dance', 'You hold air.', 'hold air'],
    ['dance', 'You hold rope and coiled rope.', 'hold rope coil rope'],
  ])('shortens the answer to %j and gives it back: %j', (command, text, short) => {
    expect(codec.encodeObservation(text, command)).toBe(short);
    expect(codec.decodeObservation(short, command)).toBe(text);
  });

  it('shortens commands and openings, and reminds of what an opening asks for', () => {
    expect(codec.encodeCommand('go to the tool box')).toBe('go tool box');
    expect(codec.decodeCommand('go tool box')).toBe('go to the tool box');
    const opening = 'You are in a cellar.\nYour task: Bring the saw blade.';
    expect(codec.encodeInitialObservation(opening)).toBe('goal: saw blade');
    expect(codec.decodeInitialObservation('goal: saw blade')).toBe(opening);
    expect(codec.reminder!(opening)).toBe('saw blade?');
  });

  it('takes any pattern for a slot, groups and brackets of its own included', () => {
    const { reminder, ...own } = sentenceCodec({
      ...options,
      slots: { ...options.slots, price: { pattern: '(?<sum>\\d+)( coins)?' }, mark: { pattern: '[(]\\w+[)]' } },
      openings: [
        { full: 'It costs {price} {mark} at the {place}.', short: '{price} {mark} {place}', reminder: '{place}?' },
      ],
    });
    const opening = 'It costs 12 coins (net) at the tool box.';
    expect(own.encodeInitialObservation(opening)).toBe('12 coins (net) tool box');
    expect(reminder!(opening)).toBe('tool box?');
    const other = 'It costs 12 coins ?net) at the tool box.';
    expect(own.encodeInitialObservation(other)).toBe(other);
  });

  it('reminds of nothing where the opening asks for nothing', () => {
    expect(codec.reminder!('You are in a cellar.')).toBe('');
    expect(codec.reminder!('You are elsewhere.')).toBe('');
  });

  it.each([
    // Another place than the one that was asked for, a list that is none, short forms and marks that the world itself
    // prints.
    'You are at the shelf. You see rope.',
    'You are at the box. You see rope and saw.',
    'You are at the box. You see rope, rope, crown.',
    'no',
    'ok',
    'has rope box',
    'says: no',
    'says: says: ok',
    '',
    'a\nb',
  ])('keeps any other text letter by letter: %j', text => {
    for (const command of [null, 'go to the box', 'take the saw', 'say rope', 'dance'])
      expect(codec.decodeObservation(codec.encodeObservation(text, command), command)).toBe(text);
    expect(codec.decodeCommand(codec.encodeCommand(text))).toBe(text);
    expect(codec.decodeInitialObservation(codec.encodeInitialObservation(text))).toBe(text);
  });

  it('names every word of its sentences for the vocabulary, and no slot', () => {
    for (const word of ['cellar', 'blade', 'hold', 'air', 'goal:', 'echo'])
      expect(codec.words!.split(/\s+/)).toContain(word);
    expect(codec.words).not.toMatch(/[{}]/);
  });

  it.each<[string, Partial<SentenceCodecOptions>, RegExp]>([
    [
      'an unknown slot',
      { commands: { 'eat {food}': 'eat {food}' } },
      /writes \{food\} in "eat \{food\}", and has no such slot/,
    ],
    ['a slot that nothing fills', { commands: { look: 'look {place}' } }, /\{place\} is in one of them only/],
    ['a slot that is lost', { commands: { 'go to the {place}': 'go' } }, /\{place\} is in one of them only/],
    [
      'answers to no command',
      { answers: { fly: { 'You fly.': 'ok' } } },
      /answers to "fly", which is none of its commands/,
    ],
    [
      'nothing beside',
      { slots: { things: { list: ['rope'], beside: 'room' } } },
      /writes \{room\} beside each of \{things\}/,
    ],
  ])('refuses %s with a sentence', (_, wrong, message) => {
    expect(() => sentenceCodec({ ...options, answers: {}, openings: [], ...wrong })).toThrow(message);
  });
});
