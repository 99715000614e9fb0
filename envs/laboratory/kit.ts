import { type QuestionWriter, sentenceCodec, type WorldKit } from 'clew';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { readGoal } from './goal.ts';
import { commands } from './machine.ts';
import { LabNotes } from './notes.ts';
import type { Task } from './task.ts';
import { laboratory } from './texts.ts';
import {
  colours,
  liquids,
  objects,
  paints,
  places,
  sample,
  seeds,
  solids,
  stages,
  stores,
  type Thing,
  things,
} from './words.ts';

/** Everything that a place can show, in every state. */
const items = [
  ...things,
  ...[...liquids, ...solids, sample].flatMap(thing => ['solid', 'liquid', 'boiling'].map(phase => `${phase} ${thing}`)),
  'hot plate',
  'cold plate',
  'circuit',
  'circuit without battery',
  'empty pot',
  ...['wet', 'dry'].flatMap(wet => seeds.flatMap(seed => stages.map(stage => `${wet} ${seed} ${stage}`))),
];

const goals = [
  ...['boil', 'freeze', 'melt'].map(verb => [`${verb} the {thing}.`, `${verb} {thing}`]),
  [
    'measure the {thing} and put it in the red box if it has more than {limit} degrees, otherwise in the blue box.',
    'measure {thing} {limit}',
  ],
  [
    'find the melting point of the {thing} and put it in the red box if it is above {limit} degrees, otherwise in the blue box.',
    'melting point {thing} {limit}',
  ],
  [
    'test the {thing} in the circuit and put it in the red box if it conducts, otherwise in the blue box.',
    'conducts {thing}',
  ],
  ['grow the {thing} until it flowers.', 'grow {thing}'],
  ['make {colour} paint from {one} and {two} paint.', 'make {colour} of {one} {two}'],
  [
    'make {middle} paint from {one} and {two} paint, and from it {colour} paint from {three} and {four} paint.',
    'make {middle} of {one} {two} then {colour} of {three} {four}',
  ],
] as const;

const shutOrSeen = (begin: string) => ({
  [`${begin} It is shut.`]: 'shut',
  [`${begin} You see {items}.`]: 'has {items}',
});

/** The laboratory's sentences in half the words: `go shelf`, `has nail shelf solid wax shelf`, `ok`. */
export const laboratoryCodec = sentenceCodec({
  name: 'laboratory',
  slots: {
    place: places,
    thing: things,
    paint: paints,
    other: paints,
    seed: seeds,
    ...Object.fromEntries(['colour', 'one', 'two', 'middle', 'three', 'four'].map(slot => [slot, colours])),
    items: { list: items, beside: 'place' },
    carried: { list: items },
    limit: { pattern: '\\d+' },
    degrees: { pattern: '-?\\d+' },
  },
  openings: [
    ...goals.map(([full, short]) => ({
      full: `${laboratory}\nYour task is to: ${full}`,
      short: `goal: ${short}`,
      reminder: `${short}?`,
    })),
    { full: laboratory, short: 'laboratory' },
  ],
  commands: Object.fromEntries(
    Object.values(commands).map(command => [
      command,
      command
        .replace('switch on the stove', 'switch stove')
        .replaceAll(/ (?:to )?the /g, ' ')
        .replace(/ down$/, ''),
    ]),
  ),
  answers: {
    [commands.go]: shutOrSeen('You are at the {place}.'),
    [commands.open]: shutOrSeen('You open the {place}.'),
    [commands.look]: {
      'You are at the {place}. It is shut.': '{place} shut',
      'You are at the {place}. You see {items}.': '{place} has {items}',
    },
    [commands.wait]: { 'You wait. It is shut.': 'shut', 'You wait. You see {carried}.': 'now {carried}' },
    [commands.take]: { 'You take the {thing}.': 'ok' },
    [commands.put]: { 'You put the {thing} down.': 'ok' },
    [commands.measure]: { 'The {thing} has {degrees} degrees.': '{degrees} degrees' },
    [commands.connect]: {
      'You connect the {thing}.': 'ok',
      'The bulb lights.': 'lights',
      'The bulb stays dark.': 'dark',
    },
    [commands.mix]: { 'You mix the {paint} into the {other}. You carry {carried}.': 'carry {carried}' },
    [commands.fill]: { 'You fill the can.': 'ok' },
    [commands.plant]: { 'You plant the {seed}.': 'ok' },
    [commands.water]: { 'You water the {seed}.': 'ok' },
    [commands.switch]: { 'You switch on the stove.': 'ok' },
    [commands.inventory]: { 'You carry {carried}.': 'carry {carried}' },
    '': { 'Nothing happens.': 'no' },
  },
});

