import type { CommandEntry } from './command-entry.ts';
import { worldCommands } from './shipped-worlds.ts';

/** Every command, in the order of the list. No module of a command is loaded before somebody asks for that command. */
export const commandEntries: readonly CommandEntry[] = [
  {
    name: 'quickstart',
    summary: 'train GRPO and RLVMR from one cold start, compare them, write a report',
    load: async () => (await import('./quickstart.ts')).quickstartCommand(),
  },
  {
    name: 'new',
    summary: 'begin a world of your own',
    load: async () => (await import('./new.ts')).newCommand(),
  },
  {
    name: 'check',
    summary: 'find what is wrong with a world',
    load: async () => (await import('./check.ts')).checkCommand(),
  },
  { name: 'play', summary: 'play a world yourself', load: async () => (await import('./play.ts')).playCommand() },
  {
    name: 'graph',
    summary: 'draw the state machine of a world, or the states of a task',
    load: async () => (await import('./graph.ts')).graphCommand(),
  },
  {
    name: 'panel',
    summary: 'write a fixed list of tasks for evaluations',
    load: async () => (await import('./panel.ts')).panelCommand(),
  },
  {
    name: 'rollout',
    summary: 'let an agent play tasks, and store the trajectories',
    load: async () => (await import('./rollout.ts')).rolloutCommand(),
  },
  {
    name: 'eval',
    summary: 'let an agent play whole panels, and measure it',
    load: async () => (await import('./eval.ts')).evalCommand(),
  },
  {
    name: 'runs',
    summary: 'look at the runs of a database',
    load: async () => (await import('./runs.ts')).runsCommand(),
  },
  {
    name: 'measure',
    summary: 'measure trajectories: success, invalid actions, repetition, tags',
    load: async () => (await import('./measure.ts')).measureCommand(),
  },
  {
    name: 'rubric',
    summary: 'make criteria of good play from what a world is made of',
    load: async () => (await import('./rubric.ts')).rubricCommand(),
  },
  {
    name: 'score',
    summary: 'say what rewards pay on trajectories',
    load: async () => (await import('./score.ts')).scoreCommand(),
  },
  {
    name: 'report',
    summary: 'write a database as one HTML page',
    load: async () => (await import('./report.ts')).reportCommand(),
  },
  {
    name: 'parse',
    summary: 'say how replies are read, one a line',
    load: async () => (await import('./parse.ts')).parseCommand(),
  },
  {
    name: 'import',
    summary: 'bring logs of any agent into a database',
    load: async () => (await import('./import.ts')).importCommand(),
  },
  {
    name: 'export',
    summary: 'write trajectories for other programs',
    load: async () => (await import('./export.ts')).exportCommand(),
  },
  {
    name: 'table',
    summary: 'write episodes, steps or rates as a table for pandas, DuckDB or R',
    load: async () => (await import('./table.ts')).tableCommand(),
  },
  {
    name: 'pack',
    summary: 'make a database as small as it can be, or ready for SQL',
    load: async () => (await import('./pack.ts')).packCommand(),
  },
  {
    name: 'annotate',
    summary: 'give a log without tags the tags of its thinking',
    load: async () => (await import('./annotate.ts')).annotateCommand(),
  },
  {
    name: 'cold-start',
    summary: 'make, read and check the demonstrations that training begins with',
    load: async () => (await import('./cold-start.ts')).coldStartCommand(),
  },
  {
    name: 'train',
    summary: 'train a policy: from text, on demonstrations, by reinforcement learning',
    load: async () => {
      const [{ trainCommand }, { trainRlCommand }] = await Promise.all([import('./train.ts'), import('./train-rl.ts')]);
      return trainCommand().addCommand(trainRlCommand());
    },
  },
  {
    name: 'study',
    summary: 'compare training methods from one cold start, as a file says',
    load: async () => (await import('./study.ts')).studyCommand(),
  },
  {
    name: 'policy',
    summary: 'look at a trained policy',
    load: async () => (await import('./policy.ts')).policyCommand(),
  },
  {
    name: 'studio',
    summary: 'watch a database grow and play worlds, in the browser',
    load: async () => (await import('./studio.ts')).studioCommand(),
  },
  {
    name: 'serve',
    summary: 'serve worlds to trainers in other languages: OpenEnv, AgentGym, MCP',
    load: async () => (await import('./serve.ts')).serveCommand(),
  },
  {
    name: 'engines',
    summary: 'show what a policy can compute with on this machine',
    load: async () => (await import('./engines.ts')).enginesCommand(),
  },
  ...worldCommands,
];

/** The entry that the arguments ask for (`clew check …` and `clew help check` alike); undefined if they name none. */
export function entryAsked(args: readonly string[]): CommandEntry | undefined {
  const [first, second] = args;
  const name = first === 'help' ? second : first;
  return commandEntries.find(entry => entry.name === name);
}
