import { Command } from 'commander';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ClewError, UsageError } from '../errors.ts';
import { clip } from '../world/tasks.ts';
import { packageRoot } from './package-root.ts';
import { inProject, projectFiles } from './world-project.ts';

export function newCommand(): Command {
  return new Command('new')
    .description('begin a world of your own: a small one that passes `clew check`, to be changed step by step')
    .argument('<name>', 'lower-case letters, digits and hyphens; also the name of the new folder')
    .option('--project', 'make it a project of its own (package.json and all) also inside of another one')
    .action((name: string, { project = !inProject() }: { project?: boolean }) => {
      if (!/^[a-z0-9][a-z0-9-]{0,40}$/.test(name))
        throw new UsageError(
          `"${clip(name)}" cannot name a world: a name is lower-case letters, digits and hyphens, such as "my-world".`,
        );
      if (existsSync(name))
        throw new ClewError(
          `There is already something called "${name}" here; nothing was changed. Choose another name, or remove it first.`,
        );
      const files = { 'world.ts': worldFile(name), 'world.test.ts': testFile, ...projectFiles(name, project) };
      makeFolder(name, files);
      process.stdout.write(
        [
          `Made ${name}/ with ${Object.keys(files).join(', ')}. Now:`,
          '',
          ...(project
            ? [
                `  cd ${name}`,
                '  npm install        (or pnpm install, yarn install)',
                '  npm run check',
                '  npm test',
                '',
              ]
            : []),
          ...['check', 'play', 'graph'].map(
            verb => `  npx clew ${verb} ${project ? './world.ts' : `./${name}/world.ts`}`,
          ),
          '',
          `The guide goes on from here: ` +
            `${relative('.', fileURLToPath(new URL('docs/guide/first-world.md', packageRoot)))}`,
          '',
        ].join('\n'),
      );
    });
}

/** A new folder with these files, all of them or none. */
function makeFolder(name: string, files: Readonly<Record<string, string>>): void {
  const building = `.${name}.${process.pid}.tmp`;
  mkdirSync(building);
  try {
    for (const [file, text] of Object.entries(files)) writeFileSync(join(building, file), text);
    renameSync(building, name);
  } catch (error) {
    rmSync(building, { recursive: true, force: true });
    throw error;
  }
}

const worldFile = (name: string) => `import { defineWorld, type EventsOf } from 'clew';
import { assign, setup } from 'xstate';
import { z } from 'zod';

// A house in the dark: find the matches, find the lamp, light it.
const rooms = ['hall', 'kitchen', 'attic', 'cellar', 'library', 'nursery'] as const;
const lamps = ['oil lamp', 'lantern', 'candle'] as const;

// A task is data: everything that differs from one episode to the next.
const task = z.object({ lamp: z.enum(lamps), lampIn: z.enum(rooms), matchesIn: z.enum(rooms) });

// One sentence an event. The slots in braces become the fields of the event.
const commands = {
  go: 'go to the {room}',
  take: 'take the matches',
  light: 'light the {lamp}',
} as const;
const slots = { room: rooms, lamp: lamps };

const machine = setup({
  types: {} as {
    input: z.infer<typeof task>;
    context: z.infer<typeof task> & { at: (typeof rooms)[number] | 'garden' };
    events: EventsOf<typeof commands, typeof slots>;
  },
}).createMachine({
  id: '${name}',
  context: ({ input }) => ({ ...input, at: 'garden' }),
  initial: 'emptyHanded',
  // Going about is possible with and without the matches.
  on: { go: { guard: ({ context, event }) => context.at !== event.room, actions: assign({ at: ({ event }) => event.room }) } },
  states: {
    emptyHanded: { on: { take: { guard: ({ context }) => context.at === context.matchesIn, target: 'withMatches' } } },
    withMatches: {
      on: {
        light: {
          guard: ({ context, event }) => context.at === context.lampIn && context.lamp === event.lamp,
          target: 'lit',
        },
      },
    },
    lit: { type: 'final' },
  },
});

export default defineWorld({
  name: '${name}',
  task,
  generate: random => ({ lamp: random.pick(lamps), lampIn: random.pick(rooms), matchesIn: random.pick(rooms) }),
  categories: lamps,
  category: task => task.lamp,
  machine,
  commands,
  slots,
  goal: task => \`Light the \${task.lamp}.\`,
  observe(state, event) {
    const { at, lamp, lampIn, matchesIn } = state.context;
    if (event?.type === 'take') return 'You take the matches.';
    if (event?.type === 'light') return \`The \${lamp} burns. You can see.\`;
    if (event?.type === 'go') {
      const seen = [...(at === lampIn ? [\`a \${lamp}\`] : []), ...(at === matchesIn && state.matches('emptyHanded') ? ['matches'] : [])];
      return \`You are in the \${at}. You see \${seen.join(' and ') || 'nothing of use'}.\`;
    }
    return \`You are in the garden before a dark house. Its rooms: \${rooms.join(', ')}. Somewhere in it are matches and a \${lamp}.\`;
  },
  success: state => state.matches('lit'),
  subgoals: {
    'has the matches': state => !state.matches('emptyHanded'),
    'is with the lamp': state => state.matches('withMatches') && state.context.at === state.context.lampIn,
  },
});
`;

const testFile = `import { conformance } from 'clew/testing';
import { expect, it } from 'vitest';
import world from './world.ts';

// The promises that every world keeps: determinism, replay, branching, JSON round trip and more.
for (const { name, broken } of conformance(world)) it(name, () => expect([...broken()]).toEqual([]));
`;