/** Where is the nail, and what is known of it? Asked of things that were seen and of things that were not, in the form of the codec's reminder. */
function questions(asked: readonly Thing[] = things): QuestionWriter {
  const notes = new LabNotes();
  return {
    see: (text, command) => notes.see(text, command),
    ask(random) {
      if (notes.at !== undefined && random() < 0.2)
        return { question: 'where?', answer: `at ${notes.at}.`, tag: 'monitor' };
      const seen = asked.filter(thing => notes.placeOf(thing) !== undefined || notes.isHeld(thing));
      const unseen = asked.filter(thing => !seen.includes(thing));
      // What was taken up has moved, which is harder to tell than what lies where it lay.
      const carried = asked.filter(thing => notes.isHeld(thing));
      const pool =
        carried.length > 0 && random() < 0.25
          ? carried
          : seen.length === 0 || (unseen.length > 0 && random() < 0.5)
            ? unseen
            : seen;
      if (pool.length === 0) return undefined;
      const thing = random.pick(pool);
      const question = `${thing}?`;
      const degrees = notes.degrees.get(thing);
      if (degrees !== undefined && random() < 0.5)
        return { question, answer: `${thing} has ${degrees} degrees.`, tag: 'monitor' };
      const conducts = notes.conducts.get(thing);
      if (conducts !== undefined && random() < 0.5)
        return { question, answer: `${thing} ${conducts ? 'conducts' : 'does not conduct'}.`, tag: 'monitor' };
      if (notes.isHeld(thing)) return { question, answer: `${thing} in hand.`, tag: 'monitor' };
      const place = notes.placeOf(thing);
      return place === undefined
        ? { question, answer: `no ${thing} seen yet.`, tag: 'explore' }
        : { question, answer: `${thing} in ${place}.`, tag: 'monitor' };
    },
  };
}

/** Everything that a goal speaks of. */
function spokenOf(goal: string): Thing[] {
  const read = readGoal(`task is to: ${goal[0]?.toLowerCase() ?? ''}${goal.slice(1)}`);
  if (!read) return [];
  return read.kind === 'mix' ? read.mixes.flatMap(({ paint, into }) => [paint, into]) : [read.target];
}

/** The folder of the package: sources and build find the same data in it. */
const packageFolder = new URL('./', pathToFileURL(createRequire(import.meta.url).resolve('clew/package.json')));

/** What the laboratory brings along. */
export const kit: WorldKit<Task> = {
  codec: laboratoryCodec,
  questions: () => questions(),
  goalQuestions: goal => questions(spokenOf(goal)),
  // One of these is as good to take, to measure and to test as another, and at a place where things are kept nothing else can be done.
  permutableThings: [...liquids, ...solids, ...objects],
  permutablePlaces: stores,
  lookUpVerbs: ['take'],
  goalPatterns: {
    boil: /\bboil the \w+\./i,
    freeze: /\bfreeze the \w+\./i,
    melt: /\bmelt the \w+\./i,
    measure: /\bmeasure the \w+ and put it\b/i,
    conduct: /\btest the (?!sample\b)\w+ in the circuit\b/i,
    mix: /\bmake \w+ paint from \w+ and \w+ paint\./i,
    grow: /\bgrow the \w+ until\b/i,
    'conduct unknown': /\btest the sample in the circuit\b/i,
    'melting point': /\bmelting point of the\b/i,
    'mix twice': /\bpaint, and from it \w+ paint from\b/i,
  },
  panels: new URL('envs/laboratory/panels/', packageFolder),
};
