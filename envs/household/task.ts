import { z } from 'zod';
import { kindOf, lamps, objectKinds, receptacleKinds } from './kinds.ts';

/** The six kinds of task, in ALFWorld's order. */
export const categories = ['pick', 'look', 'clean', 'heat', 'cool', 'two'] as const;
export type Category = (typeof categories)[number];

/** The receptacle in which an object is cleaned, heated or cooled. */
export const tools = { clean: 'sinkbasin', heat: 'microwave', cool: 'fridge' } as const;

const knownReceptacle = new Set<string>(receptacleKinds), knownObject = new Set<string>(objectKinds);
const named = (known: ReadonlySet<string>, what: string) => z.string().refine(
  name => known.has(kindOf(name)) && /^[1-9]\d?$/.test(name.slice(kindOf(name).length + 1)),
  { error: issue => `"${String(issue.input)}" is not the name of ${what}: a name is a kind and a number from 1 to 99, such as "${[...known][0]} 1"` },
);
const receptacle = named(knownReceptacle, 'a receptacle'), object = named(knownObject, 'an object');

const goal = z.strictObject({
  category: z.enum(categories),
  /** The kind that is wanted. */
  object: z.enum(objectKinds),
  /** The kind of receptacle in which it must end, or for `look` the kind of lamp. */
  target: z.enum([...receptacleKinds, 'desklamp']),
  /** Which of the two sentences of the category tells the player. */
  wording: z.union([z.literal(0), z.literal(1)]),
});
export type Goal = Readonly<z.infer<typeof goal>>;

/** A house as it is found, and what to do in it. Everything that the machine needs; nothing has to be generated again. */
export const task = z.strictObject({
  house: z.string().min(1),
  goal,
  /** Receptacles that can be opened and closed. The others are always open. */
  doors: z.record(receptacle, z.enum(['shut', 'open'])),
  /** Every receptacle, with the objects in it. */
  contents: z.record(receptacle, z.array(object)),
}).superRefine(({ goal: { category, target }, doors, contents }, context) => {
  for (const name of Object.keys(doors)) if (!Object.hasOwn(contents, name)) context.addIssue({ code: 'custom', message: `the door "${name}" belongs to no receptacle in \`contents\``, path: ['doors', name] });
  const seen = new Set<string>();
  for (const [name, objects] of Object.entries(contents)) {
    for (const each of objects) {
      if (seen.has(each)) context.addIssue({ code: 'custom', message: `"${each}" is in two places`, path: ['contents', name] });
      seen.add(each);
    }
  }
  if ((category === 'look') !== lamps.has(target)) context.addIssue({ code: 'custom', message: category === 'look' ? `the target of a look task is a lamp, not a ${target}` : `a ${target} is no receptacle`, path: ['goal', 'target'] });
});
export type Task = z.infer<typeof task>;
