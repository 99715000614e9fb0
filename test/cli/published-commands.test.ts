import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { wrongNames, writeDamaged } from '../policy/published/damaged.ts';
import { clew } from './run-clew.ts';

const root = mkdtempSync(path.join(tmpdir(), 'clew-published-commands-'));
const models = path.join(root, 'M');
const inputs = path.join(root, 'inputs');
const placed = (text: string) => text.replaceAll('M/', `${models}/`);
const input = (name: string) => path.join(inputs, name);

beforeAll(async () => {
  await writeDamaged(models);
  mkdirSync(inputs);
  const build = ['cold-start', 'build', 'locked-room', '--trajectories', '2', '--out', input('demonstrations.sqlite')];
  expect(clew(build).code).toBe(0);
  const play = ['rollout', 'locked-room', '--agent', 'random', '--split', 'train', '--tasks', '1', '--max-steps', '2'];
  expect(clew([...play, '--db', input('pairs.db')]).code).toBe(0);
}, 120_000);
afterAll(() => rmSync(root, { recursive: true }));

let folders = 0;
/** Runs a command in an empty folder, and says what it said and what it left there. */
function tried(args: readonly string[], files: Readonly<Record<string, string>> = {}) {
  const cwd = path.join(root, `run-${++folders}`);
  mkdirSync(cwd);
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(cwd, name), text);
  const { code, err, out } = clew(args, { cwd });
  const written = readdirSync(cwd, { recursive: true }).filter(name => !((name as string) in files));
  return { code, said: err.replaceAll(`${models}/`, 'M/'), out, written };
}

const demonstrations = () => ['--demonstrations', input('demonstrations.sqlite')];
const good = () => placed('policy:M/model+M/adapter');
const trains = (name: string) => ['--from', `policy:${name}`, ...(name.includes('+') ? [] : ['--lora', '2'])];

const sft = (name: string, out: string) => [
  'train',
  'sft',
  'locked-room',
  ...demonstrations(),
  ...trains(name),
  '--out',
  out,
];

/** Every command that reads a policy, with one that it is given. */
const commands: Readonly<Record<string, (name: string) => string[]>> = {
  eval: name => ['eval', 'locked-room', '--agent', `policy:${name}`, '--split', 'seen', '--db', 'r.db'],
  rollout: name => ['rollout', 'locked-room', '--agent', `policy:${name}`, '--split', 'seen', '--db', 'r.db'],
  'train sft': name => sft(name, 'o'),
  'train expert-iteration': name => [
    'train',
    'expert-iteration',
    'locked-room',
    ...demonstrations(),
    ...trains(name),
    '--db',
    'r.db',
    '--out',
    'o',
  ],
  'train eto': name => ['train', 'eto', 'locked-room', '--db', input('pairs.db'), ...trains(name), '--out', 'o'],
  'train rl': name => ['train', 'rl', 'locked-room', ...trains(name), '--db', 'r.db', '--out', 'o'],
  'train rl --reference': name => [
    'train',
    'rl',
    'locked-room',
    '--from',
    good(),
    '--reference',
    `policy:${name}`,
    '--db',
    'r.db',
    '--out',
    'o',
  ],
  'policy inspect': name => ['policy', 'inspect', `policy:${name}`],
  'policy check': name => ['policy', 'check', name],
};

/** One that is found where it is read, and one that is found in its name. */
const tries = ['a shard that is cut short', 'nothing behind the +'] as const;

describe('a published model that cannot be one', { timeout: 120_000 }, () => {
  it.each(Object.entries(commands))('is named before anything is written: clew %s', (command, args) => {
    for (const wrong of tries) {
      // The figures that it is compared with are read first, and there are none.
      if (command === 'policy check' && wrong === 'a shard that is cut short') continue;
      const [name, says] = wrongNames[wrong]!;
      const { code, said, out, written } = tried(args(placed(name)));
      expect(said).toMatch(says);
      expect(said.startsWith('clew: ')).toBe(true);
      expect({ code: code === 1 || code === 2, out, written }).toEqual({ code: true, out: '', written: [] });
    }
  });

  const recipe = (policy: string) => `name: tried
world: locked-room
policy: { ${policy} }
demonstrations: { build: { trajectories: 2 } }
arms: [{ name: GRPO }]
evaluation: { panels: [{ split: seen, tasks: 1 }] }
`;
  it.each([
    ['a shard that is cut short', 'folder: M/truncated, lora: 2', /model-00002-of-00003\.safetensors is cut short/],
    ['an adapter in the place of the model', 'folder: M/adapter, lora: 2', /policy\.folder: M\/adapter is an adapter/],
    [
      'a model in the place of the adapter',
      'folder: M/model, adapter: M/model',
      /policy\.adapter: M\/model is a model/,
    ],
    ['a file', 'folder: M/model/config.json, lora: 2', /policy\.folder: .*name its folder, policy:M\/model/],
    ['a context that the rules fill', 'folder: M/short, lora: 2', /rules and commands of locked-room alone/],
  ])('is named before a study writes anything: %s', (_, policy, says) => {
    const { code, said, written } = tried(['study', 'study.yaml'], { 'study.yaml': recipe(placed(policy)) });
    expect(said).toMatch(says);
    expect({ code, written }).toEqual({ code: 1, written: [] });
  });

  it.each(['serve', 'play'])('is told from a world: clew %s', command => {
    for (const name of ['policy:M/model', 'M/model', 'M/adapter']) {
      const { code, said } = tried([command, placed(name)]);
      expect({ code, said }).toEqual({
        code: 2,
        said: expect.stringMatching(
          /^clew: \S+ is a (policy|published model) and no world\. It plays one: clew eval WORLD --agent policy:M\//,
        ) as string,
      });
    }
  });

  it('overwrites no folder of a model, and no adapter that is learnt from', () => {
    for (const [from, out] of [
      ['M/model', 'M/model'],
      ['M/model+M/adapter', 'M/adapter'],
    ] as const) {
      const before = readdirSync(placed(out)).toSorted();
      const { code, said } = tried(sft(placed(from), placed(out)));
      expect({ code, said }).toEqual({ code: 1, said: expect.stringContaining('Choose another --out') as string });
      expect(readdirSync(placed(out)).toSorted()).toEqual(before);
    }
  });

  it('is looked at as it is named, MODEL+ADAPTER too', () => {
    const { code, out } = tried(['policy', 'inspect', placed('policy:M/model+M/adapter'), '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ adapter: { base: placed('M/model') } });
  });

  it('ends a training in a sentence where its figures are no numbers', () => {
    const { code, said } = tried(sft(placed('M/late-nan'), 'o'));
    expect(code).toBe(1);
    expect(said).toMatch(/\nclew: The loss of rows .* is NaN: the model's parameters have gone astray/);
  });
});
