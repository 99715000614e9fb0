import { Command, CommanderError } from 'commander';
import { readFileSync } from 'node:fs';
import { sentences } from '../errors.ts';
import { withHelp } from './command-help.ts';
import { commandEntries, entryAsked } from './commands.ts';
import { inCurrentWords } from './former-words.ts';
import { packageRoot } from './package-root.ts';

const { version } = JSON.parse(readFileSync(new URL('package.json', packageRoot), 'utf8')) as { version: string };

const program = new Command('clew')
  .description('Text worlds as state machines, agents that say how they are thinking, and rewards that can be checked.')
  .version(version)
  .addHelpText(
    'after',
    '\nclew COMMAND --help shows examples. Exit codes: 0 fine, 1 what was asked failed, 2 wrong usage.',
  )
  .configureHelp({ subcommandTerm: command => command.name() });
const { args, notes } = inCurrentWords(process.argv.slice(2));
const asked = entryAsked(args);
for (const entry of commandEntries) {
  // The commands that nobody asked for are in the list by name alone, so that little is loaded.
  if (entry !== asked) program.command(entry.name).summary(entry.summary);
  else program.addCommand(withHelp(await entry.load()).summary(entry.summary));
}

for (const note of notes) process.stderr.write(`clew: ${note}\n`);
await run(program, args);

/**
 * Exit codes: 0 fine, 1 the thing asked failed, 2 wrong usage. A user's mistake is one sentence; our own keep their
 * stack.
 */
async function run(command: Command, args: readonly string[]): Promise<void> {
  throwInsteadOfExit(command);
  // `clew … | head` closes the pipe: that is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  try {
    await command.parseAsync([...args], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : 2;
    } else if (error instanceof Error && sentences.includes(error.name)) {
      process.stderr.write(`clew: ${error.message}\n`);
      process.exitCode = error.name === 'UsageError' ? 2 : 1;
    } else {
      process.stderr.write(
        `clew: this is a defect of clew's, please report ` +
          `it:\n${error instanceof Error ? error.stack : String(error)}\n`,
      );
      process.exitCode = 1;
    }
  }
}

function throwInsteadOfExit(command: Command): void {
  command.exitOverride().showHelpAfterError('(--help lists what there is)');
  for (const sub of command.commands) throwInsteadOfExit(sub);
}
